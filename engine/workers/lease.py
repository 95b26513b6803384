"""Taking, keeping and giving back the right to run the engine."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy.exc
import structlog
from sqlmodel import Session

from engine.clock import Clock
from engine.store import copies, leases
from engine.store.database import Database
from engine.workers.equipment import Doze, HeldLease, doze

TTL = timedelta(seconds=10)
RENEW_EVERY_SECONDS = 2.0
ASK_AGAIN_SECONDS = 0.5
MARGIN_SECONDS = 1.0
"""Given away at the end, for clocks that do not run at quite the same rate. The last look at the
lease and the write follow each other without a turn of the loop, so nothing else needs it.
"""

CANNOT_ASK = (sqlalchemy.exc.SQLAlchemyError, OSError)
"""What a database that is locked, full or gone raises: it passes, or the lease runs out."""

log = structlog.get_logger()


class LeaseLostError(Exception):
    """Somebody else holds the lease: this engine run must end, and may ask again."""


async def take_lease(
    database: Database,
    clock: Clock,
    owner: str,
    is_dead: Callable[[str], bool],
    *,
    stopping: asyncio.Event,
    beat: Callable[[], None] = lambda: None,
    wait: Doze = doze,
    is_alive: Callable[[str], bool] = lambda owner: False,
) -> HeldLease | None:
    """Wait until the lease is ours; None when `stopping` is set before that.

    An owner who provably died on this machine is not waited for. Any other one has to leave it
    unrenewed for its whole time, by our own clock: whether it ran out by the database's clock says
    nothing, since somebody may have set that. An owner that provably lives, but took the lease in
    another database, is never waited out: ours is a copy, and both would send. A database restored
    from a backup has no engine before a person released it.

    beat: a sign of life at each try.
    """
    patience = _Patience(clock)
    while not stopping.is_set():
        beat()
        before = clock.boot_time()
        token = await _try(database, owner, is_dead, is_alive, patience)
        if token is not None:
            log.info("lease.taken", token=token)
            return HeldLease(clock, token, owner, _valid_until(before))
        await wait(ASK_AGAIN_SECONDS, stopping)
    return None


@dataclass(slots=True)
class _Patience:
    """For how long nobody has renewed the lease, as far as we saw."""

    clock: Clock
    seen: leases.Standing | None = None
    since: float = 0.0
    told: bool = False
    told_of_the_fence: bool = False

    def tell_of_the_copy(self) -> None:
        """Say once why nothing is sent."""
        if not self.told:
            self.told = True
            log.error(
                "lease.copied",
                hint="This database is a copy, and its original's engine "
                "still runs. End that one first; until then nothing is sent from here.",
            )

    def tell_of_the_fence(self) -> None:
        """Say once why nothing is sent."""
        if not self.told_of_the_fence:
            self.told_of_the_fence = True
            log.error(
                "lease.fenced",
                hint="This database was restored from a backup. Nothing is sent from here until a "
                "person releases it: see that its original's engine has ended, then run "
                "`dawncast release`.",
            )

    def is_over(self, standing: leases.Standing) -> bool:
        """Whether its owner has had all the time it could hold it without a renewal."""
        now = self.clock.boot_time()
        if standing != self.seen:
            self.seen, self.since = standing, now
        return now - self.since >= TTL.total_seconds()


async def _try(
    database: Database,
    owner: str,
    is_dead: Callable[[str], bool],
    is_alive: Callable[[str], bool],
    patience: _Patience,
) -> int | None:
    try:
        is_fenced, seen, is_elsewhere_s = await database.read(_standing)
        if is_fenced:
            patience.tell_of_the_fence()
            return None
        if seen is not None and is_elsewhere_s and is_alive(seen.owner):
            patience.tell_of_the_copy()
            return None
        even_from = None
        if seen is not None and seen.owner not in ("", owner):
            if not is_dead(seen.owner) and not patience.is_over(seen):
                return None  # somebody may have it: who only waits writes nothing
            even_from = seen.owner
        return await database.transact(
            leases.take, owner=owner, ttl=TTL, even_from=even_from, seen=seen
        )
    except CANNOT_ASK as error:
        log.warning("lease.not_asked", error=type(error).__name__)
        return None


def _standing(session: Session) -> tuple[bool, leases.Standing | None, bool]:
    """Whether a restored copy waits for its release, who has the lease, and whether that was taken
    in another database than this one.
    """
    seen = leases.standing(session)
    is_elsewhere_s = seen is not None and seen.place not in ("", leases.here(session))
    return copies.unreleased(session) is not None, seen, is_elsewhere_s


async def keep_lease(database: Database, lease: HeldLease, wait: Doze = doze) -> None:
    """Renew for ever, and `wait` in between. Raises LeaseLostError as soon as it is known to be
    somebody else's.

    While the database cannot be asked it runs out by itself, and nothing is sent; when the database
    is back and nobody took it meanwhile, it is ours again.
    """
    while True:
        await wait(RENEW_EVERY_SECONDS)
        # Taken before the renewal: whatever the renewal takes is lost to us, never to the next
        # owner.
        before = lease.clock.boot_time()
        try:
            ours = await database.transact(
                leases.renew, owner=lease.owner, token=lease.token, ttl=TTL
            )
        except CANNOT_ASK as error:
            log.warning("lease.not_renewed", error=type(error).__name__)
            continue
        if not ours:
            lease.valid_until = 0.0
            raise LeaseLostError(f"lease {lease.token} is somebody else's")
        lease.valid_until = _valid_until(before)


def owner_name(boot_id: str) -> str:
    """This process's name as an owner: enough to tell later, on this machine, whether it still
    lives.
    """
    pid = os.getpid()
    return f"{boot_id}/{_pid_namespace()}/{pid}/{_started(pid)}"


def owner_is_dead(owner: str, boot_id: str) -> bool:
    """True only when `owner` was a process of this boot and this pid namespace, and is gone."""
    parts = owner.split("/")
    if len(parts) != 4 or parts[0] != boot_id or parts[1] != _pid_namespace() or not parts[1]:
        return False
    if not parts[2].isdigit() or not parts[3]:
        return False
    return _started(int(parts[2])) != parts[3]


def owner_is_alive(owner: str, boot_id: str) -> bool:
    """True only when `owner` is a process of this boot and this pid namespace that still runs."""
    parts = owner.split("/")
    if len(parts) != 4 or parts[0] != boot_id or parts[1] != _pid_namespace() or not parts[1]:
        return False
    return bool(parts[3]) and parts[2].isdigit() and _started(int(parts[2])) == parts[3]


def _valid_until(before: float) -> float:
    return before + TTL.total_seconds() - MARGIN_SECONDS


def _pid_namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:  # not Linux: nobody is ever declared dead, the lease has to run out
        return ""


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks; empty when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    # A zombie holds its pid but will never send again.
    return "" if fields[0] in {"Z", "X"} else fields[19]
