"""Every page stands in the frame and can be drawn; the sidebar knows those that exist."""

import pytest

import app.app  # noqa: F401 - every page registers itself
from app import frame, navigation
from app.navigation import Group
from engine.domain.roles import Permission

PAGES = {page.route: page for page in frame.pages()}


@pytest.mark.parametrize("route", sorted(PAGES))
def test_every_page_can_be_drawn(route: str) -> None:
    drawn = str(PAGES[route].view().render())
    assert "dc-main" in drawn
    assert PAGES[route].title.endswith(" · Dawncast")


def test_the_frame_is_entered_before_a_page_loads() -> None:
    assert {str(page.on_load[0].fn.__qualname__) for page in PAGES.values()} == {"Frame.enter"}


def test_the_sidebar_links_only_what_exists_in_its_order() -> None:
    linked = [place.route for _, places in navigation.places() for place in places]
    assert set(linked) <= set(PAGES)
    assert len(linked) == len(set(linked))
    known = [route for route in linked if route in navigation.ORDER]
    for _, places in navigation.places():
        inside = [place.route for place in places if place.route in navigation.ORDER]
        assert inside == sorted(inside, key=navigation.ORDER.index)
    assert "/" in known
    assert not navigation.has("/no-such-page")


def test_a_group_without_pages_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        navigation._places,
        "/last",
        navigation.Place(
            route="/last", label="Last", icon="x", group=Group.FOOT, permission=Permission.VIEW
        ),
    )
    groups = [group for group, _ in navigation.places()]
    assert Group.FOOT in groups
    monkeypatch.delitem(navigation._places, "/last")
    assert all(links for _, links in navigation.places())
