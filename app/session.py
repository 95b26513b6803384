"""Who is behind an event or a request. No handler of ours runs before that is known.

Reflex lets anybody who reaches the websocket call any handler by name; page guards protect nothing
(spec X2). So three doors stand in a row: `app.serve` refuses a websocket without a session,
`Doorkeeper` refuses handlers nobody guarded, `guarded` asks the database at every single event.
"""

import hashlib
import inspect
from collections.abc import Callable
from functools import wraps
from http.cookies import CookieError, SimpleCookie
from typing import Any

import reflex as rx
import structlog
from reflex.istate.proxy import StateProxy
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

from app.doors import ask, now, tell
from app.tab import Tab, say, send_away
from engine.commands.stay_signed_in import stay_signed_in
from engine.domain.roles import Forbidden, Permission, require
from engine.read.sign_in import SignedIn, signed_in

COOKIE = "dawncast_session"
SIGN_IN = "/sign-in"
PASSWORD = "/auth/password"  # noqa: S105 - a path
INVITATION = "/auth/invitation"
EVIDENCE = "/auth/evidence"
RECHECK_SECONDS = 5.0
"""How often a background loop asks again whether its session still lives."""

log = structlog.get_logger()


def token_hash(token: str) -> str:
    """What the database knows a session by."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """What a form of this session carries: the proof that a page of ours made it."""
    return hashlib.sha256(b"form:" + token.encode()).hexdigest()


def session_token(cookies: str) -> str | None:
    """The session's token in a Cookie header, or None."""
    try:
        morsel = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return None
    return morsel.value or None if morsel else None


async def person(cookies: str, ip: str = "") -> SignedIn | None:
    """Whose session the Cookie header carries, by the database, now."""
    token = session_token(cookies)
    if token is None:
        return None
    return await ask(signed_in, token_hash(token), ip=ip, now=now())


async def who(state: rx.State) -> SignedIn | None:
    """Whose event this is, by the database, now; a background loop asks this every few seconds."""
    return await person(_cookies(state), _ip(state))


def own_token_hash(state: rx.State) -> str:
    """The hash of the token of the session this event came with."""
    return token_hash(session_token(_cookies(state)) or "")


def is_open(state: rx.State) -> bool:
    """Whether the tab is still connected; a background loop ends with its tab."""
    tabs = RegistrationContext.get().app.event_namespace
    return tabs is not None and state.router.session.client_token in tabs.token_to_sid


def guarded(permission: Permission = Permission.VIEW, **event_options: Any) -> Callable[..., Any]:
    """An event handler that runs only for a person with `permission`.

        @guarded(Permission.CONTENT_APPROVE)
        async def approve(self, content: int, *, by: Actor): ...

    `by`, when the handler has it, is the person; a client cannot send it. Without a session the
    browser leaves for the sign-in page, without the role it gets a notice. `event_options` are
    `rx.event`'s own.
    """

    def guard(handler: Callable[..., Any]) -> Any:
        checked = _guard_generator if inspect.isasyncgenfunction(handler) else _guard_coroutine
        return rx.event(checked(handler, permission), **event_options)

    return guard


def _guard_coroutine(handler: Callable[..., Any], permission: Permission) -> Any:
    if not inspect.iscoroutinefunction(handler):
        raise TypeError(f"{handler.__qualname__} must be async: a sync one blocks every other tab")

    @wraps(handler)
    async def checked(self: rx.State, *args: Any, **sent: Any) -> Any:
        admitted = await _admit(self, handler, permission)
        if admitted is None:
            return None
        try:
            return await handler(self, *args, **_with_person(handler, sent, admitted))
        except Forbidden as refusal:
            await _refuse(self, handler, str(refusal))
            return None

    return _as_handler(checked, handler, permission)


def _guard_generator(handler: Callable[..., Any], permission: Permission) -> Any:
    @wraps(handler)
    async def checked(self: rx.State, *args: Any, **sent: Any) -> Any:
        admitted = await _admit(self, handler, permission)
        if admitted is None:
            return
        try:
            async for event in handler(self, *args, **_with_person(handler, sent, admitted)):
                yield event
        except Forbidden as refusal:
            await _refuse(self, handler, str(refusal))

    return _as_handler(checked, handler, permission)


def _as_handler(checked: Any, handler: Callable[..., Any], permission: Permission) -> Any:
    # Reflex reads a handler's arguments from its signature; `by` is ours, not the client's.
    signature = inspect.signature(handler)
    shown = [parameter for name, parameter in signature.parameters.items() if name != "by"]
    checked.__signature__ = signature.replace(parameters=shown)
    checked.__annotations__ = {k: v for k, v in handler.__annotations__.items() if k != "by"}
    checked.guarded_by = permission
    return checked


def _with_person(
    handler: Callable[..., Any], sent: dict[str, Any], admitted: SignedIn
) -> dict[str, Any]:
    sent.pop("by", None)
    if "by" in inspect.signature(handler).parameters:
        sent["by"] = admitted.actor
    return sent


async def _admit(
    state: rx.State, handler: Callable[..., Any], permission: Permission
) -> SignedIn | None:
    admitted = await who(state)
    if admitted is None:
        log.info("event.refused", handler=handler.__qualname__, why="no session")
        await _in_its_turn(state, send_away, SIGN_IN)
        return None
    if admitted.must_change:
        await _in_its_turn(state, send_away, PASSWORD)
        return None
    try:
        require(admitted.actor, permission)
    except Forbidden as refusal:
        await _refuse(state, handler, str(refusal))
        return None
    if admitted.stale and not _in_background(state):
        token = session_token(_cookies(state)) or ""
        await tell(stay_signed_in, token_hash(token), by=admitted.actor)
    return admitted


async def _refuse(state: rx.State, handler: Callable[..., Any], why: str) -> None:
    log.info("event.refused", handler=handler.__qualname__, why=why)
    await _in_its_turn(state, say, "bad", why)


async def _in_its_turn(state: rx.State, change: Callable[..., Any], *args: Any) -> None:
    if _in_background(state):
        async with state:
            await change(state, *args)
    else:
        await change(state, *args)


def _in_background(state: rx.State) -> bool:
    return isinstance(state, StateProxy)


def _cookies(state: rx.State) -> str:
    return state.router.headers.cookie


def _ip(state: rx.State) -> str:
    return state.router.session.client_ip


class Doorkeeper(rx.Middleware):
    """Before every event: drops handlers nobody guarded, and empties a tab that changed hands."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event pass; an empty update drops it."""
        del app
        if not is_admissible(event.name):
            log.warning("event.unguarded", handler=event.name)
            return StateUpdate()
        token = session_token(state.router.headers.cookie)
        mine = token_hash(token) if token else ""
        tab = await state.get_state(Tab)
        if tab._session != mine:
            state._get_root_state().reset()
            tab._session = mine
        return None


def is_admissible(handler_name: str) -> bool:
    """Whether a handler is guarded, or is Reflex's own and so only moves its tab's state."""
    registered = RegistrationContext.get().event_handlers.get(handler_name)
    if handler_name.endswith(".setvar"):
        return False  # every state is born with it: any setter, called by name, past its guard
    if registered is None:
        return True  # Reflex itself answers for what does not exist
    if hasattr(registered.handler.fn, "guarded_by"):
        return True
    return not any(_is_ours(state.__module__) for state in registered.states)


def _is_ours(module: str) -> bool:
    return module == "app" or module.startswith(("app.", "tests."))
