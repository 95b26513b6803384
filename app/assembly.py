"""Builds the whole product from its settings: database, gateway, engine, machines' routes, pages.

`serve` and `demo` differ in their settings alone. Nothing runs before `run` is called.
"""

import signal
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from random import Random

from starlette.routing import Route

from app import serve
from app.api.health import Vitals, health_routes
from app.api.notifications import notification_routes
from app.api.quick_intake import quick_intake
from app.api.timed import Note, timed
from app.api.webhooks import PATH, Intake, webhook_routes
from app.doors import Installation
from app.formats import SPOKEN
from app.front_door import Site
from app.loading import loading
from engine.clock import MachineClock
from engine.documents.evidence.keys import read_private
from engine.read.alert_sources import SOURCES
from engine.read.board import board
from engine.read.report_book import of_day
from engine.rehearsal.access import access_of
from engine.roster import Parts
from engine.runtime import EngineThread
from engine.settings import Settings
from engine.store import backups, evidence_key, evidence_packs
from engine.store.anchors import FOLDER, AnchorFolder
from engine.store.database import Database
from engine.store.journal import FileJournals
from engine.whatsapp.cloud_api import CloudApi
from engine.whatsapp.graph import Graph
from engine.whatsapp.tokens import AccessTokens
from engine.whatsapp.transport import Timeouts
from engine.workers.alarms import Alarms
from engine.workers.back_up import BackingUp
from engine.workers.equipment import Tuning
from engine.workers.gauges import Callers, Connections, Disk
from engine.workers.lease import owner_is_alive, owner_is_dead, owner_name
from engine.workers.mail_reports import Mailings
from engine.workers.pack_evidence import Packing
from engine.workers.poll_senders import GraphNumbers
from engine.workers.rehearse import Rehearsing
from engine.workers.template_shelf import GraphTemplates
from engine.workers.uploads import GraphUploads

JOURNALS = "journal"


def run(
    settings: Settings,
    database: Database,
    *,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve the dashboard and run the engine beside it until SIGINT or SIGTERM.

    ready: called once the pages answer. The caller has made sure that the database has its shape
    and the front end is built; closing the database is the caller's, too.
    """
    clock = MachineClock()
    callers = Callers(clock.loop_time)
    engine = EngineThread(partial(parts, settings, database, callers))
    origins = [settings.public_url.rstrip("/")] if settings.public_url else []
    site = Site(
        origins=serve.own_origins(settings.host, settings.port, *origins),
        https=settings.secure_cookies,
    )
    vitals = Vitals(
        store=database,
        now=clock.now,
        heartbeat_age=engine.oldest_heartbeat_seconds,
        version=version("dawncast"),
    )
    taken_in = intake(settings, database, clock)
    routes = machine_routes(vitals, taken_in, callers.note)
    with loading():
        asgi = serve.build_asgi(site, machine_routes=routes)
    # The server answers signals while it runs, and then raises them once more: that must not end
    # the process before the engine has put down what it holds.
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    try:
        serve.serve(
            asgi,
            store=database,
            watch=clock,
            board=board,
            host=settings.host,
            port=settings.port,
            engine=engine,
            trusted_proxies=settings.trusted_proxies,
            http=quick_intake(taken_in),
            ready=ready,
            installation=installation(settings),
        )
    finally:
        signal.signal(signal.SIGTERM, before)


def machine_routes(
    vitals: Vitals, taken_in: Intake, note: Note = lambda _seconds, _failed: None
) -> list[Route]:
    """What other programs may call: each route with a check of its own. note: hears of each call
    by a program of the organisation's, how long it took and whether we failed it.
    """
    callers = timed(notification_routes(), note)
    return [*health_routes(vitals), *webhook_routes(taken_in), *callers]


def parts(settings: Settings, database: Database, callers: Callers | None = None) -> Parts:
    """What an engine is built of. To be called on the engine's own loop."""
    clock = MachineClock()
    boot = clock.boot_id()
    tokens = AccessTokens(settings)
    graph = Graph(
        api_url=settings.api_url,
        token=tokens,
        sandbox=settings.sandbox,
        version=settings.graph_version,
        timeouts=timeouts(settings),
    )
    return Parts(
        database=database,
        gateway=CloudApi(
            api_url=settings.api_url,
            token=tokens,
            sandbox=settings.sandbox,
            version=settings.graph_version,
            timeouts=timeouts(settings),
        ),
        journals=FileJournals(settings.home / JOURNALS),
        clock=MachineClock,
        anchors=AnchorFolder(settings.home / FOLDER),
        rng=Random(),  # noqa: S311 - jitters retries; plans have a recorded seed of their own
        owner=owner_name(boot),
        is_dead=partial(_is_dead, boot),
        is_alive=partial(_is_alive, boot),
        numbers=GraphNumbers(graph),
        uploads=GraphUploads(graph),
        templates=GraphTemplates(graph, settings.business_id) if settings.business_id else None,
        alarms=alarms(settings, database, callers),
        reports=True,
        emergencies=True,
        mailings=Mailings(compose=partial(of_day, spoken=SPOKEN)),
        backing_up=backing_up(settings),
        packing=packing(settings),
        rehearsing=rehearsing(settings),
        singles=True,
        closes=(graph.aclose,),
        tuning=Tuning(reserve=settings.reserve, in_flight=settings.app_concurrency),
    )


def alarms(settings: Settings, database: Database, callers: Callers | None) -> Alarms:
    """What alerts are judged by beside the tables."""
    gauges = (Disk(settings.home), Connections(database), *(() if callers is None else (callers,)))
    home = (settings.public_url or "").rstrip("/")
    return Alarms(gauges=gauges, sources=SOURCES, link=f"{home}/alerts" if home else "")


def backing_up(settings: Settings) -> BackingUp:
    """How backups are taken on this machine."""
    password = settings.backup_password
    home = settings.home.absolute()
    return BackingUp(
        url=settings.database_url.get_secret_value(),
        home=home,
        folder=(settings.backup_folder or home / backups.FOLDER).absolute(),
        password=None if password is None else password.get_secret_value(),
        at=settings.backup_at,
        daily=settings.backup_daily,
        weekly=settings.backup_weekly,
        version=version("dawncast"),
    )


def packing(settings: Settings) -> Packing:
    """How evidence packs are made on this machine."""
    return Packing(
        url=settings.database_url.get_secret_value(),
        folder=settings.home.absolute() / evidence_packs.FOLDER,
        key=partial(_evidence_key, settings),
        version=version("dawncast"),
    )


def rehearsing(settings: Settings) -> Rehearsing:
    """How mornings are rehearsed on this machine."""
    return Rehearsing(
        url=settings.database_url.get_secret_value(),
        access=lambda: asdict(access_of(settings, PATH)),
        reserve=settings.reserve,
        at_once=settings.app_concurrency,
        after=settings.rehearse_after,
    )


def _evidence_key(settings: Settings) -> str | None:
    if settings.evidence_key is not None:
        return settings.evidence_key.get_secret_value()
    try:
        return evidence_key.read(settings.home)
    except OSError:
        return None


def installation(settings: Settings) -> Installation:
    """What the pages may know of this machine."""
    own = sum(sender.token is not None for sender in settings.senders)
    return Installation(
        anchors=AnchorFolder(settings.home / FOLDER),
        reserve=settings.reserve,
        evidence_folder=settings.home.absolute() / evidence_packs.FOLDER,
        evidence_public_key=partial(_public_key, settings),
        backups_told=_backups_told(settings),
        secrets=(
            ("WhatsApp access token", settings.access_token is not None),
            ("Access tokens of single numbers", own > 0),
            ("WhatsApp app secret", bool(settings.app_secrets)),
            ("Webhook verify token", settings.verify_token is not None),
            ("Password of backups", settings.backup_password is not None),
            ("Key of evidence packs", _evidence_key(settings) is not None),
            ("Sentry address", settings.sentry_dsn is not None),
        ),
    )


def _public_key(settings: Settings) -> tuple[str, str] | None:
    text = _evidence_key(settings)
    try:
        public = None if text is None else read_private(text).public
    except ValueError:
        return None
    return None if public is None else (public.id, public.text)


def _backups_told(settings: Settings) -> str:
    how = backing_up(settings)
    when = "only when somebody asks" if how.at is None else f"every day at {how.at:%H:%M} IST"
    sealed = "sealed with the password" if how.password else "not sealed"
    return (
        f"Taken {when}, into {how.folder}, {sealed}. The last of {how.daily} days and of "
        f"{how.weekly} weeks are kept. Restore one with: dawncast restore FILE --to NEW-FOLDER"
    )


def timeouts(settings: Settings) -> Timeouts:
    """How long a call to WhatsApp may take."""
    return Timeouts(connect=settings.connect_timeout, response=settings.response_timeout)


def intake(settings: Settings, database: Database, clock: MachineClock) -> Intake:
    """What the webhook routes need."""
    secrets = [secret.get_secret_value() for secret in settings.app_secrets]
    token = settings.verify_token.get_secret_value() if settings.verify_token else ""
    return Intake(
        store=database, now=clock.now, secrets=lambda: secrets, verify_token=lambda: token
    )


def _is_alive(boot: str, owner: str) -> bool:
    return owner_is_alive(owner, boot)


def _is_dead(boot: str, owner: str) -> bool:
    return owner_is_dead(owner, boot)
