"""What people did besides the mornings, by the commands they use: something on every page.

Drafts in each state, templates in each standing, replies read and unread, lists brought in and
waiting, people who said stop, a key, an invitation, a holiday.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from engine.commands.api_keys import create_api_key, key_hash
from engine.commands.erase_subscriber import erase_subscriber
from engine.commands.invite_user import invite_user
from engine.commands.leave_out_day import leave_out_day
from engine.commands.reject_content import reject_content
from engine.commands.rest_sender import rest_sender
from engine.commands.set_subscriber_status import set_subscriber_status
from engine.commands.submit_content import submit_content
from engine.commands.write_content import VariantDraft, Written, write_content
from engine.domain.api_access import Scope
from engine.domain.content import ContentState, Language
from engine.domain.ids import ContentId, SenderId, SubscriberId
from engine.domain.keeping import ChoreState
from engine.domain.refusal import Refused
from engine.domain.roles import Role
from engine.domain.subscriber import Status
from engine.store import templates
from engine.store.tables import Delivery, Import, Rehearsal, Sender, Subscriber
from engine.trials.tenant import SeededTenant
from engine.trials.texts import TEMPLATE, TEXTS
from engine.trials.two_wordings import write_second
from tests.browser.exhibition.mornings import person
from tests.rehearsal.shown import a_rehearsal
from tests.workers.said import hear, text

NUMBER = "1000000000001"
QUESTIONS = (
    "Should I sell my holding in HDFC Bank before the results, or wait for the board meeting?",
    "धन्यवाद, बहुत उपयोगी जानकारी है",
    "आजचा अहवाल मिळाला नाही, कृपया पुन्हा पाठवा",
    "👍",
)
TOMORROW = date(2026, 11, 27)


@dataclass(frozen=True, slots=True)
class Furnished:
    """Numbers of what detail pages are opened with."""

    draft: ContentId
    submitted: ContentId
    rejected: ContentId


def furnish(session: Session, seeded: SeededTenant, now: datetime) -> Furnished:
    """Do all of it; `now` is after the second morning."""
    _templates(session, seeded, now)
    _stops(session, seeded, now)
    _replies(session, seeded, now)
    _lists(session, seeded, now)
    _settings(session, seeded, now)
    _senders(session, seeded, now)
    _rehearsal(session, seeded, now)
    return _contents(session, seeded, now)


def _rehearsal(session: Session, seeded: SeededTenant, now: datetime) -> None:
    """Of tomorrow's morning: NO-GO, by a template."""
    opens_at = now + timedelta(hours=22, minutes=50)
    some = session.exec(select(Subscriber.id).order_by(col(Subscriber.id)).limit(3)).all()
    made = a_rehearsal(opens_at, go=False, some=tuple(one or 0 for one in some))
    session.add(
        Rehearsal(
            tenant_id=seeded.tenant,
            occasion="asked",
            state=ChoreState.DONE.value,
            asked_by="user:3",
            asked_at=now,
            ended_at=now,
            go=made.go,
            failing=len(made.failing),
            opens_at=opens_at,
            closes_at=opens_at + timedelta(seconds=made.closes),
            result=json.dumps(made.as_plain()),
        )
    )


def _done(answer: Any) -> Any:
    assert not isinstance(answer, Refused), answer
    return answer


def _templates(session: Session, seeded: SeededTenant, now: datetime) -> None:
    for name, status, category in (
        ("evening_note", "PENDING", "UTILITY"),
        ("month_end_summary", "REJECTED", "MARKETING"),
        ("results_season_note_for_premium_clients", "PAUSED", "MARKETING"),
    ):
        templates.put(
            session,
            seeded.tenant,
            name=name,
            language="en",
            category=category,
            status=status,
            body="Good evening {{1}}, the day is done: {{2}}.",
            whatsapp_id=f"70{len(name)}",
            now=now,
        )


def _stops(session: Session, seeded: SeededTenant, now: datetime) -> None:
    operator, administrator = (person(seeded, role) for role in (Role.OPERATOR, Role.ADMINISTRATOR))
    reached = select(Delivery.subscriber_id).where(col(Delivery.state).in_(("sent", "held")))
    people = session.exec(
        select(Subscriber.id)
        .where(Subscriber.tenant_id == seeded.tenant, Subscriber.status == Status.ACTIVE)
        .where(col(Subscriber.id).not_in(reached))
        .order_by(col(Subscriber.id).desc())
    ).all()
    moves = ((Status.PAUSED, people[:3]), (Status.OPTED_OUT, people[3:6]))
    for status, some in moves:
        for one in some:
            _done(
                set_subscriber_status(
                    session,
                    SubscriberId(one or 0),
                    status,
                    reason="said so on the phone",
                    by=operator,
                    now=now,
                )
            )
    leaver = SubscriberId(people[5] or 0)
    _done(erase_subscriber(session, leaver, "Ticket 4711", by=administrator, now=now))


def _replies(session: Session, seeded: SeededTenant, now: datetime) -> None:
    people = session.exec(
        select(Subscriber.phone)
        .where(Subscriber.tenant_id == seeded.tenant, Subscriber.status == Status.ACTIVE)
        .order_by(col(Subscriber.id))
    ).all()
    for nth, words in enumerate(QUESTIONS):
        at = now - timedelta(minutes=8 * nth + 2, hours=26 if nth == 2 else 0)
        said = text(words, sender=(people[nth + 3] or "").lstrip("+"), at=at, number=NUMBER)
        hear(session, said, now=at)


def _lists(session: Session, seeded: SeededTenant, now: datetime) -> None:
    by = person(seeded, Role.OPERATOR).label
    for name, state, rows, left_out, added, reason in (
        ("branch-pune-november.csv", "done", 1_24_310, 212, 1_24_310, ""),
        ("arn-holders.xlsx", "waiting", 4_120, 3, 0, ""),
        ("webinar.csv", "refused", 80, 0, 0, "Two of them are subscribers by now."),
    ):
        session.add(
            Import(
                tenant_id=seeded.tenant,
                file_name=name,
                asked_by=by,
                state=state,
                reason=reason,
                rows=rows,
                left_out=left_out,
                staged=rows,
                taken=added,
                added=added,
                created_at=now - timedelta(minutes=50),
                updated_at=now - timedelta(minutes=30),
            )
        )


def _settings(session: Session, seeded: SeededTenant, now: datetime) -> None:
    by = person(seeded, Role.ADMINISTRATOR)
    _done(
        invite_user(
            session,
            seeded.tenant,
            email="farah.contractor@demo.dawncast.example",
            name="Farah Contractor",
            role=Role.AUTHOR,
            token_hash=key_hash("an invitation"),
            by=by,
            now=now,
        )
    )
    for name, scopes in (("Portfolio reports", {Scope.SEND, Scope.READ}), ("CRM", {Scope.READ})):
        key = f"an example {name}"
        _done(
            create_api_key(
                session, seeded.tenant, name=name, scopes=scopes, key=key, by=by, now=now
            )
        )
    operator = person(seeded, Role.OPERATOR)
    _done(
        leave_out_day(session, seeded.tenant, date(2026, 12, 25), "Christmas", by=operator, now=now)
    )


def _senders(session: Session, seeded: SeededTenant, now: datetime) -> None:
    second = session.get_one(Sender, seeded.senders[1])
    second.quality = "YELLOW"
    session.add(second)
    session.flush()
    by = person(seeded, Role.OPERATOR)
    _done(rest_sender(session, SenderId(seeded.senders[3]), by=by, now=now))


def _contents(session: Session, seeded: SeededTenant, now: datetime) -> Furnished:
    author, approver = person(seeded, Role.AUTHOR), person(seeded, Role.APPROVER)

    def written(title: str, day: date, words: Callable[[Language], tuple[str, ...]]) -> ContentId:
        variants = [
            VariantDraft(
                language=language,
                template_name=TEMPLATE,
                template_language=TEXTS[language].template_language,
                parameters=words(language),
            )
            for language in Language
        ]
        made = write_content(
            session,
            content=None,
            version=None,
            day=day,
            title=title,
            variants=variants,
            by=author,
            now=now,
        )
        assert isinstance(made, Written), made
        return made.content

    def usual(language: Language) -> tuple[str, ...]:
        return TEXTS[language].parameters

    waiting = written("Bank Nifty at a record: what changes for SIPs", TOMORROW, usual)
    _done(submit_content(session, waiting, version=1, by=author, now=now))
    shorter = "Bank Nifty at a record: the short one"
    write_second(
        session,
        seeded,
        now=now,
        of=waiting,
        title=shorter,
        percent=30,
        until=ContentState.SUBMITTED,
    )
    back = written("Small caps before the expiry", TOMORROW + timedelta(days=1), usual)
    _done(submit_content(session, back, version=1, by=author, now=now))
    _done(
        reject_content(
            session,
            back,
            version=1,
            comment="“May open flat” needs its source. Please name it.",
            by=approver,
            now=now,
        )
    )
    draft = written("Week ahead: RBI, crude, rupee", TOMORROW + timedelta(days=3), usual)
    return Furnished(draft=draft, submitted=waiting, rejected=back)
