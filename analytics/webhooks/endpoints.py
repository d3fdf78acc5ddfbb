"""The secret of each endpoint: told to its system once, kept nowhere."""

from __future__ import annotations

import hashlib
import hmac

from analytics.settings import Secrets


def endpoint_secret(secrets: Secrets, name: str) -> str:
    """Return the secret by which deliveries to the endpoint `name` are signed."""
    return hmac.new(secrets.webhook_key.encode(), name.encode(), hashlib.sha256).hexdigest()
