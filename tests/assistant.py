"""A real assistant for the tests: both servers, on free ports, with a fresh shop and database."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

import httpx

from analytics import training_policy
from analytics.identity import Role, Speaker, issue_token
from analytics.settings import Settings
from analytics.store import Store

ROOT: Final = Path(__file__).resolve().parents[1]
SALESCLERK: Final = [sys.executable, "-m", "analytics"]
RASA_PYTHON: Final = ROOT / ".venv-rasa" / "bin" / "python"
BOT_MODELS: Final = ROOT / ".cache" / "bot-models"
LAST_DAY: Final = "2026-10-31"
TODAY: Final = "2026-11-01"
"The last of the demo shop's story, and the day that it is for the assistant."
START_SECONDS: Final = 180
STOP_SECONDS: Final = 20


@dataclass
class Assistant:
    """A running assistant.

    Attributes:
        url: where the Rasa server listens, without a final slash.
        home: its SALESCLERK_HOME.
        store: the shop's database, the same that the actions use.
    """

    settings: Settings
    environ: dict[str, str]
    store: Store
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def home(self) -> Path:
        return self.settings.home

    def token(self, speaker: Speaker, lifetime: timedelta = timedelta(hours=1)) -> str:
        """Return a token for `speaker`."""
        return issue_token(speaker, self.settings.secrets, lifetime)

    def post(self, channel: str, body: Any, token: str | None, **options: Any) -> httpx.Response:
        """Post a body to a channel's webhook as it is."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.post(
            f"{self.url}/webhooks/{channel}/webhook",
            headers=headers,
            timeout=30,
            **(options or {"json": body}),
        )

    def conversation(
        self, speaker: Speaker | None = None, contact_id: str | None = None
    ) -> Conversation:
        """Open a conversation; as a guest where nobody is named."""
        speaker = speaker or Speaker(f"guest:{secrets.token_hex(8)}", Role.SHOPPER)
        return Conversation(self, speaker, contact_id)

    def start(self, name: str) -> None:
        """Start one of the two servers, `actions` or `rasa`."""
        commands = {
            "actions": [sys.executable, "-m", "actions"],
            "rasa": [str(RASA_PYTHON), "-m", "rasa_project", "run"],
        }
        with self._log(name, "ab") as log:
            self.processes[name] = subprocess.Popen(
                commands[name], cwd=ROOT, env=self.environ, stdout=log, stderr=log
            )

    def stop(self, name: str) -> None:
        """Stop one of the two servers."""
        process = self.processes.pop(name)
        process.terminate()
        process.wait(STOP_SECONDS)

    def wait(self, name: str) -> None:
        """Wait until a server answers.

        Raises:
            RuntimeError: it ended or did not answer in time; with the end of its log.
        """
        addresses = {
            "actions": f"http://127.0.0.1:{self.settings.actions_port}/health",
            "rasa": f"{self.url}/webhooks/widget/",
        }
        try:
            wait_for(addresses[name], self.processes[name])
        except RuntimeError as error:
            raise RuntimeError(f"{name} did not start:\n{self.log(name)[-4000:]}") from error

    def log(self, name: str) -> str:
        """Return what a server has printed."""
        with self._log(name, "rb") as log:
            return log.read().decode(errors="replace")

    def _log(self, name: str, mode: str) -> IO[Any]:
        return (self.home / f"{name}.log").open(mode)


@dataclass
class Conversation:
    """One speaker's conversation through the channel of their role."""

    assistant: Assistant
    speaker: Speaker
    contact_id: str | None = None

    def send(self, text: str, message_id: str | None = None) -> dict[str, Any]:
        """Send a message and return the whole answer."""
        body = {"message": text, "message_id": message_id or secrets.token_hex(8)}
        if self.contact_id is not None:
            body["contact_id"] = self.contact_id
        channel = "crm" if self.speaker.role is Role.AGENT else "widget"
        answer = self.assistant.post(channel, body, self.assistant.token(self.speaker))
        answer.raise_for_status()
        return dict(answer.json())


@contextmanager
def running_assistant(
    home: Path, environ: Mapping[str, str] | None = None, demo: bool = True
) -> Iterator[Assistant]:
    """Make the demo shop in `home`, train what is needed, run both servers for the block."""
    variables = {
        **os.environ,
        "SALESCLERK_HOME": str(home),
        "PORT": str(free_port()),
        "ACTIONS_PORT": str(free_port()),
        "AS_OF": TODAY,
        **(environ or {}),
    }
    settings = Settings.from_environment(variables)
    home.mkdir(parents=True, exist_ok=True)
    BOT_MODELS.mkdir(parents=True, exist_ok=True)
    # The bot is the same for every shop: trained once, until what it is made from changes.
    settings.bot_models.symlink_to(BOT_MODELS)
    _never_retrain(settings)
    if demo:
        run([*SALESCLERK, "demo", "--until", LAST_DAY], variables)
        run([*SALESCLERK, "train"], variables)
    run([str(RASA_PYTHON), "-m", "rasa_project", "train"], variables)
    assistant = Assistant(settings, variables, Store(settings.database_url))
    try:
        for name in ("actions", "rasa"):
            assistant.start(name)
        for name in ("actions", "rasa"):
            assistant.wait(name)
        yield assistant
    finally:
        for name in list(assistant.processes):
            assistant.stop(name)
        assistant.store.close()


def _never_retrain(settings: Settings) -> None:
    """See to it that no models change in the midst of a test, whatever the hour."""
    ours = training_policy.DEFAULT_POLICY.read_text(encoding="utf-8")
    settings.policies.mkdir(exist_ok=True)
    (settings.policies / "training.yml").write_text(ours.replace('"03:00"', "off"))


def run(command: list[str], environ: Mapping[str, str]) -> str:
    """Run a command of ours to its end and return what it printed.

    Raises:
        RuntimeError: it failed; with what it printed.
    """
    done = subprocess.run(
        command, cwd=ROOT, env=dict(environ), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def wait_for(
    address: str, process: subprocess.Popen[bytes], seconds: float = START_SECONDS
) -> None:
    """Wait until `address` answers well.

    Raises:
        RuntimeError: the process ended, or the time is up.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address, timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
