"""The sidebar: five groups and a foot, in this order; a page is linked once it exists."""

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.roles import Permission


class Group(StrEnum):
    """Where in the sidebar a page stands."""

    MORNING = "Morning"
    CONTENT = "Content"
    PEOPLE = "People"
    DELIVERY = "Delivery"
    RECORDS = "Records"
    FOOT = "Settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One link of the sidebar."""

    route: str
    label: str
    icon: str
    group: Group
    permission: Permission


ORDER = (
    "/",
    "/rehearsal",
    "/broadcasts",
    "/content",
    "/approvals",
    "/templates",
    "/subscribers",
    "/replies",
    "/senders",
    "/dead-letters",
    "/alerts",
    "/reports",
    "/audit",
    "/evidence",
    "/settings/schedule",
    "/settings/compliance",
    "/settings/channels",
    "/settings/api",
    "/settings/backups",
    "/settings/organisation",
    "/settings/users",
    "/profile",
)
"""Routes in the sidebar's order; one that is not here goes to the end of its group."""

_places: dict[str, Place] = {}


def add(place: Place) -> None:
    """Link a page; the last word on a route counts."""
    _places[place.route] = place


def has(route: str) -> bool:
    """Whether a page stands at a route, so that nothing links into the void."""
    return route in _places


def places() -> list[tuple[Group, list[Place]]]:
    """The groups that have pages, each with its links in order."""
    known = {route: position for position, route in enumerate(ORDER)}
    ordered = sorted(_places.values(), key=lambda place: known.get(place.route, len(ORDER)))
    grouped = [(group, [place for place in ordered if place.group is group]) for group in Group]
    return [(group, links) for group, links in grouped if links]
