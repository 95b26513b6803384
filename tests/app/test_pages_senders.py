"""The Senders page over a real socket: what an operator does, and nobody else."""

import pytest
from sqlmodel import Session

from app.pages.senders import SendersPage
from engine.domain.ids import SenderId
from engine.domain.roles import Role
from engine.store import senders
from engine.store.tables import Sender
from tests.app.browserless import Tab, sign_in
from tests.app.house import House
from tests.app.pages_cast import furnish_content, heard, notice, visit

SENDERS = SendersPage.get_full_name()
pytestmark = pytest.mark.anyio


@pytest.fixture
def furnished(house: House) -> House:
    furnish_content(house)
    return house


def first_sender(house: House) -> SenderId:
    def question(session: Session) -> SenderId:
        return next(
            SenderId(row.id or 0)
            for row in senders.pool(session, house.tenant)
            if row.position == 4101
        )

    return house.database.read_now(question)


def sender_row(house: House, sender: SenderId) -> Sender:
    row = house.database.read_now(senders.get, sender)
    assert row is not None
    return row


async def test_an_operator_rests_paces_and_resumes_a_sender(furnished: House) -> None:
    sender = first_sender(furnished)
    async with Tab(furnished, await sign_in(furnished, Role.OPERATOR)) as tab:
        await visit(tab, f"{SENDERS}.load", "/senders")
        assert await tab.hear(SENDERS, "cards")
        await tab.call(f"{SENDERS}.type_reason", text="too many blocks")
        await tab.call(f"{SENDERS}.rest", sender=sender)
        await notice(tab, "The sender rests.")
        row = sender_row(furnished, sender)
        assert row.state == "resting"
        assert row.state_reason == "Rested by Operator Person: too many blocks"
        for typed in ("abc", "", "1e9", "nan", "-5"):
            await tab.call(f"{SENDERS}.type_pace", text=typed)
            await tab.call(f"{SENDERS}.change_pace", sender=sender)
            await notice(tab, "choose between")
        assert sender_row(furnished, sender).rate_per_second == 80.0
        await tab.call(f"{SENDERS}.type_pace", text=" 62,5 ")
        await tab.call(f"{SENDERS}.change_pace", sender=sender)
        await notice(tab, "62,5 a second")
        assert sender_row(furnished, sender).rate_per_second == 62.5
        await tab.call(f"{SENDERS}.resume", sender=sender)
        await notice(tab, "back in the pool")
        assert sender_row(furnished, sender).state == "active"
        await tab.call(f"{SENDERS}.type_pace", text="80")
        await tab.call(f"{SENDERS}.change_pace", sender=sender)
        await notice(tab, "80 a second")
        await tab.call(f"{SENDERS}.make", sender=sender, role="chief")
        await notice(tab, "a primary or a backup")
        assert sender_row(furnished, sender).role == "primary"


async def test_the_senders_page_looks_again_by_itself(furnished: House) -> None:
    sender = first_sender(furnished)
    async with Tab(furnished, await sign_in(furnished, Role.VIEWER)) as tab:
        await visit(tab, f"{SENDERS}.load", "/senders")
        assert await tab.hear(SENDERS, "cards")
        await visit(tab, f"{SENDERS}.follow", "/senders")
        words = f"Something odd at {furnished.clock.now()}"
        furnished.database.transact_now(
            senders.note_error, sender, words=words, now=furnished.clock.now()
        )

        await heard(
            tab, SENDERS, "cards", lambda cards: any(card["error"] == words for card in cards), 8.0
        )
        furnished.database.transact_now(
            senders.note_error, sender, words="", now=furnished.clock.now()
        )


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.APPROVER, Role.VIEWER])
async def test_nobody_else_touches_a_sender(furnished: House, role: Role) -> None:
    sender = first_sender(furnished)
    async with Tab(furnished, await sign_in(furnished, role)) as tab:
        await tab.call(f"{SENDERS}.rest", sender=sender)
        await notice(tab, "may not do this")
    assert sender_row(furnished, sender).state == "active"
