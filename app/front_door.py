"""Stands before every request and websocket: origins, sessions, uploads, headers (spec X2).

machines    /health, /ready, /webhooks/…    their own checks, never a browser's
sign-in     /sign-in, /auth/…               own Origin for whatever changes something
files       GET /export/…                   a session, and the route's own role
assets      a file name with an ending      public, the same for everybody
websocket   /_event                         own Origin (absent = refused) and a session
uploads     POST /_upload                   Origin, session, role, size before the body
pages       everything else                 a session, or the way to the sign-in form
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.api.forms import to_sign_in
from app.session import PASSWORD, SIGN_IN, person
from engine.domain.roles import Permission, may
from engine.read.sign_in import SignedIn

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

UPLOAD_LIMIT_BYTES = 25 * 1024 * 1024
"""100,000 subscribers as CSV are about 12 MB."""
UPLOADS_NEED = (Permission.SUBSCRIBERS_WRITE, Permission.CONTENT_WRITE)
"""Either lets a person upload; the handler behind the upload asks for its own."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
EVENTS, UPLOADS, EXPORTS = "/_event", "/_upload", "/export"
POLICY_VIOLATION = 1008

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How the dashboard is reached.

    origins: `scheme://host:port` of our own pages, all ways to spell it. https: cookies are Secure
    and browsers are told to stay with HTTPS. scripts: hashes of the build's inline scripts.
    """

    origins: frozenset[str]
    https: bool = False
    scripts: tuple[str, ...] = ()


class FrontDoor:
    """The ASGI app that faces the network.

    dashboard: Reflex, with its websocket and pages. desk: the sign-in routes. machines: what other
    programs call, and `machine_paths` the starts of their paths.
    """

    def __init__(
        self,
        dashboard: AsgiApp,
        *,
        desk: AsgiApp,
        machines: AsgiApp,
        machine_paths: tuple[str, ...],
        site: Site,
    ) -> None:
        self._dashboard = dashboard
        self._desk = desk
        self._machines = machines
        self._machine_paths = machine_paths
        self._site = site
        self._headers = security_headers(site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _with_headers(send, self._headers, scope["path"]))
        else:
            await self._dashboard(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        why = ""
        if not _is_under(scope["path"], EVENTS):
            why = "path"
        elif not self._is_own(headers.get("origin")):
            why = "origin"
        elif (here := await _person(scope, headers)) is None or here.must_change:
            why = "session"
        if why:
            log.info("websocket.refused", why=why, ip=_ip(scope))
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        await self._dashboard(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if any(_is_under(path, start) for start in self._machine_paths):
            await self._machines(scope, receive, send)
            return
        answer = await self._answer(scope, path, Headers(scope=scope))
        if answer is not None:
            await answer(scope, receive, send)
        elif path == SIGN_IN or path.startswith("/auth/") or _is_under(path, EXPORTS):
            await self._desk(scope, receive, send)
        else:
            await self._dashboard(scope, receive, send)

    async def _answer(self, scope: Scope, path: str, headers: Headers) -> Response | None:
        """What is refused or sent elsewhere; None lets the request in."""
        reading = scope["method"] in READING
        if not reading and not self._is_own(headers.get("origin")):
            log.info("request.refused", why="origin", path=path, ip=_ip(scope))
            return JSONResponse({"error": "This request came from another site."}, 403)
        if path == SIGN_IN or path.startswith("/auth/"):
            return None
        if path == UPLOADS and not reading:
            return await self._upload(scope, headers)
        if not reading or _is_under(path, UPLOADS) or _is_under(path, EVENTS) or _is_inner(path):
            return JSONResponse({"error": "There is nothing at this address."}, 404)
        if _is_asset(path) and not _is_under(path, EXPORTS):
            return None
        here = await _person(scope, headers)
        if here is None:
            asked = scope.get("query_string", b"").decode("latin-1")
            return RedirectResponse(to_sign_in(path, asked), status_code=303)
        if here.must_change:
            return RedirectResponse(PASSWORD, status_code=303)
        return None

    async def _upload(self, scope: Scope, headers: Headers) -> Response | None:
        # All of this before a byte of the body is asked for.
        here = await _person(scope, headers)
        if here is None or here.must_change:
            return _closing(JSONResponse({"error": "Not signed in."}, 401))
        if not any(may(here.actor, permission) for permission in UPLOADS_NEED):
            return _closing(JSONResponse({"error": "Your role may not upload files."}, 403))
        length = headers.get("content-length", "")
        if not length.isdigit():
            return _closing(JSONResponse({"error": "An upload says how long it is."}, 411))
        if int(length) > UPLOAD_LIMIT_BYTES:
            limit = UPLOAD_LIMIT_BYTES // 1024 // 1024
            return _closing(JSONResponse({"error": f"A file may have {limit} MB at most."}, 413))
        return None

    def _is_own(self, origin: str | None) -> bool:
        return origin is not None and origin in self._site.origins


def security_headers(site: Site) -> Mapping[str, str]:
    """What every answer carries, chiefly the Content-Security-Policy."""
    # A policy has no spelling for IPv6 addresses; where it matters, 'self' covers our own.
    named = sorted(origin for origin in site.origins if "[" not in origin)
    sockets = " ".join(origin.replace("http", "ws", 1) for origin in named)
    policy = "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {' '.join(site.scripts)}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' {sockets}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if site.https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _with_headers(send: Send, headers: Mapping[str, str], path: str) -> Send:
    named_by_content = path.startswith("/assets/")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = MutableHeaders(scope=message)
            for name, value in headers.items():
                ours.setdefault(name, value)
            if ours.get("content-type", "").startswith("text/html"):
                ours["Cache-Control"] = "no-store"
            elif named_by_content and message["status"] == 200:
                ours["Cache-Control"] = "public, max-age=31536000, immutable"
        await send(message)

    return sending


def _closing(response: Response) -> Response:
    # Without this the server would first read the refused body to reuse the connection.
    response.headers["Connection"] = "close"
    return response


def _is_under(path: str, start: str) -> bool:
    return path == start or path.startswith(start.rstrip("/") + "/")


def _is_inner(path: str) -> bool:
    return path.startswith(("/_", "/auth-codespace"))


def _is_asset(path: str) -> bool:
    last = path.rsplit("/", 1)[-1]
    return "." in last and not last.endswith(".html")


async def _person(scope: Scope, headers: Headers) -> SignedIn | None:
    return await person(headers.get("cookie", ""), _ip(scope))


def _ip(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""
