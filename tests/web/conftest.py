"""A browser, and the chat page's own files served without an assistant behind them."""

from __future__ import annotations

import functools
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.chat_page import PlayedChat, visit
from tests.web.streams import Streams

WEB = Path(__file__).parents[2] / "web"
BUNDLE = WEB / "node_modules" / "deep-chat" / "dist" / "deepChat.bundle.js"
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"
)
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def lacking(what: str) -> NoReturn:
    """End a test that cannot run here; on CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSER_NAMES)), None)
    if path is None:
        lacking("no browser: install the Debian package chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield running
        running.close()


class PageFiles(SimpleHTTPRequestHandler):
    """Serves web/ at /chat/ under the policy that the assistant sets."""

    def translate_path(self, path: str) -> str:
        name = path.split("?")[0].removeprefix("/chat/")
        return str(BUNDLE if name == "deep-chat.js" else WEB / (name or "index.html"))

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class EventFiles(PageFiles):
    """The same, with event streams below /webhooks/."""

    streams: Streams

    def do_GET(self) -> None:
        if self.path.startswith("/webhooks/"):
            self.streams.serve(self)
        else:
            super().do_GET()


@contextmanager
def serve(handler: type[SimpleHTTPRequestHandler], directory: Path = WEB) -> Iterator[str]:
    """Serve a folder on a free port; yields the address."""
    bound = functools.partial(handler, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), bound) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def files() -> Iterator[str]:
    """The address of the page's files."""
    if not BUNDLE.exists():
        lacking("no deep-chat: run make setup, or npm ci in web/")
    with serve(PageFiles) as address:
        yield address


@pytest.fixture
def streams() -> Iterator[Streams]:
    """The page's files, and events that the test emits."""
    if not BUNDLE.exists():
        lacking("no deep-chat: run make setup, or npm ci in web/")
    streams = Streams()
    handler = type("Handler", (EventFiles,), {"streams": streams})
    with serve(handler) as address:
        streams.address = address
        yield streams
        streams.cut()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB") as context:
        yield context.new_page()


@pytest.fixture
def chat(browser: Browser, files: str) -> Iterator[PlayedChat]:
    """The page with replies that the test sets, not yet opened."""
    with visit(browser, files) as chat:
        yield chat


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("SALESCLERK_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
