"""Posts the world's webhooks to the one address they go to, several at a time."""

import asyncio
from collections.abc import Callable

import aiohttp
from yarl import URL

from engine.simulator.world import WebhookPost, World
from engine.whatsapp.transport import check_host, guarded_sockets

ANSWER_TIMEOUT = 20.0
"""Seconds until a webhook that is not answered counts as refused."""


class WebhookPump:
    """Takes what is due from the world, posts it, and tells the world the answer."""

    def __init__(
        self, world: World, now: Callable[[], float], url: str | None, *, concurrency: int
    ) -> None:
        self._world = world
        self._now = now
        self._url: URL | None = None
        self._slots = asyncio.Semaphore(concurrency)
        self._woken = asyncio.Event()
        self._asleep_until = 0.0
        self.set_url(url)

    @property
    def url(self) -> str | None:
        """Where webhooks go."""
        return None if self._url is None else str(self._url)

    def set_url(self, url: str | None) -> None:
        """Post to this address from now on; ForbiddenHostError for any not loopback (spec X5)."""
        self._url = None if url is None else check_host(url, sandbox=True)
        self._woken.set()

    def wake(self) -> None:
        """The world may have something sooner than the pump thinks."""
        at = self._world.next_webhook_at()
        if at is not None and at < self._asleep_until:
            self._woken.set()

    async def run(self) -> None:
        """Posts for ever. Cancelled, it forgets what is in flight."""
        connector = aiohttp.TCPConnector(limit=0, socket_factory=guarded_sockets(sandbox=True))
        timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT)
        async with (
            aiohttp.ClientSession(
                connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
            ) as session,
            asyncio.TaskGroup() as posts,
        ):
            while True:
                url = await self._until_due()
                for post in self._world.take_webhooks(self._now()):
                    await self._slots.acquire()
                    posts.create_task(self._post(session, url, post))

    async def handshake(self, url: str, verify_token: str) -> bool:
        """Meta's `GET ?hub.mode=subscribe…`: whether the address echoes the challenge."""
        target = check_host(url, sandbox=True)
        challenge = str(int(self._now() * 1000) % 10**10)
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": verify_token,
        }
        connector = aiohttp.TCPConnector(socket_factory=guarded_sockets(sandbox=True))
        timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.get(target.update_query(query), allow_redirects=False) as response,
            ):
                return response.status == 200 and await response.text() == challenge
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    async def _until_due(self) -> URL:
        while True:
            self._woken.clear()
            at = self._world.next_webhook_at()
            if self._url is None:
                await self._woken.wait()
                continue
            wait = None if at is None else at - self._now()
            if wait is not None and wait <= 0:
                return self._url
            self._asleep_until = float("inf") if at is None else at
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _post(self, session: aiohttp.ClientSession, url: URL, post: WebhookPost) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": post.signature,
        }
        status: int | None = None
        try:
            async with session.post(
                url, data=post.body, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            status = None  # Meta, too, only knows that it was not answered 200
        finally:
            self._slots.release()
        self._world.webhook_answered(post.id, status, self._now())
        self.wake()
