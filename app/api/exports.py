"""Files of reports: plain GETs with the session's cookie, so that a browser saves them itself.

    GET /export/report?from=2026-11-01&to=2026-11-26&format=pdf

`app.front_door` lets nobody come here without a session; who asks and what for is in the trail
before the file is made. A workbook or a paper is made by a process of its own (spec R3).
"""

import asyncio
from datetime import date

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.api.forms import ip_of
from app.doors import ask, now, tell
from app.formats import SPOKEN
from app.session import person
from engine.commands.export_report import export_report
from engine.documents.report_book import MEDIA_TYPES, Format
from engine.documents.report_csv import write_csv
from engine.documents.report_process import NotMadeError, make_file
from engine.domain.roles import Forbidden
from engine.read.report import LONGEST
from engine.read.report_book import book

AT_ONCE = 2
"""Processes that make files at one time: whoever comes third waits."""

log = structlog.get_logger()


def export_routes() -> list[Route]:
    """The routes of this module."""
    return [Route("/export/report", Exports().report, methods=["GET"])]


class Exports:
    """Makes files, a few at a time."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)

    async def report(self, request: Request) -> Response:
        """A report of the days `from` to `to`, as `format`."""
        here = await person(request.headers.get("cookie", ""), ip_of(request))
        if here is None or here.must_change or here.actor.tenant is None:
            return PlainTextResponse("Sign in first.", 401)
        wanted = _wanted(request)
        if wanted is None:
            return PlainTextResponse("Say which days, at most a year, and csv, xlsx or pdf.", 400)
        tenant, (first, last, form) = here.actor.tenant, wanted
        try:
            await tell(export_report, tenant, first, last, form.value, by=here.actor)
        except Forbidden as refusal:
            return PlainTextResponse(str(refusal), 403)
        async with self._free:
            paper = form is Format.PDF
            made = await ask(book, tenant, first, last, spoken=SPOKEN, now=now(), paper=paper)
            try:
                if form is Format.CSV:
                    data = await asyncio.to_thread(write_csv, made.sheets[0])
                else:
                    data = await make_file(made, form)
            except NotMadeError as error:
                log.error("report.not_made", why=str(error), form=form.value)  # noqa: TRY400
                return PlainTextResponse("The file could not be made. Try a shorter range.", 503)
        name = f"report-{first}" if first == last else f"report-{first}-{last}"
        return Response(
            data,
            media_type=MEDIA_TYPES[form],
            headers={
                "Content-Disposition": f'attachment; filename="{name}.{form.value}"',
                "Cache-Control": "no-store",
            },
        )


def _wanted(request: Request) -> tuple[date, date, Format] | None:
    asked = request.query_params
    try:
        first = date.fromisoformat(asked.get("from", ""))
        last = date.fromisoformat(asked.get("to", ""))
        form = Format(asked.get("format", ""))
    except ValueError:
        return None
    return (first, last, form) if 0 <= (last - first).days < LONGEST else None
