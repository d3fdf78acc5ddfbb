"""Event streams that a test plays to the pages that listen."""

from __future__ import annotations

import json
import queue
import threading
import time
from http.server import SimpleHTTPRequestHandler

from playwright.sync_api import Page

from tests.web.chat_page import Json

PATIENCE_SECONDS = 10


class Streams:
    """Every event that is emitted reaches all pages that listen then.

    Attributes:
        address: of the server.
        asked: for each time that a page began to listen, the id of the last event it had heard.
        refusal: the status with which to refuse, or None.
    """

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[str | None] = []
        self.refusal: int | None = None
        self._open: list[queue.Queue[str | None]] = []
        self._lock = threading.Lock()

    def emit(self, kind: str, data: Json, number: int | None = None) -> None:
        """Send an event."""
        head = "" if number is None else f"id: {number}\n"
        self.write(f"{head}event: {kind}\ndata: {json.dumps(data)}\n\n")

    def write(self, text: str) -> None:
        """Send a piece of a stream as it is."""
        with self._lock:
            for stream in self._open:
                stream.put(text)

    def cut(self) -> None:
        """Break all connections."""
        with self._lock:
            for stream in self._open:
                stream.put(None)
            self._open.clear()

    def wait(self, page: Page, times: int = 1) -> None:
        """Wait until the page has begun to listen so many times.

        Raises:
            TimeoutError: it has not.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.asked) < times:
            if time.monotonic() > deadline:
                raise TimeoutError(f"listened {len(self.asked)} times, not {times}")
            page.wait_for_timeout(20)

    def serve(self, request: SimpleHTTPRequestHandler) -> None:
        """Answer one request until the connection is cut or the page has gone."""
        if self.refusal is not None:
            request.send_error(self.refusal)
            return
        stream: queue.Queue[str | None] = queue.Queue()
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream; charset=utf-8")
        request.end_headers()
        with self._lock:
            self._open.append(stream)
            self.asked.append(request.headers.get("Last-Event-ID"))
        try:
            while (text := stream.get()) is not None:
                request.wfile.write(text.encode())
                request.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            return
