"""A client that speaks to the server as a browser would, and as an attacker would."""

import asyncio
import uuid
from contextlib import suppress
from typing import Any

import aiohttp
import socketio
from socketio.exceptions import ConnectionError as Refused

from app.session import COOKIE
from engine.domain.roles import Role
from tests.app.house import PASSWORD, House

NAMESPACE = "/_event"

__all__ = ["Refused", "Tab", "post", "sign_in"]


async def sign_in(house: House, who: Role | str, password: str = PASSWORD) -> str:
    """Sign in through the form, by role or e-mail; the Cookie header to send from then on."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get(f"{house.url}/sign-in") as form:
            token = (await form.text()).split('name="form_token" value="')[1].split('"')[0]
        email = f"{who}@example.test" if isinstance(who, Role) else who
        sent = {"email": email, "password": password, "form_token": token}
        async with http.post(
            f"{house.url}/auth/login",
            data=sent,
            headers={"Origin": house.url},
            allow_redirects=False,
        ) as answer:
            assert answer.status == 303, await answer.text()
            return f"{COOKIE}={answer.cookies[COOKIE].value}"


async def post(house: House, path: str, **options: Any) -> tuple[int, str]:
    """POST and the answer's status and text, redirects not followed."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(house.url + path, allow_redirects=False, **options) as answer,
    ):
        return answer.status, await answer.text()


class Tab:
    """One browser tab's websocket. Use as `async with Tab(house, cookie) as tab`."""

    def __init__(
        self, house: House, cookie: str | None, *, origin: str | None = "own", token: str = ""
    ) -> None:
        self._house = house
        self.token = token or str(uuid.uuid4())
        self._headers = {"Cookie": cookie} if cookie else {}
        if origin is not None:
            self._headers["Origin"] = house.url if origin == "own" else origin
        self.state: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    async def __aenter__(self) -> "Tab":
        self._http = aiohttp.ClientSession()
        self._socket = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self._socket.on("event", self._hear, namespace=NAMESPACE)
        try:
            await self._socket.connect(
                f"{self._house.url}/?token={self.token}",
                headers=self._headers,
                socketio_path=NAMESPACE,
                namespaces=[NAMESPACE],
                transports=["websocket"],
            )
        except BaseException:
            await self._http.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.disconnect()
        await self._http.close()

    async def call(self, handler: str, *, at: str = "/", **payload: Any) -> None:
        """Call an event handler by its name, as anybody who reached the socket could.

        at: the address the tab says it is at.
        """
        event = {
            "name": handler,
            "payload": payload,
            "token": self.token,
            "router_data": {"pathname": at, "query": {}, "asPath": at},
        }
        await self._socket.emit("event", event, namespace=NAMESPACE)

    async def hear(self, state: str, var: str, want: Any = None, wait: float = 5.0) -> Any:
        """A state's var once the server sent it as `want`, or not empty; None after `wait` s."""
        key = f"{var}_rx_state_"
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                while True:
                    for name, values in self.state.items():
                        if not name.endswith(state) or key not in values:
                            continue
                        if values[key] == want or (want is None and values[key]):
                            return values[key]
                    self._news.clear()
                    await self._news.wait()
        return None

    async def _hear(self, update: dict[str, Any]) -> None:
        for name, values in (update.get("delta") or {}).items():
            self.state.setdefault(name, {}).update(values)
        self.events.extend(update.get("events") or [])
        self._news.set()
