"""What a trial hands to whoever makes its webhook route: the engine knows nothing of the app."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.store.database import Database


@dataclass(frozen=True, slots=True)
class TrialDoor:
    """What the webhook route is built from."""

    database: Database
    app_secret: str


WebhookApp = Callable[[TrialDoor], Any]
"""Makes the ASGI app that takes in webhooks."""
