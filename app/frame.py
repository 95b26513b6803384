"""Every page's frame: sidebar, header, the notices, and the guard of its role.

    @page("/senders", "Senders", group=Group.DELIVERY, icon="radio-tower", on_load=Senders.load)
    def senders() -> rx.Component: ...

The server sends no page to a browser without a session (`app.serve`); the frame shows the forbidden
state to a role that may not see a page. Neither protects data: that is `session.guarded`'s.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from app import live, navigation
from app.bell import Bell, bell
from app.components.cards import empty, skeleton
from app.components.marks import chip, sunrise
from app.doors import now
from app.navigation import Group, Place
from app.palette import opener, palette
from app.session import csrf_token, guarded, session_token, who
from app.tab import Tab
from app.words import en as words
from app.words.speech import Chosen, spoken, told
from engine.domain.roles import ALLOWED, Actor, Permission


class Frame(rx.State):
    """What the frame shows: who is here, where we are, what o'clock it is."""

    ready: bool = False
    name: str = ""
    role: str = ""
    organisation: str = ""
    sandbox: bool = True
    may: list[str] = []
    form_token: str = ""
    server_time: str = ""
    opens_at: str = ""
    closes_at: str = ""

    @guarded()
    async def enter(self, *, by: Actor) -> None:
        """Fill the frame; runs first on every page."""
        here = await who(self)
        if here is None:
            return
        chosen = await self.get_state(Chosen)
        chosen.language = here.language
        self.name, self.role = by.name, told(by.role or "", here.language)
        self.organisation, self.sandbox = here.tenant_name, here.sandbox
        self.may = [permission.value for permission in Permission if by.role in ALLOWED[permission]]
        self.form_token = csrf_token(session_token(self.router.headers.cookie) or "")
        await self._look_at_the_clock(by)
        self.ready = True

    async def _look_at_the_clock(self, by: Actor) -> None:
        self.server_time = now().isoformat()
        self._count_down_to(await live.window(by))

    def _count_down_to(self, window: live.Window | None) -> None:
        opens_at = window.opens_at.isoformat() if window else ""
        closes_at = window.closes_at.isoformat() if window and window.closes_at else ""
        if (self.opens_at, self.closes_at) != (opens_at, closes_at):
            self.opens_at, self.closes_at = opens_at, closes_at


async def count_down_to(state: rx.State, window: live.Window | None) -> None:
    """Set the header's countdown; a page that follows the morning does, when the window changes."""
    frame = await state.get_state(Frame)
    frame._count_down_to(window)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as Reflex is told of it."""

    route: str
    title: str
    view: Callable[[], rx.Component]
    permission: Permission = Permission.VIEW
    on_load: Sequence[Any] = field(default_factory=tuple)


_pages: dict[str, Page] = {}


def page(
    route: str,
    title: str,
    *,
    permission: Permission = Permission.VIEW,
    group: Group | None = None,
    icon: str = "circle",
    under: str | None = None,
    on_load: Any = (),
) -> Callable[[Callable[[], rx.Component]], Callable[[], rx.Component]]:
    """Put a page into the frame.

    group, icon: its link in the sidebar; without a group it lights up the link of `under` instead.
    permission: who may see it; others see why not. on_load: guarded handlers that fill it.
    """

    def framed(view: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
        if group is not None:
            navigation.add(
                Place(route=route, label=title, icon=icon, group=group, permission=permission)
            )
        loads = on_load if isinstance(on_load, (list, tuple)) else [on_load]
        _pages[route] = Page(
            route=route,
            title=f"{title} · {words.PRODUCT}",
            permission=permission,
            view=lambda: _frame(under or route, permission, view),
            on_load=[Frame.enter, Bell.enter, *loads],
        )
        return view

    return framed


def pages() -> list[Page]:
    """All pages that were put into the frame."""
    return list(_pages.values())


def may(permission: Permission) -> rx.Var[bool]:
    """Whether to show what needs a permission; the command asks again."""
    return cast("Any", Frame.may).contains(permission.value)


def _frame(route: str, permission: Permission, view: Callable[[], rx.Component]) -> rx.Component:
    return rx.fragment(
        rx.el.a(spoken(words.SKIP_TO_CONTENT), href="#content", class_name="dc-skip"),
        rx.el.div(
            rx.el.nav(_brand(), _links(route), class_name="dc-side", aria_label=spoken(words.MENU)),
            rx.el.div(
                _header(route),
                rx.el.main(
                    rx.cond(
                        Frame.ready,
                        rx.cond(may(permission), view(), _forbidden()),
                        rx.fragment(skeleton(2), skeleton(6)),
                    ),
                    id="content",
                    class_name="dc-main",
                ),
                class_name="dc-body",
            ),
            class_name="dc-app",
        ),
        palette(),
        _notices(),
        _signs_for_the_script(),
    )


def _brand() -> rx.Component:
    return rx.link(sunrise(), words.PRODUCT, href="/", class_name="dc-brand", underline="none")


def _links(route: str) -> rx.Component:
    def link(place: Place) -> rx.Component:
        here = {"aria-current": "page"} if place.route == route else {}
        return rx.cond(
            may(place.permission),
            rx.link(
                rx.icon(place.icon, size=16, aria_hidden="true"),
                spoken(place.label),
                href=place.route,
                class_name="dc-link",
                underline="none",
                custom_attrs=here,
            ),
        )

    return rx.fragment(
        *[
            rx.el.div(
                rx.el.div(spoken(group.value), class_name="dc-group"),
                *[link(place) for place in links],
                class_name="dc-links" + (" dc-links-foot" if group is Group.FOOT else ""),
            )
            for group, links in navigation.places()
        ]
    )


def _header(route: str) -> rx.Component:
    return rx.el.header(
        rx.el.details(
            rx.el.summary(rx.icon("menu", size=20), aria_label=spoken(words.MENU)),
            rx.el.nav(
                _brand(), _links(route), class_name="dc-drawer", aria_label=spoken(words.MENU)
            ),
            class_name="dc-menu",
        ),
        rx.cond(
            Frame.sandbox,
            chip(words.SANDBOX, "warn", title=spoken(words.SANDBOX_HINT)),
            chip(words.PRODUCTION, "good", title=spoken(words.PRODUCTION_HINT)),
        ),
        rx.el.span(class_name="dc-muted dc-clock", custom_attrs={"data-clock": "ist"}),
        rx.el.span(
            class_name="dc-countdown",
            custom_attrs={"data-opens": Frame.opens_at, "data-closes": Frame.closes_at},
        ),
        rx.el.span(class_name="dc-spring"),
        opener(),
        bell(),
        rx.el.button(
            rx.color_mode_cond(rx.icon("moon", size=16), rx.icon("sun", size=16)),
            type="button",
            on_click=rx.toggle_color_mode,
            class_name="dc-icon-button",
            aria_label=spoken(words.COLOUR_MODE),
            title=spoken(words.COLOUR_MODE),
        ),
        _person(),
        class_name="dc-header",
    )


def _person() -> rx.Component:
    return rx.el.div(
        rx.link(
            Frame.name,
            rx.el.span(Frame.role, class_name="dc-muted"),
            href="/profile",
            class_name="dc-who",
            title=spoken(words.PROFILE),
            underline="none",
        ),
        NativeForm.create(
            rx.el.input(type="hidden", name="form_token", value=Frame.form_token, read_only=True),
            rx.el.button(
                rx.icon("log-out", size=16, aria_hidden="true"),
                rx.el.span(spoken(words.SIGN_OUT), class_name="dc-wide-only"),
                type="submit",
                class_name="dc-button dc-quiet",
                aria_label=spoken(words.SIGN_OUT),
            ),
            custom_attrs={"action": "/auth/logout", "method": "post"},
        ),
        class_name="dc-person",
    )


class NativeForm(BaseHTML):
    """A form the browser itself posts: sign-out must be a full page load, not an event."""

    tag = "form"


def _forbidden() -> rx.Component:
    return empty(words.FORBIDDEN_TITLE, words.FORBIDDEN_WORDS, icon="lock")


def _notices() -> rx.Component:
    return rx.el.div(
        rx.foreach(
            Tab.notices,
            lambda notice: rx.el.div(
                rx.el.p(notice.text),
                rx.el.ul(rx.foreach(notice.details, rx.el.li)),
                key=notice.number,
                class_name="dc-notice",
                custom_attrs={"data-tone": notice.tone},
            ),
        ),
        class_name="dc-notices",
        role="status",
        aria_live="polite",
    )


def _signs_for_the_script() -> rx.Component:
    # What `assets/dawncast.js` watches: the server's time, and whether to leave for another page.
    return rx.el.div(
        hidden=True,
        custom_attrs={
            "data-server-time": Frame.server_time,
            "data-leave": Tab.leave_to,
            "data-language": Chosen.language,
        },
    )
