"""From the change to the receiver: nothing lost, nothing doubled, in order."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from analytics.errors import InvalidFile
from analytics.settings import Settings
from analytics.store import Store, webhooks
from analytics.store.models import DeliveryState, WebhookDelivery
from analytics.webhooks.courier import Courier
from analytics.webhooks.endpoints import endpoint_secret
from analytics.webhooks.outbox import record
from analytics.webhooks.policy import WebhookPolicy, load_webhook_policy
from analytics.webhooks.signatures import SALESCLERK, verify
from tests.analytics.webhooks.receiver import Receiver, running_receiver

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
RETRY = {"first_seconds": 10, "most_seconds": 600, "give_up_hours": 72}


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = (
        f"sqlite:///{tmp_path / 'shop.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("fresh_postgres_url")
    )
    store = Store(url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"SALESCLERK_HOME": str(tmp_path / "home")})


def policy(*endpoints: dict[str, object]) -> WebhookPolicy:
    return WebhookPolicy.model_validate({"endpoints": endpoints, "sources": (), "retry": RETRY})


def listening(receiver: Receiver, name: str = "crm", mask: bool = False) -> dict[str, object]:
    events = ["message.customer", "message.agent"]
    return {"name": name, "url": receiver.url, "events": events, "mask": mask}


def courier(store: Store, rules: WebhookPolicy, settings: Settings, clock: Clock) -> Courier:
    return Courier(
        store, rules, settings.secrets, clock, random.Random(7), lambda: clock().timestamp()
    )


def say(store: Store, rules: WebhookPolicy, clock: Clock, text: str, talk: str = "a") -> None:
    with store.transaction() as session:
        data = {"conversation_id": talk, "text": text}
        record(session, rules, "message.customer", data, clock())


def texts(receiver: Receiver) -> list[str]:
    return [json.loads(body)["data"]["text"] for _, body in receiver.requests]


def rows(store: Store) -> list[WebhookDelivery]:
    with store.reading() as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def test_an_event_arrives_signed_and_whole(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    say(store, rules, clock, "你好")
    assert courier(store, rules, settings, clock).deliver_due() == 1
    ((headers, body),) = receiver.requests
    secret = endpoint_secret(settings.secrets, "crm")
    delivery_id = verify(SALESCLERK, secret, headers, "POST", receiver.url, body, clock())
    assert json.loads(body) == {
        "id": delivery_id,
        "event": "message.customer",
        "at": "2026-11-01T12:00:00.000+00:00",
        "data": {"conversation_id": "a", "text": "你好"},
    }
    assert headers["x-salesclerk-event"] == "message.customer"
    (row,) = rows(store)
    assert (row.state, row.attempts, row.delivered_at) == (DeliveryState.DELIVERED, 1, NOON)


def test_personal_data_stays_here_unless_the_shop_lets_it_go(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    with running_receiver() as open_one:
        rules = policy(listening(receiver, mask=True), listening(open_one, "inside"))
        data = {
            "conversation_id": "13800138000",
            "customer": {"id": "C00042", "name": "Ann Smith"},
            "transcript": [{"text": "I am Ann, write to ann@example.org about order 1042"}],
        }
        with store.transaction() as session:
            record(session, rules, "message.customer", data, clock())
        courier(store, rules, settings, clock).deliver_due()
        ((_, masked),) = receiver.requests
        assert json.loads(masked)["data"] == {
            "conversation_id": "13800138000",
            "customer": {"id": "C00042", "name": "[name]"},
            "transcript": [{"text": "I am [name], write to [email] about order 1042"}],
        }
        ((_, whole),) = open_one.requests
        assert json.loads(whole)["data"] == data


def test_a_change_that_fails_tells_nobody(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))

    def fail() -> None:
        with store.transaction() as session:
            record(session, rules, "message.customer", {"text": "x"}, clock())
            raise InvalidFile("the change fails")

    with pytest.raises(InvalidFile):
        fail()
    assert courier(store, rules, settings, clock).deliver_due() == 0
    assert receiver.requests == []


def test_who_does_not_listen_hears_nothing(store: Store, receiver: Receiver, clock: Clock) -> None:
    rules = policy(listening(receiver))
    with store.transaction() as session:
        record(session, rules, "feedback.given", {"score": 5}, clock())
    assert rows(store) == []


def test_an_unknown_event_is_a_mistake(store: Store, receiver: Receiver, clock: Clock) -> None:
    with store.transaction() as session, pytest.raises(ValueError, match=r"handoff\.requested"):
        record(session, policy(listening(receiver)), "handoff.asked", {}, clock())


def test_crm_down_for_an_hour_loses_nothing_and_doubles_nothing(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    worker = courier(store, rules, settings, clock)
    receiver.answers = [503]
    said = [f"{talk}{number}" for number in range(6) for talk in "abc"]
    for text in said:
        say(store, rules, clock, text, talk=text[0])
    for _ in range(60):
        worker.deliver_due()
        clock.forward(minutes=1)
    tries = len(receiver.requests)
    assert receiver.accepted == []
    assert tries < 20, "an endpoint that is down is left alone, ever longer"
    receiver.answers = [200]
    for _ in range(40):
        worker.deliver_due()
        clock.forward(minutes=1)
    arrived = texts(receiver)[tries:]
    assert sorted(arrived) == sorted(said)
    for talk in "abc":
        assert [text for text in arrived if text[0] == talk] == [
            text for text in said if text[0] == talk
        ]
    assert len(set(receiver.accepted)) == len(receiver.accepted) == len(said)
    assert {row.state for row in rows(store)} == {DeliveryState.DELIVERED}


def test_an_answer_that_is_lost_is_repeated_under_the_same_id(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    worker = courier(store, rules, settings, clock)
    receiver.answers = [None, 200]
    say(store, rules, clock, "hello")
    assert worker.deliver_due() == 0
    clock.forward(minutes=1)
    assert worker.deliver_due() == 1
    first, second = receiver.requests
    assert first[0]["x-salesclerk-delivery"] == second[0]["x-salesclerk-delivery"]
    assert first[1] == second[1]
    assert first[0]["x-salesclerk-timestamp"] != second[0]["x-salesclerk-timestamp"]


def test_a_worker_that_dies_gives_its_delivery_to_the_next(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    say(store, rules, clock, "hello")
    with store.transaction() as session:
        assert webhooks.take_due(session, clock(), []) is not None
    worker = courier(store, rules, settings, clock)
    assert worker.deliver_due() == 0
    clock.forward(seconds=webhooks.LEASE.total_seconds())
    assert worker.deliver_due() == 1


def test_what_one_receiver_refuses_holds_up_no_other_conversation(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    worker = courier(store, rules, settings, clock)
    receiver.answers = [400, 200]
    for text in ("a1", "a2", "b1"):
        say(store, rules, clock, text, talk=text[0])
    assert worker.deliver_due() == 1
    assert texts(receiver) == ["a1", "b1"]
    clock.forward(minutes=1)
    assert worker.deliver_due() == 2
    assert texts(receiver) == ["a1", "b1", "a1", "a2"]


def test_a_receiver_that_fails_on_one_delivery_gets_the_others(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    worker = courier(store, rules, settings, clock)
    receiver.answers = [500, 500, 200, 200, 200]
    for text in ("a1", "b1", "c1"):
        say(store, rules, clock, text, talk=text[0])
    for _ in range(10):
        worker.deliver_due()
        clock.forward(minutes=1)
    assert sorted(texts(receiver)[-3:]) == ["a1", "b1", "c1"]


def test_an_endpoint_that_is_down_delays_no_other(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    with running_receiver() as other:
        rules = policy(listening(receiver), listening(other, "shop"))
        receiver.answers = [503]
        say(store, rules, clock, "hello")
        assert courier(store, rules, settings, clock).deliver_due() == 1
        assert texts(other) == ["hello"]


def test_gone_is_dead_at_once(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    receiver.answers = [410]
    say(store, rules, clock, "hello")
    courier(store, rules, settings, clock).deliver_due()
    (row,) = rows(store)
    assert (row.state, row.last_error) == (DeliveryState.DEAD, "answered 410")


def test_an_endpoint_that_was_taken_out_is_dead_at_once(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    say(store, policy(listening(receiver)), clock, "hello")
    courier(store, policy(), settings, clock).deliver_due()
    (row,) = rows(store)
    assert row.state == DeliveryState.DEAD
    assert "crm" in (row.last_error or "")


def test_what_fails_for_three_days_is_given_up(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    worker = courier(store, rules, settings, clock)
    receiver.answers = [404]
    say(store, rules, clock, "hello")
    for _ in range(73):
        worker.deliver_due()
        clock.forward(hours=1)
    (row,) = rows(store)
    assert row.state == DeliveryState.DEAD
    tries = len(receiver.requests)
    assert 70 <= tries <= 73
    worker.deliver_due()
    assert len(receiver.requests) == tries


def test_redirects_are_not_followed(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    receiver.answers = [307]
    say(store, rules, clock, "hello")
    assert courier(store, rules, settings, clock).deliver_due() == 0
    assert len(receiver.requests) == 1


def test_two_workers_never_have_the_same_delivery(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    for number in range(40):
        say(store, rules, clock, f"m{number}", talk=f"c{number % 8}")
    workers = [courier(store, rules, settings, clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        # A conversation whose delivery is under way is passed over, so they look again.
        arrived = sum(pool.map(lambda worker: worker.deliver_due(), workers))
    arrived += workers[0].deliver_due()
    assert arrived == 40
    assert sorted(texts(receiver)) == sorted(f"m{number}" for number in range(40))
    for talk in range(8):
        numbers = [int(text[1:]) for text in texts(receiver) if int(text[1:]) % 8 == talk]
        assert numbers == sorted(numbers)


def test_the_courier_runs_until_it_is_stopped(
    store: Store, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    rules = policy(listening(receiver))
    stop = threading.Event()
    worker = threading.Thread(target=courier(store, rules, settings, clock).run, args=[stop])
    worker.start()
    say(store, rules, clock, "hello")
    waited = threading.Event()
    for _ in range(100):
        if receiver.accepted or waited.wait(0.05):
            break
    stop.set()
    worker.join(5)
    assert not worker.is_alive()
    assert texts(receiver) == ["hello"]


def test_the_policy_that_comes_with_salesclerk_calls_nobody(tmp_path: Path) -> None:
    rules = load_webhook_policy(tmp_path / "webhooks.yml")
    assert (rules.endpoints, rules.sources) == ((), ())


ENDPOINT = "endpoints: [{name: crm, url: URL, events: [message.agent]}]\nsources: []\n"
RETRIES = "retry: {first_seconds: 10, most_seconds: 600, give_up_hours: 72}\n"


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/hook",
        "ftp://crm.example",
        "https://",
        "https://name:word@crm.example",
        "http://localhost.example/",
        "crm.example",
    ],
)
def test_addresses_that_could_be_read_along_are_refused(tmp_path: Path, url: str) -> None:
    path = tmp_path / "webhooks.yml"
    path.write_text(ENDPOINT.replace("URL", f'"{url}"') + RETRIES)
    with pytest.raises(InvalidFile, match=r"endpoints\.0\.url"):
        load_webhook_policy(path)


@pytest.mark.parametrize(
    "url",
    ["https://crm.example/hook", "http://127.0.0.1:9/x", "http://localhost/", "http://[::1]/"],
)
def test_addresses_that_are_safe_are_accepted(tmp_path: Path, url: str) -> None:
    path = tmp_path / "webhooks.yml"
    path.write_text(ENDPOINT.replace("URL", f'"{url}"') + RETRIES)
    assert load_webhook_policy(path).endpoints[0].mask


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (ENDPOINT.replace("message.agent", "message.bot"), "message.customer"),
        (ENDPOINT.replace("[message.agent]", "[]"), r"endpoints\.0\.events"),
        ("endpoints: []\nsources: [{name: crm, profile: slack}]\n", "zendesk"),
        ("endpoints: []\nsources: [{name: CRM, profile: turn}]\n", r"sources\.0\.name"),
        (
            "endpoints: []\nsources: [{name: a, profile: turn}, {name: a, profile: turn}]\n",
            "differ",
        ),
    ],
)
def test_mistakes_in_the_file_are_named(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "webhooks.yml"
    path.write_text(content.replace("URL", "https://crm.example") + RETRIES)
    with pytest.raises(InvalidFile, match=named):
        load_webhook_policy(path)
