"""Every vendor's way to sign, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import InvalidSignature
from analytics.webhooks.signatures import (
    CHATWOOT,
    HUBSPOT,
    PROFILES,
    SALESCLERK,
    TURN,
    ZENDESK,
    Profile,
    sign,
    verify,
)

SECRET = "shared-secret"
BODY = '{"say": "hello", "text": "你好"}'.encode()
URL = "https://shop.example/webhooks/inbound/crm?x=a%3Ab"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
TIMES = {
    "salesclerk": str(int(NOON.timestamp())),
    "chatwoot": str(int(NOON.timestamp())),
    "hubspot": str(int(NOON.timestamp() * 1000)),
    "zendesk": "2026-11-01T12:00:00Z",
    "turn": "",
}


def signed(profile: Profile, secret: str = SECRET, **more: str) -> dict[str, str]:
    """Return the headers of a request by a sender who signs as he should."""
    timestamp = TIMES[profile.name]
    headers = {
        profile.signature_header: profile.signature(secret, timestamp, "POST", URL, BODY),
        **more,
    }
    return {**headers, profile.timestamp_header: timestamp} if profile.timestamp_header else headers


def mac(text: bytes) -> bytes:
    return hmac.new(SECRET.encode(), text, hashlib.sha256).digest()


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (SALESCLERK, "sha256=" + mac(f"{TIMES['salesclerk']}.".encode() + BODY).hex()),
        (CHATWOOT, "sha256=" + mac(f"{TIMES['chatwoot']}.".encode() + BODY).hex()),
        (
            HUBSPOT,
            base64.b64encode(
                mac(
                    b"POSThttps://shop.example/webhooks/inbound/crm?x=a:b"
                    + BODY
                    + TIMES["hubspot"].encode()
                )
            ).decode(),
        ),
        (ZENDESK, base64.b64encode(mac(TIMES["zendesk"].encode() + BODY)).decode()),
        (TURN, base64.b64encode(mac(BODY)).decode()),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_signatures_are_made_as_the_vendor_makes_them(profile: Profile, expected: str) -> None:
    assert signed(profile)[profile.signature_header] == expected
    verify(profile, SECRET, signed(profile), "POST", URL, BODY, NOON)


def test_our_own_signature_is_the_one_that_we_accept() -> None:
    timestamp = int(NOON.timestamp())
    headers = {
        "x-salesclerk-signature": sign(SECRET, timestamp, BODY),
        "x-salesclerk-timestamp": str(timestamp),
        "x-salesclerk-delivery": "d-1",
    }
    assert verify(SALESCLERK, SECRET, headers, "POST", URL, BODY, NOON) == "d-1"


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_wrong_secret_is_refused_and_the_right_signature_is_not_told(profile: Profile) -> None:
    headers = signed(profile, secret="another")
    with pytest.raises(InvalidSignature, match=profile.signature_header) as refused:
        verify(profile, SECRET, headers, "POST", URL, BODY, NOON)
    right = signed(profile)[profile.signature_header]
    assert right.removeprefix(profile.prefix) not in str(refused.value)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_altered_body_is_refused(profile: Profile) -> None:
    with pytest.raises(InvalidSignature):
        verify(profile, SECRET, signed(profile), "POST", URL, BODY + b" ", NOON)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_missing_header_is_named(profile: Profile) -> None:
    for header in filter(None, (profile.signature_header, profile.timestamp_header)):
        headers = signed(profile)
        del headers[header]
        with pytest.raises(InvalidSignature, match=f"{header} is missing"):
            verify(profile, SECRET, headers, "POST", URL, BODY, NOON)


DATED = [profile for profile in PROFILES.values() if profile.timestamp_header]


@pytest.mark.parametrize("profile", DATED, ids=lambda profile: profile.name)
@pytest.mark.parametrize(("seconds", "told"), [(301, "301 s old"), (-301, "301 s in the future")])
def test_clock_five_minutes_off_is_refused_and_told(
    profile: Profile, seconds: int, told: str
) -> None:
    now = NOON + timedelta(seconds=seconds)
    with pytest.raises(InvalidSignature, match=told):
        verify(profile, SECRET, signed(profile), "POST", URL, BODY, now)


@pytest.mark.parametrize("profile", DATED, ids=lambda profile: profile.name)
@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_clock_up_to_five_minutes_off_is_accepted(profile: Profile, seconds: int) -> None:
    now = NOON + timedelta(seconds=seconds)
    verify(profile, SECRET, signed(profile), "POST", URL, BODY, now)


@pytest.mark.parametrize("profile", DATED, ids=lambda profile: profile.name)
def test_new_time_on_an_old_signature_is_refused(profile: Profile) -> None:
    headers = signed(profile)
    later = NOON + timedelta(hours=1)
    headers[profile.timestamp_header or ""] = {
        "hubspot": str(int(later.timestamp() * 1000)),
        "zendesk": "2026-11-01T13:00:00Z",
    }.get(profile.name, str(int(later.timestamp())))
    with pytest.raises(InvalidSignature, match=profile.signature_header):
        verify(profile, SECRET, headers, "POST", URL, BODY, later)


def test_delivery_id_is_the_senders_or_else_the_bodys() -> None:
    headers = signed(CHATWOOT, **{"X-Chatwoot-Delivery": "5e1f"})
    assert verify(CHATWOOT, SECRET, headers, "POST", URL, BODY, NOON) == "5e1f"
    first = verify(TURN, SECRET, signed(TURN), "POST", URL, BODY, NOON)
    assert first == hashlib.sha256(BODY).hexdigest()


@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_other_signature_is_accepted(body: bytes, signature: str) -> None:
    headers = {**signed(SALESCLERK), SALESCLERK.signature_header: signature}
    with pytest.raises(InvalidSignature):
        verify(SALESCLERK, SECRET, headers, "POST", URL, body, NOON)


@pytest.mark.parametrize("time", ["", "soon", "9" * 30, "nan", "-1e400"])
def test_unreadable_time_is_refused_though_it_is_signed(time: str) -> None:
    headers = {
        "X-Salesclerk-Signature": SALESCLERK.signature(SECRET, time, "POST", URL, BODY),
        "X-Salesclerk-Timestamp": time,
    }
    with pytest.raises(InvalidSignature, match="X-Salesclerk-Timestamp"):
        verify(SALESCLERK, SECRET, headers, "POST", URL, BODY, NOON)
