"""Tokens and contexts: what is signed is believed, nothing else is."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from analytics.errors import InvalidToken
from analytics.identity import (
    FILE_LIFETIME,
    Role,
    SharedFile,
    Speaker,
    conversation_id,
    issue_token,
    sign_context,
    sign_file,
    verify_context,
    verify_file,
    verify_token,
)
from analytics.settings import Secrets, Settings

ANN = Speaker("ann", Role.SHOPPER, "C00001")

INVOICE = SharedFile("0f" * 32, "INV-1.pdf")


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


def test_a_link_opens_its_file_for_a_day(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verify_file(sign_file(INVOICE, secrets), secrets) == INVOICE
    monkeypatch.setattr("analytics.identity.FILE_LIFETIME", -FILE_LIFETIME)
    with pytest.raises(InvalidToken, match="expired"):
        verify_file(sign_file(INVOICE, secrets), secrets)


def test_a_link_is_no_token_and_no_context(secrets: Secrets) -> None:
    link = sign_file(INVOICE, secrets)
    with pytest.raises(InvalidToken):
        verify_token(link, secrets)
    with pytest.raises(InvalidToken):
        verify_context(link, "c", secrets)
    for other in (
        issue_token(ANN, secrets, timedelta(hours=1)),
        sign_context(ANN, "c", "m", secrets),
        "",
        "no token",
    ):
        with pytest.raises(InvalidToken):
            verify_file(other, secrets)


@pytest.mark.parametrize(
    "key", ["", "../secrets", "0f" * 32 + "\n", "0F" * 32, "0f" * 31, "/etc/passwd", "0f" * 33]
)
def test_a_link_names_files_by_their_keys_only(secrets: Secrets, key: str) -> None:
    with pytest.raises(InvalidToken, match="hexadecimal"):
        verify_file(sign_file(SharedFile(key, "a.pdf"), secrets), secrets)


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
    keys = dataclasses.replace(secrets, token_key=public.decode())
    claims = jwt.decode(
        issue_token(ANN, secrets, timedelta(hours=1)), options={"verify_signature": False}
    )
    assert verify_token(jwt.encode(claims, private, "RS256"), keys) == ANN
    with pytest.raises(InvalidToken, match="private key"):
        issue_token(ANN, keys, timedelta(hours=1))
    with pytest.raises(InvalidToken):
        verify_token(issue_token(ANN, secrets, timedelta(hours=1)), keys)
