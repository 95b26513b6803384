"""A person brings in a list of subscribers, in one transaction (spec S2).

`preview_import` reads the file and changes nothing; `import_subscribers` takes what it found good.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.commands.stage_import import STAGED_AT_ONCE
from engine.documents.sheets import FILE_LIMIT_BYTES, too_large
from engine.documents.subscriber_columns import COLUMNS
from engine.documents.subscriber_file import (
    BREATHE_ROWS,
    Column,
    SubscriberList,
    Told,
    Unmapped,
    read_list,
)
from engine.domain.digits import grouped
from engine.domain.enrolment import Enrolment, SubscriberForm
from engine.domain.ids import TenantId
from engine.domain.precedence import waits_until
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, broadcasts, subscribers

__all__ = [
    "COLUMNS",
    "FILE_LIMIT_BYTES",
    "SMALL",
    "Column",
    "ImportPreview",
    "Imported",
    "Unmapped",
    "import_subscribers",
    "preview_import",
    "too_large",
]

SMALL = STAGED_AT_ONCE
"""As many as may be written while a broadcast is going out without its lanes noticing (spec R3)."""
BUSY = "A broadcast is going out: so large a list is staged first, and taken over afterwards."


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What an import would do. `fresh` are the entries it would add."""

    list: SubscriberList
    fresh: tuple[Enrolment, ...]
    known_rows: tuple[int, ...]
    """Rows whose number is a subscriber's already: they would be left as they are."""

    @property
    def bad_rows(self) -> int:
        """Rows that cannot be imported, each counted once."""
        return len({problem.row for problem in self.list.problems})

    @property
    def left_out(self) -> int:
        """Rows that would not be added, for whatever reason."""
        return self.list.rows - len(self.fresh)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many were added, and how many of the file were not."""

    added: int
    left_out: int


def preview_import(
    session: Session,
    tenant: TenantId,
    data: bytes,
    *,
    consent: SubscriberForm,
    fields: Sequence[str] | None = None,
    told: Told = lambda _read, _of: None,
    now: datetime,
) -> ImportPreview | Refused:
    """A dry run: nothing is written. `consent` fills in rows without consent of their own.

    fields: what each column is, when a person has said so. told: called every few rows with how
    many were read, of about how many; while a broadcast goes out it waits a little, so that reading
    a large file leaves the machine to the lanes. Returns an Unmapped where a person has to say
    which column is what.
    """
    found = read_list(data, consent=consent, fields=fields, told=told, now=now)
    if isinstance(found, Refused):
        return found
    known = subscribers.known_phones(session, tenant, (one.details.phone for _, one in found.good))
    return ImportPreview(
        list=found,
        fresh=tuple(one for _, one in found.good if one.details.phone not in known),
        known_rows=tuple(row for row, one in found.good if one.details.phone in known),
    )


def import_subscribers(
    session: Session,
    tenant: TenantId,
    people: Sequence[Enrolment],
    *,
    file_name: str,
    left_out: int,
    all_or_nothing: bool,
    so_far: Callable[[int], None] = lambda _added: None,
    by: Actor,
    now: datetime,
) -> Imported | Refused:
    """Add a previewed list. Raises Forbidden.

    left_out: how many rows of the file are not among `people`; with `all_or_nothing` there may be
    none, and nobody may have been added since the preview either. so_far: called now and then with
    how many are written; they count once the command has returned.
    """
    require(by, Permission.SUBSCRIBERS_WRITE, tenant)
    if not people:
        return Refused("There is nobody new in this file.")
    if all_or_nothing and left_out:
        return Refused(
            f"{grouped(left_out)} rows cannot be imported, so nothing was. Mend them first."
        )
    if len(people) > SMALL and _is_busy(session, now):
        return Refused(BUSY)
    with session.begin_nested() as all_of_it:
        added = len(subscribers.insert_new(session, tenant, _telling(people, so_far), now=now))
        if all_or_nothing and added < len(people):
            all_of_it.rollback()
            return Refused(
                "The list changed since the preview, so nothing was imported. Look again."
            )
    audit.append(
        session,
        by=by,
        action="subscribers.imported",
        subject="subscribers",
        after={"file": file_name, "added": added, "left_out": left_out + len(people) - added},
        now=now,
        tenant=tenant,
    )
    return Imported(added, left_out + len(people) - added)


def _telling(people: Sequence[Enrolment], so_far: Callable[[int], None]) -> Iterator[Enrolment]:
    for number, person in enumerate(people):
        if number % BREATHE_ROWS == 0:
            so_far(number)
        yield person


def _is_busy(session: Session, now: datetime) -> bool:
    """Whether anybody's broadcast is between its freeze and shortly after its close."""
    windows = [(one.opens_at, one.closes_at) for one in broadcasts.not_over(session)]
    return waits_until(now, windows) is not None
