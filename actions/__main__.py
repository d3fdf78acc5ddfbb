"""The action server: `python -m actions`. Listens on the loopback interface only."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from actions.chores import chores
from actions.desk import desk_routes
from actions.services import services
from analytics.errors import SalesclerkError
from analytics.privacy import masking

HOST = "127.0.0.1"


def make_app() -> Sanic[Any, Any]:
    """Return the server with every action of this package, and the handoff desk."""
    executor = ActionExecutor()
    executor.register_package("actions")
    app = create_app(executor, cors_origins=[])
    app.blueprint(desk_routes(services()))
    return app


def main() -> int:
    """Open the shop, load the models, then serve until stopped; return the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for told in ("actions", "analytics.recommend"):
        logging.getLogger(told).setLevel(logging.INFO)
    masking.install()
    # The two are known to work together; see tests/actions/test_domain.py on the one exception.
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk")
    try:
        services().warm_up()
    except SalesclerkError as error:
        print(f"The action server cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 1
    # Requests are small and many: several threads for one would keep the others waiting. Only what
    # is loaded by now can be told.
    threadpool_limits(1)
    with chores(services()):
        make_app().run(
            host=HOST,
            port=services().settings.actions_port,
            single_process=True,
            motd=False,
            access_log=False,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
