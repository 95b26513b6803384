"""Sixty ways to look at the list: each finds what going through everybody finds, by an index."""

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.enrolment import Details
from engine.domain.ids import Phone, SubscriberId, TenantId
from engine.domain.subscriber import Status
from engine.read.paging import PAGE_SIZE
from engine.read.subscriber_list import Cursor, Effort, Order, Wanted, page, road_of
from engine.store import erasures, subscribers
from engine.store.tables import Consent, Subscriber, Tenant
from engine.trials.bench.combinations import COMBINATIONS
from engine.trials.people import made_up_people

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
HOME, NEIGHBOUR = TenantId(1), TenantId(2)
ROWS = 3_000
EFFORTS = {
    "as usual": Effort(),
    "walking past the finds": Effort(few=0, count=20),
    "walking past everybody": Effort(few=0, very_many=0, count=20),
}


BY_INDEX = (
    "SEARCH subscribers USING",
    "SCAN subscribers_search VIRTUAL TABLE INDEX 0:M",  # by its trigrams
    "LIST SUBQUERY",
)


@pytest.fixture
def everybody(session: Session) -> list[Subscriber]:
    for number in (HOME, NEIGHBOUR):
        session.add(Tenant(id=number, name=f"tenant {number}", created_at=NOW))
    session.flush()
    people = list(made_up_people(ROWS + 500, Random(5), now=NOW))
    subscribers.insert_new(session, NEIGHBOUR, people[ROWS:], now=NOW)
    subscribers.insert_new(session, HOME, people[:ROWS], now=NOW)
    rows = session.exec(select(Subscriber).where(col(Subscriber.tenant_id) == HOME)).all()
    for row in rows:
        row.status = list(Status)[min(3, (row.id or 0) * 7 % 20)].value
        session.add(row)
    session.flush()
    return list(rows)


def _naive(everybody: Iterable[Subscriber], wanted: Wanted) -> list[Subscriber]:
    """Whoever fits, in order, as one would find them in a drawer."""
    fitting = [
        row
        for row in everybody
        if wanted.status in (None, row.status)
        and wanted.tier in (None, row.tier)
        and wanted.language in (None, row.language)
        and wanted.region in ("", row.region)
        and _is_sought(row, wanted.search.lower())
    ]
    by_name = wanted.order in (Order.NAME, Order.NAME_BACKWARDS)
    return sorted(
        fitting,
        key=lambda row: (row.name if by_name else "", row.id or 0),
        reverse=wanted.order in (Order.NAME_BACKWARDS, Order.NEWEST),
    )


def _is_sought(row: Subscriber, text: str) -> bool:
    texts = [row.name.lower(), row.registration_no.lower()]
    if len(text) < 3:
        return any(f" {one}".find(f" {text}") >= 0 for one in texts)
    texts += [row.phone or ""] if text.isdigit() else []
    return any(text in one for one in texts)


@pytest.mark.parametrize("effort", EFFORTS)
def test_sixty_ways_to_look_find_what_going_through_everybody_finds(
    session: Session, everybody: list[Subscriber], effort: str
) -> None:
    assert len(COMBINATIONS) == 60
    assert len({one.words for one in COMBINATIONS}) == 60
    for one in COMBINATIONS:
        expected, after = _naive(everybody, one.wanted), one.after(ROWS)
        found = page(session, HOME, one.wanted, after=after, effort=EFFORTS[effort])
        beyond = [row.id for row in expected if after is None or _is_after(row, after, one.wanted)]
        assert [row.id for row in found.rows] == beyond[:PAGE_SIZE], one.words
        assert (found.next is not None) == (len(beyond) > PAGE_SIZE), one.words
        if effort == "as usual":
            assert (found.found.number, found.found.more) == (len(expected), False), one.words


def _is_after(row: Subscriber, after: Cursor, wanted: Wanted) -> bool:
    if wanted.order in (Order.NEWEST, Order.OLDEST):
        mine, reached = ("", row.id or 0), ("", after.id)
    else:
        mine, reached = (row.name, row.id or 0), (after.name, after.id)
    backwards = wanted.order in (Order.NEWEST, Order.NAME_BACKWARDS)
    return mine < reached if backwards else mine > reached


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.usefixtures("everybody")
def test_no_way_to_look_reads_the_entries_themselves_from_end_to_end(
    session: Session, effort: str
) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by what it counted; the bench tells how long it takes")
    for one in COMBINATIONS:
        road = road_of(session, HOME, one.wanted, EFFORTS[effort])
        asked = [road.keys(10_000)]
        if not road.all_at_once:
            asked.append(road.walk(one.wanted.order, one.after(ROWS)))
        for query in asked:
            for line in _plan(session, query):
                assert line.startswith(BY_INDEX), (one.words, line)


def _plan(session: Session, query: sa.Select[tuple[object, ...]]) -> list[str]:
    spelled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {spelled}")
    return [str(row[3]) for row in rows]


def _finds(session: Session, search: str) -> set[int]:
    return {row.id for row in page(session, HOME, Wanted(search=search)).rows}


def test_what_is_searched_is_in_step_with_what_is_written(session: Session) -> None:
    session.add(Tenant(id=1, name="home", created_at=NOW))
    session.flush()
    (person,) = made_up_people(1, Random(1), now=NOW)
    (who,) = subscribers.insert_new(session, HOME, [person], now=NOW).values()
    before = person.details
    assert _finds(session, before.name) == _finds(session, before.phone[3:]) == {who}
    after = Details(
        name="Zubeida Wadia",
        phone=Phone("+919812399999"),
        language=before.language,
        tier=before.tier,
        region=before.region,
        registration_no="INH000999999",
    )
    subscribers.write_details(session, who, after, now=NOW)
    for gone in (before.name, before.phone[3:], before.registration_no):
        assert _finds(session, gone) == set(), gone
    for there in ("beida wad", "wa", "12399999", "h000999"):
        assert _finds(session, there) == {who}, there
    subscribers.move_status(session, who, old=Status.ACTIVE, new=Status.PAUSED, now=NOW)
    assert _finds(session, "Zubeida") == {who}
    assert erasures.blank(session, SubscriberId(who), now=NOW)
    for gone in ("Zubeida", "12399999", "h000999"):
        assert _finds(session, gone) == set(), gone
    for model in (Consent, Subscriber):
        session.connection().execute(sa.delete(model))
    assert _finds(session, "erased") == set()


@pytest.mark.parametrize(
    "text", ['"', "'", 'a"b', "* OR", "NEAR(", "%%%", "\\\\\\", "\x00\x00\x00", "((("]
)
@pytest.mark.usefixtures("everybody")
def test_no_text_breaks_the_search(session: Session, text: str) -> None:
    assert page(session, HOME, Wanted(search=text)).rows == () or not text.strip("\x00")
