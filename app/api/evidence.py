"""An evidence pack on its way to whoever may read the audit trail.

GET /auth/evidence/7    the zip     401 without a session, 403 without the role, 404 when gone
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.api.forms import ip_of
from app.doors import evidence_folder, tell
from app.session import EVIDENCE, person
from engine.commands.note_evidence import note_download
from engine.domain.refusal import Refused
from engine.domain.roles import Forbidden


def evidence_routes() -> list[Route]:
    """The routes of this module."""
    return [Route(f"{EVIDENCE}/{{pack:int}}", download, methods=["GET"])]


async def download(request: Request) -> Response:
    """The file, once the trail has noted who takes it."""
    here = await person(request.headers.get("cookie", ""), ip_of(request))
    if here is None or here.must_change or here.actor.tenant is None:
        return PlainTextResponse("Sign in first.", 401)
    try:
        name = await tell(
            note_download, here.actor.tenant, request.path_params["pack"], by=here.actor
        )
    except Forbidden as refusal:
        return PlainTextResponse(str(refusal), 403)
    folder = evidence_folder()
    if isinstance(name, Refused) or folder is None or not (folder / Path(name).name).is_file():
        return PlainTextResponse("This pack is not here any more. Have it made again.", 404)
    return FileResponse(folder / Path(name).name, filename=name, media_type="application/zip")
