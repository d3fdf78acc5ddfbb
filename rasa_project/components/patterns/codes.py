"""Codes of orders, customers and stock-keeping units."""

from __future__ import annotations

import re

from rasa_project.components.patterns.rule import Rule

_LETTERS_HYPHEN_DIGIT = re.compile(r"[A-Z]{2,}[-_](?:[A-Z0-9]+[-_])*[A-Z]*\d")
# "300ML", "60W", "100TH", "1990S", "12-MONTH", "60X90", "2024-05-01"
_NO_CODE = re.compile(
    r"\d+(?:ML|CL|L|CM|MM|M|KM|KG|G|W|V|K|GB|TB|MB|MAH|IN|INCH|OZ|LBS?|X|PCS|S|ST|ND|RD|TH|AM|PM)"
    r"|\d{1,3}[-_][A-Z]+|\d{1,3}X\d{1,3}|\d{4}-\d{1,2}-\d{1,2}"
)


def _code(match: re.Match[str]) -> str | None:
    code: str = match["span"].upper()
    digits = sum(character.isdecimal() for character in code)
    if not digits or _NO_CODE.fullmatch(code):
        return None
    if match["hash"]:
        return code
    if code.isdecimal():
        return code if digits >= 4 else None
    if not re.search("[A-Z]", code):
        return code if digits >= 6 else None
    return code if digits >= 3 or _LETTERS_HYPHEN_DIGIT.match(code) else None


CODE = [
    Rule(
        "code",
        r"""(?<![a-z0-9_-])(?<!\d[.,/:])(?P<hash>\#\s?)?
            (?P<span>[a-z0-9]{1,24}(?:[-_][a-z0-9]{1,24}){0,5})(?![a-z0-9]|[.,/:]\d|年)""",
        _code,
    )
]
