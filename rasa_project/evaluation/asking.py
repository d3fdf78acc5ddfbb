"""Asks a trained bot sentences, and keeps what it says of each.

    python -m rasa_project.evaluation.asking MODEL < sentences.json > answers.json

asks any Rasa model: a JSON list of texts in, a JSON object with the seconds of loading and the
answers out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rasa_project.components.intents import AMBIGUOUS, REFUSED

OUT_OF_SCOPE: Final = "out_of_scope"
_VERDICTS: Final = frozenset({REFUSED, AMBIGUOUS})
"Intents that say how sure the bot is, not what is meant."


@dataclass(frozen=True)
class Answer:
    """What the bot makes of one message.

    Attributes:
        intent: what the dialogue goes by; may be `nlu_fallback` or `nlu_ambiguous`.
        meaning: the likeliest intent, however sure; None without any.
        confidence: of `meaning`, 0 to 1.
        in_scope: how sure the bot is that it knows what is meant, 0 to 1: it refuses below its
            threshold. 0 where `meaning` is out of scope.
        requests: the messages that it was split into; None where the bot does not split.
        seconds: how long it took.
    """

    intent: str | None
    meaning: str | None
    confidence: float
    in_scope: float
    requests: list[str] | None
    seconds: float

    @property
    def refused(self) -> bool:
        """Whether the bot says that it does not know."""
        return self.intent in (None, REFUSED, OUT_OF_SCOPE)

    @classmethod
    def of(cls, parsed: Mapping[str, Any], seconds: float) -> Answer:
        """Read Rasa's parse result."""
        intent = parsed.get("intent") or {}
        ranking = [
            one for one in parsed.get("intent_ranking") or () if one["name"] not in _VERDICTS
        ]
        best: Mapping[str, Any] = ranking[0] if ranking else {"name": None, "confidence": 0.0}
        # What is asked back was held against the threshold with all its meanings together.
        sure = intent if intent.get("name") == AMBIGUOUS else best
        return cls(
            intent=intent.get("name"),
            meaning=best["name"],
            confidence=float(best["confidence"]),
            in_scope=0.0 if best["name"] == OUT_OF_SCOPE else float(sure["confidence"]),
            requests=parsed.get("requests"),
            seconds=seconds,
        )


class Bot:
    """A trained bot in this process, loaded as the server loads it.

    Attributes:
        load_seconds: how long it took to load, without Python's imports.
    """

    def __init__(self, model: Path) -> None:
        from rasa.core.agent import Agent
        from rasa.utils.log_utils import configure_structlog

        # As the server does: otherwise Rasa prints every message, and takes its time for it.
        configure_structlog()
        begin = time.perf_counter()
        self._agent = Agent.load(model)
        self.load_seconds = time.perf_counter() - begin

    def ask(self, texts: Sequence[str], tick: Callable[[], None] = lambda: None) -> list[Answer]:
        """Return the bot's answers, one a text; calls `tick` after each."""
        return asyncio.run(self._ask(texts, tick))

    async def _ask(self, texts: Iterable[str], tick: Callable[[], None]) -> list[Answer]:
        answers = []
        for text in texts:
            begin = time.perf_counter()
            parsed = await self._agent.parse_message(text)
            answers.append(Answer.of(parsed, time.perf_counter() - begin))
            tick()
        return answers


def main() -> None:
    """Ask a model the texts from standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    options = parser.parse_args()
    texts = json.load(sys.stdin)
    # Rasa prints there too.
    with redirect_stdout(sys.stderr):
        bot = Bot(options.model)
        answers = bot.ask(texts)
    json.dump(
        {"load_seconds": bot.load_seconds, "answers": [asdict(one) for one in answers]}, sys.stdout
    )


if __name__ == "__main__":
    main()
