"""A process that serves webhooks and runs the engine, for tests that kill it: `home`, `API url`,
port.

The product's own parts as `dawncast serve` puts them together, less the pages.
"""

import asyncio
import sys
from pathlib import Path
from random import Random

import uvicorn
from starlette.applications import Starlette

from app.api.webhooks import Intake, webhook_routes
from engine import telemetry
from engine.clock import MachineClock
from engine.runtime import EngineThread, Parts
from engine.store.database import Database
from engine.store.journal import FileJournals
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET
from engine.whatsapp.cloud_api import CloudApi
from engine.workers.equipment import Tuning
from engine.workers.lease import owner_is_dead, owner_name


def main(home: Path, url: str, api_url: str, port: int) -> None:
    telemetry.configure(level="warning", json=False)
    database = Database(url)
    clock = MachineClock()
    engine = EngineThread(
        lambda: Parts(
            database=database,
            gateway=CloudApi(api_url=api_url, token=lambda sender: ACCESS_TOKEN, sandbox=True),
            journals=FileJournals(home / "journal"),
            clock=MachineClock,
            rng=Random(),
            owner=owner_name(clock.boot_id()),
            is_dead=lambda owner: owner_is_dead(owner, clock.boot_id()),
            tuning=Tuning(reserve=0.0),
        )
    )
    intake = Intake(
        store=database,
        now=clock.now,
        secrets=lambda: (APP_SECRET,),
        verify_token=lambda: "verify",
    )
    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=webhook_routes(intake)),
            host="127.0.0.1",
            port=port,
            log_level="warning",
            access_log=False,
            lifespan="off",
        )
    )
    engine.start()
    try:
        asyncio.run(server.serve())
    finally:
        engine.stop()
        database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
