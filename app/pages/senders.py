"""The phone numbers we send from: what the pool can do, and how each number is doing."""

import math
from typing import Any

import reflex as rx

from app.components.actions import button, confirm
from app.components.cards import card, empty, grid, page_head, rate_bar, skeleton
from app.components.marks import chip
from app.doors import ask, now, tell
from app.frame import may, page
from app.navigation import Group
from app.pages.senders_words import Shown, pool_words, shown
from app.session import guarded
from app.tab import report
from engine.commands.change_sender_pace import change_sender_pace
from engine.commands.rest_sender import rest_sender
from engine.commands.resume_sender import resume_sender
from engine.commands.set_sender_role import set_sender_role
from engine.domain.ids import SenderId
from engine.domain.roles import Actor, Permission
from engine.read import senders as read


class SendersPage(rx.State):
    """The pool as this tab sees it."""

    loaded: bool = False
    tone: str = "quiet"
    sentence: str = ""
    note: str = ""
    cards: list[Shown] = []
    reason: str = ""
    pace: str = ""

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Fill the page."""
        await self._refresh(by)

    @guarded(Permission.SENDERS_WRITE)
    async def type_reason(self, text: str) -> None:
        """Why a sender rests, as it is typed."""
        self.reason = text

    @guarded(Permission.SENDERS_WRITE)
    async def type_pace(self, text: str) -> None:
        """A new pace, as it is typed."""
        self.pace = text

    @guarded(Permission.SENDERS_WRITE)
    async def rest(self, sender: int, *, by: Actor) -> None:
        """Take a sender out of the pool."""
        result = await tell(rest_sender, SenderId(sender), reason=self.reason, by=by)
        await report(self, result, "The sender rests. Its part goes by the others.")
        self.reason = ""
        await self._refresh(by)

    @guarded(Permission.SENDERS_WRITE)
    async def resume(self, sender: int, *, by: Actor) -> None:
        """Put a sender back into the pool."""
        result = await tell(resume_sender, SenderId(sender), by=by)
        await report(self, result, "The sender is back in the pool.")
        await self._refresh(by)

    @guarded(Permission.SENDERS_WRITE)
    async def change_pace(self, sender: int, *, by: Actor) -> None:
        """Set how much a sender may send."""
        result = await tell(change_sender_pace, SenderId(sender), _number(self.pace), by=by)
        await report(self, result, f"The sender sends {self.pace.strip()} a second at most now.")
        self.pace = ""
        await self._refresh(by)

    @guarded(Permission.SENDERS_WRITE)
    async def make(self, sender: int, role: str, *, by: Actor) -> None:
        """Make a backup a primary, or the other way round."""
        result = await tell(set_sender_role, SenderId(sender), role, by=by)
        await report(self, result, f"The sender is a {role} from the next plan on.")
        await self._refresh(by)

    async def _refresh(self, by: Actor) -> None:
        assert by.tenant is not None
        pool = await ask(read.pool, by.tenant, now=now())
        above = pool_words(pool.capacity)
        self.tone, self.sentence, self.note = above.tone, above.sentence, above.note
        self.cards = [shown(sender) for sender in pool.cards]
        self.loaded = True


def _number(text: str) -> float:
    """What somebody typed as a number; not a number when it is none, which the command refuses."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


@page("/senders", "Senders", group=Group.DELIVERY, icon="radio-tower", on_load=SendersPage.load)
def senders() -> rx.Component:
    """The pool above, a card for each number below."""
    return rx.fragment(
        page_head("Senders", "The business numbers your messages go out from"),
        rx.cond(
            SendersPage.loaded,
            rx.cond(SendersPage.cards, _pool(), _no_senders()),
            rx.fragment(skeleton(2), skeleton(6)),
        ),
    )


def _pool() -> rx.Component:
    return rx.fragment(
        card(
            rx.el.div(
                rx.icon("gauge", size=20, aria_hidden="true"),
                rx.el.div(
                    rx.el.p(SendersPage.sentence, class_name="dc-lead"),
                    rx.el.p(SendersPage.note, class_name="dc-muted dc-small"),
                ),
                class_name="dc-pool",
                custom_attrs={"data-tone": SendersPage.tone},
            ),
        ),
        grid(rx.foreach(SendersPage.cards, _sender), columns=3),
    )


def _no_senders() -> rx.Component:
    return empty(
        "No senders yet",
        "Add the phone number ids of your WhatsApp account to the settings "
        "(WHATSAPP_PHONE_NUMBER_ID_1 and so on) and start again.",
        icon="radio-tower",
    )


def _sender(sender: Shown) -> rx.Component:
    return card(
        rx.el.div(
            *_about(sender),
            rx.cond(may(Permission.SENDERS_WRITE), _actions(sender)),
            class_name="dc-sender",
        )
    )


def _about(sender: Shown) -> tuple[rx.Component, ...]:
    return (
        rx.el.div(
            rx.el.div(
                rx.el.h2(sender.phone, class_name="dc-sender-phone"),
                rx.el.p(sender.label, class_name="dc-muted dc-small"),
            ),
            chip(sender.state, sender.state_tone),
            class_name="dc-card-head",
        ),
        rx.cond(sender.reason, rx.el.p(sender.reason, class_name="dc-small dc-reason")),
        rx.el.div(
            chip(sender.role, rx.cond(sender.backup, "held", "quiet")),
            chip(sender.quality, sender.quality_tone),
            chip(sender.status, sender.status_tone),
            class_name="dc-row",
        ),
        rx.el.div(rate_bar(sender.rate_width), sender.rate, class_name="dc-sender-rate"),
        rx.el.dl(
            *_fact("Answers", sender.latency, hint=sender.latency_of),
            *_fact("Last 24 h", sender.sent),
            *_fact("Account limit", sender.limit),
            *_fact("Checked", sender.checked, hint=sender.checked_at),
            class_name="dc-facts",
        ),
        rx.cond(
            sender.error,
            rx.el.p(
                rx.icon("triangle-alert", size=14, aria_hidden="true"),
                rx.el.span(sender.error),
                class_name="dc-note",
                custom_attrs={"data-tone": "bad"},
            ),
        ),
    )


def _fact(name: str, value: Any, hint: Any = "") -> tuple[rx.Component, ...]:
    return (rx.el.dt(name), rx.el.dd(value, title=hint))


def _actions(sender: Shown) -> rx.Component:
    return rx.el.div(
        rx.cond(sender.active, _rest(sender), _resume(sender)),
        _pace(sender),
        _swap(sender),
        class_name="dc-row dc-sender-actions",
    )


def _rest(sender: Shown) -> rx.Component:
    return confirm(
        button("Rest…"),
        title=f"Rest {sender.phone}?",
        words_="It stops at once and stays out of the pool until somebody resumes it. What it "
        "would have sent goes by the other senders. Nothing is lost.",
        extra=_field("Why (people will read this)", SendersPage.reason, SendersPage.type_reason),
        verb="Rest the sender",
        on_confirm=SendersPage.rest(sender.id),
    )


def _resume(sender: Shown) -> rx.Component:
    return confirm(
        button("Resume…", kind="primary"),
        title=f"Resume {sender.phone}?",
        words_="It may send again at once, at the pace its quality allows.",
        verb="Resume the sender",
        kind="primary",
        on_confirm=SendersPage.resume(sender.id),
    )


def _pace(sender: Shown) -> rx.Component:
    return confirm(
        button("Pace…"),
        title=f"How fast may {sender.phone} send?",
        words_=f"Now {sender.pace} messages a second at most. The change holds at once, also in a "
        "broadcast that is running.",
        extra=_field("Messages a second", SendersPage.pace, SendersPage.type_pace, numeric=True),
        verb="Change the pace",
        kind="primary",
        on_confirm=SendersPage.change_pace(sender.id),
    )


def _swap(sender: Shown) -> rx.Component:
    return rx.cond(
        sender.backup,
        confirm(
            button("Make primary…"),
            title=f"Make {sender.phone} a primary?",
            words_="From the next plan on it sends its part of every broadcast.",
            verb="Make it a primary",
            kind="primary",
            on_confirm=SendersPage.make(sender.id, "primary"),
        ),
        confirm(
            button("Make backup…"),
            title=f"Make {sender.phone} a backup?",
            words_="From the next plan on it sends only when a primary fails. Its recipients get "
            "their messages from other numbers, as new chats on their phones.",
            verb="Make it a backup",
            on_confirm=SendersPage.make(sender.id, "backup"),
        ),
    )


def _field(label: str, value: Any, on_change: Any, *, numeric: bool = False) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.debounce_input(
            rx.el.input(
                value=value, on_change=on_change, input_mode="decimal" if numeric else "text"
            ),
            debounce_timeout=150,
        ),
        class_name="dc-field",
    )
