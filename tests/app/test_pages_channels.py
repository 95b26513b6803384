"""The Channels page as a browser drives it: secrets go in, never out; the report's readers."""

import asyncio
import json

import pytest
from sqlmodel import col, select, update

from app.pages.channels import Channels
from engine.domain.roles import Role
from engine.store.tables import (
    AuditEntry,
    Broadcast,
    Carrier,
    CarrierSecret,
    ReportMail,
    ReportMailing,
)
from engine.workers import roll_up
from tests.app.house import House
from tests.app.sandbox import OPENS, PageTab, Sandbox, sandbox_in

PAGE = Channels.get_full_name()
PATH = "/settings/channels"
SERVER = {"host": "127.0.0.1", "port": "2525", "security": "none", "from": "us@example.test"}
pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def sandbox(house: House) -> Sandbox:
    made = sandbox_in(house)
    # Other files move the morning they share to today, whose verdict is not final.
    back = update(Broadcast).where(col(Broadcast.id) == made.broadcast)
    house.database.transact_now(lambda s: s.exec(back.values(service_day=OPENS.date())).rowcount)
    asyncio.run(roll_up.look(house.database, house.clock))
    return made


async def test_a_server_is_set_a_report_is_wanted_and_no_secret_comes_out(
    house: House, sandbox: Sandbox
) -> None:
    database = house.database
    async with PageTab(house, sandbox.cookies[Role.ADMINISTRATOR]) as tab:
        await tab.act(f"{PAGE}.load", PATH)
        await tab.see(PAGE, "mail", lambda mail: not mail["shown"] and mail["fields"])
        wanted = {"to": "ceo@example.test", "at": "07:15", "pdf": True, "active": True}
        await tab.act(f"{PAGE}.save_mailing", PATH, form=wanted)
        await tab.see(PAGE, "problems", lambda lines: "mail server" in "".join(lines))
        typed = SERVER | {"password": "very secret", "user": "us"}
        await tab.act(f"{PAGE}.save_mail", PATH, form=typed | {"host": "mail.example.com"})
        await tab.see(PAGE, "problems", lambda lines: "this machine only" in "".join(lines))
        await tab.act(f"{PAGE}.save_mail", PATH, form=typed)
        shown = await tab.see(PAGE, "mail", lambda mail: mail["version"] == 1)
        assert shown["shown"] == "us@example.test by 127.0.0.1:2525"
        await tab.act(f"{PAGE}.save_mailing", PATH, form=wanted)
        await tab.see(PAGE, "mailing", lambda kept: kept["active"] and kept["at"] == "07:15")
        await tab.act(f"{PAGE}.save_mail", PATH, form=SERVER | {"user": "us"})
        await tab.see(PAGE, "mail", lambda mail: mail["version"] == 2)
        assert "very secret" not in json.dumps(tab.state)
    of_mail = select(CarrierSecret.value).where(CarrierSecret.kind == "mail")
    kept = database.read_now(lambda s: s.exec(of_mail).all())
    assert [json.loads(one) for one in kept] == [{"password": "very secret"}]
    trail = database.read_now(
        lambda s: s.exec(select(AuditEntry.after).where(AuditEntry.action == "carrier.set")).all()
    )
    assert len(trail) == 2
    assert "very secret" not in "".join(trail)
    assert database.read_now(lambda s: s.exec(select(ReportMailing.recipients)).all()) == [
        "ceo@example.test"
    ]


async def test_two_presses_send_one_report_and_a_removed_server_takes_its_secret_along(
    house: House, sandbox: Sandbox
) -> None:
    database = house.database
    async with PageTab(house, sandbox.cookies[Role.ADMINISTRATOR]) as tab:
        await tab.act(f"{PAGE}.load", PATH)
        await tab.see(PAGE, "mail", lambda mail: bool(mail["shown"]))
        await tab.act(f"{PAGE}.send_now", PATH)
        await tab.act(f"{PAGE}.send_now", PATH)
        await tab.see(PAGE, "log", lambda log: len(log) == 1)
        await tab.act(f"{PAGE}.remove", PATH, kind="mail")
        await tab.see(PAGE, "mail", lambda mail: not mail["shown"])
    assert len(database.read_now(lambda s: s.exec(select(ReportMail.id)).all())) == 1
    # Another file may have set a provider of SMS in the house they share.
    assert "mail" not in database.read_now(lambda s: s.exec(select(Carrier.kind)).all())
    assert "mail" not in database.read_now(lambda s: s.exec(select(CarrierSecret.kind)).all())
