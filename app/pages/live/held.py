"""What a person may do with held deliveries, on the Live page and on the broadcast's own."""

from collections.abc import Awaitable, Callable
from typing import Any

import reflex as rx

from app import formats
from app.bulk import Told, Total, in_slices
from app.components.actions import button, confirm
from app.doors import tell
from app.frame import may
from engine.commands.discard_dead_letters import discard_dead_letters
from engine.commands.resend_all_held import resend_all_held
from engine.domain.dead_letter import WantedLetters
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission

RESEND_WORDS = (
    "Nobody can say whether WhatsApp has the first ones. Where it has, that person gets the "
    "message twice; late receipts will show it, and they are counted on the broadcast's page. "
    "It cannot be called back."
)


async def resend(
    broadcast: BroadcastId, by: Actor, so_far: Callable[[int], Awaitable[None]]
) -> Total | Refused:
    """Send all held ones of a broadcast again, knowingly."""
    return await in_slices(
        lambda before: tell(resend_all_held, broadcast, before=before, by=by), so_far
    )


async def close(
    broadcast: BroadcastId, reason: str, by: Actor, so_far: Callable[[int], Awaitable[None]]
) -> Total | Refused:
    """Close all held ones of a broadcast, with a reason."""
    assert by.tenant is not None
    wanted = WantedLetters(tenant=by.tenant, state=State.HELD, broadcast=broadcast)
    return await in_slices(
        lambda before: tell(discard_dead_letters, wanted, reason, before=before, by=by), so_far
    )


def told(done: Total | Refused, words: str) -> Told:
    """How many, and why the others not."""
    if isinstance(done, Refused):
        return Told("bad", done.why, done.details)
    said = f"{formats.count(done.count, 'subscriber')} {words}"
    if stayed := sum(done.stayed.values()):
        said += f" {formats.number(stayed)} {'stays' if stayed == 1 else 'stay'} held."
    return Told("good" if done.count else "warn", said, done.details)


def banner(words: Any, *actions: rx.Component) -> rx.Component:
    """How many are held, in words, and what can be done."""
    return rx.cond(
        words != "",
        rx.el.div(
            rx.icon("circle-help", size=16, aria_hidden="true"),
            rx.el.span(words),
            *actions,
            class_name="dc-banner",
            role="status",
            custom_attrs={"data-tone": "held"},
        ),
    )


def resend_button(on_confirm: Any) -> rx.Component:
    """The button that sends all of them again, after a question; for who may."""
    return rx.cond(
        may(Permission.DELIVERIES_SETTLE),
        confirm(
            button("Send them again…"),
            title="Send all held ones again?",
            words_=RESEND_WORDS,
            verb="Send them again",
            on_confirm=on_confirm,
        ),
    )
