"""Turns of phrase that say what to do with the words beside them, in either language."""

from __future__ import annotations

import re
from typing import Final

_REJECTED: Final = re.compile(
    r"""(?: (?:\bnot|n't|\binstead\ of|\brather\ than)
            (?:\ (?:the|that|this|those|these|an?|for|order|number|quantity))*
          | 不(?:是|要)(?:[那这這][一-龥]?)?
        )\s*$""",
    re.I | re.X,
)
_CLAUSE: Final = re.compile(
    r"""(?:\bnot|n't|\binstead\ of|\brather\ than)\b[^,.;!?，。；！？]*
      | 不(?:是|要)[^,.;!?，。；！？是]*""",
    re.I | re.X,
)
_FOLLOWS: Final = re.compile(
    r"""^\s*(?:(?:and|or|but|ok(?:ay)?|then)[\s,]+)*(?:what|how)\s+about\b
      | ^\s*(?:and|or)\s+(?!(?:how|what|where|when|why|who|which|is|are|do|does|did|can|could|i)\b)
      | ^(?!.*[什怎多哪几幾])(?:\s*(?:那么?|那麼|还有|還有|换成|換成)|.*呢[\s?？。]*$)""",
    re.I | re.X,
)
_MENDS: Final = re.compile(
    r"""^\s*(?:(?:no|nope|sorry|oops|wait|actually|not\s+(?:the|that|this|those))\b[\s,.!]*)+
      | ^\s*(?:不[,，对對是]|错了|錯了|抱歉|对不起|對不起|等等|应该是|應該是|改成|换成|換成)
      | ^\s*(?:please\s+)?(?:make|change|switch)\s+(?:it|that|this)\b
      | \bi\s+(?:meant|mean)\b""",
    re.I | re.X,
)
_LEAVES: Final = re.compile(
    r"""\bnever\s?mind\b | \bforget\s+(?:it|that|about|the|this|my)\b | \bscrap\s+(?:that|the)\b
      | \bchanged\s+my\s+mind\b | 算了 | 不用了 | 不要了 | 先不 | 改主意""",
    re.I | re.X,
)
_STOPS: Final = re.compile(
    r"""^\W*(?:please\s+|ok(?:ay)?\W+)*
        (?:stop|cancel|quit|abort|exit|enough|leave\s+it|no(?!\s+(?:longer|need|reason|particular)\b)|nope|nah)\b
      | ^\W*(?:停|取消|退出|别弄了|算了|不[,，。\s])
      | ^\W*不[了要用是]*\W*$""",
    re.I | re.X,
)


_FILLERS: Final = re.compile(
    r"\b(?:and|or|plus|also|please|pls|the|it's|it|is|thanks)\b|[和跟与與及请請是的吧]|谢谢|謝謝",
    re.I,
)


_ASKS: Final = re.compile(
    r"""[?？]
      | ^\W*(?:how|what|when|where|who|whose|which|why)\b
      | ^\W*(?:do(?!\s+(?:it|so)\b)|does|did|is|are|can|could|will|would|may)\b
      | 吗\W*$ | 怎么|怎樣|怎样|什么时候|多久|为什么|哪里""",
    re.I | re.X,
)
_WORD: Final = re.compile("[A-Za-z']+|[\u4e00-\u9fff]")
_BIDS: Final = re.compile(
    r"^\W*(?:can|could|would|will|may)\s+(?:you|i|we|it|that|they)\b|可以|可不可以|能", re.I
)


def asks(text: str) -> bool:
    """Return whether the text is a question by its form."""
    return bool(_ASKS.search(text))


def bids(text: str) -> bool:
    """Return whether the text asks for something to be done, as a question by its form."""
    return bool(_BIDS.search(text))


def words(text: str) -> int:
    """Return how many words the text has; in Chinese, characters."""
    return len(_WORD.findall(text))


def says_more(rest: str) -> bool:
    """Return whether `rest`, a message without what it names, says anything: "please" does not."""
    return any(character.isalnum() for character in _FILLERS.sub(" ", rest))


def rejected(text: str, start: int) -> bool:
    """Return whether the words before `start` take back what begins there: "not", "不是"."""
    return bool(_REJECTED.search(text[:start]))


def kept(text: str) -> str:
    """Return the text without the clauses that take something back: "not the lamp", "不是灯"."""
    return _CLAUSE.sub(" ", text)


def follows(text: str) -> bool:
    """Return whether the text asks the same of something else: "and the blue one?", "那台灯呢"."""
    return bool(_FOLLOWS.search(text))


def mends(text: str) -> bool:
    """Return whether the text begins as a correction does: "no, 30", "sorry, I meant 30"."""
    return bool(_MENDS.search(text))


def stops(text: str) -> bool:
    """Return whether the text begins as a no or an order to stop does, whatever follows."""
    return bool(_STOPS.search(text))


def leaves(text: str) -> bool:
    """Return whether the text drops what was under way: "never mind", "算了"."""
    return bool(_LEAVES.search(text))
