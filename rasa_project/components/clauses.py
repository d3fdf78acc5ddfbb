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
    r"\b(?:also|plus|besides|additionally|separately|by\ the\ way|btw|oh|on\ top\ of\ that"
    r"|(?:one\ more|another)\ (?:thing|question)|while\ (?:you|yo)?u?'?(?:re|r|\ are)\ at\ it)\b"
    "|还有(?!货|没|吗|多|几|什么|哪)|還有(?!貨|沒|嗎|多|幾|什麼|哪)"
    "|另外|此外|以及|同[时時]|[顺順][便带帶](?:[问問]一?下?)?"
)
_LINKS: Final = r"\b(?:and|then)\b|&|\+(?=\s)|(?<=\s)[-–—](?=\s)|然[后後]|[并並]且|而且"
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
    want|wanna|need(?!\ it)|would\ like|[a-z]+'?d\ like|wish|love\ to|looking\ for|have\ to|please
    |pls|help|how|what|where|when|which|who|why|whether|wondering|(?:can|could)(?!'t|not)|tell\ me
    )\b""",
    re.I | re.X,
)
_STATEMENT = re.compile(
    r"""\W*(?:(?:but|so|because|since|as|hi|hey|hello|yo|ok|well|sorry|dear\ \w+),?\s+)*(?:
    i|we|you|he|she|it|they|this|that|these|those|there|the|an?|my|our|your|his|her|their|one|some|not|all
    |in|into|for|on|at|with|without|under|about|everything|nobody|customer|been|never|just
    )\b""",
    re.I | re.X,
)
# And in Chinese: by a question or a wish, or else without any word that only a statement has.
_QUESTION_ZH = re.compile(
    r"[吗嗎呢?哪几幾怎啥谁誰]|什[么麼]|多[少久长長大重]|是否|不能|有[没沒]有|如何|可以|能否"
    r"|[没沒不]\W*$|^[我你您]?(?:[别別]|不要)"
)
_WISH_ZH = re.compile(
    r"我们?[还也]?[想要需]|^(?:[你您]好|[那再也还])?(?:"
    r"[想要请請帮幫求把查报報预預换換退改订訂买買开開发發找看来來问問取推告申下给給]"
    r"|需要|希望|麻[烦煩]|修改|[注註][销銷])"
    r"|一[下声聲]|[查看问問帮幫]下|[改换換]成|(?:[给給发發]|告[诉訴]|通知)我|[呗吧]\W*$"
)
_STATEMENT_ZH = re.compile(r"了\W*$|^[但因]|^我?们?[买買订訂下收换換退]了")
_TELLING_ZH = re.compile(
    "[了过過刚剛太很挺坏壞碎破]|已[经經]|一直|非常|不想要|[还還][没沒在]|[没沒][收到有]"
    "|^所以|^我们?是|^[她他它这這]"
)


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
        if _QUESTION_ZH.search(clause):
            return True
        tells = _TELLING_ZH.search(clause) and not _WISH_ZH.search(clause)
        return not (tells or _STATEMENT_ZH.search(clause))
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
