"""`dawncast evidence key`, `keys` and `export`. `verify` is in `evidence_check`: it needs none of
this.
"""

from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app import formats
from app.command_line import database
from app.command_line.terminal import give_up, out
from engine.chores.evidence import evidence
from engine.clock import MachineClock
from engine.commands.ask_evidence import why_not_yet
from engine.commands.note_evidence import note_made
from engine.documents.evidence.keys import PrivateKey, new_key, read_private
from engine.domain.evidence_pack import People
from engine.domain.ids import TenantId
from engine.domain.roles import CLI
from engine.settings import Settings
from engine.store import evidence_key, evidence_packs, tenants
from engine.store.database import Database


def make_key(settings: Settings, *, rotate: bool) -> None:
    """Make a private key as a file, and say the public one."""
    if settings.evidence_key is not None:
        give_up(
            "DAWNCAST_EVIDENCE_KEY is set, and is used instead of a file: for a new key, make one "
            "with another DAWNCAST_HOME and set that."
        )
    home, key = settings.home, new_key()
    try:
        if rotate and (text := evidence_key.read(home)) is not None:
            old = evidence_key.put_away(home, read_private(text).public.id)
            out.print(f"The key until now is kept as {old}; its packs stay good.", markup=False)
        evidence_key.write(home / evidence_key.FILE, key.text())
    except FileExistsError:
        give_up("There is a key already. With --rotate it is put away, and a new one made.")
    except (OSError, ValueError) as error:
        give_up("No key was made.", str(error))
    out.print(f"The private key is in {home / evidence_key.FILE}: keep a copy of it safe.")
    out.print(f"Key {key.public.id}. The public key, for whoever checks packs:")
    out.print(key.public.text, markup=False)


def keys(settings: Settings) -> None:
    """Every public key that packs were signed with, and the present one."""
    now_used = private_key(settings).public
    with database.opened(settings) as opened:
        known = opened.read_now(evidence_packs.keys)
    for key in known:
        mark = "in use" if key.id == now_used.id else "earlier"
        since = formats.moment(key.first_used_at)
        out.print(f"{key.id}  {mark}, first used {since}\n  {key.public}", markup=False)
    if now_used.id not in {key.id for key in known}:
        out.print(f"{now_used.id}  in use, no pack yet\n  {now_used.text}", markup=False)


def export(
    settings: Settings, day: date, to: Path, *, people: People, tenant: int | None, early: bool
) -> None:
    """Make one pack now, and note it in the trail."""
    key, now = private_key(settings), MachineClock().now()
    with database.opened(settings) as opened:
        house = _house(opened, tenant)
        why = opened.read_now(why_not_yet, house, day, now)
        if why and not early:
            give_up(why)
        made = _make(settings, to, house, day, people, key, now)
        facts = {"day": day, "people": people.value, "manifest_sha256": made["manifest_sha256"]}
        public = (str(made["key"]), str(made["public"]))
        opened.transact_now(
            note_made, house, f"evidence:{day.isoformat()}", facts, public, by=CLI, now=now
        )
    out.print(f"Made {to}, {formats.number(int(made['size']))} bytes.", markup=False)
    out.print(f"Signed with the key {made['key']}. Check it anywhere with:")
    out.print(f"  dawncast evidence verify {to} --key {made['public']}", markup=False)


def private_key(settings: Settings) -> PrivateKey:
    """The key of the settings or of the home folder; ends the command when there is none."""
    try:
        text = (
            settings.evidence_key.get_secret_value()
            if settings.evidence_key is not None
            else evidence_key.read(settings.home)
        )
        if text is None:
            give_up("There is no key to sign with yet. Make one: dawncast evidence key")
        return read_private(text)
    except (OSError, ValueError) as error:
        give_up("The key of evidence packs cannot be used:", str(error))


def _make(
    settings: Settings,
    to: Path,
    tenant: TenantId,
    day: date,
    people: People,
    key: PrivateKey,
    now: datetime,
) -> dict[str, Any]:
    told = {
        "url": settings.database_url.get_secret_value(),
        "file": str(to),
        "tenant": tenant,
        "day": day.isoformat(),
        "people": people.value,
        "key": key.text(),
        "now": now.isoformat(),
        "version": version("dawncast"),
        "asked_by": CLI.label,
    }
    try:
        return evidence(told)
    except (OSError, ValueError) as error:
        give_up("The pack was not made.", str(error))


def _house(opened: Database, tenant: int | None) -> TenantId:
    found = opened.read_now(tenants.first) if tenant is None else TenantId(tenant)
    if found is None or not opened.read_now(tenants.exists, found):
        give_up("There is no such organisation in this database.")
    return found
