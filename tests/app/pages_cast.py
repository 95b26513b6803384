"""What tests of pages over a socket share: a furnished house, a visit, what a tab is told."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from app.tab import Tab as OurTab
from engine.domain.content import Language
from engine.store import content as contents
from tests.app.browserless import NAMESPACE, Tab
from tests.app.house import House
from tests.commands.content_cast import add_subscriber, add_what_lacks

NOTICES = OurTab.get_full_name()


def furnish_content(house: House) -> None:
    """Templates, readers of English and Hindi, and the sender +91 80 4000 4101; once is enough."""

    def furnish(session: Session) -> None:
        add_what_lacks(session, house.tenant)
        if not contents.audience(session, house.tenant)[Language.HI]:
            add_subscriber(session, house.tenant, "Ira Nair", Language.EN, "+919812345601")
            add_subscriber(session, house.tenant, "जया शर्मा", Language.HI, "+919812345602")

    house.database.transact_now(furnish)


async def visit(tab: Tab, handler: str, path: str) -> None:
    """Call a page's handler as its browser does on the address `path`."""
    route, _, query = path.partition("?")
    event = {
        "name": handler,
        "payload": {},
        "token": tab.token,
        "router_data": {
            "pathname": route,
            "query": dict(pair.split("=") for pair in query.split("&") if pair),
            "asPath": path,
        },
    }
    await tab._socket.emit("event", event, namespace=NAMESPACE)


async def heard(
    tab: Tab, state: str, var: str, enough: Callable[[Any], bool], seconds: float = 5.0
) -> Any:
    """A state's var once it is enough; fails with what it was instead."""
    value: Any = None
    for _ in range(int(seconds / 0.05)):
        value = await tab.hear(state, var, wait=0.05)
        if value is not None and enough(value):
            return value
        await asyncio.sleep(0.02)
    raise AssertionError(f"{var} was {value} at the end")


async def notice(tab: Tab, words: str) -> str:
    """The notice that holds `words`."""

    def texts(told: Any) -> list[str]:
        return [" ".join((one["text"], *one["details"])) for one in told]

    def says(told: Any) -> bool:
        return any(words in text for text in texts(told))

    told = texts(await heard(tab, NOTICES, "notices", says))
    return next(text for text in reversed(told) if words in text)
