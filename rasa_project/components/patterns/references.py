"""Which of the things just shown: "the second one", "#2", 最后一个; and "the same as last time"."""

from __future__ import annotations

import re
from typing import Final

from rasa_project.components.numerals import CHINESE, whole_number
from rasa_project.components.patterns.rule import BEGIN, END, MEASURE, Rule

_PLACES = [
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
]
_PLACE = rf"(?P<place>{'|'.join(_PLACES)}|[1-9]\d?(?:st|nd|rd|th))"
_NOUN = r"(?:ones?|items?|options?|choices?|products?|results?|models?|suggestions?|links?)"
# "the first time", "a second opinion", "the first order" are none of those shown.
_NOT_SHOWN = (
    r"(?!\s\d|[\s-](?:time|name|hand|class|floor|aid|half|quarter|day|week|weekend|month|year|place|party"
    r"|page|order|purchase|payment|delivery|step|thing|edition|generation|opinion|chance|of|to)"
    r"(?![a-z]))"
)
_KIND = rf"(?:{MEASURE}(?!月|星期|小时|小時|季度|礼拜|禮拜)|[款种種项項样樣])"


def _place(match: re.Match[str]) -> int | None:
    said = match["place"].lower()
    if said in _PLACES:
        return _PLACES.index(said) + 1
    return whole_number(re.sub(r"(?:st|nd|rd|th)$", "", said)) or None


def _from_the_end(match: re.Match[str]) -> int | None:
    place = whole_number(match["place"])
    return -place if place else None


ORDINAL: Final = [
    Rule("ordinal", rf"{BEGIN}(?P<span>{_PLACE}\s{_NOUN}){END}", _place),
    Rule("ordinal", rf"(?:{BEGIN}the|\bmy)\s(?P<span>{_PLACE}){END}{_NOT_SHOWN}(?!-)", _place),
    Rule("ordinal", rf"^\s*(?P<span>{_PLACE})(?:\s(?:please|pls))?[\s.!]*$", _place),
    Rule(
        "ordinal",
        rf"{BEGIN}(?P<span>(?:last|final)\s{_NOUN}){END}",
        lambda match: -1,
    ),
    Rule("ordinal", r"(?:\bthe|^)\s*(?P<span>last)(?:\s(?:please|pls))?[\s.!]*$", lambda match: -1),
    Rule(
        "ordinal",
        rf"(?<!order\s)(?<!phone\s)(?<!invoice\s)(?<!customer\s)(?<!ticket\s)(?<!tracking\s)"
        rf"{BEGIN}(?P<span>(?:number|option|no\.)\s?(?P<place>[1-9]|1\d|20)){END}(?![.,-]\d)",
        _place,
    ),
    Rule(
        "ordinal",
        r"(?<!order\s)(?<!order)(?<!invoice\s)(?<!customer\s)(?<!ticket\s)(?<![订單单])(?<!订单\s)"
        rf"(?P<span>\#(?P<place>[1-9]|1\d|20)){END}(?![.,-]\d)",
        _place,
    ),
    Rule("ordinal", rf"(?P<span>倒[数數]第(?P<place>{CHINESE}|\d{{1,2}}){_KIND})", _from_the_end),
    Rule("ordinal", rf"(?P<span>第(?P<place>{CHINESE}|\d{{1,2}}){_KIND})", _place),
    Rule("ordinal", rf"(?P<span>(?:最后|最後)(?:那)?一?{_KIND})", lambda match: -1),
]

LAST_TIME: Final = "last_time"
REFERENCE: Final = [
    Rule(
        "reference",
        rf"""{BEGIN}(?P<span>
            (?:the\s)?same\s(?:as|like)\s(?:last\stime|before|always|previously|the\slast\stime)
            |(?:the|my)\susual(?=\s(?:please|order|again|one|stuff|for)|[\s.,!?]*$)
            |(?:just\s)?like\s(?:before|last\stime)
            |as\slast\stime
            |same\s(?:again|order\sagain)
            |what\si\s(?:bought|ordered|had|got)\slast\stime
        ){END}""",
        lambda match: LAST_TIME,
    ),
    Rule(
        "reference",
        r"""(?P<span>[和跟同与與]?(?:上次|上回|上一次|以前|之前|往常|平时|平時)的?(?:一样|一樣|那样|那樣|一模一样)
            |老样子|老樣子|照旧|照舊|照老样子|(?:跟|和|按|照)?(?:上次|上回)(?:买|買|订|訂|购|購)的
            |[按照](?:上次|上回|往常|平时))""",
        lambda match: LAST_TIME,
    ),
]
