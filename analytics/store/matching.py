"""Which of a few things a text means: the lines of an order, the options of a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session

from analytics.store.synonyms import embedded_synonyms
from analytics.store.terms import index_terms, terms

_NO_NAMES: Final = frozenset(
    [
        *(
            "a",
            "an",
            "and",
            "at",
            "by",
            "can",
            "do",
            "for",
            "from",
            "i",
            "in",
            "is",
            "it",
            "me",
            "my",
        ),
        *(
            "no",
            "not",
            "of",
            "on",
            "one",
            "or",
            "order",
            "set",
            "that",
            "the",
            "this",
            "to",
            "with",
        ),
        *("you", "your", "订单", "我的"),
    ]
)
"Words that tell nothing apart, though they may stand in a title."


def named[K](session: Session, text: str, names: Mapping[K, Sequence[str]]) -> list[K]:
    """Return the keys of which a name has most in common with the text; none where none has any.

    A word counts the more, the fewer of the things have it: what all have in common, such as "lamp"
    among lamps, does not tell them apart. Synonyms count as the word itself.

    Args:
        names: what each thing may be called.
    """
    said = set(terms(text)) - _NO_NAMES
    synonyms = session.info.get("synonyms") or embedded_synonyms()
    for others in synonyms.others(said).values():
        said |= {term for word in others for term in word}
    words = {
        key: {term for name in of for term in index_terms(name)} & said for key, of in names.items()
    }
    shared = {
        term: sum(term in of for of in words.values()) for of in words.values() for term in of
    }
    scores = {key: sum(1 / shared[term] for term in of) for key, of in words.items()}
    best = max(scores.values(), default=0)
    return [key for key, score in scores.items() if score == best] if best else []
