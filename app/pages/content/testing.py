"""A draft on one's own phone: confirm the phone once, then send oneself what is saved (spec D7)."""

import asyncio
from dataclasses import dataclass
from typing import Any

import reflex as rx

from app import formats
from app.components.actions import button, confirm
from app.components.cards import card
from app.components.marks import chip
from app.doors import ask, now, tell
from app.frame import may
from app.pages.content.shown import EDITOR, LANGUAGES
from app.session import guarded, is_open, who
from app.tab import report
from engine.commands.ask_test_send import ask_test_send
from engine.commands.own_phone import (
    confirm_in_sandbox,
    forget_phone,
    made_up_code,
    name_phone,
)
from engine.domain.content import Language
from engine.domain.ids import ContentId
from engine.domain.roles import Actor, Permission
from engine.domain.test_message import OPEN, TestState
from engine.read.content import pack
from engine.read.desk import OwnTests, TestShown, own_tests

REFRESH_SECONDS = 1.0
FOLLOWED_SECONDS = 60
TONES: dict[TestState, tuple[str, str]] = {
    TestState.ASKED: ("Waiting", "busy"),
    TestState.SENDING: ("Sending", "busy"),
    TestState.ACCEPTED: ("On its way", "busy"),
    TestState.DELIVERED: ("Delivered", "good"),
    TestState.READ: ("Read", "good"),
    TestState.FAILED: ("Failed", "bad"),
    TestState.UNKNOWN: ("Not known", "held"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One test."""

    what: str
    state: str
    tone: str
    words: str


class PhoneTests(rx.State):
    """One's own phone, and the tests of the pack on the desk."""

    ready: bool = False
    phone: str = ""
    typed: str = ""
    named: bool = False
    confirmed: bool = False
    code: str = ""
    link: str = ""
    write_to: str = ""
    sandbox: bool = False
    lines: list[Line] = []
    _turn: int = 0

    @guarded(Permission.VIEW)
    async def load(self, *, by: Actor) -> None:
        """What there is."""
        self.typed = ""
        await self._fill(by)

    @guarded(Permission.TEST_SEND)
    async def type_phone(self, text: str) -> None:
        """A phone, as it is typed."""
        self.typed = text

    @guarded(Permission.TEST_SEND)
    async def name_it(self, *, by: Actor) -> Any:
        """This is my phone; now it has to write to us."""
        result = await tell(name_phone, self.typed, made_up_code(), by=by)
        await report(self, result, "Now write the code from that phone.")
        await self._fill(by)
        return PhoneTests.follow

    @guarded(Permission.TEST_SEND)
    async def confirm_sandbox(self, *, by: Actor) -> None:
        """In a sandbox nothing reaches people: go on as if it had written."""
        result = await tell(confirm_in_sandbox, by=by)
        await report(self, result, "Confirmed, for this sandbox.")
        await self._fill(by)

    @guarded(Permission.TEST_SEND)
    async def forget(self, *, by: Actor) -> None:
        """Another phone, or none."""
        result = await tell(forget_phone, by=by)
        await report(self, result, "The phone is taken away.")
        await self._fill(by)

    @guarded(Permission.TEST_SEND)
    async def send(self, language: str, *, by: Actor) -> Any:
        """One test of what is saved."""
        assert by.tenant is not None
        content = self._content()
        found = await ask(pack, by.tenant, content)
        result = await tell(
            ask_test_send,
            content,
            version=0 if found is None else found.row.version,
            language=Language(language),
            by=by,
        )
        await report(self, result, "A test is on its way to your phone.")
        await self._fill(by)
        return PhoneTests.follow

    @guarded(Permission.TEST_SEND, background=True)
    async def follow(self, *, by: Actor) -> None:
        """For a minute at most, say what becomes of it; ends with it, or with the tab."""
        async with self:
            self._turn += 1
            turn, path = self._turn, self.router.url.path
        for _ in range(FOLLOWED_SECONDS):
            await asyncio.sleep(REFRESH_SECONDS)
            if not is_open(self) or await who(self) is None:
                return
            async with self:
                if self._turn != turn or self.router.url.path != path:
                    return
                if not await self._fill(by):
                    return

    async def _fill(self, by: Actor) -> bool:
        """Show what there is; whether something may still change."""
        assert by.tenant is not None
        assert by.user is not None
        found = await ask(own_tests, by.tenant, by.user, self._content(), now())
        self.phone = formats.phone_tail(found.phone) if found.phone else ""
        self.named, self.confirmed = found.phone is not None, found.confirmed
        self.code, self.write_to = found.code or "", found.write_to
        digits = "".join(letter for letter in found.write_to if letter.isdigit())
        self.link = f"https://wa.me/{digits}?text={self.code.replace(' ', '%20')}"
        self.sandbox = found.sandbox
        self.lines = [_line(test) for test in found.tests]
        self.ready = True
        return _moves(found)

    def _content(self) -> ContentId:
        wanted = self.router.url.query_parameters.get("pack", "")
        here = self.router.url.path.rstrip("/") == EDITOR
        return ContentId(int(wanted) if here and wanted.isdecimal() else 0)


def _moves(found: OwnTests) -> bool:
    waits = found.code is not None and not found.confirmed
    on_its_way = {*OPEN, TestState.ACCEPTED}
    return waits or any(test.state in on_its_way for test in found.tests)


def _line(test: TestShown) -> Line:
    state, tone = TONES[TestState(test.state)]
    return Line(
        what=f"{LANGUAGES[test.language]}, {formats.time_with_zone(test.at)}",
        state=state,
        tone=tone,
        words=test.words,
    )


def panel(desk: Any) -> rx.Component:
    """The card below the desk; for whoever may send tests. desk: the Editor's state."""
    return rx.cond(
        may(Permission.TEST_SEND) & PhoneTests.ready,
        card(
            rx.match(
                rx.cond(PhoneTests.confirmed, "yes", rx.cond(PhoneTests.code, "waits", "no")),
                ("yes", _send(desk)),
                ("waits", _waits()),
                _name(),
            ),
            rx.cond(
                PhoneTests.lines,
                rx.el.ul(rx.foreach(PhoneTests.lines, _row), class_name="dc-tests"),
            ),
            title="Test on your own phone",
        ),
    )


def _name() -> rx.Component:
    return rx.el.div(
        rx.el.label(
            rx.el.span("Your WhatsApp number"),
            rx.el.input(
                type="tel",
                placeholder="+91 98123 45610",
                on_change=PhoneTests.type_phone.debounce(200),
                on_blur=PhoneTests.type_phone,
            ),
            class_name="dc-field",
        ),
        rx.el.div(button("Confirm this phone", on_click=PhoneTests.name_it), class_name="dc-row"),
        rx.el.p(
            "A test goes to your own phone and to no other, is marked as a test, and is counted "
            "nowhere.",
            class_name="dc-muted dc-small",
        ),
        class_name="dc-stack",
    )


def _waits() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "From ",
            rx.el.b(PhoneTests.phone),
            ", write ",
            rx.el.code(PhoneTests.code),
            " to ",
            rx.el.b(PhoneTests.write_to),
            " on WhatsApp within half an hour. This page notices by itself.",
        ),
        rx.el.div(
            rx.cond(
                PhoneTests.sandbox,
                button("Confirm it here (sandbox)", on_click=PhoneTests.confirm_sandbox),
                rx.link("Open WhatsApp", href=PhoneTests.link, class_name="dc-button dc-plain"),
            ),
            button("Another phone", on_click=PhoneTests.forget),
            class_name="dc-row",
        ),
        class_name="dc-stack",
    )


def _send(desk: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            confirm(
                button("Send me a test…", disabled=desk.unsaved | ~desk.standing.stored),
                title="Send this to your phone?",
                words_="What is saved in the language on the desk goes to your phone alone, with "
                "TEST before its first value. It is recorded, and counts as no delivery.",
                verb="Send the test",
                kind="primary",
                on_confirm=PhoneTests.send(desk.language),
            ),
            rx.el.span(
                "to ",
                rx.el.b(PhoneTests.phone),
                rx.cond(desk.unsaved | ~desk.standing.stored, " (save first)", ""),
                class_name="dc-small",
            ),
            button("Another phone", on_click=PhoneTests.forget),
            class_name="dc-row",
        ),
        class_name="dc-stack",
    )


def _row(line: Line) -> rx.Component:
    return rx.el.li(
        chip(line.state, line.tone),
        rx.el.b(line.what),
        rx.el.span(line.words, class_name="dc-muted dc-small"),
    )
