"""Signing in and out, the cookie, the guessing, and what is refused at the front door."""

import asyncio
import re
from datetime import timedelta

import aiohttp
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.api.forms import safe_next
from app.api.guesses import Guesses
from app.front_door import UPLOAD_LIMIT_BYTES
from app.session import COOKIE, csrf_token, session_token, token_hash
from app.tab import Tab as OurTab
from engine.commands.add_user import add_user
from engine.domain.roles import CLI, Role
from engine.domain.sign_in import (
    ABSOLUTE_LIMIT,
    GUESS_WINDOW,
    GUESSES_PER_ACCOUNT_AND_ADDRESS,
    IDLE_LIMIT,
)
from engine.store.tables import AuditEntry, SignIn, User
from tests.app.browserless import Refused, Tab, post, sign_in
from tests.app.house import PASSWORD, House, password_hash
from tests.app.test_handlers import PROBE

pytestmark = pytest.mark.anyio
TAB = OurTab.get_full_name()


@pytest.fixture(autouse=True)
def _present(house: House) -> None:
    house.clock.ahead = timedelta(0)


def sessions_of(house: House, role: Role) -> int:
    def count(session: Session) -> int:
        live = select(SignIn).where(
            col(SignIn.user_id) == house.users[role], col(SignIn.revoked_at).is_(None)
        )
        return len(session.exec(live).all())

    return house.database.read_now(count)


def actions(house: House) -> list[str]:
    def read(session: Session) -> list[str]:
        return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.number))))

    return house.database.read_now(read)


async def status(house: House, path: str, cookie: str = "", **headers: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(headers={"Cookie": cookie} | headers) as http,
        http.get(house.url + path, allow_redirects=False) as answer,
    ):
        return answer.status, answer.headers.get("location", "")


async def form_of(house: House) -> tuple[str, str]:
    """The form's token, and the Cookie header that goes with it."""
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{house.url}/sign-in") as answer,
    ):
        found = re.search(r'name="form_token" value="([^"]+)"', await answer.text())
        assert found
        return found[1], f"dawncast_form={answer.cookies['dawncast_form'].value}"


async def try_password(
    house: House, email: str, password: str, *, origin: str = "", token: str = ""
) -> tuple[int, str]:
    form_token, cookie = await form_of(house)
    return await post(
        house,
        "/auth/login",
        data={"email": email, "password": password, "form_token": token or form_token},
        headers={"Origin": origin or house.url, "Cookie": cookie},
    )


def notice(page: str) -> str:
    found = re.search(r'role="alert"[^>]*>([^<]+)<', page)
    return found[1] if found else ""


async def test_a_session_opens_the_pages_and_leaves_two_lines_in_the_audit(house: House) -> None:
    before = len(actions(house))
    cookie = await sign_in(house, Role.VIEWER)
    assert (await status(house, "/auth/who", cookie))[0] == 200
    form = {"form_token": csrf_token(cookie.partition("=")[2])}
    answer, _ = await post(
        house, "/auth/logout", data=form, headers={"Origin": house.url, "Cookie": cookie}
    )
    assert answer == 303
    assert (await status(house, "/auth/who", cookie))[0] == 401
    assert actions(house)[before:] == ["user.signed_in", "user.signed_out"]


async def test_only_the_hash_of_a_token_is_stored(house: House) -> None:
    token = (await sign_in(house, Role.VIEWER)).partition("=")[2]

    def stored(session: Session) -> list[str]:
        return list(session.exec(select(SignIn.token_hash)))

    hashes = house.database.read_now(stored)
    assert token_hash(token) in hashes
    assert not any(token in entry for entry in hashes)


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    form_token, cookie = await form_of(house)
    async with (
        aiohttp.ClientSession(headers={"Cookie": cookie, "Origin": house.url}) as http,
        http.post(
            f"{house.url}/auth/login",
            data={
                "email": "viewer@example.test",
                "password": PASSWORD,
                "form_token": form_token,
            },
            allow_redirects=False,
        ) as answer,
    ):
        morsel = answer.cookies[COOKIE]
        assert morsel["httponly"]
        assert morsel["samesite"].lower() == "lax"
        assert int(morsel["max-age"]) == ABSOLUTE_LIMIT.total_seconds()


async def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(house: House) -> None:
    wrong = await try_password(house, "viewer@example.test", "not the word")
    unknown = await try_password(house, "nobody@example.test", "not the word")
    assert wrong[0] == unknown[0] == 401
    assert notice(wrong[1]) == notice(unknown[1]) != ""


async def test_a_deactivated_user_does_not_come_in_nor_stay_in(house: House) -> None:
    cookie = await sign_in(house, Role.AUTHOR)

    def set_active(session: Session, active: bool) -> None:
        author = col(User.id) == house.users[Role.AUTHOR]
        session.exec(sa.update(User).where(author).values(active=active))

    house.database.transact_now(set_active, False)
    try:
        assert (await status(house, "/auth/who", cookie))[0] == 401
        assert (await try_password(house, "author@example.test", PASSWORD))[0] == 401
    finally:
        house.database.transact_now(set_active, True)


async def test_after_a_few_guesses_one_must_wait_even_with_the_right_password(
    house: House,
) -> None:
    house.clock.ahead = timedelta(days=1)
    email = "operator@example.test"
    for _ in range(GUESSES_PER_ACCOUNT_AND_ADDRESS):
        assert (await try_password(house, email, "guess"))[0] == 401
    refused, page = await try_password(house, email, PASSWORD)
    assert refused == 429
    assert "Please wait" in notice(page)
    assert (await try_password(house, "viewer@example.test", PASSWORD))[0] == 303
    house.clock.ahead += GUESS_WINDOW
    assert (await try_password(house, email, PASSWORD))[0] == 303


def test_guesses_from_many_addresses_stop_at_the_account() -> None:
    from datetime import UTC, datetime

    guesses, now = Guesses(), datetime(2026, 11, 22, tzinfo=UTC)
    for number in range(20):
        guesses.failed("a@example.test", f"10.0.0.{number}", now)
    assert guesses.wait("a@example.test", "10.0.1.1", now) == GUESS_WINDOW
    assert guesses.wait("b@example.test", "10.0.1.1", now) == timedelta(0)


def test_signing_in_often_is_not_guessing() -> None:
    from datetime import UTC, datetime

    guesses, now = Guesses(), datetime(2026, 11, 22, tzinfo=UTC)
    for number in range(100):
        guesses.failed(f"{number}@example.test", "10.0.0.1", now)
        guesses.succeeded(f"{number}@example.test", "10.0.0.1")
    assert guesses.wait("a@example.test", "10.0.0.1", now) == timedelta(0)


@pytest.mark.parametrize("limit", [IDLE_LIMIT, ABSOLUTE_LIMIT])
async def test_an_idle_or_old_session_opens_nothing(house: House, limit: timedelta) -> None:
    cookie = await sign_in(house, Role.VIEWER)
    house.clock.ahead = limit - timedelta(minutes=1) if limit == IDLE_LIMIT else timedelta(0)
    assert (await status(house, "/auth/who", cookie))[0] == 200
    house.clock.ahead = limit + timedelta(minutes=1)
    assert (await status(house, "/auth/who", cookie))[0] == 401


async def test_a_click_keeps_a_session_alive_but_not_beyond_a_day(house: House) -> None:
    cookie = await sign_in(house, Role.VIEWER)
    for hours in (7, 14, 21):
        house.clock.ahead = timedelta(hours=hours)
        async with Tab(house, cookie) as tab:
            await tab.call(f"{PROBE}.several")
            assert await tab.hear(PROBE, "value", want=2) == 2
    house.clock.ahead = ABSOLUTE_LIMIT + timedelta(seconds=1)
    assert (await status(house, "/auth/who", cookie))[0] == 401


async def test_a_revoked_session_is_refused_at_its_next_event_and_sent_away(house: House) -> None:
    cookie = await sign_in(house, Role.APPROVER)
    async with Tab(house, cookie) as tab:
        await tab.call(f"{PROBE}.approve", content=4)
        assert await tab.hear(PROBE, "value", want=4) == 4
        await post(
            house,
            "/auth/logout",
            data={"form_token": csrf_token(cookie.partition("=")[2])},
            headers={"Origin": house.url, "Cookie": cookie},
        )
        await tab.call(f"{PROBE}.approve", content=5)
        assert await tab.hear(TAB, "leave_to") == "/sign-in"
        assert await tab.hear(PROBE, "value") == 4


async def test_a_tab_that_changes_hands_forgets_what_it_showed(house: House) -> None:
    first, second = await sign_in(house, Role.APPROVER), await sign_in(house, Role.APPROVER)
    async with Tab(house, first, token="one-tab") as tab:
        await tab.call(f"{PROBE}.approve", content=42)
        assert await tab.hear(PROBE, "value", want=42) == 42
    await asyncio.sleep(0.2)  # the server notices that the socket is gone
    async with Tab(house, second, token="one-tab") as tab:
        await tab.call(f"{PROBE}.several")
        assert await tab.hear(PROBE, "value", want=2) == 2
        assert 42 not in tab.state[PROBE].values()


async def test_a_password_for_one_sign_in_opens_only_the_way_to_a_new_one(house: House) -> None:
    email, second = "new@example.test", "my very own words"

    def invite(session: Session) -> None:
        added = add_user(
            session,
            house.tenant,
            email=email,
            name="New Person",
            role=Role.APPROVER,
            password_hash=password_hash(),
            by=CLI,
            now=house.clock.now(),
        )
        assert isinstance(added, int)

    house.database.transact_now(invite)
    cookie = await sign_in(house, email)
    assert await status(house, "/", cookie) == (303, "/auth/password")
    with pytest.raises(Refused):
        async with Tab(house, cookie):
            pass
    form = {"current": PASSWORD, "new": second, "again": second}
    form["form_token"] = csrf_token(cookie.partition("=")[2])
    headers = {"Origin": house.url, "Cookie": cookie}
    for wrong, expected in (
        ({"current": "not the word"}, 401),
        ({"again": "something else"}, 400),
        ({"new": "short", "again": "short"}, 400),
        ({"new": PASSWORD, "again": PASSWORD}, 400),
        ({"form_token": "made-up"}, 403),
    ):
        answer, _ = await post(house, "/auth/password", data=form | wrong, headers=headers)
        assert answer == expected, wrong
    assert (await post(house, "/auth/password", data=form, headers=headers))[0] == 303
    # The old session ended with the old password.
    assert (await status(house, "/auth/who", cookie))[0] == 401
    assert (await try_password(house, email, PASSWORD))[0] == 401
    async with Tab(house, await sign_in(house, email, second)) as tab:
        await tab.call(f"{PROBE}.approve", content=8)
        assert await tab.hear(PROBE, "value", want=8) == 8


async def test_a_form_from_another_site_is_refused(house: House) -> None:
    before = sessions_of(house, Role.VIEWER)
    email = "viewer@example.test"
    assert (await try_password(house, email, PASSWORD, origin="http://evil.example"))[0] == 403
    assert (await try_password(house, email, PASSWORD, token="made-up"))[0] == 403
    form_token, cookie = await form_of(house)
    sent = {"email": email, "password": PASSWORD, "form_token": form_token}
    assert (await post(house, "/auth/login", data=sent, headers={"Cookie": cookie}))[0] == 403
    assert sessions_of(house, Role.VIEWER) == before


async def test_signing_out_needs_our_own_form(house: House) -> None:
    cookie = await sign_in(house, Role.VIEWER)
    answer, _ = await post(
        house,
        "/auth/logout",
        data={"form_token": "made-up"},
        headers={"Origin": house.url, "Cookie": cookie},
    )
    assert answer == 403
    assert (await status(house, "/auth/who", cookie))[0] == 200


@pytest.mark.parametrize(
    ("sent", "leads_to"),
    [
        ("/senders", "/senders"),
        ("/content?day=1", "/content?day=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\tevil", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("/sign-in", "/"),
        ("/auth/logout", "/"),
        ("", "/"),
    ],
)
def test_signing_in_never_leads_to_another_site(sent: str, leads_to: str) -> None:
    assert safe_next(sent) == leads_to


async def test_a_stranger_is_shown_the_way_to_the_form(house: House) -> None:
    assert await status(house, "/") == (303, "/sign-in")
    assert await status(house, "/senders") == (303, "/sign-in?next=/senders")
    assert await status(house, "/senders?a=1") == (303, "/sign-in?next=/senders%3Fa%3D1")
    assert (await status(house, "/_health"))[0] == 404
    assert (await status(house, "/_upload/anything.csv"))[0] == 404


async def test_machines_are_not_asked_for_a_session(house: House) -> None:
    assert (await status(house, "/health"))[0] == 200


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/auth/who"])
async def test_every_answer_carries_the_secure_headers(house: House, path: str) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.get(house.url + path, allow_redirects=False) as answer,
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def announce_upload(house: House, length: str, *headers: str) -> str:
    """Send the head of an upload and none of its body: the first line of the answer, if any."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = [
        "POST /_upload HTTP/1.1",
        f"Host: 127.0.0.1:{house.port}",
        f"Origin: {house.url}",
        length,
        *headers,
    ]
    writer.write("\r\n".join([*head, "", ""]).encode())
    await writer.drain()
    try:
        async with asyncio.timeout(3):
            return (await reader.readline()).decode().strip()
    except TimeoutError:
        return ""
    finally:
        writer.close()
        await writer.wait_closed()


FIFTY_MB = f"Content-Length: {50 * 1024 * 1024}"


async def test_an_upload_is_refused_before_its_body_is_read(house: House) -> None:
    assert "401" in await announce_upload(house, FIFTY_MB)
    assert "401" in await announce_upload(house, FIFTY_MB, f"Cookie: {COOKIE}=made-up")
    viewer = f"Cookie: {await sign_in(house, Role.VIEWER)}"
    assert "403" in await announce_upload(house, FIFTY_MB, viewer)
    operator = f"Cookie: {await sign_in(house, Role.OPERATOR)}"
    assert "413" in await announce_upload(house, FIFTY_MB, operator)
    assert "411" in await announce_upload(house, "Transfer-Encoding: chunked", operator)
    # Who may, and not too much, is let in: the upload itself then says what else it wants.
    answer = await announce_upload(house, f"Content-Length: {UPLOAD_LIMIT_BYTES}", operator)
    assert not any(status in answer for status in ("401", "403", "411", "413"))


def test_a_broken_cookie_is_no_session() -> None:
    assert session_token("") is None
    assert session_token(f"{COOKIE}=") is None
    assert session_token('a="b; \x00=;;,') is None
    assert session_token(f"other=1; {COOKIE}=abc") == "abc"
