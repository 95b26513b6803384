"""Signing in and out: plain routes and native forms, because the cookie must be httpOnly (spec X2).

    GET  /sign-in       the form            POST /auth/login    opens a session
    GET  /auth/who      200 or 401          POST /auth/logout   ends it

`app.front_door` has refused foreign Origins before anything here runs.
"""

import asyncio
import hmac
import secrets
from datetime import timedelta
from functools import partial
from urllib.parse import parse_qs, quote

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app import formats
from app.api.guesses import Guesses
from app.components.sign_in_form import sign_in_page
from app.doors import ask, now, tell
from app.session import COOKIE, SIGN_IN, csrf_token, person, token_hash
from app.styles import Tone
from app.words import en as words
from engine.commands.passwords import is_password
from engine.commands.sign_in import sign_in
from engine.commands.sign_out import sign_out
from engine.domain.refusal import Refused
from engine.domain.sign_in import ABSOLUTE_LIMIT
from engine.read.sign_in import credentials

FORM_COOKIE = "dawncast_form"
FORM_LIMIT_BYTES = 8_192
FORM_LIFE = timedelta(hours=1)
PASSWORD_LIMIT = 512

log = structlog.get_logger()


def auth_routes(*, secure_cookies: bool) -> list[Route]:
    """The routes of this module. secure_cookies: set `Secure`, which needs HTTPS."""
    desk = _Desk(secure_cookies=secure_cookies)
    return [
        Route(SIGN_IN, desk.form, methods=["GET"]),
        Route("/auth/login", desk.login, methods=["POST"]),
        Route("/auth/logout", desk.logout, methods=["POST"]),
        Route("/auth/who", desk.who, methods=["GET"]),
    ]


def safe_next(path: str) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\", "/auth/", SIGN_IN))
    return path if ours and path.isprintable() and "\\" not in path else "/"


class _Desk:
    def __init__(self, *, secure_cookies: bool) -> None:
        self._set_cookie = partial(
            Response.set_cookie, httponly=True, samesite="lax", secure=secure_cookies, path="/"
        )
        self._guesses = Guesses()

    async def form(self, request: Request) -> Response:
        """The sign-in form; who is signed in already goes on."""
        after = safe_next(request.query_params.get("next", "/"))
        if await person(request.headers.get("cookie", ""), _ip(request)) is not None:
            return RedirectResponse(after, status_code=303)
        said: tuple[Tone, str] | None = None
        if "out" in request.query_params:
            said = ("good", words.SIGNED_OUT)
        elif "over" in request.query_params:
            said = ("busy", words.SESSION_OVER)
        return self._form(said=said, after=after)

    async def login(self, request: Request) -> Response:
        """Check the password, open a session, set the cookie."""
        sent = await _form_of(request)
        after, email = safe_next(sent.get("next", "/")), sent.get("email", "").strip().lower()
        again = partial(self._form, after=after, email=email)
        if not _same(sent.get("form_token", ""), request.cookies.get(FORM_COOKIE, "")):
            return again(said=("bad", words.SIGN_IN_FORM_OLD), status=403)
        ip = _ip(request)
        if wait := self._guesses.wait(email, ip, now()):
            told = words.SIGN_IN_WAIT.format(wait=formats.duration(wait))
            return again(said=("bad", told), status=429)
        # Counted before the slow check: a hundred guesses at once are a hundred guesses.
        self._guesses.failed(email, ip, now())
        known = await ask(credentials, email, ip=ip)
        right = await asyncio.to_thread(
            is_password, sent.get("password", "")[:PASSWORD_LIMIT], known.password_hash
        )
        if not right or known.actor is None:
            log.info("sign_in.failed", ip=ip)
            return again(said=("bad", words.SIGN_IN_FAILED), status=401)
        token = secrets.token_urlsafe(32)
        agent = request.headers.get("user-agent", "")
        result = await tell(sign_in, token_hash(token), agent=agent, by=known.actor)
        if isinstance(result, Refused):
            return again(said=("bad", words.SIGN_IN_FAILED), status=401)
        self._guesses.succeeded(email, ip)
        response = RedirectResponse(after, status_code=303)
        self._set_cookie(response, COOKIE, token, max_age=int(ABSOLUTE_LIMIT.total_seconds()))
        response.delete_cookie(FORM_COOKIE, path="/")
        return response

    async def logout(self, request: Request) -> Response:
        """End the session. Without one there is nothing to end, which is what was asked for."""
        sent = await _form_of(request)
        token = request.cookies.get(COOKIE, "")
        here = await person(request.headers.get("cookie", ""), _ip(request))
        if here is not None:
            if not _same(sent.get("form_token", ""), csrf_token(token)):
                return JSONResponse({"error": "The form's token does not fit."}, status_code=403)
            await tell(sign_out, token_hash(token), by=here.actor)
        response = RedirectResponse(f"{SIGN_IN}?out", status_code=303)
        response.delete_cookie(COOKIE, path="/")
        return response

    async def who(self, request: Request) -> Response:
        """Whether the session still lives; asking does not prolong it."""
        here = await person(request.headers.get("cookie", ""), _ip(request))
        if here is None:
            return JSONResponse({"error": "Not signed in."}, status_code=401)
        return JSONResponse({"name": here.actor.name, "role": here.actor.role})

    def _form(
        self, *, said: tuple[Tone, str] | None, after: str, email: str = "", status: int = 200
    ) -> Response:
        form_token = secrets.token_urlsafe(24)
        page = sign_in_page(form_token=form_token, after=after, email=email, said=said)
        response = HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})
        self._set_cookie(response, FORM_COOKIE, form_token, max_age=int(FORM_LIFE.total_seconds()))
        return response


def to_sign_in(path: str, query: str = "") -> str:
    """The address of the form that leads back to `path?query`."""
    after = f"{path}?{query}" if query else path
    return SIGN_IN if after == "/" else f"{SIGN_IN}?next={quote(after, safe='/')}"


async def _form_of(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT_BYTES:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10, keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _same(sent: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(sent.encode(), expected.encode())


def _ip(request: Request) -> str:
    return request.client.host if request.client else ""
