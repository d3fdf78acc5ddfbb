"""The service desk: proposes a change, and makes it once it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy.orm import Session

from analytics.errors import InvalidInput, PlanChanged, Refused
from analytics.service.changes import CHANGES, Actor, Change, ChangeKind, Context, Plan
from analytics.service.changes.base import ChangeOfOrder, Request
from analytics.service.policy import ServicePolicy
from analytics.store import changes
from analytics.store.models import Base
from analytics.store.models import Change as Record
from analytics.store.service import new_id

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Proposal:
    """A change that waits for a yes.

    Attributes:
        id: under which it is written down when done, so that a second yes finds it.
        request: as plain JSON values.
        plan: what was shown.
    """

    id: str
    kind: ChangeKind
    request: dict[str, Any]
    plan: dict[str, Any]


class ServiceDesk:
    """Every change of the shop's records that a conversation asks for goes through here.

    Args:
        policy: the shop's rules.
    """

    def __init__(self, policy: ServicePolicy) -> None:
        self.policy = policy

    def check(
        self,
        session: Session,
        kind: ChangeKind,
        order_id: str | None,
        actor: Actor,
        at: datetime,
        known: Mapping[str, Any] = NOTHING,
    ) -> None:
        """Raise where a change is not allowed, before more is asked about it.

        Args:
            order_id: of the order that it is about, as soon as that is known.
            known: values of its request that are there already; None for what is not.

        Raises:
            UnknownOrder: there is none, or it is somebody else's.
            Refused: a rule forbids it.
        """
        change = CHANGES[kind]
        context = Context(session, self.policy, actor, at, "", "")
        change.allowed(context)
        if order_id and isinstance(change, ChangeOfOrder):
            change.eligible(context, order_id)
        change.check_known(context, {name: one for name, one in known.items() if one is not None})

    def propose(
        self,
        session: Session,
        kind: ChangeKind,
        request: dict[str, Any],
        actor: Actor,
        at: datetime,
        conversation_id: str,
    ) -> tuple[Proposal, Plan]:
        """Return what would happen, to be shown and confirmed; nothing is written.

        Raises:
            Refused: a rule forbids it.
            InvalidInput: the request is malformed.
            SalesclerkError: the request names what does not exist.
        """
        change_id = new_id("C")
        context = Context(session, self.policy, actor, at, conversation_id, change_id)
        change = CHANGES[kind]
        plan = change.plan(context, _request(change, request))
        return Proposal(change_id, kind, request, plan.model_dump(mode="json")), plan

    def carry_out(
        self,
        session: Session,
        proposal: Proposal,
        actor: Actor,
        at: datetime,
        conversation_id: str,
    ) -> tuple[Plan, bool]:
        """Make a confirmed change, once: return what happened, and whether it happened just now.

        Raises:
            PlanChanged: what would happen is not what was confirmed any more.
            Refused: a rule forbids it by now.
        """
        change = CHANGES[proposal.kind]
        if (done := changes.find(session, proposal.id)) is not None:
            return change.plan_type.model_validate(done.details), False
        context = Context(session, self.policy, actor, at, conversation_id, proposal.id)
        try:
            plan = change.plan(context, _request(change, proposal.request))
        except Refused as refused:
            _release(session, refused)
            raise
        details = plan.model_dump(mode="json")
        if _without_days(details) != _without_days(proposal.plan):
            raise PlanChanged
        change.apply(context, plan)
        session.flush()
        changes.record(
            session,
            Record(
                id=proposal.id,
                kind=proposal.kind,
                order_id=plan.order_id,
                customer_id=plan.customer_id,
                actor=actor.name,
                conversation_id=conversation_id,
                created_at=at,
                details=details,
            ),
        )
        return plan, True


def _request(change: Change[Any, Any], values: dict[str, Any]) -> Request:
    """Return what is asked for, checked.

    Raises:
        InvalidInput: naming the first field that holds something else than is accepted.
    """
    try:
        request: Request = change.request.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "request"
        raise InvalidInput(field, first["input"], first["msg"]) from error
    return request


def _release(session: Session, refused: Refused) -> None:
    """Let what a refusal names be read when the transaction has been rolled back."""
    for value in refused.values.values():
        if isinstance(value, Base):
            session.expunge(value)


def _without_days(details: dict[str, Any]) -> dict[str, Any]:
    """Return a plan without its days: midnight between question and answer changes no plan."""
    kept = {name: value for name, value in details.items() if name != "expected_on"}
    kept["refunds"] = [{**one, "due_on": None} for one in details["refunds"]]
    return kept
