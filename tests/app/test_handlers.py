"""No handler runs for nobody: not by name, not by an old cookie, not by a forgotten decorator."""

from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

import app.app  # noqa: F401 - every page registers its handlers
from app.session import guarded, is_admissible
from app.tab import Tab as OurTab
from engine.domain.roles import Actor, Forbidden, Permission, Role
from tests.app.browserless import Refused, Tab, sign_in
from tests.app.house import House

done: list[tuple[str, Any]] = []


class Probe(rx.State):
    """Handlers of every kind, as a page might have them."""

    value: int = 0

    @guarded(Permission.CONTENT_APPROVE)
    async def approve(self, content: int, *, by: Actor) -> None:
        done.append(("approve", by.name))
        self.value = content

    @guarded()
    async def several(self) -> Any:
        self.value = 1
        yield
        self.value = 2

    @guarded(Permission.CONTENT_APPROVE)
    async def several_secret(self) -> Any:
        done.append(("several_secret", None))
        yield

    @guarded(Permission.CONTENT_APPROVE, background=True)
    async def behind(self) -> None:
        done.append(("behind", None))
        async with self:
            self.value = 9

    @guarded()
    async def told_no(self) -> None:
        raise Forbidden("An author may not do this: ask an approver.")

    async def naked(self) -> None:
        done.append(("naked", None))
        self.value = 666


PROBE, TAB = Probe.get_full_name(), OurTab.get_full_name()
pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


def ours() -> list[str]:
    known = RegistrationContext.get().event_handlers
    return sorted(
        name
        for name, handler in known.items()
        if any(state.__module__.startswith("app.") for state in handler.states)
    )


def test_every_handler_of_every_page_is_guarded() -> None:
    assert ours(), "no handlers found: this test would prove nothing"
    handlers = RegistrationContext.get().event_handlers
    naked = {name for name in ours() if not hasattr(handlers[name].handler.fn, "guarded_by")}
    # What every state is born with is refused by name, see below.
    assert {name for name in naked if not name.endswith(".setvar")} == set()


def test_a_handler_that_nobody_guarded_is_not_admitted() -> None:
    assert is_admissible(f"{PROBE}.approve")
    assert not is_admissible(f"{PROBE}.naked")
    assert not is_admissible(f"{PROBE}.setvar")
    assert not any(is_admissible(name) for name in ours() if name.endswith(".setvar"))


def test_a_guard_refuses_to_guard_a_handler_that_blocks_the_loop() -> None:
    with pytest.raises(TypeError, match="must be async"):

        @guarded()
        def blocking(self: Any) -> None: ...


@pytest.mark.parametrize("cookie", [None, "dawncast_session=made-up", "dawncast_session="])
async def test_a_websocket_without_a_session_is_refused(house: House, cookie: str | None) -> None:
    with pytest.raises(Refused):
        async with Tab(house, cookie) as tab:
            await tab.call(f"{PROBE}.approve", content=1)
    assert done == []


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "https://127.0.0.1"])
async def test_a_websocket_from_elsewhere_is_refused(house: House, origin: str | None) -> None:
    cookie = await sign_in(house, Role.ADMINISTRATOR)
    with pytest.raises(Refused):
        async with Tab(house, cookie, origin=origin):
            pass


async def test_who_has_the_role_may_and_is_named(house: House) -> None:
    async with Tab(house, await sign_in(house, Role.APPROVER)) as tab:
        await tab.call(f"{PROBE}.approve", content=7)
        assert await tab.hear(PROBE, "value", want=7) == 7
    assert done == [("approve", "Approver Person")]


@pytest.mark.parametrize("handler", ["approve", "several_secret", "behind"])
async def test_an_author_who_calls_an_approvers_handler_is_refused(
    house: House, handler: str
) -> None:
    async with Tab(house, await sign_in(house, Role.AUTHOR)) as tab:
        sent: dict[str, Any] = {"content": 7} if handler == "approve" else {}
        await tab.call(f"{PROBE}.{handler}", **sent)
        notices = await tab.hear(TAB, "notices")
    assert notices[-1]["tone"] == "bad"
    assert "ask an administrator or an approver" in notices[-1]["text"]
    assert done == []


async def test_a_client_cannot_say_who_it_is(house: House) -> None:
    claimed = {"name": "cli", "tenant": None, "role": None, "user": None, "ip": ""}
    async with Tab(house, await sign_in(house, Role.AUTHOR)) as tab:
        await tab.call(f"{PROBE}.approve", content=7, by=claimed)
        assert (await tab.hear(TAB, "notices"))[-1]["tone"] == "bad"
    assert done == []


async def test_a_naked_handler_does_nothing_even_for_an_administrator(house: House) -> None:
    async with Tab(house, await sign_in(house, Role.ADMINISTRATOR)) as tab:
        await tab.call(f"{PROBE}.naked")
        await tab.call(f"{PROBE}.approve", content=3)
        assert await tab.hear(PROBE, "value", want=3) == 3
    assert done == [("approve", "Administrator Person")]


async def test_a_generator_runs_to_its_end_behind_the_guard(house: House) -> None:
    async with Tab(house, await sign_in(house, Role.VIEWER)) as tab:
        await tab.call(f"{PROBE}.several")
        assert await tab.hear(PROBE, "value", want=2) == 2


async def test_a_commands_no_becomes_a_notice(house: House) -> None:
    async with Tab(house, await sign_in(house, Role.AUTHOR)) as tab:
        await tab.call(f"{PROBE}.told_no")
        notices = await tab.hear(TAB, "notices")
    assert notices[-1]["text"] == "An author may not do this: ask an approver."
