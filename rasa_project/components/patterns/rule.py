"""A rule finds entities of one kind by a regular expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

BEGIN = r"(?<![A-Za-z0-9])"
"""No letter or digit before. Unlike \\b it sees that a word begins between "个" and "8"."""

END = r"(?![A-Za-z0-9])"
"""No letter or digit after."""

MEASURE = "[个個件只隻盏盞张張条條份箱套双雙本把台臺瓶包盒袋支对對]"
"""A Chinese measure word: what is counted by it is things."""

PIECES = r"(?:pcs|pc|pieces?|units?|items?|copies|boxes|sets|pairs|packs)(?![a-z])"
"""An English word for pieces."""

TIME = (
    r"(?:[\s-]?(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|working|business"
    r"|am|pm|o'clock)(?![a-z])|\s?(?:个月|個月|个小时|個小時|个星期|個星期|个工作日|個工作日"
    r"|工作日|小时|小時|分钟|分鐘|天|日|号|號|周|週|月|年|点|點|岁|歲))"
)
"""A unit of time, with which a number is a period or a date."""

SIZE = (
    r"(?:\s?(?:cm|mm|m|km|in|inch|inches|ml|cl|l|kg|g|w|v|gb|tb|mb)(?![a-z])"
    r"|\s?(?:厘米|毫米|公分|米|公斤|千克|克|毫升|升|英寸|寸|码|碼))"
)
"""A unit of length, volume, weight, power or memory."""

Value = str | int


@dataclass(frozen=True)
class Found:
    """An entity at `text[start:end]`. `bound` is "max" or "min" for money that is a limit."""

    entity: str
    value: Value
    start: int
    end: int
    bound: str | None = None


@dataclass(frozen=True)
class Rule:
    """What `pattern` matches is an `entity` unless `value` makes None of the match.

    Attributes:
        pattern: a verbose regular expression, case ignored; the entity is its group `span`. A match
            of a group named `most…` or `least…` makes it a limit.
    """

    entity: str
    pattern: str
    value: Callable[[re.Match[str]], Value | None]

    def find(self, text: str) -> Iterator[Found]:
        """Yield what the rule finds in `text`, which is normalised."""
        for match in compiled(self.pattern).finditer(text):
            value = self.value(match)
            if value is not None:
                start, end = match.span("span")
                yield Found(self.entity, value, start, end, _bound(match))


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a verbose regular expression that ignores case."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


def _bound(match: re.Match[str]) -> str | None:
    matched = [name for name, group in match.groupdict().items() if group]
    if any(name.startswith("most") for name in matched):
        return "max"
    if any(name.startswith("least") for name in matched):
        return "min"
    return None
