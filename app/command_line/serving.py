"""`dawncast serve`: the dashboard and the engine, from the settings of the environment."""

from collections.abc import Callable

import structlog
from pydantic import SecretStr

from app.build import BuildFailed, ensure
from app.command_line import database, people
from app.command_line.places import address_of, anchored
from app.command_line.terminal import err, give_up, out
from app.listening import why_not_listen
from app.loading import loading
from engine import telemetry
from engine.settings import Settings
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET

log = structlog.get_logger()


def serve(settings: Settings, *, administrator: str) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = for_stand_in(settings)
    telemetry.configure(level=settings.log_level, json=settings.log_format == "json")
    for warning in settings.warnings:
        log.warning("settings.doubtful", words=warning)
    if why := why_not_listen(settings.host, settings.port):
        give_up(why)
    settings = anchored(settings)
    database.prepare(settings)
    build_pages()
    with loading():  # only now: it brings Reflex, for which no other trouble should have to wait
        from app import assembly

    with database.opened(settings) as opened:
        people.welcome(opened, settings, administrator=administrator)
        address = settings.public_url or address_of(settings)
        assembly.run(settings, opened, ready=lambda: out.print(f"Dawncast is ready at {address}"))


def for_stand_in(settings: Settings) -> Settings:
    """In a sandbox, what is not set is what `dawncast simulator` takes unless told otherwise."""
    if not settings.sandbox:
        return settings
    update: dict[str, object] = {}
    if settings.access_token is None:
        update["access_token"] = SecretStr(ACCESS_TOKEN)
    if not settings.app_secrets:
        update["app_secrets"] = (SecretStr(APP_SECRET),)
    return settings.model_copy(update=update)


def build_pages(say: Callable[[str], None] = err.print) -> None:
    """Build the front end if it is not there; ends the command when it cannot be built."""
    try:
        ensure(say)
    except BuildFailed as failed:
        give_up("The front end could not be built.", str(failed))
