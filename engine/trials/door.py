"""What a trial hands to whoever makes its webhook route: the engine knows nothing of the app."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from engine.store.database import Database


@dataclass(frozen=True, slots=True)
class TrialDoor:
    """What the webhook route is built from."""

    database: Database
    app_secret: str


@dataclass(frozen=True, slots=True)
class WebhookFace:
    """What takes webhooks in: the ASGI app, and what uvicorn is to speak HTTP with."""

    app: Any
    http: "type[asyncio.Protocol] | Literal['auto']" = "auto"


MakesFace = Callable[[TrialDoor], WebhookFace]
