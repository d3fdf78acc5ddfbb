"""The report's tables, as text that a terminal and a page can both show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

CONFUSIONS_SHOWN: Final = 15
NONE: Final = "-"
_SETS: Final = {
    "held_back.en": "held back, English",
    "held_back.zh": "held back, Chinese",
    "bitext": "Bitext",
}
_LEARNED: Final = {
    "banking77": "BANKING77",
    "banking77_10_shot": "BANKING77, ten-shot",
    "zero_shot": "Chinese, zero-shot",
}


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        note: what its columns mean.
        words: places of the columns that hold words; the others hold figures.
    """

    title: str
    note: str
    columns: list[str]
    rows: list[list[str]]
    words: list[int]


def tables(found: Mapping[str, Any]) -> list[Table]:
    """Return the tables of what `evaluate` found."""
    shown = [_understanding(found), _scope(found), _speed(found), _confusions(found)]
    if found["several_requests"]:
        shown.insert(2, _several_requests(found["several_requests"]))
    return [*shown, _intents(found)]


def _understanding(found: Mapping[str, Any]) -> Table:
    stock = found["stock"]
    rows = [
        [
            title,
            str(of["sentences"]),
            _percent(of["accuracy"]) + (f" ± {100 * of['spread']:.1f}" if "spread" in of else ""),
            _percent(of["macro_f1"]),
            *(_percent(of.get(name)) for name in ("acted_on", "asked_back", "refused")),
            _percent(stock.get(name, {}).get("accuracy")),
        ]
        for name, title, of in _measured(found)
    ]
    note = (
        "right: the likeliest meaning is the right one. acted on: it is, and the bot is sure "
        "enough. stock: right by stock Rasa (DIET), which learned from the same sentences, of ours "
        "from the English ones. held back: our own. Bitext: customer service. BANKING77: a fifth "
        "held back, the rest learned; ten-shot: ten examples an intent, the mean of "
        "several splits with its standard deviation. zero-shot: the English sentences learned."
    )
    columns = ["%", "asked", "right", "macro F1", "acted on", "asked back", "refused", "stock"]
    return Table("How well it understands", note, columns, rows, [0])


def _measured(found: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    ours = [
        (name, title, found["understanding"][name])
        for name, title in _SETS.items()
        if name in found["understanding"]
    ]
    return ours + [(name, title, found[name]) for name, title in _LEARNED.items() if name in found]


def _scope(found: Mapping[str, Any]) -> Table:
    rows = []
    for name, title in (("en", "English"), ("zh", "Chinese"), ("both", "both")):
        of, stock = found["scope"][name], found["stock"].get(f"out_of_scope.{name}", {})
        rows.append(
            [
                title,
                f"{of['out_of_scope']} / {of['in_scope']}",
                *(_percent(of["shipped"][one]) for one in ("recall", "false_alarm")),
                _percent(of["at_false_alarm"]["recall"]),
                f"{of['at_false_alarm']['threshold']:.2f}",
                _percent(stock.get("at_false_alarm", {}).get("recall")),
            ]
        )
    note = (
        "asked: messages that are no shop's business, and others. rightly and wrongly: which of "
        "them the bot refuses as it is. at 5 %: rightly refused by the threshold that wrongly "
        "refuses 5 %; stock: the same of stock Rasa."
    )
    columns = ["%", "asked", "rightly", "wrongly", "at 5 %", "threshold", "stock at 5 %"]
    return Table("What it refuses", note, columns, rows, [0])


def _several_requests(of: Mapping[str, Any]) -> Table:
    rows = [
        ["several requests, split into as many", _percent(of["split"])],
        ["several requests, each understood, in order", _percent(of["understood"])],
        ["one request, left whole", _percent(of["left_whole"])],
    ]
    note = f"{of['several']} messages with several requests, {of['one']} with one."
    return Table("Several requests in one message", note, ["messages", "%"], rows, [0])


def _speed(found: Mapping[str, Any]) -> Table:
    speed = found["speed"]
    rows = [
        *([f"a message, p{n} (ms)", f"{speed[f'p{n}_ms']:.1f}"] for n in (50, 95, 99)),
        ["training the bot (s)", f"{speed['training_s']:.0f}"],
        ["loading it (s)", f"{speed['load_s']:.1f}"],
        ["memory at its highest (MB)", f"{speed['peak_mb']:.0f}"],
        ["expected calibration error (%)", _percent(found["calibration"]["ece"])],
    ]
    note = "Messages on one thread, with the machine as busy as it was."
    return Table("Speed and calibration", note, ["measure", "value"], rows, [0])


def _confusions(found: Mapping[str, Any]) -> Table:
    rows = [
        [one["intent"], one["taken_for"] or NONE, str(one["count"]), one["sentences"][0]]
        for one in found["confusions"][:CONFUSIONS_SHOWN]
    ]
    columns = ["intent", "taken for", "times", "for example"]
    return Table("What it mixes up", f"The most frequent {len(rows)}.", columns, rows, [0, 1, 3])


def _intents(found: Mapping[str, Any]) -> Table:
    languages = [found["intents"]["held_back.en"], found["intents"]["held_back.zh"]]
    rows = [
        [name, *(cell for language in languages for cell in _cells(language.get(name)))]
        for name in sorted(set().union(*languages))
    ]
    columns = ["intent", "en P", "R", "F1", "n", "zh P", "R", "F1", "n"]
    note = "Precision, recall and F1 (%) on n held-back sentences, English and Chinese."
    return Table("Intent by intent", note, columns, rows, [0])


def _cells(of: Mapping[str, float] | None) -> Sequence[str]:
    if of is None:
        return [NONE] * 4
    shares = (f"{100 * of[one]:.0f}" for one in ("precision", "recall", "f1"))
    return [*shares, f"{of['support']:.0f}"]


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{100 * share:.1f}"
