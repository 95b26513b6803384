"""One running stand-in: the world, the time, the webhook pump; and how to start one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from engine.clock import Clock
from engine.simulator.scenarios import scenario_named
from engine.simulator.server.pump import WebhookPump
from engine.simulator.world import SimulatedNumber, SimulatedTemplate, World


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """How to start the stand-in. `webhook_url` None keeps all webhooks waiting.

    `strict_media`: an image message needs an id uploaded here, as at Meta. `receipts` False posts
    no webhook for messages at all. `shelf`: templates that are there from the beginning, beside
    any other name when `templates` is None. `fault_at`: see `scenario_named`.
    """

    numbers: Sequence[SimulatedNumber]
    access_token: str
    app_secret: str
    waba_id: str
    webhook_url: str | None = None
    seed: int = 1
    scenario: str = "normal_load"
    receipts: bool = True
    fault_at: float | None = None
    templates: Sequence[SimulatedTemplate] | None = None
    shelf: Sequence[SimulatedTemplate] = ()
    strict_media: bool = True
    webhook_concurrency: int = 8

    def world(self) -> World:
        """The world these options describe. KeyError for a scenario that does not exist."""
        return World(
            self.seed,
            scenario_named(self.scenario, receipts=self.receipts, fault_at=self.fault_at),
            self.numbers,
            self.access_token,
            self.app_secret,
            self.waba_id,
            self.templates,
            shelf=self.shelf,
            strict_media=self.strict_media,
        )


@dataclass(slots=True)
class Face:
    """What every route needs. `now` is unix seconds and never goes back."""

    world: World
    now: Callable[[], float]
    pump: WebhookPump


FACE = web.AppKey("face", Face)


def make_face(options: SimulatorOptions, clock: Clock) -> Face:
    """A face on a new world; to be called on the running loop.

    Raises ForbiddenHostError for a webhook address that is not on this machine (spec X5).
    """
    world, now = options.world(), forward_only(clock)
    concurrency = options.webhook_concurrency
    return Face(world, now, WebhookPump(world, now, options.webhook_url, concurrency=concurrency))


def forward_only(clock: Clock) -> Callable[[], float]:
    """The clock in unix seconds, standing still while the machine's time is being set back."""
    last = 0.0

    def now() -> float:
        nonlocal last
        last = max(last, clock.now().timestamp())
        return last

    return now
