"""Every handler and every route refuses whom it must, and none that is added can be forgotten.

The lists are read off the running app: what is registered is tested, by whoever wrote it.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import aiohttp
import httpx
import pytest
import sqlalchemy as sa
from reflex_base.registry import RegistrationContext
from sqlmodel import Session
from starlette.routing import BaseRoute, Router

import app.app  # noqa: F401 - every page registers its handlers
from app import frame
from app.api.auth import auth_routes
from app.api.evidence import evidence_routes
from app.api.health import Vitals
from app.api.webhooks import Intake
from app.assembly import machine_routes
from app.session import RECHECK_SECONDS, csrf_token
from app.tab import Tab as OurTab
from engine.domain.roles import ALLOWED, Permission, Role
from engine.store import users
from tests.app.browserless import Refused, Tab, sign_in
from tests.app.house import House

pytestmark = pytest.mark.anyio
TAB = OurTab.get_full_name()
READING = {"GET", "HEAD", "OPTIONS"}
ELSEWHERE = {"absent": None, "foreign": "http://evil.example", "null": "null"}


def handlers() -> Iterator[tuple[str, Permission, bool]]:
    """Every handler of ours: its name, its permission, and whether it runs in the background."""
    for name, registered in sorted(RegistrationContext.get().event_handlers.items()):
        ours = any(state.__module__.startswith("app.") for state in registered.states)
        if ours and not name.endswith(".setvar"):
            handler = registered.handler
            yield name, handler.fn.guarded_by, bool(handler.is_background)  # pyright: ignore


HANDLERS = list(handlers())
FOR_SOME = [(name, need) for name, need, _ in HANDLERS if ALLOWED[need] != frozenset(Role)]
FOLLOWING = [
    (name, Role.VIEWER if need is Permission.VIEW else Role.ADMINISTRATOR)
    for name, need, behind in HANDLERS
    if behind and (need is Permission.VIEW or name.endswith(".follow"))
]
END_WITHOUT_A_WORD = {
    *("broadcast_page.follow", "emergency_card.follow", "import_page.follow"),
    *("phone_tests.follow", "senders_page.follow"),
}
"""These leave by the script of their page, which asks for itself."""


def everything(session: Session) -> dict[str, int]:
    """How many rows each table has, but for the sessions, which signing in makes."""
    names = sa.inspect(session.connection()).get_table_names()
    return {
        name: session.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one()
        for name in names
        if name not in {"sign_ins", "audit", "audit_end"} and "subscribers_search" not in name
    }


async def refused(tab: Tab, after: int) -> bool:
    """Whether the tab was told no, or sent away, since it had `after` notices."""
    async with asyncio.timeout(10):
        while True:
            told = next((v for k, v in tab.state.items() if k.endswith(TAB)), {})
            said = told.get("notices_rx_state_") or []
            if said and said[-1]["number"] > after:
                return said[-1]["tone"] == "bad" and "may not do this" in said[-1]["text"]
            if told.get("leave_to_rx_state_"):
                return True
            await asyncio.sleep(0.02)


def test_the_lists_are_not_empty() -> None:
    assert len(HANDLERS) > 60
    assert len(FOR_SOME) > 30
    assert {role for _, role in FOLLOWING} == {Role.VIEWER, Role.ADMINISTRATOR}


@pytest.mark.parametrize("role", list(Role))
async def test_no_handler_runs_for_a_role_it_is_not_for(house: House, role: Role) -> None:
    before = house.database.read_now(everything)
    async with Tab(house, await sign_in(house, role)) as tab:
        asked = 0
        for name, need in FOR_SOME:
            if role in ALLOWED[need]:
                continue
            await tab.call(name)
            asked += 1
            assert await refused(tab, asked - 1), f"{name} ran for a {role}"
    assert asked or role is Role.ADMINISTRATOR
    assert house.database.read_now(everything) == before


@pytest.mark.parametrize("ended", ["revoked", "deactivated", "idle"])
async def test_no_handler_runs_on_an_open_page_whose_session_is_over(
    house: House, ended: str
) -> None:
    role = Role.ADMINISTRATOR
    cookie = await sign_in(house, role)
    user = house.users[role]
    before = house.database.read_now(everything)
    # The three ends are one question to the database, asked by one guard: the guard of each
    # handler is tried with one of them, and each of them with a few handlers.
    names = [name for name, _, _ in HANDLERS]
    async with Tab(house, cookie) as tab:
        try:
            break_it(house, ended, user)
            for name in names if ended == "revoked" else names[:: len(names) // 4]:
                tab.state.clear()
                await tab.call(name)
                away = await tab.hear(TAB, "leave_to")
                assert away == "/sign-in", f"{name} ran after the session was {ended}"
        finally:
            mend_it(house, ended, user)
    assert house.database.read_now(everything) == before


def break_it(house: House, how: str, user: Any) -> None:
    if how == "revoked":
        house.database.transact_now(users.revoke_all, user, now=house.clock.now())
    elif how == "deactivated":
        house.database.transact_now(users.set_active, user, False)
    else:
        house.clock.ahead = timedelta(hours=9)


def mend_it(house: House, how: str, user: Any) -> None:
    house.clock.ahead = timedelta(0)
    if how == "deactivated":
        house.database.transact_now(users.set_active, user, True)
    elif how == "revoked":
        house.database.transact_now(unrevoke, user)


def unrevoke(session: Session, user: Any) -> None:
    statement = sa.text("UPDATE sign_ins SET revoked_at = NULL WHERE user_id = :user")
    session.execute(statement, {"user": user})


@pytest.mark.parametrize("cookie", [None, "dawncast_session=made-up"], ids=["none", "made up"])
async def test_without_a_session_there_is_no_websocket_for_any_handler(
    house: House, cookie: str | None
) -> None:
    with pytest.raises(Refused):
        async with Tab(house, cookie):
            pass


@pytest.mark.parametrize("origin", list(ELSEWHERE.values()), ids=list(ELSEWHERE))
async def test_from_elsewhere_there_is_no_websocket_for_any_handler(
    house: House, origin: str | None
) -> None:
    with pytest.raises(Refused):
        async with Tab(house, await sign_in(house, Role.ADMINISTRATOR), origin=origin):
            pass


async def test_what_follows_ends_within_five_seconds_of_its_sessions_end(house: House) -> None:
    cookies = {role: await sign_in(house, role) for _, role in FOLLOWING}
    async with AsyncExitStack() as opened:
        tabs: dict[str, Tab] = {}
        for name, role in FOLLOWING:
            tabs[name] = await opened.enter_async_context(Tab(house, cookies[role]))
            await tabs[name].call(name, at=address_of(name))
        await asyncio.sleep(0.3)
        following = going_on(tabs)
        for role in cookies:
            ended = house.users[role]
            house.database.transact_now(users.revoke_all, ended, now=house.clock.now())
        loop = asyncio.get_running_loop()
        began = loop.time()
        while still := going_on(tabs):
            # Five seconds, the look at which it is noticed, and a busy machine.
            assert loop.time() - began < RECHECK_SECONDS + 6, f"{still} go on"
            await asyncio.sleep(0.1)
        left = {
            name
            for name, tab in tabs.items()
            if await tab.hear(TAB, "leave_to", wait=0.5) is not None
        }
    assert {name.split("____")[-1] for name in following - left} <= END_WITHOUT_A_WORD
    assert len(following) > len(FOLLOWING) / 2, "few followed anything: this would prove little"


def address_of(handler: str) -> str:
    """Where the page is that runs it: what follows ends when its tab is elsewhere."""
    state = handler.rpartition(".")[0]
    loads = {
        one.state_full_name: page.route
        for page in sorted(frame.pages(), key=lambda page: page.route, reverse=True)
        for one in page.on_load
    }
    return re.sub(r"\[\w+\]", "1", loads.get(state, "/"))


def going_on(tabs: dict[str, Tab]) -> set[str]:
    """Which of the handlers run now, each in its tab; Reflex names its tasks by both."""
    tasks = list(RegistrationContext.get().app.event_processor._tasks.values())
    running = {tuple(task.get_name().split("|")[1:3]) for task in tasks}
    return {name for name, tab in tabs.items() if (name, tab.token) in running}


def test_the_script_of_every_page_asks_within_five_seconds() -> None:
    from app.build import ROOT

    script = (ROOT / "assets" / "dawncast.js").read_text(encoding="utf-8")
    every = re.search(r"const ASK_EVERY = ([\d_]+);", script)
    assert every is not None
    assert int(every[1]) < 5_000
    assert "setInterval(stillSignedIn, ASK_EVERY)" in script


def routes() -> list[tuple[str, str]]:
    """Every route of the sign-in desk that changes something: method and path."""
    return [
        (method, path_of(route))
        for route in [*auth_routes(secure_cookies=False), *evidence_routes()]
        for method in sorted(set(getattr(route, "methods", None) or ()) - READING)
    ]


def path_of(route: BaseRoute) -> str:
    return str(getattr(route, "path", ""))


DESK = routes()
OPEN_TO_GUESTS = {"/auth/login", "/auth/code", "/auth/invitation"}
"""Who has no session yet comes in by these; each needs the token of a form of ours."""


def test_the_routes_are_not_forgotten() -> None:
    assert {path for _, path in DESK} == OPEN_TO_GUESTS | {"/auth/logout", "/auth/password"}


async def send(house: House, method: str, path: str, **headers: str) -> int:
    async with (
        aiohttp.ClientSession() as http,
        http.request(
            method,
            house.url + path,
            data={"email": "x@example.test", "new": "a new long password", "again": "no"},
            headers=headers,
            allow_redirects=False,
        ) as answer,
    ):
        return answer.status


@pytest.mark.parametrize(("method", "path"), DESK)
@pytest.mark.parametrize("origin", list(ELSEWHERE), ids=str)
async def test_no_route_takes_a_form_from_elsewhere(
    house: House, method: str, path: str, origin: str
) -> None:
    cookie = await sign_in(house, Role.OPERATOR)
    came_from = ELSEWHERE[origin]
    headers = {"Cookie": cookie} | ({"Origin": came_from} if came_from is not None else {})
    assert await send(house, method, path, **headers) == 403


@pytest.mark.parametrize(("method", "path"), DESK)
async def test_no_route_takes_a_form_without_its_token(
    house: House, method: str, path: str
) -> None:
    cookie = await sign_in(house, Role.OPERATOR)
    assert await send(house, method, path, Cookie=cookie, Origin=house.url) == 403
    wrong = csrf_token("another session")
    forged = f"{cookie}; dawncast_form={wrong}"
    assert await send(house, method, path, Cookie=forged, Origin=house.url) == 403


@pytest.mark.parametrize(
    ("method", "path"), [route for route in DESK if route[1] not in OPEN_TO_GUESTS]
)
async def test_no_route_changes_anything_without_a_session(
    house: House, method: str, path: str
) -> None:
    before = house.database.read_now(everything)
    assert await send(house, method, path, Origin=house.url) == 303, "to the sign-in form"
    ended = await sign_in(house, Role.OPERATOR)
    house.database.transact_now(users.revoke_all, house.users[Role.OPERATOR], now=house.clock.now())
    assert await send(house, method, path, Origin=house.url, Cookie=ended) == 303
    assert house.database.read_now(everything) == before


@pytest.mark.parametrize("path", ["/", "/audit", "/settings/users", "/anything", "/_event"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_else_takes_what_changes_something(
    house: House, method: str, path: str
) -> None:
    cookie = await sign_in(house, Role.ADMINISTRATOR)
    assert await send(house, method, path, Cookie=cookie, Origin=house.url) == 404
    assert await send(house, method, path, Cookie=cookie) == 403


def machines(house: House) -> list[BaseRoute]:
    vitals = Vitals(
        store=house.database, now=house.clock.now, heartbeat_age=lambda: None, version="0"
    )
    taken_in = Intake(
        store=house.database,
        now=house.clock.now,
        secrets=lambda: ["an app's secret"],
        verify_token=lambda: "any words",
    )
    return list(machine_routes(vitals, taken_in))


async def test_no_route_of_the_machines_changes_anything_without_its_token(house: House) -> None:
    tried = 0
    for route in machines(house):
        for method in set(getattr(route, "methods", None) or ()) - READING:
            before = house.database.read_now(everything)
            transport = httpx.ASGITransport(Router([route]))  # pyright: ignore[reportArgumentType]
            async with httpx.AsyncClient(transport=transport, base_url=house.url) as http:
                for headers in ({}, {"X-Hub-Signature-256": "sha256=" + "0" * 64}):
                    sent = {"entry": []}
                    answer = await http.request(method, path_of(route), json=sent, headers=headers)
                    assert answer.status_code in {401, 403, 429}, f"{method} {path_of(route)}"
            assert house.database.read_now(everything) == before
            tried += 1
    assert tried, "no route of the machines changes anything: this test would prove nothing"


UPLOADERS = {
    role
    for role in Role
    if role in ALLOWED[Permission.SUBSCRIBERS_WRITE] | ALLOWED[Permission.CONTENT_WRITE]
}


@pytest.mark.parametrize("role", list(Role))
async def test_an_upload_needs_a_session_a_role_and_our_own_origin(
    house: House, role: Role
) -> None:
    cookie = await sign_in(house, role)
    assert await send(house, "POST", "/_upload", Cookie=cookie) == 403
    assert await send(house, "POST", "/_upload", Origin=house.url) == 401
    let_in = await send(house, "POST", "/_upload", Cookie=cookie, Origin=house.url)
    assert (let_in not in {401, 403}) == (role in UPLOADERS)
    house.database.transact_now(users.revoke_all, house.users[role], now=house.clock.now())
    assert await send(house, "POST", "/_upload", Cookie=cookie, Origin=house.url) == 401
