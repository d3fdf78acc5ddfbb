"""Every kind of change, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from analytics.service.changes.account import DeleteAccount, EditAccount, Newsletter
from analytics.service.changes.addresses import AddAddress, ChangeAddress
from analytics.service.changes.base import Actor, Change, ChangeKind, Context, Plan
from analytics.service.changes.feedback import Complain, WriteReview
from analytics.service.changes.lines import ChangeLines
from analytics.service.changes.orders import CancelOrder, ChangePayment
from analytics.service.changes.purchase import PlaceOrder
from analytics.service.changes.returns import ExchangeItems, ReturnItems

__all__ = ["CHANGES", "Actor", "Change", "ChangeKind", "Context", "Plan"]

CHANGES: Final[Mapping[ChangeKind, Change[Any, Any]]] = {
    one.kind: one
    for one in (
        *(CancelOrder(), ChangeAddress(), ChangeLines(), ChangePayment(), PlaceOrder()),
        *(ReturnItems(), ExchangeItems()),
        *(EditAccount(), AddAddress(), Newsletter(), DeleteAccount()),
        *(WriteReview(), Complain()),
    )
}
