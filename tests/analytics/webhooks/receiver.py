"""A system of the shop that hears of events: answers as it is told, keeps what it got."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What was received, and what is answered next.

    Attributes:
        answers: status of each answer to come; the last one stays. None hangs up without one.
        requests: headers (small letters) and body of each request.
    """

    url: str = ""
    answers: list[int | None] = field(default_factory=lambda: [200])
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def accepted(self) -> list[str]:
        """Delivery ids that were answered well, in their order."""
        return [headers["x-salesclerk-delivery"] for headers, _, good in self._log if good]

    _log: list[tuple[dict[str, str], bytes, bool]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, headers: dict[str, str], body: bytes) -> int | None:
        with self._lock:
            status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self.requests.append((headers, body))
            self._log.append((headers, body, status is not None and status < 300))
        return status


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Run a receiver on this machine for the block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = receiver.take({k.lower(): v for k, v in self.headers.items()}, body)
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
