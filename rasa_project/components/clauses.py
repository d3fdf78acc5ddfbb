"""Where one request may end in a message and the next begin, and whether a clause asks at all."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rasa_project.components.text import HAN, count_han, normalise

MOST_CLAUSES: Final = 4
"More than these are not told apart; the weakest joints are passed over."
_LEAST_SIZE: Final = 4
"Of a clause: two words, or four Chinese characters."
_ADDS: Final = (
    r"\b(?:also|plus|by\ the\ way|btw|oh)\b"
    "|还有(?!货|没|吗|多|几|什么|哪)|還有(?!貨|沒|嗎|多|幾|什麼|哪)"
    "|另外|以及|[顺順]便(?:[问問]一?下)?"
)
_LINKS: Final = r"\b(?:and|then)\b|然[后後]|[并並]且|而且"
_SENTENCE_END: Final = r"[?!;。…\n]|\.(?=\s|$)"
_COMMA: Final = r"(?<!\d),|,(?!\d)"
_JOINT = re.compile(
    rf"""\s*(?:
    (?:(?:{_SENTENCE_END}|{_COMMA})\s*)+ (?:(?:{_ADDS}|{_LINKS})[\s,]*)*
    |(?:(?:{_ADDS}|{_LINKS})[\s,]*)+
    )""",
    re.I | re.X,
)
_ADDING = re.compile(_ADDS, re.I | re.X)
_LINKING = re.compile(_LINKS, re.I)
_ENDING = re.compile(_SENTENCE_END)
_OTHER_WORD = re.compile(rf"[^\W_{HAN}]+")

# How people ask in English: by a word for it, or else by an imperative or a bare noun, which begin
# with none of the words that begin a statement.
_ASKING_WORD = re.compile(
    r"""\b(?:
    want|wanna|need|would\ like|[a-z]+'?d\ like|wish|love\ to|looking\ for|have\ to|please|pls|help
    |how|what|where|when|which|who|why|whether|wondering|(?:can|could)(?!'t|not)|tell\ me
    )\b""",
    re.I | re.X,
)
_STATEMENT = re.compile(
    r"""\W*(?:(?:but|so|because|since|as)\s+)?(?:
    i|we|you|he|she|it|they|this|that|there|the|an?|my|our|your|his|her|their|one|some|not|all
    |in|into|for|on|at|with|without|under|about|everything|nobody
    )\b""",
    re.I | re.X,
)
# And in Chinese: by a question, by a wish, or by a verb that comes first.
_QUESTION_ZH = re.compile(
    "[吗嗎呢?哪几幾怎啥谁誰]|什[么麼]|多[少久长長大]|是否|不能|[没沒]有|如何|可以|能否"
)
_WISH_ZH = re.compile(
    "我们?[还也]?[想要需]|^(?:[你您]好|[那再也还])?(?:"
    "[想要请請帮幫求把查报報预預换換退改订訂买買开開发發找看来來问問取推告申下]"
    "|需要|希望|麻[烦煩]|[给給]我|修改|[注註][销銷])"
)
_STATEMENT_ZH = re.compile(r"[了的]\W*$|^[但因]")


class Clause(NamedTuple):
    """A piece of a message.

    Attributes:
        start: its first character.
        end: the one behind its last.
        joint: what stands between the clause before and this one; empty for the first.
    """

    start: int
    end: int
    joint: str


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a message in their order, each long enough to be a request.

    Joints are sentence ends, commas, line breaks, and words such as "and", "also", 还有, 另外. A
    clause that is too short belongs to its neighbour across the weaker joint.
    """
    normal = normalise(text)
    joints = [match.span() for match in _JOINT.finditer(normal)]
    while True:
        found = _between(normal, joints)
        sizes = [_size(normal[clause.start : clause.end]) for clause in found]
        short = next((n for n, size in enumerate(sizes) if size < _LEAST_SIZE), None)
        if not joints or (short is None and len(found) <= MOST_CLAUSES):
            return found
        beside = [n for n in range(len(joints)) if short is None or n in (short - 1, short)]
        del joints[min(beside, key=lambda n: _strength(found[n + 1].joint))]


def adds(joint: str) -> bool:
    """Return whether a joint says that something else follows: "also", "by the way", 另外."""
    return bool(_ADDING.search(joint))


def asks(clause: str) -> bool:
    """Return whether a clause is a question, a wish or an order, and not a statement."""
    clause = normalise(clause)
    if count_han(clause):
        wish = _WISH_ZH.search(clause) and not _STATEMENT_ZH.search(clause)
        return bool(_QUESTION_ZH.search(clause) or wish)
    return bool(_ASKING_WORD.search(clause)) or not _STATEMENT.match(clause)


def _between(text: str, joints: list[tuple[int, int]]) -> list[Clause]:
    starts = [0, *(end for _, end in joints)]
    ends = [*(start for start, _ in joints), len(text)]
    words = ["", *(text[start:end] for start, end in joints)]
    return [Clause(*clause) for clause in zip(starts, ends, words, strict=True)]


def _size(text: str) -> int:
    return count_han(text) + 2 * len(_OTHER_WORD.findall(text))


def _strength(joint: str) -> int:
    """Return how likely something new begins behind a joint: most after a sentence's end."""
    if _ENDING.search(joint):
        return 3
    if _ADDING.search(joint):
        return 2
    return 1 if _LINKING.search(joint) else 0
