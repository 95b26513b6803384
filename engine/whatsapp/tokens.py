"""Access tokens by sender, read again from their files, so that they rotate without a restart
(X3).
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from engine.domain.ids import PhoneNumberId
from engine.settings import Settings

REREAD_SECONDS = 10.0


@dataclass(slots=True)
class _FromFile:
    path: Path
    token: str
    looked_at: float = float("-inf")

    def current(self, now: float) -> str:
        if now - self.looked_at >= REREAD_SECONDS:
            self.looked_at = now
            try:
                self.token = self.path.read_text().strip() or self.token
            except (OSError, ValueError):
                # Being replaced at this moment, or gone: the old token is the best we have.
                return self.token
        return self.token


class AccessTokens:
    """The token to use for a sender right now; "" when there is none. Call it on an event loop."""

    def __init__(self, settings: Settings) -> None:
        self._files: dict[PhoneNumberId | None, _FromFile] = {}
        self._fixed: dict[PhoneNumberId | None, str] = {}
        common = settings.access_token
        self._add(None, common.get_secret_value() if common else "", settings.access_token_file)
        for sender in settings.senders:
            if sender.token is not None:
                token = sender.token.get_secret_value()
                self._add(sender.phone_number_id, token, sender.token_file)

    def __call__(self, sender: PhoneNumberId | None = None) -> str:
        """`sender`: None for calls about the account."""
        key = sender if sender in self._files or sender in self._fixed else None
        file = self._files.get(key)
        if file is not None:
            return file.current(asyncio.get_running_loop().time())
        return self._fixed[key]

    def _add(self, sender: PhoneNumberId | None, token: str, file: Path | None) -> None:
        if file is not None:
            self._files[sender] = _FromFile(file, token)
        else:
            self._fixed[sender] = token
