"""The pricing policy's file: the default, a shop's copy, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from analytics.errors import InvalidFile
from analytics.pricing import load_policy
from analytics.pricing.policy import DEFAULT_POLICY

DEFAULT = DEFAULT_POLICY.read_text(encoding="utf-8")


def write(folder: Path, text: str) -> Path:
    path = folder / "pricing.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_shop_without_a_copy_gets_the_default(tmp_path: Path) -> None:
    policy = load_policy(tmp_path / "policies" / "pricing.yml")
    assert policy.volume_rate(9) == 0
    assert policy.volume_rate(10) == Decimal("0.03")
    assert policy.volume_rate(10_000) == Decimal("0.12")
    assert policy.segment_discounts["champions"] == Decimal("0.02")
    assert policy.tax.prices_include_tax is True


def test_a_shops_copy_wins_and_its_rates_are_exact(tmp_path: Path) -> None:
    path = write(tmp_path, DEFAULT.replace("margin_floor: 0.15", "margin_floor: 0.3333"))
    assert load_policy(path).margin_floor == Decimal("0.3333")


@pytest.mark.parametrize(
    ("found", "written", "explained"),
    [
        ("margin_floor: 0.15", "margin_floor: 1", "margin_floor: found '1', accepted.*less than 1"),
        ("margin_floor: 0.15", "margin_floor: -0.1", "margin_floor: .*greater than or equal to 0"),
        ("margin_floor: 0.15", "margin_floor: 0.12345", "margin_floor: .*4 decimal places"),
        ("margin_floor: 0.15", "margin_floor: 15 %", "margin_floor: found '15 %', .*decimal"),
        ("margin_floor: 0.15", "margin_floor: nan", "margin_floor: found 'nan', .*finite"),
        ("margin_floor: 0.15", "", "margin_floor: missing"),
        ("margin_floor: 0.15", "margin: 0.15", "margin: no such field, .*margin_floor, maximum"),
        ("  discount: 0.12", "  discuont: 0.12", "approval.discuont: no such.* discount, total"),
        ("quantity: 500", "quantity: 100", "volume_tiers: .*should rise"),
        ("rate: 0.12}", "rate: 0.01}", "volume_tiers: .*should rise"),
        ("quantity: 10,", "quantity: 1.5,", r"volume_tiers\.0\.quantity: found '1.5', .*integer"),
        ("include_tax: true", "include_tax: perhaps", "prices_include_tax: .*boolean"),
        ("champions: 0.02", "VIP customers: 0.02", "segment_discounts.VIP customers"),
        ("validity_days: 14", "validity_days: 0", "validity_days: .*1"),
        ("maximum_quantity: 10000", "maximum_quantity: many", "maximum_quantity: .*integer"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_accepted(
    tmp_path: Path, found: str, written: str, explained: str
) -> None:
    assert found in DEFAULT
    path = write(tmp_path, DEFAULT.replace(found, written))
    with pytest.raises(InvalidFile, match=rf"(?s)pricing\.yml: .*{explained}"):
        load_policy(path)


@pytest.mark.parametrize("text", ["", "- 1\n", "just words", "tax: [", "\t- x: {"])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidFile, match=r"pricing\.yml"):
        load_policy(write(tmp_path, text))


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pricing.yml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidFile, match="UTF-8"):
        load_policy(path)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="accepted is a YAML file"):
        load_policy(tmp_path)
