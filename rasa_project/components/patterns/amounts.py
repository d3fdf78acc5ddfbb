"""Amounts of money and percentages."""

from __future__ import annotations

import re

from rasa_project.components.numerals import CHINESE, ENGLISH, SCALED, whole_number
from rasa_project.components.patterns.rule import BEGIN, MEASURE, PIECES, SIZE, TIME, Rule

_DECIMAL = r"(?:(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,9})(?:\.\d{1,4})?)"
_AMOUNT = rf"(?P<amount>{SCALED}|{_DECIMAL}|{CHINESE}|{ENGLISH})"

# ISO 4217 code: before the amount, after the amount.
_CURRENCIES = {
    "GBP": (r"£|GBP", r"£|GBP|pounds?|quid|英镑|英鎊"),
    "USD": (r"US\$|\$|USD", r"\$|USD|(?:us\s)?dollars?|bucks|美元|美金"),
    "EUR": (r"€|EUR", r"€|EUR|euros?|欧元|歐元"),
    "CNY": (r"¥|CNY|RMB", r"¥|CNY|RMB|yuan|人民币|人民幣|块钱|塊錢|块|塊|元"),
}
_BEFORE = "|".join(rf"(?P<{code}>{before})" for code, (before, _) in _CURRENCIES.items())
_AFTER = "|".join(rf"(?P<{code}>{after})" for code, (_, after) in _CURRENCIES.items())

# Beside a number without a currency only these make it money: "at least 5" is rather a quantity.
_LESS = r"under|below|less\sthan|cheaper\sthan"
_MORE = r"over|above|more\sthan"
_NOT = r"(?:not|no|nothing|none)\s"
_ZH_LESS, _ZH_MORE = "低于|低於|少于|少於", "高于|高於|超过|超過|多于|多於"
_ZH_NOT = "(?:不要|不能|不|别|別)"
_UNDER = rf"{_LESS}|{_NOT}(?:{_MORE})|{_ZH_LESS}|{_ZH_NOT}(?:{_ZH_MORE})"
_OVER = rf"{_MORE}|{_NOT}(?:{_LESS})|{_ZH_MORE}|{_ZH_NOT}(?:{_ZH_LESS})"
_UP_TO = rf"{_UNDER}|up\sto|at\smost|within|max(?:imum)?|最多"
_FROM = rf"{_OVER}|at\sleast|from|min(?:imum)?|至少"
_LIMIT = rf"(?:(?:(?P<most>{_UP_TO})|(?P<least>{_FROM}))\s*)?"
_LIMIT_AFTER = r"(?:\s*(?:(?P<most_after>以内|以內|以下|之内|之內|内)|(?P<least_after>以上)))"


def _decimal(amount: str) -> str | None:
    if re.fullmatch(_DECIMAL, amount):
        return amount.replace(",", "")
    number = whole_number(amount)
    return None if number is None else str(number)


def _off(match: re.Match[str]) -> str | None:
    """八折 leaves eight tenths to pay, 85折 and 8.5折 85 hundredths."""
    said = match["left"].replace(".", "")
    left = said if said.isascii() else "".join(str(whole_number(one)) for one in said)
    off = 100 - int(left.ljust(2, "0"))
    return str(off) if 0 < off < 100 else None


def _money(match: re.Match[str]) -> str | None:
    amount = _decimal(match["amount"])
    if amount is None:
        return None
    groups = match.groupdict()
    return " ".join([amount, *(code for code in _CURRENCIES if groups.get(code))])


# What stands before, between and after the two amounts of a range, and before the second one.
_SIGN = r"(?:£|US\$|\$|€|¥)"
_TO = r"\s?(?:-|–|~|to|到|至)\s?"
_RANGES = [
    (f"{_SIGN}?", _TO, rf"(?:{_BEFORE})\s?", ""),
    ("", _TO, "", rf"\s?(?:{_AFTER})(?![a-z])"),
    (rf"(?:{_BEFORE})", _TO, "", r"(?![\d%-])"),
    ("", _TO, "", "(?=之间|之間)"),
    (rf"between\s{_SIGN}?", r"\sand\s", rf"(?:{_BEFORE})\s?", ""),
    (r"between\s", r"\sand\s", "", rf"\s?(?:{_AFTER})(?![a-z])"),
]
_BOUNDS = [
    rule
    for first, between, second, after in _RANGES
    for rule in (
        Rule(
            "money",
            rf"{BEGIN}(?<!\d[.,]){first}(?P<span>(?P<amount>{_DECIMAL}))(?P<least_range>{between})"
            rf"(?={second}{_DECIMAL}(?:{after}))",
            _money,
        ),
        Rule(
            "money",
            rf"{BEGIN}(?<!\d[.,]){first}{_DECIMAL}(?P<most_range>{between})"
            rf"(?P<span>{second}(?P<amount>{_DECIMAL})(?:{after}))",
            _money,
        ),
    )
]

MONEY = [
    *_BOUNDS,
    Rule(
        "money",
        rf"{_LIMIT}(?P<span>{BEGIN}(?:{_BEFORE})\s?(?P<amount>{SCALED}))",
        _money,
    ),
    Rule("money", rf"{_LIMIT}(?P<span>{BEGIN}(?:{_BEFORE})\s?(?P<amount>{_DECIMAL}))", _money),
    Rule(
        "money",
        rf"""{_LIMIT}(?P<span>{BEGIN}(?<!\d[.,])(?<![几幾数數好]){_AMOUNT}\s?(?:{_AFTER})(?![a-z]))
            (?!\s?{MEASURE}){_LIMIT_AFTER}?""",
        _money,
    ),
    Rule(
        "money",
        rf"""{BEGIN}(?:(?P<most>{_UNDER})|(?P<least>{_OVER}))\s*(?P<span>(?P<amount>{_DECIMAL}))
            (?![a-z0-9-]|[.,]\d|\s?%|{TIME}|{SIZE}|\s?(?:{PIECES}|{MEASURE}))""",
        _money,
    ),
    Rule(
        "money",
        rf"""{BEGIN}(?<!\d[.,])(?<![几幾数數好])
            (?P<span>(?P<amount>{_DECIMAL}|{CHINESE})){_LIMIT_AFTER}""",
        _money,
    ),
]

PERCENT = [
    Rule(
        "percent",
        rf"(?P<span>{BEGIN}(?<!\d[.,]){_AMOUNT}\s?(?:%|percent|per\scent))",
        lambda match: _decimal(match["amount"]),
    ),
    Rule(
        "percent",
        rf"(?P<span>百分之{_AMOUNT})",
        lambda match: _decimal(match["amount"]),
    ),
    Rule(
        "percent",
        r"(?<![\d.对對])(?P<span>(?P<left>[1-9](?:\.?\d)?|[一二三四五六七八九]{1,2})折)(?![叠疊磨断斷])",
        _off,
    ),
]
