"""What the demo shop's customers have on file, pay, send back and get back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest
from sqlalchemy import ForeignKeyConstraint

from analytics.store.models import Base
from tests.analytics.demo.conftest import END, Made


@pytest.fixture(scope="module")
def orders(made: Made) -> pd.DataFrame:
    return made.table("orders").set_index("id")


@pytest.fixture(scope="module")
def methods(made: Made) -> pd.DataFrame:
    return made.table("payment_methods").set_index("id")


@pytest.fixture(scope="module")
def refunds(made: Made) -> pd.DataFrame:
    payments = made.table("payments")
    return payments[payments["kind"] == "refund"].set_index("order_id")


def time(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values, utc=True)


@pytest.mark.parametrize(
    "name", ["addresses", "payment_methods", "orders", "payments", "returns", "return_lines"]
)
def test_what_is_referred_to_is_there(made: Made, name: str) -> None:
    for constraint in Base.metadata.tables[name].constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            [element] = constraint.elements
            target = made.table(element.column.table.name)[element.column.name]
            assert made.table(name)[element.parent.name].dropna().isin(target).all()


def test_every_customer_has_one_to_three_methods(made: Made, methods: pd.DataFrame) -> None:
    customers = made.table("customers").set_index("id")
    count = methods.groupby("customer_id").size()
    assert set(count.index) == set(customers.index)
    assert set(count) == {1, 2, 3}
    number = methods.groupby("customer_id").cumcount() + 1
    assert (methods.index == "PM-" + methods["customer_id"] + "-" + number.astype(str)).all()
    card, gift = methods["kind"] == "card", methods["kind"] == "gift_card"
    assert set(methods.loc[card, "brand"]) == {"Visa", "Mastercard", "Amex"}
    assert methods.loc[card, "last_four"].str.fullmatch(r"\d{4}").all()
    assert methods.loc[~card, ["brand", "last_four"]].isna().all(axis=None)
    assert methods.loc[gift, "balance"].between(5, 150).all()
    assert methods.loc[~gift, "balance"].isna().all()
    assert gift.sum() / len(customers) == pytest.approx(0.3, abs=0.05)
    assert card[~gift].mean() > 0.5
    wallets = methods[methods["kind"].isin(["alipay", "wechat_pay"])]
    assert set(customers.loc[wallets["customer_id"], "language"]) == {"zh"}


def test_a_quarter_of_the_customers_has_a_further_address(made: Made) -> None:
    addresses, customers = made.table("addresses"), made.table("customers").set_index("id")
    assert addresses["customer_id"].is_unique
    assert len(addresses) / len(customers) == pytest.approx(0.25, abs=0.05)
    default = customers.loc[addresses["customer_id"], "address"]
    assert (addresses["address"].to_numpy() != default.to_numpy()).all()
    assert addresses["postcode"].str.fullmatch(r"[A-Z]{1,2}\d{1,2} \d[A-Z]{2}").all()


def test_orders_go_to_an_address_of_their_customer(made: Made, orders: pd.DataFrame) -> None:
    place = ["address", "postcode", "country"]
    default = made.table("customers").set_index("id").loc[orders["customer_id"], place]
    elsewhere = (orders[place].to_numpy() != default.to_numpy()).any(axis=1)
    further = made.table("addresses").set_index("customer_id")[place]
    sent = orders[elsewhere]
    assert (sent[place].to_numpy() == further.loc[sent["customer_id"]].to_numpy()).all()
    could = orders["customer_id"].isin(further.index)
    assert elsewhere[could].mean() == pytest.approx(0.04, abs=0.02)


def test_orders_are_paid_by_a_method_of_their_customer(
    orders: pd.DataFrame, methods: pd.DataFrame
) -> None:
    used = methods.loc[orders["payment_method_id"]]
    assert (used["customer_id"].to_numpy() == orders["customer_id"].to_numpy()).all()
    assert set(used["kind"]) == {"card", "paypal", "alipay", "wechat_pay"}


def test_payments_less_refunds_are_what_the_order_is_worth(
    made: Made, orders: pd.DataFrame
) -> None:
    lines, payments = made.table("order_lines"), made.table("payments")
    kept = (lines["quantity"] - lines["returned"]) * lines["unit_price"]
    worth = kept.groupby(lines["order_id"]).sum() + orders["shipping_fee"] + orders["fees"]
    worth[orders["status"] == "cancelled"] = Decimal(0)
    sign = payments["kind"].map({"payment": 1, "refund": -1}) * (payments["status"] != "failed")
    paid = (payments["amount"] * sign).groupby(payments["order_id"]).sum()
    assert (orders["fees"] == 0).all()
    pd.testing.assert_series_equal(paid, worth[paid.index], check_names=False, check_dtype=False)
    assert set(paid.index) == set(orders.index)


def test_every_order_is_paid_at_once_by_its_method(made: Made, orders: pd.DataFrame) -> None:
    payments = made.table("payments")
    number = payments["kind"].map({"payment": "1", "refund": "2"})
    assert (payments["id"] == "P-" + payments["order_id"] + "-" + number).all()
    order = orders.loc[payments["order_id"]].reset_index()
    assert (payments["method_id"] == order["payment_method_id"]).all()
    first = payments["kind"] == "payment"
    assert (payments.loc[first, "at"] == order.loc[first, "placed_at"]).all()
    assert (payments.loc[first, "status"] == "done").all()


def test_refunds_follow_the_cancellation_or_the_return(made: Made, refunds: pd.DataFrame) -> None:
    events = made.table("order_events")
    gone = events[events["status"].isin(["cancelled", "returned"])].set_index("order_id")["at"]
    done = refunds[(refunds["status"] == "done") & refunds.index.isin(gone.index)]
    delay = time(done["at"]) - time(gone[done.index])
    assert delay.between(timedelta(days=1), timedelta(days=5)).all()
    pending = refunds[refunds["status"] == "pending"]
    assert len(pending) > 0
    assert (pending["at"] == gone[pending.index]).all()
    days = time(pending["due_on"]) - time(pending["at"]).dt.normalize()
    assert (days == timedelta(days=5)).all()
    assert (time(pending["due_on"]) >= END).all()
    assert refunds.loc[refunds["status"] == "done", "due_on"].isna().all()


def test_every_return_is_about_the_units_that_came_back(
    made: Made, orders: pd.DataFrame, refunds: pd.DataFrame
) -> None:
    returns = made.table("returns").set_index("order_id")
    lines = made.table("order_lines")
    alive = lines["order_id"].map(orders["status"]) != "cancelled"
    back = lines[alive & (lines["returned"] > 0)].set_index(["order_id", "number"])["returned"]
    told = made.table("return_lines")
    told["order_id"] = told["return_id"].str.removeprefix("R-")
    units = told.set_index(["order_id", "line_number"])["quantity"]
    pd.testing.assert_series_equal(
        units.sort_index(), back.sort_index(), check_names=False, check_index_type=False
    )
    assert set(returns.index) == set(back.index.get_level_values("order_id"))
    assert (returns["id"] == "R-" + returns.index).all()
    assert (refunds.loc[returns.index, "return_id"] == returns["id"]).all()
    cancelled = orders.loc[refunds.index, "status"] == "cancelled"
    assert (refunds["return_id"].isna() == cancelled).all()
    assert (time(returns["created_at"]) < time(refunds.loc[returns.index, "at"])).all()


def test_returns_say_why_and_come_after_the_delivery(made: Made) -> None:
    returns = made.table("returns").set_index("order_id")
    assert set(zip(returns["kind"], returns["status"], strict=True)) == {("return", "completed")}
    assert set(returns["reason"]) == {
        "no_longer_needed",
        "not_as_described",
        "faulty",
        "wrong_item",
    }
    assert set(returns["condition"]) == {"unopened", "opened", "faulty"}
    assert ((returns["condition"] == "faulty") == (returns["reason"] == "faulty")).all()
    events = made.table("order_events")
    delivered = events[events["status"] == "delivered"].set_index("order_id")["at"]
    assert (time(returns["created_at"]) > time(delivered[returns.index])).all()
