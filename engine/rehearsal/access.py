"""How a rehearsal reaches WhatsApp and our own address: what a process of its own must be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from engine.domain.ids import PhoneNumberId
from engine.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """tokens: by number, the account's under "". webhook: our address; empty: nobody knows it."""

    api_url: str
    graph_version: str
    sandbox: bool
    tokens: Mapping[str, str]
    business: str | None = None
    webhook: str = ""
    verify_token: str = ""

    def token(self, sender: PhoneNumberId | None = None) -> str:
        """The one to use for a number, or for the account."""
        return self.tokens.get(sender or "") or self.tokens.get("", "")


def access_of(settings: Settings, webhook_path: str) -> Access:
    """As the settings have it now: tokens in files are read anew, for they rotate (X3)."""
    tokens = {"": _token(settings.access_token, settings.access_token_file)}
    for sender in settings.senders:
        if sender.token is not None:
            tokens[sender.phone_number_id] = _token(sender.token, sender.token_file)
    verify = settings.verify_token
    return Access(
        api_url=settings.api_url,
        graph_version=settings.graph_version,
        sandbox=settings.sandbox,
        tokens=tokens,
        business=settings.business_id,
        webhook=_webhook(settings, webhook_path),
        verify_token="" if verify is None else verify.get_secret_value(),
    )


def _webhook(settings: Settings, path: str) -> str:
    """Where Meta calls; in a sandbox the simulator, which is on this machine."""
    if not settings.sandbox:
        home = (settings.public_url or "").rstrip("/")
        return home + path if home else ""
    host = settings.host
    if host in EVERYWHERE:
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{path}"


EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - to be replaced, not to be bound


def _token(given: SecretStr | None, file: Path | None) -> str:
    text = "" if given is None else given.get_secret_value()
    if file is None:
        return text
    try:
        return file.read_text().strip() or text
    except (OSError, ValueError):
        return text
