"""Personal data are found by their form; what a shop's talk is about is not."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import actions.__main__ as action_server
from actions.services import Services, services
from analytics import cli
from analytics.errors import SettingsError
from analytics.privacy.masking import MaskingFilter, install, luhn_valid, mask, mask_all

ROOT = Path(__file__).parents[3]
PERSONAL = [
    ("write to ann.smith+x@mail.example.co.uk please", "write to [email] please"),
    ("邮箱ann@example.com，谢谢", "邮箱[email]，谢谢"),
    ("call +44 20 7946 0000", "call [phone]"),
    ("call +44 (0)20 7946 0000.", "call [phone]."),
    ("0086 138 0013 8000", "[phone]"),
    ("or 020 7946 0000, 07700 900123", "or [phone], [phone]"),
    ("02079460000", "[phone]"),
    ("(415) 555-0132 or 415-555-0132 or 1-415-555-0132", "[phone] or [phone] or [phone]"),
    ("手机13800138000，座机010-65529988或0755-26012345", "手机[phone]，座机[phone]或[phone]"),
    ("my phone number is 5550132", "my phone number is [phone]"),
    ("4111 1111 1111 1111 exp 12/27", "[card] exp 12/27"),
    ("visa4111111111111111", "visa[card]"),
    ("amex 3782 822463 10005, 4111-1111-1111-1111", "amex [card], [card]"),
    ("5 4111 1111 1111 1111", "5 [card]"),
    ("卡号6222021234567890128。", "卡号[card]。"),
    ("身份证11010519491231002X。", "身份证[id]。"),
    ("ID 110105 19491231 002X", "ID [id]"),
    ("send it to 12 High Street, Leeds LS1 4AP", "send it to [address]"),
    ("to 221B Baker Street London NW1 6XE now", "to [address] now"),
    ("Flat 3, 7 Mill Lane", "[address]"),
    ("1600 Pennsylvania Ave, Washington, DC 20500", "[address]"),
    ("P.O. Box 1234", "[address]"),
    ("moved to LS1 4AP", "moved to [address]"),
    ("postcode sw1a1aa", "postcode [address]"),
    ("my zip code is 90210", "my zip code is [address]"),
    ("邮编：100022", "邮编：[address]"),
    ("请寄到北京市朝阳区建国路88号3号楼501室", "请寄到[address]"),
    ("地址改为广东省深圳市南山区深南大道10000号", "地址改为[address]"),
    ("上海浦东新区世纪大道100号", "[address]"),
    ("my name is ann smith and I want", "my name is [name] and I want"),
    ("My name is Ann Smith.", "My name is [name]"),
    ("我叫王小明，想查订单", "我叫[name]，想查订单"),
    ("收货人：欧阳娜娜", "收货人：[name]"),
    ("Name: Ann Smith", "Name: [name]"),
    ("默认地址换成青岛市市南区海港路3号", "默认地址换成[address]"),
]
OTHER = [
    "order SC113846 of 2026-11-27, 3 x LAMP-012-RED for £1,234.56",
    "where are SC113846, SC113847 and 536365 536366?",
    "from 2026-11-01 2026-11-30, or 01-02-2026 10:30, or 2026/11/27 08:15",
    "2026-11-27 12:30:00,123 INFO actions: 200 of 1000 done in 0.4 s",
    "I want 3 lamps on the way, 2 in the street",
    "M1 2TB and 2 red lamps at 19.99",
    "order number 12345678, quote Q-7KM2XW9R, ticket T-7KM2XW9R",
    "tracking GB123456789 1Z999AA10123456784",
    "550e8400-e29b-41d4-a716-446655440000",
    "card 4111 1111 1111 1112 is none",
    "110105194912310021 has another check digit",
    "11月5日 12号到货，你知道12号能到吗，我在中山路",
    "我叫你退货，共 3 件，¥1234.50",
    "尺码 XL，2 号柜，第 3 层",
    "我在云南一个小镇上，帮我叫个人来",
    "my name is misspelt on the bill, my last name's different now",
    '{"type": "slot", "name": "language", "value": 3}',
    "condition: [{type: slot, name: language, value: zh}]",
]
NOTHING_PERSONAL = st.lists(
    st.sampled_from(
        ["order", "SC113846", "LAMP-012-RED", "3", "12", "£19.99", "2026-11-27", "订单", "件",
         "red", "lamp", "1,234.56", "10:30", "XL", "退货", "Q-7KM2XW9R", "?", "，", "50%"]
    )
).map(" ".join)  # fmt: skip
FRAGMENTS = st.sampled_from(
    ["a@b.com", "+44 20 7946 0000", "4111 1111 1111 1111", "my name is", "Ann", "我叫王", "小明",
     "12 High Street", "LS1 4AP", "北京市朝阳区建国路88号", "[name]", "[card]", "-", " ", ".", "@",
     "0", "1", "4111", "号", "name", "postcode"]
)  # fmt: skip


@pytest.mark.parametrize(("text", "masked"), PERSONAL)
def test_personal_data_give_way_to_their_kind(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", OTHER)
def test_what_a_shop_talks_about_stays(text: str) -> None:
    assert mask(text) == text


@settings(deadline=None)
@given(NOTHING_PERSONAL)
def test_a_text_without_personal_data_stays(text: str) -> None:
    assert mask(text) == text


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(st.one_of(FRAGMENTS, st.text(max_size=3))).map("".join)))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text, ["Ann Smith", "王小明"])
    assert mask(once, ["Ann Smith", "王小明"]) == once


@st.composite
def cards(draw: st.DrawFn) -> str:
    digits = draw(st.text("0123456789", min_size=12, max_size=18))
    whole = next(digits + last for last in "0123456789" if luhn_valid(digits + last))
    size = draw(st.sampled_from([4, 4, 19]))
    groups = [whole[at : at + size] for at in range(0, len(whole), size)]
    return draw(st.sampled_from([" ", "-", "–", "."])).join(groups)


@settings(deadline=None)
@given(cards(), st.sampled_from(["", "card ", "卡号", "no. 7: ", "visa"]))
def test_no_card_is_left(card: str, before: str) -> None:
    digits = re.sub(r"\D", "", card)
    masked = mask(f"{before}{card}, thanks")
    left = re.sub(r"\D", "", masked)
    assert digits not in left
    assert digits[-8:] not in left


def test_names_that_are_known_are_found() -> None:
    text = "ANN SMITH wrote; Ann is Smith, not Annabel. 王小明来了"
    masked = "[name] wrote; [name] is [name], not Annabel. [name]来了"
    assert mask(text, ["Ann Smith", "王小明", ""]) == masked


def test_json_is_masked_at_every_depth() -> None:
    data = {"email": "a@b.com", "lines": [{"text": "call 020 7946 0000", "n": 2}], "at": None}
    masked = {"email": "[email]", "lines": [{"text": "call [phone]", "n": 2}], "at": None}
    assert mask_all(data) == masked
    assert mask_all(["Ann"], names=["Ann"]) == ["[name]"]


@pytest.mark.parametrize(
    "piece",
    ["0", "1 ", "a ", "路", "北京市朝阳区", "12 High ", "a.a-", "+44 ", "我叫王", "A", "1-",
     "(020) ", "my name is ", "x@", "a@a.", "tel phone ", "Flat 1, ", "a b, ", "二段", "LS1 "],
)  # fmt: skip
def test_the_time_grows_with_the_length_and_no_faster(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        return min(_timed(text) for _ in range(3))

    assert seconds(10_000) < 1
    assert seconds(40_000) < 8 * max(seconds(10_000), 0.02)


def _timed(text: str) -> float:
    # Not the time on the wall: other work on the machine is not ours.
    start = time.process_time()
    mask(text)
    return time.process_time() - start


def _logger(stream: StringIO) -> tuple[logging.Logger, logging.Handler]:
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("tests.masking")
    logger.handlers, logger.propagate = [handler], False
    return logger, handler


def test_a_log_record_is_masked_with_its_arguments_and_its_exception() -> None:
    stream = StringIO()
    logger, handler = _logger(stream)
    handler.addFilter(MaskingFilter())
    logger.warning("of %s", "ann@example.com", stack_info=True)
    try:
        raise ValueError("no ann@example.com")
    except ValueError:
        logger.exception("call %(phone)s", {"phone": "020 7946 0000"})
    said = stream.getvalue()
    assert "ann@" not in said
    assert "of [email]" in said
    assert "call [phone]" in said
    assert "ValueError: no [email]" in said
    assert "Traceback" in said


def test_arguments_that_do_not_fit_are_not_told_either(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream = StringIO()
    logger, handler = _logger(stream)
    handler.addFilter(MaskingFilter())
    logger.warning("%d units", "ann@example.com")
    assert stream.getvalue() == "%d units (with arguments that do not fit)\n"
    assert "ann@" not in capsys.readouterr().err


@pytest.fixture
def record_factory() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(before)


def _masks() -> bool:
    stream = StringIO()
    _logger(stream)[0].warning("of ann@example.com")
    return stream.getvalue() == "of [email]\n"


@pytest.mark.usefixtures("record_factory")
def test_the_command_line_masks_what_it_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _masks()
    monkeypatch.setattr(cli, "app", lambda: None)
    cli.main()
    assert _masks()


@pytest.mark.usefixtures("record_factory")
def test_the_action_server_masks_what_it_logs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    monkeypatch.setattr(Services, "warm_up", _refuse)
    services.cache_clear()
    assert action_server.main() == 1
    assert _masks()
    services.cache_clear()


def _refuse(_: Services) -> None:
    raise SettingsError("HOME", "nothing", "something")


def test_once_installed_handlers_that_come_later_say_nothing_either() -> None:
    before = logging.getLogRecordFactory()
    try:
        install()
        installed = logging.getLogRecordFactory()
        install()
        assert logging.getLogRecordFactory() is installed
        stream = StringIO()
        logger, _ = _logger(stream)
        logger.warning("of %s and %d", "ann@example.com", 3)
        assert stream.getvalue() == "of [email] and 3\n"
    finally:
        logging.setLogRecordFactory(before)


def test_masking_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; import analytics.privacy.masking;"
        "print([one for one in ('sqlalchemy', 'yaml', 'pydantic') if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"
