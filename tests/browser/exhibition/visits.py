"""Every page there is, with an address that has something on it and the role that may see it.

The list is the app's own: a page nobody gave an address for is an error, not an omission.
"""

from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

import app.app  # noqa: F401 - every page registers itself
from app import frame
from engine.domain.ids import TenantId
from engine.domain.roles import ALLOWED, Permission, Role
from engine.store.tables import Broadcast, Content, Conversation, Delivery, Sender

CHOSEN = (Role.OPERATOR, Role.APPROVER, Role.AUTHOR, Role.ADMINISTRATOR)
"""Who is asked for a page: the first of these that may see it."""
NOT_A_ROUTE = "/no-such-page"
BESIDES = ("boards", "questions", "others", "in Hindi")
"""What is looked at besides each page as it comes up."""
IN_HINDI = {
    *("live-stepping", "live-during", "live-after", "broadcasts-broadcast_number"),
    *("content-edit", "approvals-review", "subscribers", "senders", "settings-schedule"),
    *("alerts", "dead-letters", "reports", "settings-channels", "replies"),
}
PRESSED = (
    ("broadcasts-broadcast_number", "emergency", "Declare an emergency…"),
    ("settings-schedule", "daily", "New daily…"),
    ("approvals-review", "approve", "Approve…"),
    ("dead-letters", "retry", "Put all back…"),
)
"""A page, what the look is called, and the button that brings the question up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One look at one page.

    of: its route, or one of `BESIDES`. board: what Live shows, a function of `tests.app.boards`.
    language: of the interface. press: a button to press before one looks.
    """

    name: str
    of: str
    path: str
    role: Role | None
    board: str = "real"
    language: str = "en"
    press: str = ""


def visits(session: Session, tenant: TenantId) -> list[Visit]:
    """All of them, in the order of their addresses."""
    made = [
        Visit(
            name=_name(page.route, nth),
            of=page.route,
            path=path,
            role=_role(page.route, page.permission),
        )
        for page in sorted(frame.pages(), key=lambda page: page.route)
        for nth, path in enumerate(_paths(session, tenant, page.route))
    ]
    boards = [
        Visit(name=f"live-{board}", of="boards", path="/", role=Role.OPERATOR, board=board)
        for board in ("nothing", "before", "stepping", "during", "paused", "after")
    ]
    others = [
        Visit(name="sign-in", of="others", path="/sign-in", role=None),
        Visit(name="forbidden", of="others", path="/settings/users", role=Role.VIEWER),
        Visit(name="forbidden-import", of="others", path="/subscribers/import", role=Role.VIEWER),
    ]
    hindi = [
        replace(visit, name=f"{visit.name}-hindi", of="in Hindi", language="hi")
        for visit in [*boards, *made]
        if visit.name in IN_HINDI
    ]
    return [*boards, *made, *_questions(made), *others, *hindi]


def _questions(made: list[Visit]) -> list[Visit]:
    """What stands in the way until somebody answers."""
    return [
        replace(visit, name=f"{visit.name}-{name}", of="questions", press=press)
        for visit in made
        for page, name, press in PRESSED
        if visit.name == page
    ]


def _role(route: str, permission: Permission) -> Role:
    if route.startswith("/content/edit"):
        return Role.AUTHOR
    if route.startswith("/approvals"):
        return Role.APPROVER
    return next(role for role in CHOSEN if role in ALLOWED[permission])


def _name(route: str, nth: int) -> str:
    words = [word.strip("[]") for word in route.split("/") if word]
    return "-".join(words or ["live"]) + (f"-{nth + 1}" if nth else "")


def _paths(session: Session, tenant: TenantId, route: str) -> list[str]:
    """Where a page is looked at; more than once where it has more than one face."""
    if route == "404":
        return [NOT_A_ROUTE]
    if "[" in route:
        return [route[: route.index("[")] + one for one in _examples(session, tenant, route)]
    broadcasts = [str(one) for one in _broadcasts(session, tenant)]
    packs = {
        title: number
        for number, title in session.exec(
            select(Content.id, Content.title).where(Content.tenant_id == tenant)
        ).all()
    }
    submitted = packs.get("Bank Nifty at a record: what changes for SIPs", 0)
    second = packs.get("Bank Nifty at a record: the short one", 0)
    draft = packs.get("Week ahead: RBI, crude, rupee", 0)
    reply = session.exec(
        select(Conversation.id)
        .where(Conversation.tenant_id == tenant)
        .order_by(col(Conversation.id))
    ).first()
    asked = {
        "/approvals/review": [f"?pack={submitted}", f"?pack={second}"],
        "/broadcasts/compare": [f"?a={broadcasts[-1]}&b={broadcasts[0]}"],
        "/broadcasts/plan": [f"?broadcast={broadcasts[0]}", ""],
        "/content/edit": [f"?pack={draft}", "", f"?pack={second}", f"?pack={submitted}"],
        "/replies": [f"?conversation={reply or 0}", ""],
    }
    return [route + query for query in asked.get(route, [""])]


def _broadcasts(session: Session, tenant: TenantId) -> list[int]:
    mine = select(Broadcast.id).where(Broadcast.tenant_id == tenant)
    return [one or 0 for one in session.exec(mine.order_by(col(Broadcast.id).desc())).all()]


def _examples(session: Session, tenant: TenantId, route: str) -> list[str]:
    """Numbers for a route with one in it."""
    deliveries = {
        state: number
        for number, state in session.exec(
            select(Delivery.id, Delivery.state)
            .where(Delivery.tenant_id == tenant)
            .order_by(col(Delivery.id))
        ).all()
    }
    people = {
        state: number
        for number, state in session.exec(
            select(Delivery.subscriber_id, Delivery.state)
            .where(Delivery.tenant_id == tenant)
            .order_by(col(Delivery.id))
        ).all()
    }
    senders = session.exec(
        select(Sender.id).where(Sender.tenant_id == tenant).order_by(col(Sender.position))
    ).all()
    known = {
        "/broadcasts/": _broadcasts(session, tenant)[:1],
        "/deliveries/": [deliveries[state] for state in ("read", "failed", "held")],
        "/subscribers/": [people[state] for state in ("failed", "read")],
        "/senders/": senders[1:2],
    }
    start = route[: route.index("[")]
    if start not in known:
        raise KeyError(f"{route} has no example: give it one in tests/browser/exhibition/visits.py")
    return [str(number) for number in known[start]]
