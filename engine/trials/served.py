"""The process a morning measures and a drill kills: what `dawncast serve` puts together, less the
pages.

Told on its input what to be, it says on its output when it listens, and ends with the drill.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import uvicorn

from engine import telemetry
from engine.clock import MachineClock
from engine.loops import fast_loop
from engine.roster import Parts
from engine.runtime import EngineThread
from engine.store.database import Database
from engine.store.journal import FileJournals
from engine.trials.companion import leave_with_parent, read_told
from engine.trials.door import MakesFace, TrialDoor
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET
from engine.trials.usage import UsageDoor
from engine.whatsapp.cloud_api import CloudApi
from engine.workers.equipment import Tuning
from engine.workers.lease import owner_is_dead, owner_name


def serve(webhook_face: MakesFace) -> None:
    """Run until killed. Told: database_url, journals (a folder), api_url, port; and perhaps seed,
    in_flight, unthrottled and log_level.
    """
    told = read_told()
    leave_with_parent()
    telemetry.configure(level=told.get("log_level", "info"), json=False)
    database = Database(str(told["database_url"]))
    engine = EngineThread(lambda: parts(database, told))
    # Shared, so that a process that waits listens too, and takes webhooks in from the first second.
    listening = socket.create_server(("127.0.0.1", int(told["port"])), reuse_port=True)
    face = webhook_face(TrialDoor(database, APP_SECRET))
    server = uvicorn.Server(
        uvicorn.Config(
            UsageDoor(face.app),
            http=face.http,
            ws="none",  # who looks at pages is in no trial's process
            log_level="warning",
            access_log=False,
            lifespan="off",
        )
    )
    engine.start()
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()
    with asyncio.Runner(loop_factory=fast_loop) as runner:
        runner.run(server.serve(sockets=[listening]))


def parts(database: Database, told: Mapping[str, Any]) -> Parts:
    """What the engine of a trial is built of. To be called on the engine's own loop."""
    clock = MachineClock()
    return Parts(
        database=database,
        gateway=CloudApi(
            api_url=str(told["api_url"]), token=lambda sender: ACCESS_TOKEN, sandbox=True
        ),
        journals=FileJournals(Path(str(told["journals"]))),
        clock=lambda: clock,
        rng=Random(told.get("seed")),
        owner=owner_name(clock.boot_id()),
        is_dead=lambda owner: owner_is_dead(owner, clock.boot_id()),
        tuning=Tuning(
            reserve=0.0,
            unthrottled=bool(told.get("unthrottled")),
            in_flight=told.get("in_flight"),
        ),
    )
