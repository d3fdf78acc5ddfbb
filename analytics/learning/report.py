"""The reports on what was missed and on what customers think, as pages with plots."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from analytics import page
from analytics.learning import plots
from analytics.learning.clusters import Cluster
from analytics.page import Table
from analytics.store.models import LANGUAGES, Question, QuestionKind

DRAWN: Final = 15
"Bars in a plot."
LISTED: Final = 200
"Clusters on the page."
EXAMPLES: Final = 3
"Of each language."


def questions(
    path: Path,
    clusters: Sequence[Cluster],
    articles: Mapping[str, tuple[str, float]],
    kept: Sequence[Question],
    now: datetime,
    days: int,
) -> None:
    """Write the page on what waits for review.

    Args:
        clusters: the weightiest first.
        articles: the nearest article of each cluster and how likely it answers, by its id.
        kept: all questions of the last `days` days, reviewed or not.
    """
    kinds = Counter(one.kind for one in kept)
    drawn = [
        plots.bars(
            "Most helpful to answer",
            {one.id: one.weight for one in clusters[:DRAWN]},
            "conversations, recent ones count more",
        ),
        plots.days(
            "Questions kept a day",
            {kind: per_day(kept, kind, now, days) for kind in QuestionKind if kinds[kind]},
            "questions",
        ),
        plots.columns(
            "Why they were kept",
            [kind.replace("_", " ") for kind in QuestionKind],
            [kinds[kind] for kind in QuestionKind],
            "questions",
        ),
    ]
    rows = [_cluster_row(one, articles[one.id]) for one in clusters[:LISTED]]
    note = (
        "Alike questions that the assistant did not answer, was unsure of, or answered badly. "
        "`salesclerk questions answer` turns a cluster into an article or training sentences."
    )
    told = (
        f"{len(kept)} questions kept in {days} days until {now:%Y-%m-%d}, {len(clusters)} clusters."
    )
    page.write(path, "What the assistant missed", told, drawn, [Table("Clusters", note, rows)])


def per_day(
    kept: Iterable[Question], kind: QuestionKind, now: datetime, days: int
) -> dict[date, float]:
    """Return how many questions of a kind were kept on each of the last days, also none."""
    last = now.date()
    counts = {last - timedelta(days=back): 0.0 for back in range(days - 1, -1, -1)}
    for one in kept:
        if one.kind == kind and one.at.date() in counts:
            counts[one.at.date()] += 1
    return counts


def _cluster_row(one: Cluster, article: tuple[str, float]) -> dict[str, Any]:
    intent = one.intent
    return {
        "cluster": one.id,
        "weight": one.weight,
        "asked": len(one.questions),
        "conversations": one.conversations,
        "last": f"{one.last_at:%Y-%m-%d}",
        "typical": one.typical.text,
        "examples": [text for language in LANGUAGES for text in one.texts(language)[:EXAMPLES]],
        "nearest article": f"{article[0]} {article[1]:.2f}",
        "nearest intent": f"{intent[0]} {intent[1]:.2f}" if intent else "",
    }


@dataclass
class Opinions:
    """Sums over conversations, so that they need not be kept.

    Attributes:
        scores: how often each score was given.
        by_outcome, by_intent, by_day: scores given, by how the conversation ended, by each of its
            intents, by the day on which it began.
        outcomes: conversations by how they ended.
        ends_by_day: those missed and those handed off, by the day on which they began.
    """

    conversations: int = 0
    scores: Counter[int] = field(default_factory=Counter)
    by_outcome: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_intent: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_day: dict[date, list[int]] = field(default_factory=lambda: defaultdict(list))
    outcomes: Counter[str] = field(default_factory=Counter)
    ends_by_day: dict[str, Counter[date]] = field(default_factory=lambda: defaultdict(Counter))
    thumbs_up: int = 0
    thumbs_down: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one conversation in, a row of `conversations.rows`."""
        day = datetime.fromisoformat(row["started_at"]).astimezone(UTC).date()
        self.conversations += 1
        self.outcomes[row["outcome"]] += 1
        self.thumbs_up += row["thumbs_up"]
        self.thumbs_down += row["thumbs_down"]
        if row["outcome"] in ("missed", "handed_off"):
            self.ends_by_day[row["outcome"]][day] += 1
        if (score := row["csat"]) is None:
            return
        self.scores[score] += 1
        self.by_outcome[row["outcome"]].append(score)
        self.by_day[day].append(score)
        for intent in row["intents"].split():
            self.by_intent[intent].append(score)

    def summary(self) -> dict[str, Any]:
        """Return the figures that matter most."""
        given = list(self.scores.elements())
        return {
            "conversations": self.conversations,
            "scores": len(given),
            "mean_score": fmean(given) if given else None,
            "satisfied": sum(one >= 4 for one in given) / len(given) if given else None,
            "thumbs_up": self.thumbs_up,
            "thumbs_down": self.thumbs_down,
            **dict(self.outcomes.most_common()),
        }


def feedback(path: Path, found: Opinions, now: datetime) -> None:
    """Write the page on what customers think."""
    drawn = [
        plots.columns(
            "Scores", [str(one) for one in range(1, 6)],
            [found.scores[one] for one in range(1, 6)], "conversations",
        ),
        plots.days("Mean score a day", {"score": _means(found.by_day)}, "1 to 5"),
        plots.bars("Mean score by outcome", _means(found.by_outcome), "1 to 5"),
        plots.bars("Mean score by intent", _most(found.by_intent), "1 to 5"),
        plots.bars("How conversations end", dict(found.outcomes.most_common()), "conversations"),
        plots.days(
            "Missed and handed off a day",
            {name: dict(counts) for name, counts in found.ends_by_day.items()},
            "conversations",
        ),
    ]  # fmt: skip
    rows = [
        {"intent": name, "scores": len(scores), "mean score": fmean(scores)}
        for name, scores in sorted(found.by_intent.items(), key=lambda one: fmean(one[1]))
    ]
    told = f"{found.conversations} conversations until {now:%Y-%m-%d}."
    table = Table("By intent", "Scores of conversations with a message of each intent.", rows)
    figures = Table("In figures", "satisfied: the share of scores of 4 and 5.", [found.summary()])
    page.write(path, "What customers think", told, drawn, [figures, table])


def _means[K](scores: Mapping[K, Sequence[int]]) -> dict[K, float]:
    return {name: fmean(given) for name, given in scores.items()}


def _most(scores: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """Return the means of those most often given."""
    often = sorted(scores, key=lambda name: -len(scores[name]))[:DRAWN]
    return _means({name: scores[name] for name in often})
