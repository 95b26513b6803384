"""`dawncast audit verify` and `dawncast audit anchor`."""

from pathlib import Path

from sqlmodel import Session

from app import formats
from app.command_line import database
from app.command_line.terminal import TROUBLE, err, give_up, out
from engine.clock import MachineClock
from engine.commands.note_anchor import note_anchor
from engine.domain.audit import Anchor, Broken, Intact
from engine.domain.roles import CLI
from engine.settings import Settings
from engine.store import audit
from engine.store.anchors import FOLDER, AnchorFolder, read
from engine.store.tables import AuditEntry


def verify(settings: Settings, anchor: Path | None) -> int:
    """Walk the trail and say what was found; the exit code."""
    anchors = _anchors(settings, anchor)
    with database.opened(settings) as opened:
        found = opened.read_now(audit.verify, anchors=anchors)
        if isinstance(found, Broken):
            entry = opened.read_now(_entry, found.number)
            err.print(f"The audit trail is broken at entry {found.number}: {found.words}.")
            err.print(entry, markup=False)
            return TROUBLE
    out.print(_whole(found, anchors))
    return 0


def anchor(settings: Settings) -> None:
    """Export the end of the trail now."""
    folder, now = AnchorFolder(settings.home / FOLDER), MachineClock().now()
    with database.opened(settings) as opened:
        end = opened.read_now(audit.end)
        if end.number == 0:
            give_up("There is nothing in the audit trail yet.")
        try:
            name = folder.write(end, now)
        except (OSError, ValueError) as error:
            give_up("The anchor was not written.", str(error))
        opened.transact_now(note_anchor, end, name, by=CLI, now=now)
    out.print(f"Anchored entry {end.number}: {settings.home / FOLDER / name}", markup=False)
    out.print("Copy the file to where nobody who can change the database can write.")


def _anchors(settings: Settings, given: Path | None) -> list[Anchor]:
    try:
        files = AnchorFolder(settings.home / FOLDER).all()
        if given is not None:
            files.append(read(given))
    except (OSError, ValueError) as error:
        give_up("The anchors cannot be used:", str(error))
    return [file.anchor for file in files]


def _whole(found: Intact, anchors: list[Anchor]) -> str:
    compared = (
        f"{formats.count(len(anchors), 'anchor')} agree" if anchors else "no anchor to compare"
    )
    return (
        f"The audit trail is whole: {formats.count(found.count, 'entry', 'entries')}, "
        f"the last one sealed {found.last_hash[:12]}…; {compared}."
    )


def _entry(session: Session, number: int) -> str:
    row = session.get(AuditEntry, number)
    if row is None:
        return f"Entry {number} is not there."
    at = formats.moment(row.at)
    return f"Entry {number}: {row.action} of {row.subject} by {row.actor}, {at}."
