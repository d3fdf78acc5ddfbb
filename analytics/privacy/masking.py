"""Personal data taken out of texts that leave the conversation: logs, reports, other systems.

What is found by its form gives way to a placeholder of its kind: `[email]`, `[id]` (of a Chinese
identity card), `[card]`, `[phone]`, `[address]` (also a postcode) and `[name]`. Numbers of orders,
SKUs, prices, dates and quantities stay. Masking a masked text changes nothing. Every repetition in
the patterns is bounded, so the time grows with the length of the text and no faster.

Standard library only, Python 3.10.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

EMAIL: Final = "[email]"
IDENTITY: Final = "[id]"
CARD: Final = "[card]"
PHONE: Final = "[phone]"
ADDRESS: Final = "[address]"
NAME: Final = "[name]"

CARD_DIGITS: Final = range(13, 20)
"How many digits a payment card has, ISO/IEC 7812-1."
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
"The digit sum of each digit's double."

_NOT_IN_WORD: Final = r"(?<![A-Za-z0-9_-])"
_WORD_ENDS: Final = r"(?![A-Za-z0-9]|-[A-Za-z0-9])"
_GAP: Final = r"[ \u00a0().–-]{0,2}"
_HAN: Final = r"[\u4e00-\u9fff]"

_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9_.%+-])(?:(?![\u4e00-\u9fff])[\w.%+-]){1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z]{2,24}"
    r"(?![A-Za-z0-9])"
)
_IDENTITY: Final = re.compile(
    r"(?<![A-Za-z0-9])\d{6}[ -]?\d{8}[ -]?\d{3}[0-9Xx](?![A-Za-z0-9])", re.ASCII
)
_DIGITS: Final = re.compile(r"\d+(?:[ \u00a0.–-]{1,3}\d+)*")
_PHONES: Final = (
    # International.
    rf"(?<![A-Za-z0-9_])(?:\+|00(?=[1-9]))[1-9](?:{_GAP}\d){{6,13}}{_WORD_ENDS}",
    # Chinese mobile, with or without the country's code.
    rf"{_NOT_IN_WORD}(?:86[ -]?)?1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}{_WORD_ENDS}",
    # British, and a Chinese landline of eleven digits at most.
    rf"{_NOT_IN_WORD}\(?0[1-9]\d(?:{_GAP}\d){{7,8}}{_WORD_ENDS}",
    # A Chinese landline of twelve.
    rf"{_NOT_IN_WORD}\(?0[3-9]\d\d[) -]{{1,2}}\d{{4}}[ -]?\d{{4}}{_WORD_ENDS}",
    # American.
    rf"{_NOT_IN_WORD}(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])"
    rf"[2-9]\d\d[ .-]\d{{4}}{_WORD_ENDS}",
    # Any other that is called one.
    r"(?:(?i:\b(?:tele)?phone|\bmobile|\bcell|\btel|\bwhatsapp|\bcall me|\breach me)|"
    r"电话|手机|致电)"
    r"(?i: number| no\.?| is| at| on|号码|号|是|为){0,3}[ :：]{0,2}"
    rf"\K(?!0{{7}})\d(?:{_GAP}\d){{6,14}}{_WORD_ENDS}",
)

_STATES: Final = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|"
    "T[NX]|UT|V[AT]|W[AIVY]"
)
_BRITISH: Final = r"[A-Za-z]{1,2}\d[A-Za-z\d]?%s\d(?!(?i:GB|TB)\b)[ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2}"
_POSTCODES: Final = (
    rf"{_NOT_IN_WORD}(?:{_BRITISH % ' '}|(?:{_STATES}) \d{{5}}(?:-\d{{4}})?){_WORD_ENDS}"
)
_CALLED_POSTCODE: Final = (
    r"(?:(?i:\bpost(?:al )?code|\bpost code|\bzip(?: code)?)|邮编|邮政编码)"
    r"(?i: is|是|为)?[ :：]{0,2}"
    rf"\K(?:{_BRITISH % '[ -]?'}|\d{{6}}|\d{{5}}(?:-\d{{4}})?){_WORD_ENDS}"
)
_NO_NAME: Final = (
    r"(?!(?i:in|on|of|to|a|an|for|my|me|is|it|and|or|by|at|i|the|from|with|per|x|each|more)\b)"
)
_WORD: Final = rf"{_NO_NAME}[A-Za-z][A-Za-z'’.]{{0,20}}"
_CAPITALISED: Final = r"(?:[A-Z][A-Za-z'’.]{0,20}|of|the|on|upon|and)"
_TOWN: Final = rf"(?:,? {{1,2}}(?!{_STATES} \d)[A-Z][A-Za-z'’-]{{1,20}}){{0,4}},? {{0,2}}"
_STREETS: Final = (
    r"(?:(?i:flat|apt\.?|apartment|unit|suite|room) [0-9A-Za-z]{1,5},? )?"
    r"(?<![A-Za-z0-9_.-])\d{1,5}[A-Za-z]?(?:[/-]\d{1,5})?,? "
    rf"(?:(?:{_WORD} ){{1,4}}(?i:street|road|avenue|boulevard|lane)"
    rf"|[A-Z][A-Za-z'’.]{{0,20}} (?:{_CAPITALISED} ){{0,3}}(?:St|Rd|Ave?|Blvd|Ln|Drive|Dr|Court|Ct|"
    r"Place|Pl|Square|Sq|Close|Way|Crescent|Terrace|Gardens|Grove|Row|Hill|Mews|Parade|Highway|Hwy|"
    r"Parkway|Pkwy|Quay|Green|Walk))\b\.?"
    r"(?:,? (?i:flat|apt\.?|apartment|unit|suite|room) [0-9A-Za-z]{1,5}\b)?"
    rf"(?:{_TOWN}{_POSTCODES})?"
)
_BOX: Final = r"(?i:\bP\.? ?O\.? ?Box \d{1,6})\b"
_PROVINCE: Final = (
    "(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|"
    "四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)"
    "(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?"
)
_PLACE: Final = (
    r"(?:(?![我你您他她的是在到寄送请把给了住址改换为想要省个这那哪有例])(?!成(?!都))"
    r"[\u4e00-\u9fff])"
)
_CITY: Final = rf"{_PLACE}{{2,6}}?(?:市|自治州)"
_DISTRICT: Final = rf"{_PLACE}{{1,6}}?(?:区|县|镇|乡|村)"
_ROAD: Final = (
    rf"{_PLACE}{{1,8}}?(?:路|街|大道|巷|胡同|弄|里)(?:[东西南北中]|[一二三四五六七八九十]{{1,2}})?(?:段|路)?"
    r" ?\d{1,5}(?:-\d{1,4})? ?(?:号|弄)"
)
_ROOM: Final = (
    rf"(?:[ ,，]?{_PLACE}{{0,10}}?[0-9A-Za-z一二三四五六七八九十-]{{1,6}}"
    r"(?:号楼|栋|幢|座|单元|层|楼|室|号|房)){0,5}"
)
_CHINESE: Final = (
    (
        rf"(?={_HAN})(?:{_PROVINCE} ?)?(?:{_CITY} ?)?(?:{_DISTRICT} ?){{0,3}}{_ROAD}{_ROOM}",
        r"[\u4e00-\u9fff] ?\d{1,5}(?:-\d{1,4})? ?[号弄]",
    ),
    (
        rf"(?={_HAN})(?:{_PROVINCE} ?(?:{_CITY} ?)?|{_CITY} ?)(?:{_DISTRICT} ?){{1,3}}"
        rf"(?:{_PLACE}{{1,12}}?(?:小区|花园|大厦|公寓|广场|苑))?{_ROOM}",
        "[区县镇乡村]",
    ),
)
"Each with what a text must have for it to be tried."

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_I_AM: Final = "(?<![帮给替为])我叫|我的名字[是叫]"
_TOLD_NAMES: Final = (
    r"\b(?:Full )?Name: {0,2}\K[A-Z][\w'’-]{0,30}(?: [A-Z][\w'’.-]{0,30}){0,3}",
    r"(?i:\bmy (?:full |first |last |real )?name(?:'s|’s| is)|\bi(?:'m| am) called)"
    r"(?! (?i:not|now|wrong|different|incorrect|missing|changed|spel[lt]|mis-?spel[lt]))"
    rf" {{0,2}}\K(?:[A-Z][\w'’-]{{0,30}}(?: [A-Z][\w'’.-]{{0,30}}){{0,3}}"
    rf"|{_WORD}(?: {_NO_NAME}(?!(?i:but|can|please|want|not|order|would|have)\b){_WORD})?)",
    rf"(?:{_I_AM}|名字[:：是]|姓名[:：是]?|收货人[:：是]?|收件人[:：是]?) ?"
    rf"\K(?:(?:欧阳|司马|上官|诸葛|皇甫|令狐)|[{_SURNAMES}]){_HAN}{{1,2}}",
    rf"(?:{_I_AM}|姓名[:：]|收货人[:：]|收件人[:：]) ?"
    rf"\K(?![你您他她它])(?!什么){_HAN}{{2,4}}(?=[^\u4e00-\u9fff]|$)",
)


def mask(text: str, names: Iterable[str] = ()) -> str:
    """Return the text with placeholders for personal data.

    Args:
        names: of people who may be named in it; the whole name in any case, and each of its words
            as it is written.
    """
    known = sorted({name.strip() for name in names}, key=len, reverse=True)
    masked = _mask_once(text, known)
    # What stood beside something that is masked now may be recognised without it.
    while masked != text:
        text, masked = masked, _mask_once(masked, known)
    return masked


def mask_all(data: Any, names: Iterable[str] = ()) -> Any:
    """Return JSON data with every text in it masked; the keys of its objects stay."""
    names = tuple(names)
    if isinstance(data, str):
        return mask(data, names)
    if isinstance(data, Mapping):
        return {key: mask_all(value, names) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [mask_all(one, names) for one in data]
    return data


def _mask_once(text: str, names: Iterable[str]) -> str:
    text = _EMAIL.sub(EMAIL, text)
    text = _IDENTITY.sub(_identity, text)
    text = _DIGITS.sub(_cards, text)
    for pattern, placeholder in _BY_FORM:
        text = pattern.sub(placeholder, text)
    for name in names:
        text = _without_name(text, name)
    return text


class MaskingFilter(logging.Filter):
    """Masks what a log record says, with its arguments, exception and stack."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            said = record.getMessage()
        except (TypeError, ValueError, KeyError):
            # The handler would complain, and print the arguments as they are.
            said = f"{record.msg} (with arguments that do not fit)"
        record.msg = mask(said)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask(record.exc_text)
            # A formatter that had the exception itself would write it unmasked.
            record.exc_info = None
        if record.stack_info:
            record.stack_info = mask(record.stack_info)
        return True


def install() -> None:
    """Mask every record of this process, whichever handlers there are or come later."""
    make, masking = logging.getLogRecordFactory(), MaskingFilter()
    if getattr(make, "masks", False):
        return

    def masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        masking.filter(record)
        return record

    masked.masks = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(masked)


def luhn_valid(digits: str) -> bool:
    """Return whether the last digit is the check digit of those before it, ISO/IEC 7812-1."""
    values = [int(one) for one in digits]
    return (sum(values[-1::-2]) + sum(_DOUBLED[one] for one in values[-2::-2])) % 10 == 0


def _cards(match: re.Match[str]) -> str:
    """Return a run of digits, in groups with signs between them, without the cards in it."""
    run = match.group()
    if len(run) < CARD_DIGITS.start:
        return run
    groups = [one.span() for one in re.finditer(r"\d+", run)]
    kept, done, first = [], 0, 0
    while first < len(groups):
        last = _end_of_card(match, groups, first)
        if last > first:
            kept += [run[done : groups[first][0]], CARD]
            done = groups[last - 1][1]
        first = max(last, first + 1)
    return "".join([*kept, run[done:]])


def _end_of_card(match: re.Match[str], groups: list[tuple[int, int]], first: int) -> int:
    """Return the place behind the last group of a card that begins with the group `first`.

    Two dates side by side, or a list of quantities, are no card whatever their sum: between the
    groups of a card stands the same sign, and they are of one size or long.
    """
    run, end = match.group(), first
    digits = ""
    gap: str | None = None
    sizes: set[int] = set()
    for at in range(first, len(groups)):
        start, stop = groups[at]
        if at > first:
            before = run[groups[at - 1][1] : start]
            gap = gap or before
            sizes.add(groups[at - 1][1] - groups[at - 1][0])
            if before != gap or (len(sizes) > 1 and min(sizes) < 4):
                break
        digits += run[start:stop]
        if len(digits) >= CARD_DIGITS.stop:
            break
        if len(digits) in CARD_DIGITS and luhn_valid(digits):
            whole = match.start() + groups[first][0], match.start() + stop
            end = end if _in_code(match.string, *whole) else at + 1
    return end


def _in_code(text: str, start: int, end: int) -> bool:
    """Return whether a code goes on before or behind: letters with other digits among them."""
    before = re.search(r"[0-9A-Za-z]{0,40}$", text[max(0, start - 40) : start])
    behind = re.match(r"[0-9A-Za-z]{0,40}", text[end : end + 40])
    around = (before.group() if before else "") + (behind.group() if behind else "")
    return any(one.isdigit() for one in around)


def _identity(match: re.Match[str]) -> str:
    """Return the placeholder where the check digit is right, GB 11643-1999."""
    digits = re.sub(r"[ -]", "", match.group()).upper()
    total = sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(digits[:17]))
    return IDENTITY if "10X98765432"[total % 11] == digits[17] else match.group()


def _without_name(text: str, name: str) -> str:
    if len(name) < 2:
        return text
    text = re.sub(rf"(?<![\w\[]){re.escape(name)}(?![\w\]])", NAME, text, flags=re.IGNORECASE)
    if re.search(_HAN, name):
        return text.replace(name, NAME)
    for word in name.split():
        if len(word) > 1:
            text = re.sub(rf"(?<![\w\[]){re.escape(word)}(?![\w\]])", NAME, text)
    return text


class _After:
    """A pattern whose match begins at its mark `\\K`: what comes before it stays.

    Args:
        needs: what a text must have for the pattern to be tried, where that is dear.
    """

    def __init__(self, pattern: str, needs: str = "") -> None:
        self._needs = re.compile(needs)
        cue, _, found = pattern.rpartition(r"\K")
        self._pattern = re.compile(f"({cue}){found}")

    def sub(self, placeholder: str, text: str) -> str:
        if not self._needs.search(text):
            return text
        return self._pattern.sub(rf"\g<1>{placeholder}", text)


_BY_FORM: Final = (
    *((_After(pattern), PHONE) for pattern in _PHONES),
    *((_After(pattern, needs), ADDRESS) for pattern, needs in _CHINESE),
    *((_After(pattern), ADDRESS) for pattern in (_STREETS, _BOX)),
    *((_After(pattern), ADDRESS) for pattern in (_POSTCODES, _CALLED_POSTCODE)),
    *((_After(pattern), NAME) for pattern in _TOLD_NAMES),
)
