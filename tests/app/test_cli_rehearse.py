"""`dawncast rehearse`: GO and NO-GO in a terminal, for a person and for a script."""

import asyncio
import json
from pathlib import Path
from subprocess import CompletedProcess

from engine.clock import MachineClock
from engine.simulator.faults import ExpireToken
from engine.store import migrations
from engine.store.database import Database
from tests.app.dawncast import dawncast
from tests.rehearsal.firm import Firm, firm


async def ask(home: Path, stage: Firm, *more: str) -> CompletedProcess[str]:
    access = stage.access
    settings = {
        "WHATSAPP_API_URL": access.api_url,
        "WHATSAPP_ACCESS_TOKEN": access.token(),
        "WHATSAPP_BUSINESS_ID": access.business or "",
        "WHATSAPP_VERIFY_TOKEN": access.verify_token,
        "PORT": access.webhook.split(":")[2].split("/")[0],
    }
    return await asyncio.to_thread(dawncast, home, "rehearse", *more, settings=settings)


def test_go_ends_with_0_and_no_go_with_1_and_both_say_why(tmp_path: Path) -> None:
    home = tmp_path / "house"
    home.mkdir()
    url = f"sqlite:///{home / 'dawncast.db'}"
    migrations.upgrade(url)
    database = Database(url)

    async def story() -> None:
        async with firm(database, MachineClock().now()) as stage:
            went = await ask(home, stage)
            assert went.returncode == 0, went.stdout + went.stderr
            assert went.stdout.startswith("GO")
            assert "99 % delivered" in went.stdout
            assert "✓ Webhooks" in went.stdout

            stage.simulator.face.world.inject(ExpireToken(), stage.simulator.face.now())
            stopped = await ask(home, stage)
            assert stopped.returncode == 1
            assert stopped.stdout.startswith("NO-GO")
            assert "✗ Access token" in stopped.stdout

            plain = await ask(home, stage, "--broadcast", "next", "--json")
            assert plain.returncode == 1
            found = json.loads(plain.stdout)
            assert found["go"] is False
            assert found["foreseen"]["people"] == 60

            nobody = await ask(home, stage, "--broadcast", "77")
            assert nobody.returncode == 1
            assert "no broadcast 77" in nobody.stderr

    asyncio.run(story())
    database.close()
