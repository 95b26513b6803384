"""`python -m app.command_line.served`: the process that `dawncast drill` kills.

Imports what it needs and no more: the seconds until it sends again are measured.
"""

import sys

# structlog draws tracebacks with rich where it can, httpx has a command line that wants both, and
# uvicorn would look for changed files: six megabytes for what this process never does.
sys.modules.update(dict.fromkeys(("rich", "pygments", "watchfiles")))  # pyright: ignore

# ruff: noqa: E402
from starlette.routing import Router

from app.api.quick_intake import quick_intake
from app.api.webhooks import Intake, webhook_routes
from engine.clock import MachineClock
from engine.trials.door import TrialDoor, WebhookFace
from engine.trials.served import serve


def webhook_face(door: TrialDoor) -> WebhookFace:
    """The webhook route of the product, for a trial's database and secret."""
    intake = Intake(
        store=door.database,
        now=MachineClock().now,
        secrets=lambda: (door.app_secret,),
        verify_token=lambda: "",
    )
    return WebhookFace(Router(webhook_routes(intake)), http=quick_intake(intake))


if __name__ == "__main__":
    serve(webhook_face)
