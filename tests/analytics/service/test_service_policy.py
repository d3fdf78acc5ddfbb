"""The service policy's file: the default, a shop's copy, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from analytics.errors import InvalidFile
from analytics.service import ChangeKind, load_service_policy
from analytics.service.policy import DEFAULT_POLICY, Allowed, Proof
from analytics.store.models import PaymentMethodKind
from tests.analytics.service.shop import policy

DEFAULT = DEFAULT_POLICY.read_text(encoding="utf-8")


def write(folder: Path, text: str) -> Path:
    path = folder / "service.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_shop_without_a_copy_gets_the_default(tmp_path: Path) -> None:
    default = load_service_policy(tmp_path / "policies" / "service.yml")
    assert default.place_order.shipping_fee == Decimal("3.95")
    assert default.return_items.window_days == 30
    assert default.identity.account == (
        frozenset({Proof.EMAIL}),
        frozenset({Proof.NAME, Proof.POSTCODE}),
    )
    assert set(default.refund_days) == set(PaymentMethodKind)
    assert default.warranty.of("electronics") == 36
    assert default.warranty.of("clothing") == default.warranty.of(None) == 24


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_every_kind_of_change_has_its_part(kind: ChangeKind) -> None:
    assert isinstance(getattr(policy(), kind), Allowed)


def test_a_shops_copy_wins_and_its_money_is_exact(tmp_path: Path) -> None:
    path = write(tmp_path, DEFAULT.replace("shipping_fee: 3.95", "shipping_fee: 0.10"))
    assert load_service_policy(path).place_order.shipping_fee == Decimal("0.10")


@pytest.mark.parametrize(
    ("found", "written", "explained"),
    [
        (
            "by: [customer, agent]",
            "by: [customers]",
            "place_order.by.0: found 'customers'.*'agent'",
        ),
        ("statuses: [pending]", "statuses: [paid]", "change_address.statuses.0: .*'processing'"),
        # Nothing leads from there to a cancelled order.
        ("statuses: [pending]", "statuses: [shipped]", "cancel_order.statuses.0: found 'shipped'"),
        ("  fee: 0\n", "  fee: -1\n", "cancel_order.fee: found '-1'.*greater than or equal to 0"),
        ("  fee: 0\n", "  fee: 1.005\n", "return_items.fee: found '1.005'.*2 decimal places"),
        ("  fee: 0\n", "  fee: nan\n", "cancel_order.fee: found 'nan'.*finite"),
        ("  fee: 0\n", "  fee: free\n", "cancel_order.fee: found 'free'.*decimal"),
        ("  fee: 0\n", "  fees: 0\n", "cancel_order.fees: no such field, accepted are by, stat"),
        ("  fee: 0\n", "", "cancel_order.fee: missing"),
        ("times: 3", "times: 0", "change_payment.times: found '0'.*greater than or equal to 1"),
        ("[original, gift_card]", "[cash]", "cancel_order.refund_to.0: found 'cash'.*'original'"),
        ("[original, gift_card]", "[]", "cancel_order.refund_to: found .*at least 1"),
        ("window_days: 30", "window_days: month", "return_items.window_days: found 'month'"),
        ("window_days: 30", "window_days: -1", "return_items.window_days: found '-1'"),
        ("takes_too_long", "Takes Too Long", "cancel_order.reasons.3: found 'Takes Too Long'"),
        ("paypal: 3, ", "", "refund_days: .*days for each of card, paypal, alipay"),
        ("paypal: 3", "payapl: 3", "refund_days.payapl.*: found 'payapl'.*'paypal'"),
        ("[order_number, email]", "[phone]", "identity.order.0.0: found 'phone'.*'postcode'"),
        ("- [email]", "- []", r"identity.account.0: found \[\].*at least 1"),
        ("attempts: 5", "attempts: 0", "identity.attempts: found '0'"),
        ("maximum_quantity: 100", "maximum_quantity: many", "place_order.maximum_quantity: .*int"),
        ("electronics: 36", "electronics: -1", "warranty.categories.electronics: found '-1'"),
        ("hours: 2\n", "hours: 0\n", "complaint.severities.0.hours: found '0'"),
        ("name: urgent", "names: urgent", "severities.0.names: no such field, accepted are name"),
        ("warranty:\n", "guarantee:\n", "guarantee: no such field, accepted are identity, cancel"),
        ('sign_in: ""', "sign_in: [a]", "links.sign_in: .*string"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_accepted(
    tmp_path: Path, found: str, written: str, explained: str
) -> None:
    assert found in DEFAULT
    path = write(tmp_path, DEFAULT.replace(found, written))
    with pytest.raises(InvalidFile, match=rf"(?s)service\.yml: .*{explained}"):
        load_service_policy(path)


@pytest.mark.parametrize("text", ["", "- 1\n", "just words", "identity: [", "\t- x: {"])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidFile, match=r"service\.yml"):
        load_service_policy(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("It caught fire!", "urgent"),
        ("I will see you in COURT", "urgent"),
        ("electric shock from the lamp", "urgent"),
        ("灯起火了", "urgent"),
        ("它broken了", "high"),
        ("wrong item, again", "high"),
        ("我要退款", "high"),
        # Parts of other words.
        ("The fireplace screen is ugly", "normal"),
        ("That courtyard picture was hurtful", "normal"),
        ("an unsafely_named unbroken refundable thing", "normal"),
        ("It took long", "normal"),
        ("", "normal"),
        # The first severity that fits, wherever its word stands.
        ("damaged, and then it began to smoke", "urgent"),
    ],
)
def test_a_complaint_is_as_severe_as_its_words(text: str, severity: str) -> None:
    assert policy().complaint.judge(text).name == severity


def test_a_word_is_no_pattern() -> None:
    part = {"severities": [{"name": "high", "hours": 1, "words": ["c.t", "100%"]}]}
    complaint = policy(complaint=part).complaint
    assert complaint.judge("a cat").name == "normal"
    assert complaint.judge("it is c.t").name == "high"
    assert complaint.judge("100% broken").name == "high"
