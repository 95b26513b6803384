"""What is done with a person's file, whether or not anybody looks: reading it, adding it."""

from app import formats
from app.doors import ask, now, tell
from app.pages.import_subscribers import staging
from app.pages.import_subscribers.waiting import Phase, WaitingFile, came_of
from engine.commands.import_subscribers import (
    SMALL,
    Imported,
    ImportPreview,
    import_subscribers,
    preview_import,
)
from engine.domain.enrolment import SubscriberForm
from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor
from engine.read.imports import busy_until

GONE = "The file is not here any more. Choose it again."
CUT_OFF = "The file could not be read to its end. Choose it again."
STAGED = "The list waits beside yours, and is taken over when the morning is over."


async def read(file: WaitingFile, consent: SubscriberForm, by: Actor) -> None:
    """A dry run of the whole file; `consent` is that of rows that name none."""
    file.preview = None
    busy = await ask(busy_until, now()) is not None

    def told(rows: int, of: int) -> None:
        file.told(rows, of)
        if busy:
            staging.breathe()

    try:
        file.preview = await ask(
            preview_import,
            tenant_of(by),
            file.data,
            consent=consent,
            fields=file.fields,
            told=told,
            now=now(),
        )
    finally:
        file.preview = file.preview or Refused(CUT_OFF)
        file.phase = Phase.NOTHING


async def add(file: WaitingFile, *, all_or_nothing: bool, by: Actor) -> None:
    """Import it: at once, or beside the list while a broadcast goes out."""
    preview = file.preview
    if not isinstance(preview, ImportPreview):
        return
    large = len(preview.fresh) > SMALL
    try:
        if large and await ask(busy_until, now()) is not None:
            file.begin(Phase.STAGING, now())
            result = await _stage(file, preview, all_or_nothing, by)
        else:
            result = await _at_once(file, preview, all_or_nothing, by)
    finally:
        file.phase = Phase.NOTHING
    if isinstance(result, Refused):
        file.refused = result
    else:
        came_of(by.user, result)


async def _at_once(
    file: WaitingFile, preview: ImportPreview, all_or_nothing: bool, by: Actor
) -> str | Refused:
    of = len(preview.fresh)
    result = await tell(
        import_subscribers,
        tenant_of(by),
        preview.fresh,
        file_name=file.name,
        left_out=preview.left_out,
        all_or_nothing=all_or_nothing,
        so_far=lambda added: file.told(added, of),
        by=by,
    )
    if not isinstance(result, Imported):
        return result
    added = formats.count(result.added, "subscriber")
    return f"{added} added; {formats.count(result.left_out, 'row')} left out."


async def _stage(
    file: WaitingFile, preview: ImportPreview, all_or_nothing: bool, by: Actor
) -> str | Refused:
    of = len(preview.fresh)

    async def so_far(rows: int) -> None:
        file.told(rows, of)

    refused = await staging.stage(
        tenant_of(by),
        preview.fresh,
        file_name=file.name,
        left_out=preview.left_out,
        all_or_nothing=all_or_nothing,
        by=by,
        so_far=so_far,
    )
    return STAGED if refused is None else refused


def tenant_of(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant
