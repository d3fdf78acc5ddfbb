"""The route of files: a valid link opens its file, and nothing else opens anything."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse

import pytest

pytest.importorskip("rasa", reason="runs in the Rasa server's environment, .venv-rasa")

from rasa.core import channels
from sanic import Sanic

from analytics.identity import (
    FILES_FOLDER,
    Role,
    SharedFile,
    Speaker,
    issue_token,
    sign_context,
    sign_file,
)
from analytics.settings import Secrets, Settings
from rasa_project.channels.files import FilesInput
from rasa_project.channels.page import PageInput

Answer = tuple[HTTPResponse, bytes]
INVOICE = SharedFile("0f" * 32, "INV-10482.pdf")
ANN = Speaker("ann", Role.SHOPPER)


@dataclass
class Server:
    """A server with the page's channels, whose home holds the invoice.

    Attributes:
        secrets: its keys.
    """

    address: tuple[str, int]
    secrets: Secrets

    def link(self, file: SharedFile = INVOICE) -> str:
        return f"/chat/files/{sign_file(file, self.secrets)}"

    def get(self, path: str) -> Answer:
        connection = HTTPConnection(*self.address, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests here: Sanic rewrites its own code for the first one of a process only."""
    home = tmp_path_factory.mktemp("home")
    (home / FILES_FOLDER).mkdir()
    (home / FILES_FOLDER / f"{INVOICE.key}.pdf").write_bytes(b"%PDF-")
    # What no link may open.
    (home / "secret.pdf").write_bytes(b"secret")
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as sock:
        patch.setenv("SALESCLERK_HOME", str(home))
        patch.delenv("SALESCLERK_TOKEN_KEY", raising=False)
        app = Sanic("files", configure_logging=False)
        channels.channel.register([PageInput(), FilesInput()], app, route="/webhooks/")
        loop = asyncio.new_event_loop()
        loop.run_until_complete(_start(app, sock))
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        yield Server(sock.getsockname(), Settings.from_environment().secrets)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _start(app: Sanic, sock: socket.socket) -> None:
    running = await app.create_server(sock=sock, return_asyncio_server=True)
    await running.startup()


def assert_refused(answer: Answer) -> None:
    response, body = answer
    assert response.status == 404
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert json.loads(body)["detail"]


def test_a_link_opens_its_file(server: Server) -> None:
    response, body = server.get(server.link())
    assert (response.status, body) == (200, b"%PDF-")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'inline; filename="INV-10482.pdf"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ('a"; filename="b.exe', "a-filename-b.exe.pdf"),
        ("INV-1\r\nSet-Cookie: a=b.pdf", "INV-1-Set-Cookie-a-b.pdf"),
        ("../../发票.pdf", "file.pdf"),
        ("n" * 500, "n" * 100 + ".pdf"),
    ],
)
def test_no_name_misleads_a_header(server: Server, name: str, safe: str) -> None:
    response, _ = server.get(server.link(SharedFile(INVOICE.key, name)))
    assert response.headers["Content-Disposition"] == f'inline; filename="{safe}"'
    assert "Set-Cookie" not in response.headers


def test_a_link_does_not_last(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.identity.FILE_LIFETIME", timedelta(minutes=-1))
    assert_refused(server.get(server.link()))


def test_other_tokens_open_nothing(server: Server) -> None:
    context = sign_context(ANN, "conversation", "message", server.secrets)
    token = issue_token(ANN, server.secrets, timedelta(hours=1))
    foreign = sign_file(INVOICE, Secrets(*["k" * 32] * 4))
    for other in (context, token, foreign, "nothing"):
        assert_refused(server.get(f"/chat/files/{other}"))


def test_a_file_that_is_gone_is_refused_alike(server: Server) -> None:
    assert_refused(server.get(server.link(SharedFile("aa" * 32, "a.pdf"))))


@pytest.mark.parametrize("key", ["../secret", "../secret.pdf", "..%2Fsecret"])
def test_no_link_leaves_the_folder(server: Server, key: str) -> None:
    assert_refused(server.get(server.link(SharedFile(key, "a.pdf"))))


@pytest.mark.parametrize(
    "path", ["", f"{INVOICE.key}.pdf", INVOICE.key, "../secret.pdf", "..%2Fsecret.pdf", "%2e%2e/a"]
)
def test_nothing_is_opened_by_its_path(server: Server, path: str) -> None:
    assert_refused(server.get(f"/chat/files/{path}"))
