"""Who agreed to SMS or e-mail: brought in by a list, kept through staging, gone with the person."""

from datetime import UTC, datetime

from sqlmodel import Session

from engine.documents.subscriber_file import SubscriberList, read_list
from engine.domain.emergency import Channel
from engine.domain.enrolment import SubscriberForm
from engine.read.subscriber_export import export_csv
from engine.read.subscriber_list import Wanted
from engine.store import channel_consents, erasures, imports, subscribers, tenants

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FOR_ALL = SubscriberForm(consent_date="2026-11-01", consent_source="event list")


def _read(text: str) -> SubscriberList:
    found = read_list(text.encode(), consent=FOR_ALL, now=NOW)
    assert isinstance(found, SubscriberList), found
    return found


WITH_CHANNELS = (
    "name,phone,email,email consent,sms consent\r\n"
    "Asha Rao,9812345610,asha@example.test,Yes,\r\n"
    "Ravi Iyer,9812345611,ravi@example.test,no,हाँ\r\n"
    "Meera Das,9812345612,meera,yes,\r\n"
    "Anil Jain,9812345613,,,perhaps\r\n"
)


def test_a_list_says_who_agreed_to_sms_and_to_e_mail(session: Session) -> None:
    found = _read(WITH_CHANNELS)
    assert [problem.row for problem in found.problems] == [4, 5]
    tenant = tenants.add(session, name="Channels", sandbox=True, now=NOW)
    inserted = subscribers.insert_new(session, tenant, [one for _, one in found.good], now=NOW)
    asha, ravi = sorted(inserted.values())
    assert channel_consents.standing(session, [asha, ravi]) == {
        asha: {Channel.EMAIL: "asha@example.test"},
        ravi: {Channel.SMS: ""},  # an address nobody may use is not kept
    }
    erasures.blank(session, asha, now=NOW)
    assert channel_consents.standing(session, [asha]) == {}
    assert [one.address for one in channel_consents.history(session, asha)] == [""]


def test_what_was_agreed_to_survives_the_staging_and_the_export(session: Session) -> None:
    tenant = tenants.add(session, name="Channels", sandbox=True, now=NOW)
    people = [one for _, one in _read(WITH_CHANNELS).good]
    which = imports.open_import(
        session,
        {
            "tenant_id": tenant,
            "file_name": "x.csv",
            "asked_by": "cli",
            "state": "staging",
            "rows": 2,
            "left_out": 0,
            "created_at": NOW,
            "updated_at": NOW,
        },
    )
    imports.stage(session, which, 0, people)
    assert imports.staged(session, which, 10) == people
    subscribers.insert_new(session, tenant, people, now=NOW)
    again = _read(export_csv(session, tenant, Wanted()).data.decode("utf-8-sig"))
    assert [one.channels for _, one in again.good] == [one.channels for one in people]
