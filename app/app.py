"""Puts the dashboard together for Reflex: the pages, the look, and the keeper of the doors.

Nothing is started or opened here: Reflex imports this module to build the front end, too.
"""

import reflex as rx

from app import pages as _pages  # noqa: F401 - importing them puts them into the frame
from app.frame import pages
from app.session import Doorkeeper
from app.styles import STYLESHEETS

app = rx.App(
    stylesheets=STYLESHEETS,
    head_components=[
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.script(src="/dawncast.js", defer=True),
        rx.el.script(src="/palette.js", defer=True),
    ],
    html_lang="en",
)
app.add_middleware(Doorkeeper())

for _page in pages():
    app.add_page(_page.view, route=_page.route, title=_page.title, on_load=list(_page.on_load))
