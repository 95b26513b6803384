"""The morning as it happens: the home page."""

import reflex as rx

from app.components.cards import empty, page_head
from app.frame import page
from app.navigation import Group


@page("/", "Live", group=Group.MORNING, icon="activity")
def live() -> rx.Component:
    """Before, during and after the day's broadcast."""
    return rx.fragment(
        page_head("Live", "The day's broadcast"),
        empty("No broadcast today", "The next one is not scheduled yet."),
    )
