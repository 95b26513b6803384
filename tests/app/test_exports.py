"""Files of reports leave the house to people who are signed in, and the trail tells of each."""

import json

import aiohttp
import pytest
from sqlmodel import Session, col, select

from engine.domain.roles import Role
from engine.store import users
from engine.store.tables import AuditEntry
from tests.app.browserless import sign_in
from tests.app.house import House

pytestmark = pytest.mark.anyio
PATH = "/export/report?from=2026-11-22&to=2026-11-22&format="


async def get(house: House, path: str, cookie: str | None) -> tuple[int, str, bytes]:
    headers = {} if cookie is None else {"Cookie": cookie}
    async with (
        aiohttp.ClientSession() as http,
        http.get(house.url + path, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status, answer.headers.get("Content-Type", ""), await answer.read()


def exported(session: Session) -> list[dict[str, str]]:
    asked = select(AuditEntry.after).where(col(AuditEntry.action) == "report.exported")
    return [json.loads(after or "{}") for after in session.exec(asked)]


@pytest.mark.parametrize(
    ("form", "kind", "start"),
    [
        ("csv", "text/csv", b"\xef\xbb\xbfDay,"),
        ("xlsx", "application/vnd", b"PK"),
        ("pdf", "application/pdf", b"%PDF"),
    ],
)
async def test_each_file_comes_as_what_it_is_and_stands_in_the_trail(
    house: House, form: str, kind: str, start: bytes
) -> None:
    before = len(house.database.read_now(exported))
    status, said, data = await get(house, PATH + form, await sign_in(house, Role.VIEWER))
    assert (status, said.startswith(kind)) == (200, True)
    assert data.startswith(start)
    told = house.database.read_now(exported)[before:]
    assert told == [{"first": "2026-11-22", "last": "2026-11-22", "format": form}]


async def test_without_a_session_there_is_no_file_and_nothing_in_the_trail(house: House) -> None:
    before = len(house.database.read_now(exported))
    for cookie in (None, "dawncast_session=made-up"):
        status, _, data = await get(house, PATH + "csv", cookie)
        assert (status, b"Day," in data) == (303, False)
        dotted = "/export/report.csv?from=2026-11-22&to=2026-11-22&format=csv"
        assert (await get(house, dotted, cookie))[0] == 303
    cookie = await sign_in(house, Role.VIEWER)
    house.database.transact_now(users.revoke_all, house.users[Role.VIEWER], now=house.clock.now())
    assert (await get(house, PATH + "csv", cookie))[0] == 303
    assert len(house.database.read_now(exported)) == before


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "?from=2026-11-22&to=2026-11-22",
        "?from=2026-11-22&to=2026-11-21&format=csv",
        "?from=2020-01-01&to=2026-11-21&format=csv",
        "?from=x&to=2026-11-21&format=csv",
        "?from=2026-11-22&to=2026-11-22&format=exe",
    ],
)
async def test_what_cannot_be_made_is_refused_in_words(house: House, asked: str) -> None:
    status, _, data = await get(house, "/export/report" + asked, await sign_in(house, Role.VIEWER))
    assert (status, b"Say which days" in data) == (400, True)
