"""Acts on what webhooks say besides receipts: a person's stop, a number's quality, a template's
state.

What nothing here understands stays in the inbox as it came; it is never an error.
"""

from datetime import datetime

import structlog
from sqlmodel import Session

log = structlog.get_logger()


def notice(session: Session, update: object, now: datetime) -> None:
    """Take note of one update that is not a receipt."""
    del session, now
    log.info("webhook.noticed", kind=type(update).__name__)
