"""What is to go out, kept in the transaction of the change that it tells of: both or neither."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from analytics.privacy.masking import mask
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


def _masked(data: Mapping[str, Any]) -> Any:
    """Mask every text in JSON data but ids, by which the shop's systems know what it is about."""
    names = tuple(_names(data))

    def without(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                key: one if key == "id" or key.endswith("_id") else without(one)
                for key, one in value.items()
            }
        if isinstance(value, list | tuple):
            return [without(one) for one in value]
        return mask(value, names) if isinstance(value, str) else value

    return without(data)


def _names(value: Any) -> Iterator[str]:
    """Yield the names of the people in JSON data: nobody is called by them in the rest either."""
    if isinstance(value, Mapping):
        if isinstance(name := value.get("name"), str):
            yield name
        for one in value.values():
            yield from _names(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _names(one)
