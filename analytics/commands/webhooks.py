"""`salesclerk webhooks`: what went out, what did not, and the secrets of the endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from analytics.commands.console import Json, open_store, show
from analytics.settings import Settings

if TYPE_CHECKING:
    from analytics.store.models import WebhookDelivery
    from analytics.webhooks.policy import Endpoint, WebhookPolicy

app = typer.Typer(help="Webhooks to the shop's systems; see docs/crm.md.", no_args_is_help=True)

Limit = Annotated[int, typer.Option(help="At most so many, the newest.", min=1)]
EndpointName = Annotated[str, typer.Argument(metavar="NAME", help="An endpoint in webhooks.yml.")]


@app.command("list")
def list_all(limit: Limit = 20, as_json: Json = False) -> None:
    """List deliveries, newest first.

    Example: salesclerk webhooks list --limit 50
    """
    _list(None, limit, as_json)


@app.command()
def dead(limit: Limit = 20, as_json: Json = False) -> None:
    """List the deliveries that were given up, with the reason.

    Example: salesclerk webhooks dead
    """
    from analytics.store.models import DeliveryState

    _list(DeliveryState.DEAD, limit, as_json)


@app.command()
def retry(
    delivery_id: Annotated[str, typer.Argument(metavar="ID", help="As in the list.")],
    as_json: Json = False,
) -> None:
    """Have a delivery tried again, as if it were new; the receiver knows it by its id.

    Example: salesclerk webhooks retry 187b5f2a90c1d400-6f1e2d3c4b5a6978
    """
    from analytics.errors import InvalidInput
    from analytics.store import webhooks

    settings = Settings.from_environment()
    with open_store(settings).transaction() as session:
        delivery = webhooks.retry(session, delivery_id, settings.now())
        if delivery is None:
            raise InvalidInput("ID", delivery_id, "one of `salesclerk webhooks list`")
        show([_row(delivery)], as_json)


@app.command()
def secret(name: EndpointName, as_json: Json = False) -> None:
    """Print the secret by which the endpoint's system verifies our signature.

    Example: salesclerk webhooks secret crm
    """
    from analytics.webhooks.endpoints import endpoint_secret

    settings = Settings.from_environment()
    endpoint = _endpoint(settings, name)
    found = endpoint_secret(settings.secrets, endpoint.name)
    if as_json:
        show([{"endpoint": endpoint.name, "secret": found}], as_json)
    else:
        print(found)  # noqa: T201


@app.command()
def test(name: EndpointName, as_json: Json = False) -> None:
    """Send the event `test` to an endpoint now, and say what it answered.

    Example: salesclerk webhooks test crm
    """
    import random

    from analytics.store import webhooks
    from analytics.store.models import DeliveryState
    from analytics.webhooks.courier import Courier
    from analytics.webhooks.outbox import TEST_EVENT, delivery

    settings = Settings.from_environment()
    endpoint, store = _endpoint(settings, name), open_store(settings)
    sent = delivery(endpoint, TEST_EVENT, {}, settings.now())
    # Not for a running assistant to take before this command does.
    sent.next_attempt_at += webhooks.LEASE
    with store.transaction() as session:
        session.add(sent)
    courier = Courier(store, _policy(settings), settings.secrets, settings.now, random.Random())  # noqa: S311
    courier.deliver(sent.id)
    with store.reading() as session:
        kept = webhooks.delivery(session, sent.id)
    assert kept is not None  # noqa: S101
    show([_row(kept)], as_json)
    if kept.state != DeliveryState.DELIVERED:
        raise typer.Exit(1)


def _list(state: Any, limit: int, as_json: bool) -> None:
    from analytics.store import webhooks

    with open_store(Settings.from_environment()).reading() as session:
        show([_row(one) for one in webhooks.deliveries(session, limit, state)], as_json)


def _row(delivery: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "endpoint": delivery.endpoint,
        "event": delivery.event,
        "state": str(delivery.state),
        "attempts": delivery.attempts,
        "created_at": delivery.created_at.isoformat(timespec="seconds"),
        "next_attempt_at": (
            delivery.next_attempt_at.isoformat(timespec="seconds")
            if delivery.state == "pending"
            else ""
        ),
        "last_error": delivery.last_error or "",
    }


def _policy(settings: Settings) -> WebhookPolicy:
    from analytics.webhooks.policy import load_webhook_policy

    return load_webhook_policy(settings.policies / "webhooks.yml")


def _endpoint(settings: Settings, name: str) -> Endpoint:
    from analytics.errors import InvalidInput

    policy = _policy(settings)
    endpoint = policy.endpoint(name)
    if endpoint is None:
        known = ", ".join(one.name for one in policy.endpoints)
        raise InvalidInput("NAME", name, f"an endpoint in webhooks.yml ({known or 'it has none'})")
    return endpoint
