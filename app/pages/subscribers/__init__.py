"""The people who get the morning message: found, added, corrected, paused."""

import reflex as rx

from app.components.actions import button, link_button
from app.components.cards import page_head, skeleton
from app.frame import may, page
from app.navigation import Group
from app.pages.subscribers import person, view
from app.pages.subscribers.dialog_views import entry_and_question
from app.pages.subscribers.dialogs import SubscriberDialog
from app.pages.subscribers.listing import SubscribersPage
from engine.domain.roles import Permission

__all__ = ["person", "subscribers"]
ROUTE = "/subscribers"


@page(
    ROUTE,
    "Subscribers",
    permission=Permission.SUBSCRIBERS_READ,
    group=Group.PEOPLE,
    icon="users",
    on_load=SubscribersPage.load,
)
def subscribers() -> rx.Component:
    """The list, and the dialogs that change one entry of it."""
    return rx.fragment(
        page_head(
            "Subscribers",
            "The people your morning message goes to",
            link_button("Who gets nothing", "/unreached"),
            rx.cond(
                may(Permission.SUBSCRIBERS_WRITE),
                rx.fragment(
                    link_button("Import a list", f"{ROUTE}/import"),
                    button("Add a subscriber", kind="primary", on_click=SubscriberDialog.open_new),
                ),
            ),
        ),
        rx.cond(
            SubscribersPage.loaded,
            rx.cond(
                SubscribersPage.nobody,
                view.nobody_yet(SubscriberDialog),
                view.everybody(SubscribersPage, SubscriberDialog),
            ),
            rx.fragment(skeleton(2), skeleton(8)),
        ),
        entry_and_question(SubscriberDialog),
    )
