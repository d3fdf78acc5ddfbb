"""A shop in which one person has left data in every place where there can be any."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Engine, text

from analytics.identity import Role, Speaker, conversation_id, sign_context
from analytics.service.files import publish
from analytics.service.identity import claim_mark
from analytics.service.policy import Proof
from analytics.settings import Settings
from analytics.store import Store
from analytics.store.models import (
    Address,
    Category,
    Change,
    CompetitorPrice,
    Consent,
    Customer,
    Feedback,
    Handoff,
    HandoffMessage,
    IdentityAttempt,
    Interaction,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    PaymentMethod,
    Price,
    Product,
    Question,
    Quote,
    QuoteLine,
    Return,
    ReturnLine,
    Review,
    Shop,
    ShownSuggestion,
    Thumb,
    Ticket,
    Variant,
    WebhookDelivery,
    WebhookReceipt,
)

AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
PRODUCTS = ("tea", "cup", "pot", "jar")
"What the third customer buys, all of it; the others, all but the last."


@dataclass(frozen=True)
class Somebody:
    """Personal data that are found nowhere else."""

    id: str
    name: str
    email: str
    phone: str
    address: str
    postcode: str
    second: str
    "Another address."
    old_email: str
    words: str
    "What the person wrote, wherever something can be written."

    def traces(self) -> list[str]:
        return [
            self.id, self.name, self.email, self.phone, self.address, self.postcode, self.second,
            self.old_email, self.words,
        ]  # fmt: skip


ANN = Somebody(
    "K-ANN-77001", "Annabel Quillfeather", "annabel@quill.example", "020 7946 0771",
    "17 Larkspur Crescent, Wexcombe", "WX7 9QF", "3 Tinder Lane, Wexcombe", "bel@old.example",
    "the zephyr kettle hums at midnight",
)  # fmt: skip
WANG = Somebody(
    "WANG77002", "欧阳雪梅", "xuemei@quill.example", "13912345678", "成都市青羊区蜀锦路77号2单元",
    "610072", "上海市徐汇区梧桐路9号", "xue@old.example", "水壶半夜总是嗡嗡响",
)  # fmt: skip
BOB = Somebody(
    "K-BOB-1", "Bob Marlow", "bob@marlow.example", "020 7946 0002", "1 Ash Road", "N1 9GU",
    "2 Elm Road", "rob@old.example", "my teapot is chipped",
)  # fmt: skip


def conversation(settings: Settings, who: Somebody) -> str:
    """The id of the person's own conversation."""
    return conversation_id(Speaker(f"customer:{who.id}", Role.SHOPPER, who.id), settings.secrets)


def guest(settings: Settings, who: Somebody) -> str:
    """The id of a conversation in which the person proved as a guest who it is."""
    return conversation_id(Speaker(f"guest:{who.id[-3:]}", Role.SHOPPER), settings.secrets)


AGENT = Speaker("agent:kim", Role.AGENT)


def fill_shop(store: Store) -> None:
    """Add the goods."""
    with store.transaction() as session:
        session.add(Shop(name="Tea", currency="GBP", source="csv"))
        session.add(Category(id="all", title_en="All", title_zh="全部"))
        session.flush()
        for name in PRODUCTS:
            session.add(Product(id=name, title_en=name, title_zh=name, category_id="all"))
            session.add(
                Variant(sku=f"{name}-1", product_id=name, list_price=Decimal(5), currency="GBP")
            )
        session.flush()
        session.add(Price(sku="tea-1", since=AT, price=Decimal(5), currency="GBP"))
        session.add(
            CompetitorPrice(
                sku="tea-1", competitor="Other", price=Decimal(4), currency="GBP", seen_at=AT
            )
        )
        session.add(WebhookReceipt(source="crm", delivery_id="d1", received_at=AT))


def fill(store: Store, settings: Settings, who: Somebody, number: int) -> None:
    """Add rows in every table about people."""
    talk, actor = conversation(settings, who), f"customer:{who.id}"
    orders = [f"SC{number}{week:03}" for week in range(20)]
    common: dict[str, Any] = {"currency": "GBP"}
    with store.transaction() as session:
        session.add(
            Customer(
                id=who.id, name=who.name, email=who.email, phone=who.phone, address=who.address,
                postcode=who.postcode, created_at=AT,
                addresses=[Address(address=who.second, postcode=who.postcode)],
                payment_methods=[
                    PaymentMethod(id=f"PM-{number}", kind="card", last_four="4242", **common)
                ],
            )
        )  # fmt: skip
        session.flush()
        for week, order in enumerate(orders):
            session.add(
                Order(
                    id=order, customer_id=who.id, placed_at=AT - timedelta(weeks=20 - week),
                    status="delivered", address=who.second, postcode=who.postcode, country="UK",
                    tracking_number=f"TR{number}", payment_method_id=f"PM-{number}", **common,
                    lines=[
                        OrderLine(number=at, sku=f"{sku}-1", quantity=2, unit_price=Decimal(5))
                        for at, sku in enumerate(PRODUCTS[: 1 + week % 3 + number // 3], start=1)
                    ],
                    history=[
                        OrderEvent(status="pending", at=AT, actor=actor),
                        OrderEvent(status="delivered", at=AT, actor="shop"),
                    ],
                    payments=[
                        Payment(
                            id=f"P-{order}", kind="payment", amount=Decimal(10), at=AT,
                            method_id=f"PM-{number}", change_id=f"CH-{number}",
                        )
                    ],
                )
            )  # fmt: skip
        session.flush()
        session.add_all(
            [
                Return(
                    id=f"R-{number}", order_id=orders[0], kind="return", reason="defect",
                    created_at=AT, lines=[ReturnLine(line_number=1, quantity=1)],
                ),
                Change(
                    id=f"CH-{number}", kind="edit_account", customer_id=who.id, actor=actor,
                    conversation_id=talk, created_at=AT,
                    details={"field": "email", "value": who.email, "old": who.old_email},
                ),
                Change(
                    id=f"CG-{number}", kind="change_address", customer_id=who.id,
                    actor=f"guest:{number}", conversation_id=guest(settings, who), created_at=AT,
                    details={"address": who.address, "old_address": who.second},
                ),
                IdentityAttempt(
                    conversation_id="another", succeeded=False, created_at=AT,
                    claim=claim_mark(Proof.EMAIL, who.email, settings.secrets.conversation_key),
                ),
                Review(
                    customer_id=who.id, product_id="tea", rating=2, text=who.words,
                    conversation_id=talk, created_at=AT,
                ),
                Interaction(customer_id=who.id, product_id="pot", kind="cart", at=AT),
                Quote(
                    id=f"Q-{number}", customer_id=who.id, conversation_id=talk, created_by=actor,
                    created_at=AT, valid_until=AT, status="open", net=Decimal(1), tax=Decimal(0),
                    total=Decimal(1), **common,
                    lines=[
                        QuoteLine(
                            number=1, sku="tea-1", quantity=1, list_price=Decimal(5),
                            unit_price=Decimal(5), net=Decimal(5),
                        )
                    ],
                ),
                Ticket(
                    id=f"T-{number}", customer_id=who.id, conversation_id=talk,
                    subject=f"of {who.name}", body=who.words, order_id=orders[0], created_at=AT,
                ),
                Feedback(
                    conversation_id=talk, customer_id=who.id, score=1, reason=who.words,
                    created_at=AT,
                ),
                Thumb(conversation_id=talk, message_id="m1", up=False, at=AT),
                Question(
                    conversation_id=talk, message_id="m1", customer_id=who.id, language="en",
                    text=who.words, kind="unanswered", at=AT,
                ),
                ShownSuggestion(
                    conversation_id=talk, customer_id=who.id, product_id="pot", rung="customer",
                    position=1, model_version="v1", shown_at=AT, clicked_at=AT,
                ),
                WebhookDelivery(
                    id=f"W-{number}", endpoint="crm", event="handoff.requested", created_at=AT,
                    body=json.dumps({"customer_id": who.id, "said": who.words}),
                    next_attempt_at=AT, last_error=f"no {who.email}",
                ),
                Consent(
                    customer_id=who.id, purpose="marketing", granted=True, at=AT, source=actor
                ),
            ]
        )  # fmt: skip
        session.flush()
        handoff = Handoff(
            conversation_id=talk, ticket_id=f"T-{number}", state="closed", reason="request",
            requested_at=AT, closed_at=AT, subject=actor, customer_id=who.id,
            summary={"customer": who.name}, transcript=[{"sender": "customer", "text": who.words}],
        )  # fmt: skip
        session.add(handoff)
        session.flush()
        session.add(
            HandoffMessage(
                handoff_id=handoff.id, sender="customer", message_id="m2",
                content={"text": who.words}, at=AT,
            )
        )  # fmt: skip


TRACKER = (
    "CREATE TABLE events (id {serial}, sender_id VARCHAR(255) NOT NULL, type_name VARCHAR(255)"
    " NOT NULL, timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT)",
    "CREATE INDEX ix_events_sender_id ON events (sender_id)",
    "CREATE TABLE chat_answers (conversation_id VARCHAR(64) NOT NULL, message_id VARCHAR(128)"
    " NOT NULL, at FLOAT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (conversation_id,"
    " message_id))",
)
"The Rasa server's own tables, as it makes them."


def make_tracker(engine: Engine) -> None:
    serial = "INTEGER PRIMARY KEY" if engine.dialect.name == "sqlite" else "SERIAL PRIMARY KEY"
    with engine.begin() as connection:
        for statement in TRACKER:
            connection.execute(text(statement.format(serial=serial)))


class Talk:
    """Writes what was said as the Rasa server does."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._count = 0

    def say(
        self, key: str, speaker: Speaker, said: str, answer: str, at: datetime = AT, **slots: Any
    ) -> None:
        """Add a message, the slots that it sets, and the answer to it."""
        self._count += 1
        context = sign_context(speaker, key, "m1", self._settings.secrets)
        user = {"event": "user", "text": said, "metadata": {"context": context}}
        events: list[dict[str, Any]] = [user]
        events += [{"event": "slot", "name": name, "value": value} for name, value in slots.items()]
        events.append({"event": "bot", "text": answer})
        reply = {"conversation_id": key, "messages": [{"text": answer}]}
        with self._engine.begin() as connection:
            for event in events:
                connection.execute(
                    text(
                        "INSERT INTO events (sender_id, type_name, timestamp, data)"
                        " VALUES (:key, :type, :at, :data)"
                    ),
                    {
                        "key": key,
                        "type": event["event"],
                        "at": at.timestamp(),
                        "data": json.dumps(event),
                    },
                )
            connection.execute(
                text("INSERT INTO chat_answers VALUES (:key, :message, :at, :answer)"),
                {
                    "key": key,
                    "message": f"m{self._count}",
                    "at": at.timestamp(),
                    "answer": json.dumps(reply, ensure_ascii=False),
                },
            )


def talk_about(talk: Talk, settings: Settings, who: Somebody) -> None:
    """Add the person's own conversation, one as a guest, and an agent's about the person."""
    own, visit = conversation(settings, who), guest(settings, who)
    link = publish(f"%PDF invoice of {who.name}".encode(), "INV.pdf", settings.home,
                   settings.secrets)  # fmt: skip
    me = Speaker(f"customer:{who.id}", Role.SHOPPER, who.id)
    talk.say(own, me, who.words, f"Hello {who.name}, {who.address}: {link}")
    talk.say(visit, Speaker("guest:v", Role.SHOPPER), who.words, "Thanks.",
             identity={"customer_id": who.id, "known": ["email"]})  # fmt: skip
    staff = conversation_id(Speaker(f"agent:{who.id[-2:]}", Role.AGENT), settings.secrets)
    talk.say(staff, Speaker("agent:kim", Role.AGENT, who.id), "what to offer?", who.words)


def write_files(settings: Settings, who: Somebody, other: Somebody) -> None:
    """Add logs, reports, tables and personas that tell of the person and of somebody else."""
    home = settings.home
    for folder in ("logs", "reports", "truth", "training"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "logs" / "actions.log").write_text(
        f"INFO customer {who.id} said {who.words}\nINFO all is well\n"
        f"WARN {who.email} of {other.email}\nINFO {other.id}\n",
        encoding="utf-8",
    )
    for name, ascii_only in (("report.json", True), ("raw.json", False)):
        (home / "reports" / name).write_text(
            json.dumps({"best": [who.name, other.name], "n": 3}, ensure_ascii=ascii_only),
            encoding="utf-8",
        )
    (home / "reports" / "questions.html").write_text(
        f"<html><li>{who.phone}</li><li>{other.name}</li></html>", encoding="utf-8"
    )
    (home / "training" / "nlu.en.yml").write_text(
        f"nlu:\n- intent: greet\n  examples: |\n    - I am {who.name}\n", encoding="utf-8"
    )
    (home / "import-report.csv").write_text(
        "file,line,reason,detail,row\n"
        f'customers.csv,2,invalid_email,no,"{{""id"": ""{who.id}"",\n""x"": ""{who.words}""}}"\n'
        f"customers.csv,3,invalid_email,no,{other.id}\n",
        encoding="utf-8",
    )
    pd.DataFrame({"customer_id": [who.id, other.id], "taste": [0.1, 0.2]}).to_parquet(
        home / "truth" / "customers.parquet"
    )
    (home / "personas.json").write_text(
        json.dumps(
            {
                "environment": "demo",
                "personas": [
                    {"id": "guest", "name": None, "customer_id": None},
                    *(
                        {"id": f"customer:{one.id}", "name": one.name, "customer_id": one.id}
                        for one in (who, other)
                    ),
                ],
            },
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )


def contents(home: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file below a folder with all the text that is in it, packed or not."""
    for folder, _, names in os.walk(home):
        for path in (Path(folder) / name for name in names):
            raw = path.read_bytes().decode("utf-8", errors="replace")
            # As JSON writes it.
            raw += re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), raw)
            if path.suffix == ".parquet":
                raw += pd.read_parquet(path).to_csv()
            if path.suffix == ".npz":
                with np.load(path, allow_pickle=False) as arrays:
                    raw += " ".join(str(arrays[name].tolist()) for name in arrays.files)
            yield path, raw
