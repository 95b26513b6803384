"""What leads into the house: forms only we can have made, tickets for a second step, sessions."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.api.forms import same
from app.components.sign_in_form import Tongue
from app.doors import now, tell
from app.session import COOKIE, token_hash
from app.words.speech import LANGUAGES, language_of
from engine.commands.change_profile import choose_language
from engine.commands.sign_in import sign_in
from engine.domain.refusal import Refused
from engine.domain.roles import Actor
from engine.domain.sign_in import CODE_LIFE

FORM_COOKIE = "dawncast_form"
FORM_LIFE = timedelta(hours=1)
TONGUE_COOKIE = "dawncast_language"
TONGUE_LIFE = timedelta(days=365)
AS_BEFORE = Tongue()
TICKETS_KEPT = 1_000
NOTHING_SENT: Mapping[str, str] = MappingProxyType({})


class Opening:
    """Draws forms and opens sessions, each with its cookie."""

    def __init__(self, *, secure_cookies: bool) -> None:
        self._set_cookie = partial(
            Response.set_cookie, httponly=True, samesite="lax", secure=secure_cookies, path="/"
        )

    def form(self, draw: Callable[[str], str], *, tongue: Tongue, status: int = 200) -> Response:
        """The page that `draw` makes of a fresh form token, which its cookie holds, too."""
        form_token = secrets.token_urlsafe(24)
        response = HTMLResponse(draw(form_token), status_code=status)
        self._set_cookie(response, FORM_COOKIE, form_token, max_age=int(FORM_LIFE.total_seconds()))
        if tongue.chosen:
            remembered = int(TONGUE_LIFE.total_seconds())
            self._set_cookie(response, TONGUE_COOKIE, tongue.language, max_age=remembered)
        return response

    def is_ours(self, request: Request, sent: dict[str, str]) -> bool:
        """Whether a posted form is one that this browser got from us."""
        return same(sent.get("form_token", ""), request.cookies.get(FORM_COOKIE, ""))

    async def session(
        self, request: Request, actor: Actor, after: str, tongue: Tongue = AS_BEFORE
    ) -> Response | None:
        """Open a session and go on to `after`; None when the person may no longer come in.

        A language that was chosen on the way in is theirs from now on.
        """
        token = secrets.token_urlsafe(32)
        agent = request.headers.get("user-agent", "")
        until = await tell(sign_in, token_hash(token), agent=agent, by=actor)
        if isinstance(until, Refused):
            return None
        if tongue.chosen:
            await tell(choose_language, tongue.language, by=actor)
        response = RedirectResponse(after, status_code=303)
        seconds = round((until - now()).total_seconds())
        self._set_cookie(response, COOKIE, token, max_age=seconds)
        response.delete_cookie(FORM_COOKIE, path="/")
        return response


def tongue_of(request: Request, sent: Mapping[str, str] = NOTHING_SENT) -> Tongue:
    """In which language a form speaks: as just chosen, as this browser remembers, or English."""
    chosen = sent.get("language") or request.query_params.get("language") or ""
    if chosen in LANGUAGES:
        return Tongue(chosen, chosen=True)
    return Tongue(language_of(request.cookies.get(TONGUE_COOKIE, "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Whose password was right a moment ago; it opens nothing without a code."""

    token: str
    actor: Actor
    email: str
    after: str
    until: datetime


class Tickets:
    """Those who are between the password and the code. In memory: a restart asks both again."""

    def __init__(self) -> None:
        self._known: dict[str, Ticket] = {}

    def give(self, actor: Actor, email: str, after: str, at: datetime) -> Ticket:
        """A new ticket, good for a few minutes."""
        while len(self._known) >= TICKETS_KEPT:
            self._known.pop(next(iter(self._known)))
        token = secrets.token_urlsafe(24)
        ticket = Ticket(token=token, actor=actor, email=email, after=after, until=at + CODE_LIFE)
        self._known[token] = ticket
        return ticket

    def known(self, token: str, at: datetime) -> Ticket | None:
        """The ticket, while it is good."""
        ticket = self._known.get(token)
        return ticket if ticket is not None and at < ticket.until else None

    def take(self, ticket: Ticket) -> None:
        """It was used."""
        self._known.pop(ticket.token, None)
