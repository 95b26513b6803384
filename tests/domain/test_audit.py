"""No edit, gap, swap or cut of the audit trail goes unseen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.audit import (
    GENESIS,
    Anchor,
    Beside,
    Broken,
    Entry,
    Intact,
    Sealed,
    chain_hash,
    personal_seal,
    seals_in,
    verify,
)

AT = datetime(2026, 11, 22, 0, 15, 30, 250_000, tzinfo=UTC)


def entry(number: int) -> Entry:
    return Entry(
        number=number,
        tenant=1,
        at=AT + timedelta(seconds=number),
        actor="user:7",
        action="content.approved",
        subject=f"content:{number}",
        before='{"state":"submitted"}',
        after='{"comment":"ठीक आहे","state":"approved"}',
        ip="127.0.0.1",
    )


def trail(length: int) -> list[Sealed]:
    rows: list[Sealed] = []
    last = GENESIS
    for number in range(1, length + 1):
        sealed = chain_hash(last, entry(number))
        rows.append(Sealed(entry(number), last, sealed))
        last = sealed
    return rows


def test_a_whole_trail_holds_and_says_where_it_ends() -> None:
    rows = trail(5)
    assert verify(rows) == Intact(5, rows[-1].hash)
    assert verify([]) == Intact(0, GENESIS)


def test_a_seal_never_changes_meaning() -> None:
    """Trails written by any version must verify in every later one."""
    sealed = chain_hash(GENESIS, entry(1))
    assert sealed == "706017cae7c87ad80eb855ef4448ca1657349c7504f68eee37ef92b19994b724"


def test_a_seal_is_of_the_instant_not_of_the_zone_it_was_said_in() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    moved = replace(entry(1), at=entry(1).at.astimezone(india))
    assert chain_hash(GENESIS, moved) == chain_hash(GENESIS, entry(1))


def test_a_naive_instant_is_our_bug() -> None:
    with pytest.raises(ValueError, match="aware"):
        chain_hash(GENESIS, replace(entry(1), at=AT.replace(tzinfo=None)))


CHANGES: dict[str, object] = {
    "tenant": None,
    "at": AT + timedelta(days=1),
    "actor": "user:8",
    "action": "content.rejected",
    "subject": "content:99",
    "before": "",
    "after": "{}",
    "ip": "10.0.0.1",
}


@given(st.data())
def test_an_edit_of_any_value_of_any_row_is_found(data: st.DataObject) -> None:
    rows = trail(6)
    place = data.draw(st.integers(0, 5))
    what = data.draw(st.sampled_from(sorted(CHANGES)))
    edited = replace(rows[place].entry, **{what: CHANGES[what]})
    rows[place] = replace(rows[place], entry=edited)
    assert verify(rows) == Broken(place + 1, "it was changed after it was written")


def test_an_edit_sealed_again_breaks_the_row_after_it() -> None:
    rows = trail(3)
    edited = replace(rows[1].entry, actor="user:8")
    rows[1] = Sealed(edited, rows[1].previous_hash, chain_hash(rows[1].previous_hash, edited))
    assert verify(rows) == Broken(3, "it does not follow the row before it")


def test_a_gap_is_found() -> None:
    rows = trail(4)
    del rows[1]
    assert verify(rows) == Broken(3, "number 2 is missing")


def test_a_row_told_twice_is_found() -> None:
    rows = trail(2)
    assert verify([*rows, rows[1]]) == Broken(2, "number 3 is missing")


def test_a_cut_off_end_shows_only_against_an_anchor() -> None:
    rows = trail(4)
    anchor = Anchor(4, rows[3].hash)
    assert verify(rows, anchors=[anchor]) == Intact(4, rows[3].hash)
    assert verify(rows[:2]) == Intact(2, rows[1].hash)
    assert verify(rows[:2], anchors=[anchor]) == Broken(
        3, "the trail once reached 4: its end is gone"
    )


def test_a_trail_written_anew_shows_against_an_anchor() -> None:
    rows = trail(2)
    broken = verify(rows, anchors=[Anchor(2, "f" * 64)])
    assert isinstance(broken, Broken)
    assert "written anew" in broken.words


def test_a_pruned_trail_holds_from_where_it_begins() -> None:
    rows = trail(5)
    assert verify(rows[2:], after=Anchor(2, rows[1].hash)) == Intact(3, rows[4].hash)
    assert isinstance(verify(rows[2:]), Broken)


KEY = b"k" * 32


def with_name(beside: Beside) -> list[Sealed]:
    """A trail of one entry that names somebody, and what stands beside it."""
    told = f'{{"name":{{"hmac":"{personal_seal(KEY, "Asha Rao")}"}},"tier":"PRO"}}'
    named = replace(entry(1), subject="subscriber:1", after=told)
    return [Sealed(named, GENESIS, chain_hash(GENESIS, named), beside)]


def test_an_entry_that_names_somebody_holds_with_the_value_and_after_its_erasure() -> None:
    assert seals_in(with_name(Beside({}, None, erased=True))[0].entry) == {
        "after.name": personal_seal(KEY, "Asha Rao")
    }
    there = Beside({"after.name": "Asha Rao"}, KEY, erased=False)
    assert isinstance(verify(with_name(there)), Intact)
    assert isinstance(verify(with_name(Beside({}, None, erased=True))), Intact)


@pytest.mark.parametrize(
    ("beside", "words"),
    [
        (Beside({"after.name": "Asha Roy"}, KEY, erased=False), "was changed"),
        (Beside({}, KEY, erased=False), "is gone, though nobody erased"),
        (Beside({"after.name": "Asha Rao"}, None, erased=False), "the key"),
        (Beside({"after.name": "Asha Rao"}, None, erased=True), "outlived"),
        (Beside({"after.name": "Asha Rao"}, KEY, erased=True), "outlived"),
        (Beside({"after.name": "Asha Rao", "after.x": "y"}, KEY, erased=False), "does not name"),
    ],
)
def test_a_personal_value_changes_or_goes_only_by_an_erasure(beside: Beside, words: str) -> None:
    found = verify(with_name(beside))
    assert isinstance(found, Broken)
    assert found.number == 1
    assert words in found.words


def test_a_trail_that_is_shorter_or_longer_than_its_own_account_is_broken() -> None:
    rows = trail(4)
    assert verify(rows, end=Anchor(4, rows[3].hash)) == Intact(4, rows[3].hash)
    assert verify(rows[:3], end=Anchor(4, rows[3].hash)) == Broken(
        4, "the trail once reached 4: its end is gone"
    )
    assert verify(rows, end=Anchor(3, rows[2].hash)) == Broken(4, "the product did not write it")
    assert verify(rows, end=Anchor(4, "f" * 64)) == Broken(
        4, "it is not the row the product wrote last"
    )
