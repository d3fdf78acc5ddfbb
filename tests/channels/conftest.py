"""An assistant that is connected to everything: a Chatwoot and a CRM, both on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.analytics.webhooks.receiver import Receiver, running_receiver
from tests.assistant import Assistant, running_assistant
from tests.channels.chatwoot_server import Chatwoot, running_chatwoot

CRM_SECRET = "the secret that the CRM signs with"
POLICY = """
endpoints:
  - name: crm
    url: "{url}"
    events: [handoff.requested, handoff.claimed, handoff.released, handoff.closed,
             message.customer, message.agent, ticket.opened, feedback.given]
sources:
  - {{name: crm, profile: salesclerk}}
retry: {{first_seconds: 1, most_seconds: 2, give_up_hours: 1}}
"""


@dataclass
class Connected:
    """A running assistant and what it is connected to."""

    assistant: Assistant
    chatwoot: Chatwoot
    crm: Receiver


@pytest.fixture(scope="session")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    home = tmp_path_factory.mktemp("connected") / "home"
    with running_chatwoot() as chatwoot, running_receiver() as crm:
        policies = home / "policies"
        policies.mkdir(parents=True)
        (policies / "webhooks.yml").write_text(POLICY.format(url=crm.url))
        environ = {
            "CHATWOOT_URL": chatwoot.url,
            "CHATWOOT_ACCOUNT_ID": "1",
            "CHATWOOT_TOKEN": chatwoot.bot_token,
            "CHATWOOT_SECRET": str(chatwoot.secret),
            "WEBHOOK_SECRET_CRM": CRM_SECRET,
        }
        with running_assistant(home, environ) as assistant:
            chatwoot.bot_url = f"{assistant.url}/webhooks/chatwoot/webhook"
            yield Connected(assistant, chatwoot, crm)
