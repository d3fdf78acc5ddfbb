"""What docs/crm.md tells others to do works as it stands there."""

from __future__ import annotations

import re
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.errors import InvalidSignature
from analytics.webhooks.policy import EVENTS, load_webhook_policy
from analytics.webhooks.signatures import PROFILES, SALESCLERK, sign, verify

DOCUMENT = (Path(__file__).parents[3] / "docs" / "crm.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


def test_the_example_verifies_what_we_sign() -> None:
    (example,) = blocks("python")
    found: dict[str, Any] = {}
    exec(example, found)
    body, now = '{"text": "你好"}'.encode(), int(time.time())
    for sent, secret, right in [(now, "s", True), (now, "t", False), (now - 301, "s", False)]:
        headers = {
            "X-Salesclerk-Timestamp": str(sent),
            "X-Salesclerk-Signature": sign(secret, sent, body),
        }
        assert found["verified"]("s", headers, body) is right


def test_the_example_for_the_shell_is_accepted(tmp_path: Path) -> None:
    (script,) = [block for block in blocks("sh") if "openssl" in block]
    # In the place of curl, something that only says what it was given.
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nfor one in "$@"; do printf "%s\\n" "$one"; done\n')
    curl.chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", f'PATH="{tmp_path}:$PATH"\n{script}'],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    headers = dict(line.split(": ", 1) for line in lines if line.startswith("X-"))
    body = lines[lines.index("-d") + 1].encode()
    secret, now = "the secret that was agreed", datetime.now(UTC)
    assert verify(SALESCLERK, secret, headers, "POST", "", body, now) == "claim-3"
    with pytest.raises(InvalidSignature):
        verify(SALESCLERK, "another", headers, "POST", "", body, now)


def test_the_policy_shown_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "webhooks.yml"
    path.write_text(blocks("yaml")[0])
    assert [one.name for one in load_webhook_policy(path).endpoints] == ["crm"]


def test_every_event_and_profile_is_described() -> None:
    for name in (*EVENTS, *PROFILES):
        assert f"`{name}`" in DOCUMENT or f"`.{name.partition('.')[2]}`" in DOCUMENT
