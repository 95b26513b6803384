"""`python -m app.command_line.served`: the process that `dawncast drill` kills.

Imports what it needs and no more: the seconds until it sends again are measured.
"""

from starlette.routing import Router

from app.api.webhooks import Intake, webhook_routes
from engine.clock import MachineClock
from engine.trials.door import TrialDoor
from engine.trials.served import serve


def webhook_app(door: TrialDoor) -> Router:
    """The webhook route of the product, for a trial's database and secret."""
    intake = Intake(
        store=door.database,
        now=MachineClock().now,
        secrets=lambda: (door.app_secret,),
        verify_token=lambda: "",
    )
    return Router(webhook_routes(intake))


if __name__ == "__main__":
    serve(webhook_app)
