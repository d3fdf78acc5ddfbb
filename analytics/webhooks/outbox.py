"""What is to go out, kept in the transaction of the change that it tells of: both or neither."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from analytics.store.models import DeliveryState, WebhookDelivery
from analytics.webhooks.policy import EVENTS, Endpoint, WebhookPolicy

TEST_EVENT: Final = "test"
"Sent by `salesclerk webhooks test`, to whatever the endpoint listens."


def record(
    session: Session, policy: WebhookPolicy, event: str, data: Mapping[str, Any], at: datetime
) -> None:
    """Keep an event for every endpoint that listens to it, to be delivered after the commit.

    Args:
        event: one of `policy.EVENTS`.
        data: JSON of the event; what has the same `conversation_id` arrives in the order of the
            calls.
        at: when it happened.
    """
    if event not in EVENTS:
        raise ValueError(f"event: found {event!r}, accepted are {', '.join(EVENTS)}")
    for endpoint in policy.endpoints:
        if event in endpoint.events:
            session.add(delivery(endpoint, event, data, at))


def delivery(
    endpoint: Endpoint, event: str, data: Mapping[str, Any], at: datetime
) -> WebhookDelivery:
    """Return an event as one endpoint is to hear it: personal data masked, if it is to be."""
    delivery_id = f"{time.time_ns():016x}-{secrets.token_hex(8)}"
    body = {
        "id": delivery_id,
        "event": event,
        "at": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "data": _masked(data) if endpoint.mask else data,
    }
    return WebhookDelivery(
        id=delivery_id,
        endpoint=endpoint.name,
        event=event,
        conversation_id=data.get("conversation_id"),
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        created_at=at,
        state=DeliveryState.PENDING,
        attempts=0,
        next_attempt_at=at,
    )


def _masked(value: Any) -> Any:
    """Mask every text in a JSON value but ids, which a shop's systems have to recognise."""
    from analytics.privacy.masking import mask_all

    if isinstance(value, Mapping):
        return {
            name: part if name == "id" or name.endswith("_id") else _masked(part)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(part) for part in value]
    return mask_all(value) if isinstance(value, str) else value
