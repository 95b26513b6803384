"""Coming in by a link and by a second factor, over the wire; and the pages behind them."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from pyotp.totp import TOTP
from sqlmodel import Session, col, select

from app.pages.audit import AuditTrail
from app.pages.organisation import Organisation
from app.pages.profile import Profile
from app.pages.users import Users
from app.session import COOKIE
from engine.domain.roles import Role
from engine.domain.sign_in import CODE_LIFE, GUESSES_PER_ACCOUNT_AND_ADDRESS
from engine.store import second_factors
from engine.store.tables import AuditEntry, User
from tests.app.browserless import Tab, sign_in
from tests.app.house import PASSWORD, House
from tests.app.pages_cast import heard, notice

pytestmark = pytest.mark.anyio
USERS, PROFILE = Users.get_full_name(), Profile.get_full_name()
ORGANISATION, AUDIT = Organisation.get_full_name(), AuditTrail.get_full_name()


@pytest.fixture(autouse=True)
def _present(house: House) -> None:
    house.clock.ahead = timedelta(0)


class Browser:
    """Follows forms as a browser does, with its cookies."""

    def __init__(self, house: House, http: aiohttp.ClientSession) -> None:
        self._house, self._http = house, http

    async def get(self, path: str) -> tuple[int, str]:
        async with self._http.get(self._house.url + path) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, page: str, **fields: str) -> tuple[int, str]:
        """Send the form of `page`, with its hidden fields."""
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        async with self._http.post(
            self._house.url + path,
            data=hidden | fields,
            headers={"Origin": self._house.url},
            allow_redirects=False,
        ) as answer:
            return answer.status, await answer.text()

    @property
    def is_in(self) -> bool:
        return any(cookie.key == COOKIE and cookie.value for cookie in self._http.cookie_jar)


@asynccontextmanager
async def browser(house: House) -> AsyncGenerator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(house, http)


async def invite(house: House, tab: Tab, email: str) -> str:
    """Invite as the page does; the path of the link."""
    await tab.call(f"{USERS}.load")
    form = {"name": "Nila Das", "email": email, "role": "operator"}
    await tab.call(f"{USERS}.invite", form=form)
    link = await heard(tab, USERS, "link", bool)
    assert link.startswith(f"{house.url}/auth/invitation?token=")
    return link.removeprefix(house.url)


async def test_a_link_lets_one_person_in_once(house: House) -> None:
    async with Tab(house, await sign_in(house, Role.ADMINISTRATOR)) as tab:
        path = await invite(house, tab, "nila@firm.example")
        open_ones = await heard(tab, USERS, "invited", bool)
        assert [one["email"] for one in open_ones] == ["nila@firm.example"]

        async with browser(house) as guest:
            status, page = await guest.get(path)
            assert (status, "nila@firm.example" in page) == (200, True)
            weak = await guest.post("/auth/invitation", page, new="short", again="short")
            assert (weak[0], "at least 12" in weak[1]) == (400, True)
            long = "a pass phrase of hers"
            joined, _ = await guest.post("/auth/invitation", weak[1], new=long, again=long)
            assert (joined, guest.is_in) == (303, True)
            again = await guest.post("/auth/invitation", weak[1], new=long, again=long)
            assert again[0] in {400, 403, 404}
        async with browser(house) as late:
            status, page = await late.get(path)
            assert (status, "has been used" in page) == (404, True)
        assert await sign_in(house, "nila@firm.example", "a pass phrase of hers")
        await tab.call(f"{USERS}.load")
        rows = await heard(
            tab, USERS, "rows", lambda rows: any(r["name"] == "Nila Das" for r in rows)
        )
        assert {row["role"] for row in rows if row["name"] == "Nila Das"} == {"operator"}


def secret_of(house: House, role: Role) -> str:
    def read(session: Session) -> str:
        return (
            session.exec(select(User).where(User.id == house.users[role])).one().totp_secret or ""
        )

    return house.database.read_now(read)


@asynccontextmanager
async def guarded(house: House, role: Role) -> AsyncGenerator[tuple[TOTP, list[str]]]:
    """A person who set up a second factor on the Profile page; taken away afterwards."""
    async with Tab(house, await sign_in(house, role)) as tab:
        await tab.call(f"{PROFILE}.load")
        await heard(tab, PROFILE, "loaded", bool)
        await tab.call(f"{PROFILE}.begin")
        assert (await heard(tab, PROFILE, "qr", bool)).startswith("data:image/svg+xml")
        totp = TOTP(secret_of(house, role))
        await tab.call(f"{PROFILE}.confirm", form={"code": "000000"})
        assert "not right" in (await heard(tab, PROFILE, "problems", bool))[0]
        await tab.call(f"{PROFILE}.confirm", form={"code": totp.at(house.clock.now())})
        codes = await heard(tab, PROFILE, "codes", bool)
        assert len(codes) == 10
    try:
        yield totp, codes
    finally:
        house.database.transact_now(second_factors.drop, house.users[role])


async def to_the_code(guest: Browser, role: Role) -> str:
    _, page = await guest.get("/sign-in")
    sent = {"email": f"{role}@example.test", "password": PASSWORD}
    status, page = await guest.post("/auth/login", page, **sent)
    assert (status, guest.is_in, 'name="code"' in page) == (200, False, True)
    return page


async def test_with_a_second_factor_the_password_alone_opens_nothing(house: House) -> None:
    async with guarded(house, Role.AUTHOR) as (totp, codes), browser(house) as guest:
        page = await to_the_code(guest, Role.AUTHOR)
        status, page = await guest.post("/auth/code", page, code="123456")
        assert (status, guest.is_in) == (401, False)
        house.clock.ahead = timedelta(seconds=60)
        status, _ = await guest.post("/auth/code", page, code=totp.at(house.clock.now()))
        assert (status, guest.is_in) == (303, True)
        async with browser(house) as second:
            page = await to_the_code(second, Role.AUTHOR)
            again, page = await second.post("/auth/code", page, code=totp.at(house.clock.now()))
            assert again == 401, "a code is good once"
            assert (await second.post("/auth/code", page, code=codes[0]))[0] == 303
            house.clock.ahead = timedelta(seconds=61)


async def test_a_ticket_runs_out_and_codes_are_not_guessed_for_long(house: House) -> None:
    async with guarded(house, Role.APPROVER) as (totp, codes):
        async with browser(house) as slow:
            page = await to_the_code(slow, Role.APPROVER)
            house.clock.ahead = CODE_LIFE + timedelta(seconds=1)
            assert (await slow.post("/auth/code", page, code=codes[0]))[0] == 403
        async with browser(house) as guest:
            page = await to_the_code(guest, Role.APPROVER)
            for _ in range(GUESSES_PER_ACCOUNT_AND_ADDRESS):
                _, page = await guest.post("/auth/code", page, code="000000")
            status, _ = await guest.post("/auth/code", page, code=totp.at(house.clock.now()))
            assert (status, guest.is_in) == (429, False)


async def test_a_person_ends_another_session_of_theirs_from_the_profile(house: House) -> None:
    other = await sign_in(house, Role.OPERATOR)
    async with Tab(house, await sign_in(house, Role.OPERATOR)) as tab:
        await tab.call(f"{PROFILE}.load")
        rows = await heard(tab, PROFILE, "sessions", lambda rows: len(rows) > 1)
        assert sum(row["here"] for row in rows) == 1
        await tab.call(f"{PROFILE}.end_others")
        await notice(tab, "ended.")
        assert len(await heard(tab, PROFILE, "sessions", lambda rows: len(rows) == 1)) == 1
    async with (
        aiohttp.ClientSession(headers={"Cookie": other}) as http,
        http.get(f"{house.url}/auth/who") as answer,
    ):
        assert answer.status == 401


async def test_the_last_administrator_cannot_be_removed_on_the_page(house: House) -> None:
    me = house.users[Role.ADMINISTRATOR]
    async with Tab(house, await sign_in(house, Role.ADMINISTRATOR)) as tab:
        asked = {"user": me, "name": "Administrator Person", "role": "administrator"}
        await tab.call(f"{USERS}.ask_about", **asked, what="deactivate")
        await tab.call(f"{USERS}.answer", form={})
        assert "last administrator" in (await heard(tab, USERS, "problems", bool))[0]


async def test_settings_say_what_is_wrong_by_their_names_and_keep_what_is_right(
    house: House,
) -> None:
    async with Tab(house, await sign_in(house, Role.ADMINISTRATOR)) as tab:
        await tab.call(f"{ORGANISATION}.load")
        await heard(tab, ORGANISATION, "loaded", bool)
        await tab.call(f"{ORGANISATION}.save", form={"morning.freeze_minutes": "many"})
        told = await heard(tab, ORGANISATION, "problems", bool)
        assert told[1] == "Cut-off before the opening: a whole number from 5 to 240."
        await tab.call(f"{ORGANISATION}.save", form={"morning.freeze_minutes": "40"})
        await notice(tab, "1 setting changed.")
        history = await heard(tab, ORGANISATION, "history", bool)
        assert history[0]["change"] == "30 minutes → 40 minutes"
        assert history[0]["who"] == "Administrator Person"


async def test_the_trail_is_searched_paged_and_proved_whole(house: House) -> None:
    async with Tab(house, await sign_in(house, Role.APPROVER)) as tab:
        await tab.call(f"{AUDIT}.load")
        rows = await heard(tab, AUDIT, "rows", bool)
        assert rows[0]["what"] == "Signed in"
        await tab.call(f"{AUDIT}.look_for", text="user 1")
        found = await heard(
            tab, AUDIT, "rows", lambda r: r and all(x["object"] == "User 1" for x in r)
        )
        assert found
        await tab.call(f"{AUDIT}.filter_by", field="action", value="user.added")
        await heard(tab, AUDIT, "rows", lambda r: {x["what"] for x in r} == {"Added a user"})
        await tab.call(f"{AUDIT}.verify")
        proof = await heard(tab, AUDIT, "proof", lambda p: p["title"])
        assert proof["tone"] == "good"
        before = len(actions(house))
        await tab.call(f"{AUDIT}.take_anchor")
        await notice(tab, "Keep the file")
        assert actions(house)[before:] == ["audit.anchored"]


def actions(house: House) -> list[str]:
    def read(session: Session) -> list[Any]:
        return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.number))))

    return house.database.read_now(read)


async def test_a_language_chosen_at_sign_in_is_kept_for_the_person(house: House) -> None:
    async with browser(house) as guest:
        _, page = await guest.get("/sign-in?language=hi&next=/senders")
        assert '<html lang="hi">' in page
        assert "साइन इन करें" in page
        email = f"{Role.VIEWER}@example.test"
        wrong, again = await guest.post("/auth/login", page, email=email, password="no such word")
        assert wrong == 401
        assert "मेल नहीं खाते" in again
        status, _ = await guest.post("/auth/login", again, email=email, password=PASSWORD)
        assert status == 303
    assert house.database.read_now(_language) == "hi"
    async with browser(house) as guest:
        _, page = await guest.get("/sign-in?language=en")
        await guest.post("/auth/login", page, email=email, password=PASSWORD)
    assert house.database.read_now(_language) == "en"


def _language(session: Session) -> str:
    asked = select(User.language).where(User.email == f"{Role.VIEWER}@example.test")
    return session.exec(asked).one()
