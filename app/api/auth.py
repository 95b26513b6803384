"""Signing in and out: plain routes and native forms, because the cookie must be httpOnly (spec X2).

    GET  /sign-in           the form          POST /auth/login        opens a session, or asks for
                                              POST /auth/code         the authenticator's code
    GET  /auth/password     the form          POST /auth/password     a new one, and a new session
    GET  /auth/invitation   the form          POST /auth/invitation   a new user, and a session
    GET  /auth/who          200 or 401        POST /auth/logout       ends it

`app.front_door` has refused foreign Origins before anything here runs.
"""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app import formats
from app.api.forms import form_of, ip_of, safe_next, same
from app.api.guesses import Guesses
from app.api.opening import Opening, Ticket, Tickets, tongue_of
from app.components.sign_in_form import (
    Said,
    Tongue,
    code_page,
    invitation_page,
    password_page,
    sign_in_page,
)
from app.doors import ask, now, tell
from app.session import COOKIE, INVITATION, PASSWORD, SIGN_IN, csrf_token, person, token_hash
from app.words.speech import words_of
from engine.commands.accept_invitation import accept_invitation
from engine.commands.change_password import change_password
from engine.commands.change_profile import pass_second_factor
from engine.commands.passwords import hash_password, is_password, weakness
from engine.commands.sign_out import sign_out
from engine.domain.refusal import Refused
from engine.domain.roles import ENGINE
from engine.read.sign_in import Credentials, SignedIn, credentials, invited

PASSWORD_LIMIT, CODE_LIMIT = 512, 64

log = structlog.get_logger()


def auth_routes(*, secure_cookies: bool) -> list[Route]:
    """The routes of this module. secure_cookies: set `Secure`, which needs HTTPS."""
    desk = _Desk(secure_cookies=secure_cookies)
    return [
        Route(SIGN_IN, desk.form, methods=["GET"]),
        Route("/auth/login", desk.login, methods=["POST"]),
        Route("/auth/logout", desk.logout, methods=["POST"]),
        Route("/auth/who", desk.who, methods=["GET"]),
        Route("/auth/code", desk.code, methods=["POST"]),
        Route(INVITATION, desk.invitation_form, methods=["GET"]),
        Route(INVITATION, desk.invitation, methods=["POST"]),
        Route(PASSWORD, desk.password_form, methods=["GET"]),
        Route(PASSWORD, desk.password, methods=["POST"]),
    ]


class _Desk:
    def __init__(self, *, secure_cookies: bool) -> None:
        self._opening = Opening(secure_cookies=secure_cookies)
        self._guesses = Guesses()
        self._tickets = Tickets()

    async def form(self, request: Request) -> Response:
        """The sign-in form; who is signed in already goes on."""
        after = safe_next(request.query_params.get("next", "/"))
        if await _person(request) is not None:
            return RedirectResponse(after, status_code=303)
        tongue, said = tongue_of(request), None
        words = words_of(tongue.language)
        if "out" in request.query_params:
            said = ("good", words.SIGNED_OUT)
        elif "over" in request.query_params:
            said = ("busy", words.SESSION_OVER)
        return self._form(said=said, after=after, tongue=tongue)

    async def login(self, request: Request) -> Response:
        """Check the password, open a session, set the cookie."""
        sent, ip = await form_of(request), ip_of(request)
        after, email = safe_next(sent.get("next", "/")), sent.get("email", "").strip().lower()
        tongue = tongue_of(request, sent)
        words = words_of(tongue.language)
        again = partial(self._form, after=after, email=email, tongue=tongue)
        if not self._opening.is_ours(request, sent):
            return again(said=("bad", words.SIGN_IN_FORM_OLD), status=403)
        if told := self._must_wait(email, ip, tongue):
            return again(said=("bad", told), status=429)
        known = await self._knows(email, sent.get("password", ""), ip)
        if known is None or known.actor is None:
            log.info("sign_in.failed", ip=ip)
            return again(said=("bad", words.SIGN_IN_FAILED), status=401)
        if known.second_factor:
            ticket = self._tickets.give(known.actor, email, after, now())
            return self._ask_for_code(ticket, tongue)
        response = await self._opening.session(request, known.actor, after, tongue)
        return response or again(said=("bad", words.SIGN_IN_FAILED), status=401)

    async def code(self, request: Request) -> Response:
        """The second step: the authenticator's code, or a recovery code."""
        sent, ip = await form_of(request), ip_of(request)
        tongue = tongue_of(request, sent)
        words = words_of(tongue.language)
        again = partial(self._form, after="/", tongue=tongue)
        ticket = self._tickets.known(sent.get("ticket", ""), now())
        if ticket is None or not self._opening.is_ours(request, sent):
            return again(said=("bad", words.SIGN_IN_FORM_OLD), status=403)
        account = f"code:{ticket.email}"
        if told := self._must_wait(account, ip, tongue):
            return self._ask_for_code(ticket, tongue, ("bad", told), status=429)
        self._guesses.failed(account, ip, now())
        code = sent.get("code", "")[:CODE_LIMIT]
        actor = replace(ticket.actor, ip=ip)
        if isinstance(await tell(pass_second_factor, code, by=actor), Refused):
            log.info("sign_in.code_failed", ip=ip)
            return self._ask_for_code(ticket, tongue, ("bad", words.CODE_WRONG), status=401)
        self._guesses.succeeded(account, ip)
        self._tickets.take(ticket)
        response = await self._opening.session(request, actor, ticket.after, tongue)
        return response or again(said=("bad", words.SIGN_IN_FAILED), status=401)

    async def invitation_form(self, request: Request) -> Response:
        """Where an invitation's link leads: choose a password, and be a user."""
        return await self._invite(request.query_params.get("token", ""), tongue_of(request))

    async def invitation(self, request: Request) -> Response:
        """Take the place; the link is used up by it."""
        sent, ip = await form_of(request), ip_of(request)
        tongue = tongue_of(request, sent)
        words = words_of(tongue.language)
        again = partial(self._invite, sent.get("token", ""), tongue)
        if not self._opening.is_ours(request, sent):
            return await again(("bad", words.SIGN_IN_FORM_OLD), status=403)
        if told := self._must_wait("invitation", ip, tongue):
            return await again(("bad", told), status=429)
        if why := _unfit(sent, words):
            return await again(("bad", why), status=400)
        self._guesses.failed("invitation", ip, now())
        new_hash = await asyncio.to_thread(hash_password, sent["new"])
        asked = token_hash(sent.get("token", ""))
        joined = await tell(accept_invitation, asked, new_hash, by=replace(ENGINE, ip=ip))
        if isinstance(joined, Refused):
            return await again(("bad", joined.why), status=400)
        self._guesses.succeeded("invitation", ip)
        response = await self._opening.session(request, joined, "/", tongue)
        return response or RedirectResponse(SIGN_IN, status_code=303)

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
        first = words_of(here.language).PASSWORD_FIRST
        said: Said = ("busy", first) if here.must_change else None
        return _password_form(request, here, said)

    async def password(self, request: Request) -> Response:
        """Change the password; everybody who came in with the old one is out."""
        here = await _person(request)
        if here is None:
            return RedirectResponse(SIGN_IN, status_code=303)
        sent, ip = await form_of(request), ip_of(request)
        words = words_of(here.language)
        again = partial(_password_form, request, here)
        if not same(sent.get("form_token", ""), csrf_token(request.cookies.get(COOKIE, ""))):
            return again(("bad", words.SIGN_IN_FORM_OLD), status=403)
        if told := self._must_wait(here.email, ip, Tongue(here.language)):
            return again(("bad", told), status=429)
        known = await self._knows(here.email, sent.get("current", ""), ip)
        if known is None:
            return again(("bad", words.PASSWORD_WRONG), status=401)
        if why := _unfit(sent, words):
            return again(("bad", why), status=400)
        new_hash = await asyncio.to_thread(hash_password, sent["new"])
        await tell(change_password, new_hash, by=here.actor)
        response = await self._opening.session(request, here.actor, "/")
        return response or RedirectResponse(SIGN_IN, status_code=303)

    def _must_wait(self, email: str, ip: str, tongue: Tongue) -> str:
        wait = self._guesses.wait(email, ip, now())
        words = words_of(tongue.language)
        return words.SIGN_IN_WAIT.format(wait=formats.duration(wait)) if wait else ""

    async def _knows(self, email: str, password: str, ip: str) -> Credentials | None:
        """What is known of `email` if the password is theirs; a guess is counted before the check.

        A hundred guesses at once are a hundred guesses, however slow the check is.
        """
        self._guesses.failed(email, ip, now())
        known = await ask(credentials, email, ip=ip)
        guess = password[:PASSWORD_LIMIT]
        right = await asyncio.to_thread(is_password, guess, known.password_hash)
        if not right or known.actor is None:
            return None
        self._guesses.succeeded(email, ip)
        return known

    def _form(
        self, *, said: Said, after: str, tongue: Tongue, email: str = "", status: int = 200
    ) -> Response:
        return self._opening.form(
            lambda token: sign_in_page(
                form_token=token, after=after, email=email, said=said, tongue=tongue
            ),
            tongue=tongue,
            status=status,
        )

    def _ask_for_code(
        self, ticket: Ticket, tongue: Tongue, said: Said = None, status: int = 200
    ) -> Response:
        return self._opening.form(
            lambda token: code_page(
                form_token=token, ticket=ticket.token, said=said, tongue=tongue
            ),
            tongue=tongue,
            status=status,
        )

    async def _invite(
        self, token: str, tongue: Tongue, said: Said = None, status: int = 200
    ) -> Response:
        words = words_of(tongue.language)
        guest = await ask(invited, token_hash(token), now=now())
        if guest is None:
            ended = said or ("bad", words.INVITATION_ENDED)
            return self._form(said=ended, after="/", tongue=tongue, status=status if said else 404)
        return self._opening.form(
            lambda form_token: invitation_page(
                form_token=form_token,
                token=token,
                email=guest.email,
                said=said or ("busy", words.INVITATION_WORDS.format(house=guest.tenant_name)),
                tongue=tongue,
            ),
            tongue=tongue,
            status=status,
        )


def _password_form(request: Request, here: SignedIn, said: Said, status: int = 200) -> Response:
    form_token = csrf_token(request.cookies.get(COOKIE, ""))
    page = password_page(form_token=form_token, said=said, tongue=Tongue(here.language))
    return HTMLResponse(page, status_code=status)


def _unfit(sent: dict[str, str], words: Any) -> str:
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
