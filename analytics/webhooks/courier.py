"""Delivering what the outbox holds, until every endpoint has what it is to have.

At least once: a delivery whose answer was lost is sent again, under the same id, by which the
receiver knows it. Deliveries about one conversation arrive in their order.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import httpx

from analytics.errors import StoreUnavailable
from analytics.settings import Secrets
from analytics.store import Store, webhooks
from analytics.store.models import DeliveryState, WebhookDelivery
from analytics.webhooks.endpoints import endpoint_secret
from analytics.webhooks.policy import Endpoint, WebhookPolicy
from analytics.webhooks.signatures import SALESCLERK, sign

TIMEOUT_SECONDS: Final = 5.0
PAUSE_SECONDS: Final = 1.0
"Between two looks at the outbox."
OVERLOADED: Final = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})
MOST_READ: Final = 4096
MOST_ERROR_CHARACTERS: Final = 300

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        error: what went wrong; None where it arrived.
        gone: whether the receiver wants to hear of it no more.
        down: whether it is the endpoint that fails, whatever it is sent.
    """

    error: str | None = None
    gone: bool = False
    down: bool = False


@dataclass
class _Rest:
    """How often in a row an endpoint did not answer, and until when it is left alone."""

    failures: int = 0
    until: datetime | None = None


@dataclass
class Courier:
    """Takes deliveries out of the outbox, one after the other.

    Args:
        now: the clock by which deliveries are due.
        rng: of the jitter, so that what failed together is not tried again together.
        clock: seconds since 1970 in the real world, by which receivers check our signature.
    """

    store: Store
    policy: WebhookPolicy
    secrets: Secrets
    now: Callable[[], datetime]
    rng: random.Random
    clock: Callable[[], float] = time.time
    _rests: dict[str, _Rest] = field(default_factory=dict)

    def run(self, stop: threading.Event) -> None:
        """Deliver what becomes due, until `stop` is set."""
        with self._client() as client:
            while not stop.is_set():
                try:
                    # Most looks find nothing, and keep no writer waiting for it.
                    while not stop.is_set() and self._any_due():
                        self._deliver_next(client)
                except StoreUnavailable as error:
                    logger.warning("webhooks wait: %s", error)
                stop.wait(PAUSE_SECONDS)

    def deliver_due(self) -> int:
        """Attempt every delivery that is due; return how many arrived."""
        arrived = 0
        with self._client() as client:
            while (outcome := self._deliver_next(client)) is not None:
                arrived += outcome.error is None
        return arrived

    def deliver(self, delivery_id: str) -> None:
        """Attempt one delivery now, if it still has to arrive."""
        with self.store.transaction() as session:
            taken = webhooks.take(session, delivery_id, self.now())
        if taken is not None:
            with self._client() as client:
                self._attempt(client, taken)

    def _client(self) -> httpx.Client:
        # Exactly the address in webhooks.yml: no redirects, and no proxy of the environment.
        return httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)

    def _any_due(self) -> bool:
        now = self.now()
        with self.store.reading() as session:
            return webhooks.any_due(session, now, self._resting(now))

    def _resting(self, now: datetime) -> list[str]:
        return [name for name, rest in self._rests.items() if rest.until and rest.until > now]

    def _deliver_next(self, client: httpx.Client) -> Outcome | None:
        """Attempt the oldest delivery that is due; None where none is."""
        now = self.now()
        # Taken in a transaction of its own: none stays open while a slow receiver thinks.
        with self.store.transaction() as session:
            taken = webhooks.take_due(session, now, self._resting(now))
        return self._attempt(client, taken) if taken is not None else None

    def _attempt(self, client: httpx.Client, taken: WebhookDelivery) -> Outcome:
        endpoint = self.policy.endpoint(taken.endpoint)
        if endpoint is None:
            outcome = Outcome(f"webhooks.yml has no endpoint {taken.endpoint}", gone=True)
        else:
            outcome = self._send(client, endpoint, taken)
            self._note(endpoint, outcome)
        with self.store.transaction() as session:
            # Whoever is erased in the meantime stays so.
            if (kept := webhooks.delivery(session, taken.id)) is not None:
                self._keep(kept, outcome)
        return outcome

    def _send(self, client: httpx.Client, endpoint: Endpoint, delivery: WebhookDelivery) -> Outcome:
        body = delivery.body.encode()
        timestamp = int(self.clock())
        secret = endpoint_secret(self.secrets, endpoint.name)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Salesclerk",
            "X-Salesclerk-Event": delivery.event,
            "X-Salesclerk-Delivery": delivery.id,
            "X-Salesclerk-Timestamp": str(timestamp),
            SALESCLERK.signature_header: sign(secret, timestamp, body),
        }
        try:
            with client.stream("POST", endpoint.url, content=body, headers=headers) as answer:
                status = answer.status_code
                # The status says it all. A short body is read, so that the connection can be kept.
                if int(answer.headers.get("Content-Length", MOST_READ + 1)) <= MOST_READ:
                    answer.read()
        except httpx.HTTPError as error:
            return Outcome(f"{type(error).__name__}: {error}", down=True)
        if httpx.codes.is_success(status):
            return Outcome()
        return Outcome(
            f"answered {status}",
            gone=status == httpx.codes.GONE,
            down=httpx.codes.is_server_error(status) or status in OVERLOADED,
        )

    def _note(self, endpoint: Endpoint, outcome: Outcome) -> None:
        """Leave an endpoint that does not answer alone for a while, whatever waits for it."""
        if not outcome.down:
            self._rests.pop(endpoint.name, None)
            return
        rest = self._rests.setdefault(endpoint.name, _Rest())
        rest.failures += 1
        rest.until = self.now() + self._wait(rest.failures)
        logger.warning("the endpoint %s does not answer: %s", endpoint.name, outcome.error)

    def _keep(self, delivery: WebhookDelivery, outcome: Outcome) -> None:
        """Keep how an attempt ended, and when the next one is."""
        now = self.now()
        if outcome.error is None:
            delivery.state = DeliveryState.DELIVERED
            delivery.delivered_at = now
            delivery.last_error = None
            return
        delivery.last_error = outcome.error[:MOST_ERROR_CHARACTERS]
        delivery.next_attempt_at = now + self._wait(delivery.attempts)
        if (
            outcome.gone
            or delivery.next_attempt_at > delivery.created_at + self.policy.retry.give_up
        ):
            delivery.state = DeliveryState.DEAD
            logger.error(
                "the webhook %s to %s is given up: %s",
                delivery.id,
                delivery.endpoint,
                delivery.last_error,
            )

    def _wait(self, attempts: int) -> timedelta:
        """Return how long to wait after so many attempts: half fixed, half by chance."""
        longest = self.policy.retry.longest_wait(attempts)
        return timedelta(seconds=longest * (1 + self.rng.random()) / 2)
