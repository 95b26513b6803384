"""One subscriber: did they get it, why not, and their life with us in one line."""

from typing import Any

import reflex as rx

from app.components.actions import link_button
from app.components.cards import empty, skeleton
from app.doors import ask
from app.frame import page
from app.pages.subscribers import person_view
from app.pages.subscribers.channels import ChannelCard
from app.pages.subscribers.dialog_views import entry_and_question
from app.pages.subscribers.dialogs import SubscriberDialog
from app.pages.subscribers.listing import tenant_of
from app.pages.subscribers.person_shown import MomentShown, PersonShown, moments, person
from app.pages.subscribers.refreshing import refreshed_by
from app.session import guarded
from engine.domain.ids import DeliveryId, SubscriberId
from engine.domain.roles import Actor, Permission
from engine.read.person import life

ROUTE = "/subscribers/[subscriber_number]"


class PersonPage(rx.State):
    """The subscriber whose number is in the address."""

    loaded: bool = False
    found: bool = False
    shown: PersonShown = PersonShown()
    moments: list[MomentShown] = []
    has_older: bool = False
    _older: Any = None

    @guarded(Permission.SUBSCRIBERS_READ)
    async def load(self, *, by: Actor) -> None:
        """Fill the page, or show what changed."""
        story = await ask(life, tenant_of(by), self._which())
        self.loaded, self.found = True, story is not None
        if story is not None:
            self.shown, self.moments = person(story), moments(story, first=True)
            self._older, self.has_older = story.older, story.older is not None

    @guarded(Permission.SUBSCRIBERS_READ)
    async def load_older(self, *, by: Actor) -> None:
        """The messages before those that are shown."""
        before = DeliveryId(self._older or 0)
        story = await ask(life, tenant_of(by), self._which(), before=before)
        if story is not None:
            self.moments = [*self.moments, *moments(story, first=False)]
            self._older, self.has_older = story.older, story.older is not None

    def _which(self) -> SubscriberId:
        number = self.router.url.path.rstrip("/").rpartition("/")[2]
        return SubscriberId(int(number) if number.isdecimal() and len(number) < 19 else 0)


refreshed_by("/subscribers/", PersonPage.load)


@page(
    ROUTE,
    "Subscriber",
    permission=Permission.SUBSCRIBERS_READ,
    under="/subscribers",
    on_load=[PersonPage.load, ChannelCard.load],
)
def subscriber() -> rx.Component:
    """The answer above, the story below."""
    return rx.fragment(
        rx.cond(
            PersonPage.loaded,
            rx.cond(
                PersonPage.found,
                person_view.person(PersonPage, SubscriberDialog, ChannelCard),
                empty(
                    "There is no such subscriber",
                    "They may belong to another organisation, or the address has a slip.",
                    link_button("All subscribers", "/subscribers", kind="primary"),
                    icon="search-x",
                ),
            ),
            rx.fragment(skeleton(2), skeleton(8)),
        ),
        entry_and_question(SubscriberDialog),
    )
