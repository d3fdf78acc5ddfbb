"""Who is speaking: tokens that open a conversation, and the context that a channel vouches for.

Tokens are JSON Web Tokens (RFC 7519). The context is one too, signed with another key: the
channel makes one for each message, and an action believes nothing about the speaker that does
not stand in it. A third kind opens one file to whoever has it. Used by both environments: standard
library and PyJWT, Python 3.10.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Final

import jwt

from analytics.errors import InvalidToken
from analytics.settings import TOKEN_AUDIENCE, TOKEN_ISSUER, Secrets

REQUIRED_CLAIMS: Final = ["iss", "aud", "sub", "iat", "exp", "role"]
CONTEXT_AUDIENCE: Final = "salesclerk-actions"
CONTEXT_LIFETIME: Final = timedelta(minutes=10)
FILE_CLAIMS: Final = ["iss", "aud", "sub", "iat", "exp", "name"]
FILE_AUDIENCE: Final = "salesclerk-files"
FILE_LIFETIME: Final = timedelta(days=1)
FILES_FOLDER: Final = "invoices"
"Below the home; what a link can open, and nothing else, stands here."
FILE_KEY: Final = re.compile(r"[0-9a-f]{64}")
LEEWAY: Final = timedelta(seconds=30)


class Role(str, Enum):
    """What a speaker may ask for."""

    SHOPPER = "shopper"
    AGENT = "agent"


@dataclass(frozen=True)
class Speaker:
    """The bearer of a valid token.

    Attributes:
        subject: the token's `sub`; stable for one person or one guest session.
        role: shopper or agent.
        customer_id: the customer who speaks; for an agent the customer spoken about; or None.
    """

    subject: str
    role: Role
    customer_id: str | None = None


@dataclass(frozen=True)
class Context:
    """What a channel vouches for: who speaks, in which conversation, with which message."""

    speaker: Speaker
    conversation_id: str
    message_id: str


@dataclass(frozen=True)
class SharedFile:
    """A file that a link opens.

    Attributes:
        key: what it is called in the folder, 64 hexadecimal digits.
        name: what it is called by whoever saves it.
    """

    key: str
    name: str


def issue_token(speaker: Speaker, secrets: Secrets, lifetime: timedelta) -> str:
    """Return a signed token for `speaker`.

    Raises:
        InvalidToken: the installation verifies RS256, so only the shop's server can sign.
    """
    if secrets.token_algorithm != "HS256":
        raise InvalidToken("tokens are signed by the holder of the private key, not here")
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": TOKEN_ISSUER,
        "aud": TOKEN_AUDIENCE,
        "sub": speaker.subject,
        "iat": now,
        "exp": now + int(lifetime.total_seconds()),
        "role": speaker.role.value,
    }
    if speaker.customer_id is not None:
        claims["customer_id"] = speaker.customer_id
    return jwt.encode(claims, secrets.token_key, algorithm="HS256")


def verify_token(token: str, secrets: Secrets) -> Speaker:
    """Return the speaker that `token` names.

    Raises:
        InvalidToken: anything about the token is not as required.
    """
    claims = _decode(token, secrets.token_key, secrets.token_algorithm, TOKEN_AUDIENCE)
    return _speaker(claims)


def conversation_id(speaker: Speaker, secrets: Secrets) -> str:
    """Return the id of the speaker's conversation: a keyed hash, so no one can guess another's."""
    name = f"{speaker.role.value}:{speaker.subject}"
    return hmac.new(secrets.conversation_key.encode(), name.encode(), hashlib.sha256).hexdigest()[
        :32
    ]


def sign_context(speaker: Speaker, conversation: str, message_id: str, secrets: Secrets) -> str:
    """Return what the channel vouches for, for one message of one conversation."""
    now = int(time.time())
    claims = {
        "iss": TOKEN_ISSUER,
        "aud": CONTEXT_AUDIENCE,
        "sub": speaker.subject,
        "iat": now,
        "exp": now + int(CONTEXT_LIFETIME.total_seconds()),
        "role": speaker.role.value,
        "customer_id": speaker.customer_id,
        "conversation": conversation,
        "message_id": message_id,
    }
    return jwt.encode(claims, secrets.context_key, algorithm="HS256")


def verify_context(context: str, conversation: str, secrets: Secrets) -> Speaker:
    """Return the speaker of the message that carries `context` in `conversation`.

    Raises:
        InvalidToken: forged, expired, or taken from another conversation.
    """
    claims = _decode(context, secrets.context_key, "HS256", CONTEXT_AUDIENCE)
    if not hmac.compare_digest(str(claims.get("conversation")), conversation):
        raise InvalidToken("the context belongs to another conversation")
    return _speaker(claims)


def read_context(context: str, secrets: Secrets) -> Context:
    """Return what a channel vouches for, on the action server's own routes.

    Raises:
        InvalidToken: forged or expired.
    """
    claims = _decode(context, secrets.context_key, "HS256", CONTEXT_AUDIENCE)
    return Context(_speaker(claims), str(claims["conversation"]), str(claims["message_id"]))


def past_speaker(context: str, secrets: Secrets) -> Speaker:
    """Return the speaker of a message heard some time ago: its context may have expired.

    Raises:
        InvalidToken: forged.
    """
    try:
        claims = jwt.decode(
            context,
            secrets.context_key,
            algorithms=["HS256"],
            audience=CONTEXT_AUDIENCE,
            issuer=TOKEN_ISSUER,
            options={"require": REQUIRED_CLAIMS, "verify_exp": False},
        )
    except jwt.InvalidTokenError as error:
        raise InvalidToken(f"context refused: {error}") from error
    return _speaker(claims)


def sign_file(file: SharedFile, secrets: Secrets) -> str:
    """Return what opens `file`, for a day, to whoever has it."""
    now = int(time.time())
    claims = {
        "iss": TOKEN_ISSUER,
        "aud": FILE_AUDIENCE,
        "sub": file.key,
        "iat": now,
        "exp": now + int(FILE_LIFETIME.total_seconds()),
        "name": file.name,
    }
    return jwt.encode(claims, secrets.context_key, algorithm="HS256")


def verify_file(token: str, secrets: Secrets) -> SharedFile:
    """Return the file that `token` opens.

    Raises:
        InvalidToken: forged, expired, made for something else, or not naming a file as we do.
    """
    claims = _decode(token, secrets.context_key, "HS256", FILE_AUDIENCE, FILE_CLAIMS)
    key, name = claims["sub"], claims["name"]
    if not isinstance(key, str) or not FILE_KEY.fullmatch(key):
        raise InvalidToken("token refused: sub must be 64 hexadecimal digits")
    if not isinstance(name, str):
        raise InvalidToken("token refused: name must be a text")
    return SharedFile(key, name)


def _decode(
    token: str, key: str, algorithm: str, audience: str, required: list[str] = REQUIRED_CLAIMS
) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=audience,
            issuer=TOKEN_ISSUER,
            leeway=LEEWAY,
            options={"require": required},
        )
    except jwt.InvalidTokenError as error:
        raise InvalidToken(f"token refused: {error}") from error


def _speaker(claims: dict[str, Any]) -> Speaker:
    subject, role, customer_id = claims["sub"], claims["role"], claims.get("customer_id")
    if not isinstance(subject, str) or not subject:
        raise InvalidToken("token refused: sub must be a text")
    if role not in {member.value for member in Role}:
        raise InvalidToken("token refused: role must be shopper or agent")
    if customer_id is not None and not isinstance(customer_id, str):
        raise InvalidToken("token refused: customer_id must be a text")
    return Speaker(subject, Role(role), customer_id)
