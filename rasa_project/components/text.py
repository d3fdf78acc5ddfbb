"""Characters: which are Chinese, and one form for those that can be typed in several."""

from __future__ import annotations

import re

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""The Han characters, to stand in a regular expression's [...]."""

_HAN = re.compile(f"[{HAN}]")
# Unicode chart FF00: the full-width forms of ! to ~ stand 0xFEE0 above them.
_USUAL_FORM = {code + 0xFEE0: code for code in range(ord("!"), ord("~") + 1)} | str.maketrans(
    "\u3000\u00a0\u2018\u2019\u2010\u2011\u2212\uffe1\uffe5", "  ''---£¥"
)


def normalise(text: str) -> str:
    """Return `text` with full-width characters, quotes and hyphens in their usual form.

    Every character is replaced by exactly one, so positions in the result are positions in `text`.
    """
    return text.translate(_USUAL_FORM)


def count_han(text: str) -> int:
    """Return how many Han characters `text` holds."""
    return len(_HAN.findall(text))
