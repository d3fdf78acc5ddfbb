"""Tokens and contexts: what is signed is believed, nothing else is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from analytics.errors import InvalidToken
from analytics.identity import (
    Role,
    Speaker,
    conversation_id,
    issue_token,
    sign_context,
    verify_context,
    verify_token,
)
from analytics.settings import Secrets, Settings

ANN = Speaker("ann", Role.SHOPPER, "C00001")


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)}).secrets


@pytest.mark.parametrize(
    "speaker", [ANN, Speaker("guest", Role.SHOPPER), Speaker("li", Role.AGENT)]
)
def test_token_names_its_speaker(secrets: Secrets, speaker: Speaker) -> None:
    assert verify_token(issue_token(speaker, secrets, timedelta(hours=1)), secrets) == speaker


def test_expired_token(secrets: Secrets) -> None:
    with pytest.raises(InvalidToken, match="expired"):
        verify_token(issue_token(ANN, secrets, timedelta(minutes=-1)), secrets)


def test_context_holds_for_its_conversation_only(secrets: Secrets) -> None:
    context = sign_context(ANN, "conversation-1", "message-1", secrets)
    assert verify_context(context, "conversation-1", secrets) == ANN
    with pytest.raises(InvalidToken, match="another conversation"):
        verify_context(context, "conversation-2", secrets)


def test_token_is_no_context_and_context_no_token(secrets: Secrets) -> None:
    with pytest.raises(InvalidToken):
        verify_context(issue_token(ANN, secrets, timedelta(hours=1)), "c", secrets)
    with pytest.raises(InvalidToken):
        verify_token(sign_context(ANN, "c", "m", secrets), secrets)


def test_altered_token(secrets: Secrets) -> None:
    head, body, signature = issue_token(ANN, secrets, timedelta(hours=1)).split(".")
    with pytest.raises(InvalidToken):
        verify_token(f"{head}.{body[::-1]}.{signature}", secrets)


def test_conversation_ids_are_keyed_and_differ_by_role(secrets: Secrets, tmp_path: Path) -> None:
    other = Settings.from_environment({"SALESCLERK_HOME": str(tmp_path / "other")}).secrets
    ids = {
        conversation_id(ANN, secrets),
        conversation_id(Speaker("ann", Role.AGENT), secrets),
        conversation_id(ANN, other),
    }
    assert len(ids) == 3
    assert conversation_id(ANN, secrets) in ids


def test_rs256_tokens_of_the_shops_own_server(secrets: Secrets) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    keys = Secrets(public.decode(), secrets.context_key, secrets.conversation_key)
    claims = jwt.decode(
        issue_token(ANN, secrets, timedelta(hours=1)), options={"verify_signature": False}
    )
    assert verify_token(jwt.encode(claims, private, "RS256"), keys) == ANN
    with pytest.raises(InvalidToken, match="private key"):
        issue_token(ANN, keys, timedelta(hours=1))
    with pytest.raises(InvalidToken):
        verify_token(issue_token(ANN, secrets, timedelta(hours=1)), keys)
