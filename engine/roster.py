"""Who is at work in an engine: the parts it is built of, and the workers they call for.

A part that is not given has no worker: a simulation has neither mail nor backups.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]

from engine.clock import Clock
from engine.store.anchors import Anchors
from engine.store.database import Database
from engine.store.journal import Journals
from engine.supervise import Heartbeat
from engine.whatsapp.gateway import Gateway
from engine.workers.alarms import Alarms, ringing
from engine.workers.back_up import BackingUp, back_up
from engine.workers.calendar import calendar
from engine.workers.emergency import send_emergencies
from engine.workers.emergency_dispatch import Dispatch
from engine.workers.equipment import Doze, Equipment, Tuning, doze, secret_seed
from engine.workers.fallback import remind
from engine.workers.foretell import foretell
from engine.workers.keep_templates import keep_templates
from engine.workers.mail_reports import Mailings, mail_reports
from engine.workers.make_ready import make_ready
from engine.workers.pack_evidence import Packing, pack_evidence
from engine.workers.poll_senders import Numbers, poll_senders
from engine.workers.promote import promote
from engine.workers.prune import prune
from engine.workers.receive import receive
from engine.workers.record import Recorder
from engine.workers.rehearse import Rehearsing, rehearse
from engine.workers.roll_up import roll_up
from engine.workers.settle import settle
from engine.workers.template_shelf import Templates
from engine.workers.test_sends import send_tests
from engine.workers.upkeep import upkeep
from engine.workers.uploads import Uploads, upload_media

Worker = tuple[str, Callable[[], Awaitable[None]]]
"""Its name in heartbeats and logs, and what it does for ever."""


@dataclass(slots=True, kw_only=True)
class Parts:
    """Everything concrete that an engine is built of."""

    database: Database
    gateway: Gateway
    journals: Journals
    clock: Callable[[], Clock]
    """Asked on the engine's own loop."""
    rng: Random
    owner: str
    is_dead: Callable[[str], bool] = field(default=lambda owner: False)
    is_alive: Callable[[str], bool] = field(default=lambda owner: False)
    tuning: Tuning = field(default_factory=Tuning)
    anchors: Anchors | None = None
    """Where the audit trail's anchors are exported to; None: nowhere, as in a simulation."""
    numbers: Numbers | None = None
    """Who knows how the phone numbers are doing; None: nobody is asked."""
    uploads: Uploads | None = None
    """Who takes the files above messages; None: no content has any, as in a simulation."""
    templates: Templates | None = None
    """Who keeps the templates; None: nobody is asked."""
    alarms: Alarms | None = None
    """What is watched for alerts; None: nothing is, as in a simulation."""
    reports: bool = False
    """Whether days that are over are counted for reports; a simulated morning ends before that."""
    emergencies: bool = False
    """Whether emergencies are sent out by SMS and e-mail."""
    mailings: Mailings | None = None
    """How reports are mailed; None: nobody mails any."""
    backing_up: BackingUp | None = None
    """How backups are taken; None: nobody takes any."""
    packing: Packing | None = None
    """How evidence packs are made; None: nobody makes any."""
    rehearsing: Rehearsing | None = None
    """How mornings are rehearsed; None: none is, as in a simulation."""
    foretells: bool = True
    """Whether broadcasts under way are foretold; a simulation that nobody looks at need not be."""
    singles: bool = False
    """Whether single messages are sent: answers, and what API callers ask for."""
    closes: tuple[Callable[[], Awaitable[None]], ...] = ()
    """What else is to be closed on the engine's loop when it ends."""
    draw_seed: Callable[[], str] = secret_seed
    """Gives each new broadcast the seed of its plan (spec P1)."""
    doze: Doze = doze
    """How its workers wait before they look again."""
    wait_to_renew: Doze = doze
    """How the keeper of the lease waits between two renewals."""
    alarm: bool = True
    """Whether APScheduler wakes the calendar; not on a loop that jumps."""


def workers(
    parts: Parts,
    equipment: Equipment,
    recorder: Recorder,
    heartbeat: Heartbeat,
    alarm: AsyncIOScheduler | None,
) -> list[Worker]:
    """Those that work as long as the engine does, whatever broadcasts there are.

    alarm: wakes the calendar; None: it looks by itself.
    """
    named: list[Worker] = [
        ("record", recorder.run),
        ("receive", partial(receive, equipment)),
        ("settle", partial(settle, equipment)),
        ("calendar", partial(calendar, equipment, alarm)),
        ("promote", partial(promote, equipment)),
    ]
    if parts.foretells:
        named.append(("foretell", partial(foretell, equipment)))
    if parts.anchors is not None:
        named.append(("upkeep", partial(upkeep, equipment, parts.anchors)))
        named.append(("prune", partial(prune, equipment)))
    if parts.backing_up is not None:
        named.append(("back_up", partial(back_up, equipment, parts.backing_up)))
    if parts.packing is not None:
        named.append(("pack_evidence", partial(pack_evidence, equipment, parts.packing)))
    if parts.alarms is not None:
        named += ringing(equipment, parts.alarms, heartbeat.ages)
    return named + _ahead_of_a_window(parts, equipment) + _afterwards(parts, equipment)


def _ahead_of_a_window(parts: Parts, equipment: Equipment) -> list[Worker]:
    """Those that get a window ready: most of them talk to WhatsApp."""
    named: list[Worker] = []
    if parts.numbers is not None:
        named.append(("poll_senders", partial(poll_senders, equipment, parts.numbers)))
    if parts.uploads is not None:
        named.append(("uploads", partial(upload_media, equipment, parts.uploads)))
        named.append(("test_sends", partial(send_tests, equipment, parts.uploads)))
        named.append(("remind", partial(remind, equipment)))
        named.append(("make_ready", partial(make_ready, equipment, parts.templates)))
    if parts.rehearsing is not None:
        named.append(("rehearse", partial(rehearse, equipment, parts.rehearsing)))
    if parts.templates is not None:
        named.append(("keep_templates", partial(keep_templates, equipment, parts.templates)))
    return named


def _afterwards(parts: Parts, equipment: Equipment) -> list[Worker]:
    """Those that begin when a broadcast is over, or has gone wrong."""
    named: list[Worker] = []
    if parts.reports:
        named.append(("roll_up", partial(roll_up, equipment)))
    if parts.emergencies:
        named.append(("emergency", partial(send_emergencies, equipment, Dispatch())))
    if parts.mailings is not None:
        named.append(("mail_reports", partial(mail_reports, equipment, parts.mailings)))
    return named
