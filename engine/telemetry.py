"""How facts are logged: fixed event names with fields, one line each, never a phone number (O1,
X3).

Event names are `thing.happened` in the words of the product: `webhook.refused`, `lease.lost`.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

_SHOWN_FIRST, _SHOWN_LAST = 5, 2
_PHONE = re.compile(r"\+\d{8,15}(?!\d)|(?<![0-9A-Za-z])91[6-9]\d{9}(?!\d)")
"""Numbers with a plus, and Indian mobile numbers as WhatsApp writes them, without one."""


def mask_phone(phone: str) -> str:
    """`+9198******10`: enough to recognise a number one knows, too little to call it."""
    if len(phone) <= _SHOWN_FIRST + _SHOWN_LAST:
        return "*" * len(phone)
    hidden = "*" * (len(phone) - _SHOWN_FIRST - _SHOWN_LAST)
    return phone[:_SHOWN_FIRST] + hidden + phone[-_SHOWN_LAST:]


def mask_phones(text: str) -> str:
    """The text with every phone number in it masked."""
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)


def configure(*, level: str = "info", json: bool = False, stream: TextIO | None = None) -> None:
    """Send all logs, ours and the libraries', to `stream` (stderr by default) as masked lines.

    level: debug, info, warning or error. json: one JSON object a line, else text for people.
    """
    out = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Processor] = [*_renderers(json=json, colours=out.isatty()), _mask_line]
    structlog.configure(
        processors=[*common, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def _renderers(*, json: bool, colours: bool) -> list[Processor]:
    if not json:
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=plain)]
    # Tracebacks as plain text: the structured ones repeat local variables, with people's data.
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def _mask_line(_logger: Any, _name: str, line: Any) -> MutableMapping[str, Any] | str:
    """Masks the finished line, so that nothing slips through in an error's text or a nested
    value.
    """
    return mask_phones(line) if isinstance(line, str) else line
