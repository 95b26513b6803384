"""What a process has used, by its own account; and a door through which a trial asks another."""

import json
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PATH = "/_trial/usage"


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU of all its threads so far, and the most memory it ever had."""

    cpu_s: float
    peak_rss_mb: float


def used() -> Usage:
    """What this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Usage(usage.ru_utime + usage.ru_stime, _peak_rss_mb(usage.ru_maxrss))


def _peak_rss_mb(most: int) -> float:
    if sys.platform == "darwin":
        return most / (1024 * 1024)
    try:
        # What getrusage tells begins with the parent's size at the fork; this is our own.
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    except (OSError, IndexError, ValueError):
        return most / 1024


class UsageDoor:
    """An ASGI app that answers PATH itself and leaves all else to the app behind it."""

    def __init__(self, behind: Any) -> None:
        self._behind = behind

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._behind(scope, receive, send)
            return
        kind = (b"content-type", b"application/json")
        await send({"type": "http.response.start", "status": 200, "headers": [kind]})
        body = json.dumps(asdict(used())).encode()
        await send({"type": "http.response.body", "body": body})
