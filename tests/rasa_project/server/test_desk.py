"""Asking the handoff desk, which may be anything but well."""

from __future__ import annotations

import asyncio
import socket
from http import HTTPStatus
from pathlib import Path

import pytest

pytest.importorskip("rasa", reason="runs in the Rasa server's environment, .venv-rasa")

import aiohttp

from analytics.settings import Settings
from rasa_project.channels import desk
from rasa_project.channels.desk import Desk
from rasa_project.channels.problems import Problem


@pytest.mark.parametrize("listens", [True, False], ids=["silent", "down"])
def test_a_desk_that_does_not_answer_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listens: bool
) -> None:
    monkeypatch.setattr(desk, "PATIENCE", aiohttp.ClientTimeout(total=0.2))
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if listens:
            server.listen()
        port = server.getsockname()[1]
        settings = Settings.from_environment(
            {"SALESCLERK_HOME": str(tmp_path), "ACTIONS_PORT": str(port)}
        )

        async def ask() -> None:
            asked = Desk(settings)
            try:
                await asked.ask("GET", "/handoffs")
            finally:
                await asked.close()

        with pytest.raises(Problem) as refused:
            asyncio.run(ask())
    assert refused.value.status == HTTPStatus.SERVICE_UNAVAILABLE
