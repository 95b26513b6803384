"""Who did not get it for good, why, and what can be done about it (spec E4)."""

import reflex as rx

from app.components.cards import skeleton
from app.frame import page
from app.navigation import Group
from app.pages.dead_letters import dialogs, view
from app.pages.dead_letters.deeds import DeadLetterDialog
from app.pages.dead_letters.listing import DeadLettersPage


@page(
    "/dead-letters",
    "Dead letters",
    group=Group.DELIVERY,
    icon="mail-x",
    on_load=DeadLettersPage.load,
)
def dead_letters() -> rx.Component:
    """The causes above, the deliveries below, and the questions before anything is done."""
    return rx.fragment(
        view.head(DeadLettersPage, DeadLetterDialog),
        rx.cond(
            DeadLettersPage.loaded,
            view.letters(DeadLettersPage, DeadLetterDialog),
            rx.fragment(skeleton(3), skeleton(8)),
        ),
        dialogs.questions(DeadLettersPage, DeadLetterDialog),
    )
