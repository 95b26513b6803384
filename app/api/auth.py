"""Signing in and out: plain routes and native forms, because the cookie must be httpOnly (spec X2).

    GET  /sign-in         the form            POST /auth/login      opens a session
    GET  /auth/password   the form            POST /auth/password   a new one, and a new session
    GET  /auth/who        200 or 401          POST /auth/logout     ends it

`app.front_door` has refused foreign Origins before anything here runs.
"""

import asyncio
import secrets
from datetime import timedelta
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app import formats
from app.api.forms import form_of, ip_of, safe_next, same
from app.api.guesses import Guesses
from app.components.sign_in_form import Said, password_page, sign_in_page
from app.doors import ask, now, tell
from app.session import COOKIE, PASSWORD, SIGN_IN, csrf_token, person, token_hash
from app.words import en as words
from engine.commands.change_password import change_password
from engine.commands.passwords import hash_password, is_password, weakness
from engine.commands.sign_in import sign_in
from engine.commands.sign_out import sign_out
from engine.domain.refusal import Refused
from engine.domain.roles import Actor
from engine.domain.sign_in import ABSOLUTE_LIMIT
from engine.read.sign_in import SignedIn, credentials

FORM_COOKIE = "dawncast_form"
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
        Route(PASSWORD, desk.password_form, methods=["GET"]),
        Route(PASSWORD, desk.password, methods=["POST"]),
    ]


class _Desk:
    def __init__(self, *, secure_cookies: bool) -> None:
        self._set_cookie = partial(
            Response.set_cookie, httponly=True, samesite="lax", secure=secure_cookies, path="/"
        )
        self._guesses = Guesses()

    async def form(self, request: Request) -> Response:
        """The sign-in form; who is signed in already goes on."""
        after = safe_next(request.query_params.get("next", "/"))
        if await _person(request) is not None:
            return RedirectResponse(after, status_code=303)
        said: Said = None
        if "out" in request.query_params:
            said = ("good", words.SIGNED_OUT)
        elif "over" in request.query_params:
            said = ("busy", words.SESSION_OVER)
        return self._form(said=said, after=after)

    async def login(self, request: Request) -> Response:
        """Check the password, open a session, set the cookie."""
        sent, ip = await form_of(request), ip_of(request)
        after, email = safe_next(sent.get("next", "/")), sent.get("email", "").strip().lower()
        again = partial(self._form, after=after, email=email)
        if not same(sent.get("form_token", ""), request.cookies.get(FORM_COOKIE, "")):
            return again(said=("bad", words.SIGN_IN_FORM_OLD), status=403)
        if told := self._must_wait(email, ip):
            return again(said=("bad", told), status=429)
        actor = await self._knows(email, sent.get("password", ""), ip)
        if actor is None:
            log.info("sign_in.failed", ip=ip)
            return again(said=("bad", words.SIGN_IN_FAILED), status=401)
        response = await self._open_session(request, actor, after)
        return response or again(said=("bad", words.SIGN_IN_FAILED), status=401)

    async def logout(self, request: Request) -> Response:
        """End the session. Without one there is nothing to end, which is what was asked for."""
        sent = await form_of(request)
        token = request.cookies.get(COOKIE, "")
        here = await _person(request)
        if here is not None:
            if not same(sent.get("form_token", ""), csrf_token(token)):
                return JSONResponse({"error": "The form's token does not fit."}, status_code=403)
            await tell(sign_out, token_hash(token), by=here.actor)
        response = RedirectResponse(f"{SIGN_IN}?out", status_code=303)
        response.delete_cookie(COOKIE, path="/")
        return response

    async def who(self, request: Request) -> Response:
        """Whether the session still lives; asking does not prolong it."""
        here = await _person(request)
        if here is None:
            return JSONResponse({"error": "Not signed in."}, status_code=401)
        return JSONResponse({"name": here.actor.name, "role": here.actor.role})

    async def password_form(self, request: Request) -> Response:
        """The form for a new password."""
        here = await _person(request)
        if here is None:
            return RedirectResponse(SIGN_IN, status_code=303)
        said: Said = ("busy", words.PASSWORD_FIRST) if here.must_change else None
        return _password_form(request, said)

    async def password(self, request: Request) -> Response:
        """Change the password; everybody who came in with the old one is out."""
        here = await _person(request)
        if here is None:
            return RedirectResponse(SIGN_IN, status_code=303)
        sent, ip = await form_of(request), ip_of(request)
        again = partial(_password_form, request)
        if not same(sent.get("form_token", ""), csrf_token(request.cookies.get(COOKIE, ""))):
            return again(("bad", words.SIGN_IN_FORM_OLD), status=403)
        if told := self._must_wait(here.email, ip):
            return again(("bad", told), status=429)
        if await self._knows(here.email, sent.get("current", ""), ip) is None:
            return again(("bad", words.PASSWORD_WRONG), status=401)
        if why := _unfit(sent):
            return again(("bad", why), status=400)
        new_hash = await asyncio.to_thread(hash_password, sent["new"])
        await tell(change_password, new_hash, by=here.actor)
        response = await self._open_session(request, here.actor, "/")
        return response or RedirectResponse(SIGN_IN, status_code=303)

    def _must_wait(self, email: str, ip: str) -> str:
        wait = self._guesses.wait(email, ip, now())
        return words.SIGN_IN_WAIT.format(wait=formats.duration(wait)) if wait else ""

    async def _knows(self, email: str, password: str, ip: str) -> Actor | None:
        """Whom the password lets in as `email`, or None; a guess is counted before it is checked.

        A hundred guesses at once are a hundred guesses, however slow the check is.
        """
        self._guesses.failed(email, ip, now())
        known = await ask(credentials, email, ip=ip)
        guess = password[:PASSWORD_LIMIT]
        right = await asyncio.to_thread(is_password, guess, known.password_hash)
        if not right or known.actor is None:
            return None
        self._guesses.succeeded(email, ip)
        return known.actor

    async def _open_session(self, request: Request, actor: Actor, after: str) -> Response | None:
        token = secrets.token_urlsafe(32)
        agent = request.headers.get("user-agent", "")
        if isinstance(await tell(sign_in, token_hash(token), agent=agent, by=actor), Refused):
            return None
        response = RedirectResponse(after, status_code=303)
        self._set_cookie(response, COOKIE, token, max_age=int(ABSOLUTE_LIMIT.total_seconds()))
        response.delete_cookie(FORM_COOKIE, path="/")
        return response

    def _form(self, *, said: Said, after: str, email: str = "", status: int = 200) -> Response:
        form_token = secrets.token_urlsafe(24)
        page = sign_in_page(form_token=form_token, after=after, email=email, said=said)
        response = HTMLResponse(page, status_code=status)
        self._set_cookie(response, FORM_COOKIE, form_token, max_age=int(FORM_LIFE.total_seconds()))
        return response


def _password_form(request: Request, said: Said, status: int = 200) -> Response:
    form_token = csrf_token(request.cookies.get(COOKIE, ""))
    return HTMLResponse(password_page(form_token=form_token, said=said), status_code=status)


def _unfit(sent: dict[str, str]) -> str:
    """Why a new password is not taken; empty when it is."""
    new = sent.get("new", "")
    if new != sent.get("again", ""):
        return words.PASSWORD_DIFFERS
    if new == sent.get("current", ""):
        return words.PASSWORD_SAME
    if len(new) > PASSWORD_LIMIT:
        return f"A password has at most {PASSWORD_LIMIT} characters."
    weak = weakness(new)
    return str(weak) if weak else ""


async def _person(request: Request) -> SignedIn | None:
    return await person(request.headers.get("cookie", ""), ip_of(request))
