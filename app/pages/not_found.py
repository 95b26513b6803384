"""An address without a page."""

import reflex as rx

from app.components.actions import link_button
from app.components.cards import empty
from app.frame import page
from app.words import en as words


@page("404", "Not found")
def not_found() -> rx.Component:
    """Says so, and offers the way home."""
    return empty(
        words.NOT_FOUND_TITLE,
        words.NOT_FOUND_WORDS,
        link_button("To the Live page", "/", kind="primary"),
        icon="map-pin-off",
    )
