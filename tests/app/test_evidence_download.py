"""An evidence pack leaves the house with a session and a role alone, and the trail notes who took
it.
"""

from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlmodel import Session, col, select

from app import doors
from engine.domain.evidence_pack import People
from engine.domain.ids import TenantId
from engine.domain.keeping import ChoreState
from engine.domain.roles import Role
from engine.store import evidence_packs
from engine.store.tables import AuditEntry
from tests.app.browserless import sign_in
from tests.app.house import House

pytestmark = pytest.mark.anyio


async def get(house: House, pack: int, cookie: str = "") -> tuple[int, bytes]:
    headers = {"Cookie": cookie} if cookie else {}
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{house.url}/auth/evidence/{pack}", headers=headers) as answer,
    ):
        return answer.status, await answer.read()


def made(session: Session, tenant: TenantId, name: str, house: House) -> int:
    now = house.clock.now()
    day = now.date() - timedelta(days=1)
    pack = evidence_packs.ask(session, tenant, day, People.MASKED, by="cli", now=now)
    evidence_packs.move(
        session, pack, ChoreState.WAITING, ChoreState.DONE, file_name=name, size_bytes=3
    )
    return pack


def taken(session: Session) -> list[str]:
    query = select(AuditEntry.actor).where(col(AuditEntry.action) == "evidence.downloaded")
    return list(session.exec(query))


async def test_only_who_reads_the_trail_gets_a_pack_and_it_is_noted(
    house: House, tmp_path: Path
) -> None:
    before = doors._house.installation
    doors._house.installation = doors.Installation(evidence_folder=tmp_path)
    try:
        (tmp_path / "day.zip").write_bytes(b"zip")
        pack = house.database.transact_now(made, TenantId(house.tenant), "day.zip", house)
        assert (await get(house, pack))[0] == 401
        assert (await get(house, pack, await sign_in(house, Role.VIEWER)))[0] == 403
        assert house.database.read_now(taken) == []
        approver = await sign_in(house, Role.APPROVER)
        assert await get(house, pack, approver) == (200, b"zip")
        assert house.database.read_now(taken) == [f"user:{house.users[Role.APPROVER]}"]
        assert (await get(house, pack + 1_000, approver))[0] == 404
        (tmp_path / "day.zip").unlink()
        assert (await get(house, pack, approver))[0] == 404
    finally:
        doors._house.installation = before
