"""E-mail addresses and phone numbers."""

from __future__ import annotations

import re

from rasa_project.components.patterns.rule import BEGIN, END, Rule


def _phone(match: re.Match[str]) -> str | None:
    span: str = match["span"]
    digits = re.sub(r"\D", "", span)
    # ITU-T E.164: at most 15 digits.
    if not 8 <= len(digits) <= 15:
        return None
    return f"+{digits}" if span.startswith("+") else digits


# RFC 5321, 4.5.3.1: at most 64 characters before the @.
EMAIL = [
    Rule(
        "email",
        r"(?P<span>[a-z0-9._%+-]{1,64}(?:'[a-z0-9._%+-]{1,63})?@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6})",
        lambda match: match["span"].lower(),
    )
]

# In this order: international; Chinese mobile; with the 0 of an area; with separators.
PHONE = [
    Rule(
        "phone",
        rf"""{BEGIN}(?P<span>
            \+\d(?:[\s().-]{{0,2}}\d){{7,14}}
            |1[3-9]\d(?:[\s-]?\d{{4}}){{2}}
            |0\d{{2,4}}(?:[\s-]?\d{{3,4}}){{2}}
            |\(\d{{3}}\)\s?\d{{3}}[\s.-]?\d{{4}}
            |\d{{3}}(?P<separator>[\s.-])\d{{3}}(?P=separator)\d{{4}}
        ){END}""",
        _phone,
    )
]
