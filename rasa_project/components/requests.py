"""Several requests in one message: "Where is my order and can I get the invoice?"

Two components around the intent classifier: `ClauseCutter` puts the message's possible parts
behind it, so that the classifier ranks all of them in one batch, and `RequestSplitter` takes them
away again and decides. A message without a joint costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, Final

from pydantic import Field
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from rasa_project.components.base import Component, Options
from rasa_project.components.clauses import Clause, adds, asks, clauses
from rasa_project.components.intents import PROBLEMS, TALK, one_matter

REQUESTS: Final = "requests"
"The parse result's list of the texts of the requests; absent where there is only one."
MOST_REQUESTS: Final = 3
_PARTS: Final = "parts"
_IS_PART: Final = "is_part"

Ranking = Sequence[Mapping[str, Any]]
"Rasa's `intent_ranking`: `name` and `confidence` of each intent, the likeliest first."
Part = tuple[int, int]
"The clauses from the first number to before the second."


class RequestOptions(Options):
    """Settings of `RequestSplitter`."""

    threshold: float = Field(
        0.3, ge=0, le=1, description="Below this confidence a part is no request."
    )
    margin: float = Field(
        0.1,
        ge=0,
        le=1,
        description="A part may be this much less likely than the whole message is.",
    )


def possible_parts(number: int) -> list[Part]:
    """Return all parts of a message of `number` clauses, but for the whole."""
    return [part for part in combinations(range(number + 1), 2) if part != (0, number)]


def split(
    text: str,
    found: Sequence[Clause],
    whole: Ranking,
    parts: Mapping[Part, Ranking],
    options: RequestOptions,
) -> list[Part]:
    """Return the parts that are requests of their own, in their order; empty where it is one.

    Each part must be understood well, and as a request that is another matter than the others'.
    Where a joint says that something is added ("also"), that will do. Elsewhere the parts must be
    understood as well as the whole, or nearly so, and both parts beside the joint must ask: a
    statement is what a request is about ("it arrived broken, I want my money back"). Of several
    ways to split, the one with the most parts; of those, the one whose least likely part is the
    likeliest.

    Args:
        found: the message's clauses.
        whole: the ranking of the message.
        parts: the rankings of `possible_parts`.
    """
    best: list[Part] = []
    best_confidence = 0.0
    for way in _ways(len(found)):
        likeliest = [parts[part][0] for part in way if parts[part]]
        confidence = min((intent["confidence"] for intent in likeliest), default=0.0)
        intents = [intent["name"] for intent in likeliest]
        if (
            (len(way), confidence) > (len(best), best_confidence)
            and len(intents) == len(way)
            and confidence >= options.threshold
            and _are_several(intents)
            and (
                _all_added(found, way)
                or (
                    confidence >= whole[0]["confidence"] - options.margin
                    and _are_asked(text, found, way, intents)
                )
            )
        ):
            best, best_confidence = way, confidence
    return best


def text_of(text: str, found: Sequence[Clause], part: Part) -> str:
    """Return a part's text, as it stands in the message."""
    return text[found[part[0]].start : found[part[1] - 1].end].strip()


def _ways(number: int) -> Iterator[list[Part]]:
    """Yield the ways to split so many clauses; the more parts, the later."""
    for joints in range(1, MOST_REQUESTS):
        for inner in combinations(range(1, number), joints):
            yield list(pairwise((0, *inner, number)))


def _are_several(intents: Sequence[str]) -> bool:
    return TALK.isdisjoint(intents) and not any(
        one_matter(one, other) for one, other in combinations(intents, 2)
    )


def _all_added(found: Sequence[Clause], way: Sequence[Part]) -> bool:
    return all(adds(found[start].joint) for start, _ in way[1:])


def _are_asked(
    text: str, found: Sequence[Clause], way: Sequence[Part], intents: Sequence[str]
) -> bool:
    """Return whether both parts beside each joint ask, but for joints that add."""
    asking = [
        intent in PROBLEMS or asks(text_of(text, found, part))
        for part, intent in zip(way, intents, strict=True)
    ]
    return all(
        adds(found[start].joint) or (before and after)
        for (start, _), (before, after) in zip(way[1:], pairwise(asking), strict=True)
    )


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ClauseCutter(Component):
    """Puts the possible parts of messages behind them, for the intent classifier to rank."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come before in the pipeline."""
        return [Tokenizer]

    def process(self, messages: list[Message]) -> list[Message]:
        """Return the messages, then their parts. Commands that begin with / have none."""
        parts: list[Message] = []
        for message in messages:
            text = message.get(TEXT) or ""
            found = [] if text.startswith("/") else clauses(text)
            own = {part: _part(message, found, part) for part in possible_parts(len(found))}
            message.set(_PARTS, (found, own))
            parts += own.values()
        return messages + parts


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RequestSplitter(Component):
    """Takes the parts away again, and says which of them are requests: `requests`, their texts."""

    options_type = RequestOptions
    options: RequestOptions

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come before in the pipeline."""
        return [ClauseCutter]

    def process(self, messages: list[Message]) -> list[Message]:
        """Return the messages without their parts."""
        whole = [message for message in messages if not message.get(_IS_PART)]
        for message in whole:
            text = message.get(TEXT) or ""
            found, parts = message.data.pop(_PARTS)
            rankings = {part: one.get(INTENT_RANKING_KEY) or [] for part, one in parts.items()}
            ranking = message.get(INTENT_RANKING_KEY) or []
            if way := split(text, found, ranking, rankings, self.options):
                texts = [text_of(text, found, part) for part in way]
                message.set(REQUESTS, texts, add_to_output=True)
        return whole


def _part(message: Message, found: Sequence[Clause], part: Part) -> Message:
    start, end = found[part[0]].start, found[part[1] - 1].end
    tokens = [
        Token(token.text, token.start - start)
        for token in message.get(TOKENS_NAMES[TEXT]) or []
        if start <= token.start and token.end <= end
    ]
    return Message(
        {
            TEXT: text_of(message.get(TEXT), found, part),
            TOKENS_NAMES[TEXT]: tokens,
            _IS_PART: True,
        }
    )
