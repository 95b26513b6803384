"""`python -m app.command_line.served_pages`: the whole product in one process, pages and all, for a
trial that measures what people who look on cost the sends. Told what `engine.trials.served` is.
"""

import json
import sys

from app.api.quick_intake import quick_intake
from app.api.webhooks import Intake, webhook_routes
from app.doors import open_doors
from app.front_door import Site
from app.serve import build_asgi, own_origins, serve
from engine import telemetry
from engine.clock import MachineClock
from engine.read.board import board
from engine.runtime import EngineThread
from engine.store.database import Database
from engine.trials.companion import leave_with_parent, read_told
from engine.trials.served import parts
from engine.trials.trial_senders import APP_SECRET
from engine.trials.usage import UsageDoor

HOST = "127.0.0.1"


def main() -> None:
    """Serve until killed."""
    told = read_told()
    leave_with_parent()
    telemetry.configure(level=told.get("log_level", "info"), json=False)
    database, clock = Database(str(told["database_url"])), MachineClock()
    intake = Intake(
        store=database, now=clock.now, secrets=lambda: (APP_SECRET,), verify_token=lambda: ""
    )
    open_doors(database, clock)
    port = int(told["port"])
    site = Site(origins=own_origins(HOST, port))
    serve(
        UsageDoor(build_asgi(site, machine_routes=webhook_routes(intake))),
        store=database,
        watch=clock,
        board=board,
        host=HOST,
        port=port,
        http=quick_intake(intake),
        engine=EngineThread(lambda: parts(database, told)),
        ready=_say_so,
    )


def _say_so() -> None:
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
