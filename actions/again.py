"""The last request asked again, with what a message names in the place of what it named.

A form keeps its other answers, another request its other words. So "no, LAMP-002", "and the blue
one?" or "the second one" need not say again what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from rasa_sdk.events import ActiveLoop, EventType
from sqlalchemy.orm import Session

from actions import phrases, reference
from actions.history import Exchange, exchanges, last_request
from actions.replay import replay
from actions.turn import ANSWERS, SHOWN_SLOT, Entity, Turn
from actions.wording import follows, mends, words
from analytics.store import catalogue

THINGS: Final = frozenset({"code", "product", "ordinal"})
AMOUNTS: Final = frozenset({"number", "money"})
NAMED: Final = (
    "code",
    "product",
    *AMOUNTS,
    "email",
    "phone",
    "percent",
    "date",
    "period",
    "person",
)
"Entities that a correction may change."
ASKS_BACK: Final = frozenset({"action_correct", "action_deny"})
"Actions after which a plain piece of information is a correction."
REFINE: Final = "refine_products"
HAGGLE: Final = "negotiate_price"
QUOTE_FORM: Final = "quote_form"
SUGGEST: Final = frozenset(
    [
        *("action_recommend", "action_similar_items", "action_refine_products"),
        "action_next_best_offer",
    ]
)
"Actions that answer a wish with products to choose from."
SHOW_PRODUCTS: Final = SUGGEST | {"action_search_products"}
UNCLEAR: Final = frozenset({"inform", "nlu_fallback"})
"Intents of messages too short to say what they ask for."
MOST_WORDS: Final = 5
"Words beside what it names, in a message that only says of what to ask again."


def follow_up(turn: Turn, session: Session) -> list[EventType]:
    """Return the events that a message leads to which says by its wording that it goes on.

    "And the blue one?" asks the last request again; so does a plain piece of information after the
    question what was wrong. "The second one", and no more, asks of it what the list was for.
    """
    now = exchanges(turn)[0]
    if turn.form or turn.replayed or now.ran_form:
        return []
    if meant := _by_context(turn):
        return replay(turn, turn.messages()[0], meant)
    if (picked := _picked(turn)) or _refines(turn):
        return picked
    return ask_again(turn, session) if goes_on(turn, session) else []


def goes_on(turn: Turn, session: Session) -> bool:
    """Return whether the message asks the last request of something else, and nothing more.

    It says so by its wording, whatever it was understood as: a few words leave little to go by.
    """
    earlier = exchanges(turn)[1:2]
    asked_back = bool(earlier) and earlier[0].action in ASKS_BACK
    if asked_back and turn.intent in ANSWERS:
        return True
    if not (follows(turn.text) or mends(turn.text)):
        return False
    named = [turn.text[one.start : one.end] for one in turn.entities(*NAMED)]
    if product := catalogue.mentioned(session, turn.wanted):
        named.append(catalogue.title(product, turn.language))
    return words(turn.wanted) - sum(map(words, named)) <= MOST_WORDS


def ask_again(turn: Turn, session: Session) -> list[EventType]:
    """Return the events that ask the last request again with this message's entities, or none."""
    last = last_request(turn)
    named = _named(turn, session)
    if last is None or not named:
        return []
    return revive(turn, last, named)


def revive(turn: Turn, last: Exchange, named: Sequence[Entity] = ()) -> list[EventType]:
    """Return the events that ask an earlier request again, with what is `named` in its place."""
    message = turn.messages()[0]
    if last.intent == REFINE:
        # Said again, it would refine a second time; what this message names refines on.
        return replay(turn, message, REFINE)
    if last.completed:
        # The form still has its answers, and hears this message as a correction.
        return [
            ActiveLoop(last.completed),
            *replay(turn, message, "correct", [_as_rasa(one) for one in named]),
        ]
    text, entities = merge(last.text, last.entities, named)
    return replay(turn, last.message, last.intent, [_as_rasa(one) for one in entities], text)


def merge(text: str, known: Sequence[Entity], named: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Return a message with what is `named` in the place of what it names of that kind.

    Args:
        text: the message.
        known: what it names.
        named: what it shall name; what has no counterpart is put at its end.
    """
    entities = list(known)
    for new in named:
        old = _counterpart(new, entities)
        if old is None:
            text += " "
        start, end = (old.start, old.end) if old else (len(text), len(text))
        shift = start + len(new.value) - end
        entities = [_moved(one, shift, end) for one in entities if one is not old]
        placed = replace(new, start=start, end=start + len(new.value))
        if old and new.name in AMOUNTS:
            # "under 50 pounds", and then "30".
            placed = replace(placed, name=old.name, bound=new.bound or old.bound)
        entities.append(placed)
        text = text[:start] + new.value + text[end:]
    return text, sorted(entities, key=lambda entity: entity.start)


def _refines(turn: Turn) -> bool:
    """Return whether the message goes on from what was suggested by itself.

    "What about mugs?" asks a search again, and changes a wish.
    """
    last = last_request(turn)
    suggested = last is not None and last.action in SUGGEST
    return turn.intent == REFINE and (suggested or not follows(turn.text))


def _by_context(turn: Turn) -> str | None:
    """Return what a message means behind the last answer, if not what it seems to.

    Of a quote "cheaper" is haggling; of products shown "too expensive" asks for others, and of
    suggestions a bare "under 30" or "not lamps" does.
    """
    last = last_request(turn)
    if last is None:
        return None
    if turn.intent in UNCLEAR and last.action in SUGGEST:
        limits = (
            turn.entities("money")
            or phrases.names("before", "leave_out", turn.text)
            or phrases.said("wish", turn.text)
        )
        return REFINE if limits and not turn.entities("code") else None
    if phrases.said("wish", turn.text) != "cheaper":
        return None
    if turn.intent == REFINE and last.completed == QUOTE_FORM:
        return HAGGLE
    return REFINE if turn.intent == HAGGLE and last.action in SHOW_PRODUCTS else None


def _picked(turn: Turn) -> list[EventType]:
    intent = (turn.slots.get(SHOWN_SLOT) or {}).get("intent")
    codes = turn.entities("code") if intent and turn.bare else []
    if len(codes) != 1 or codes[0].value not in turn.shown:
        return []
    return replay(turn, turn.messages()[0], intent, [_as_rasa(codes[0])])


def _named(turn: Turn, session: Session) -> list[Entity]:
    """Return what the message names, a product also by its title alone."""
    found = turn.entities(*NAMED)
    if not any(one.name in THINGS for one in found):
        product = reference.named_product(turn, session)
        found += [Entity("code", product.id, 0, 0)] if product else []
    return found


def _counterpart(new: Entity, known: Sequence[Entity]) -> Entity | None:
    kinds = next((kinds for kinds in (THINGS, AMOUNTS) if new.name in kinds), {new.name})
    return next((one for one in reversed(known) if one.name in kinds), None)


def _moved(entity: Entity, shift: int, behind: int) -> Entity:
    moves = entity.start >= behind
    return replace(entity, start=entity.start + shift, end=entity.end + shift) if moves else entity


def _as_rasa(entity: Entity) -> dict[str, Any]:
    kept = asdict(entity) | {"entity": entity.name}
    del kept["name"]
    return {name: value for name, value in kept.items() if value is not None}
