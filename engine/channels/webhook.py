"""Our own webhook, signed: what a program of the organisation's is told of alerts.

    POST, JSON: id, event (opened, updated, acknowledged, resolved, test), rule, severity, subject,
    words, organisation, alert, at.
    X-Dawncast-Signature: t=<unix seconds>,v1=<hex>
        v1 is HMAC-SHA256, by the channel's secret, over "<t>.<body as it came>".
    X-Dawncast-Id: the same in every attempt: whoever saw it before answers 200 and does nothing.

A receiver refuses what is unsigned, or older than some minutes by `t`. 2xx is taken; 408, 425, 429
and 5xx are tried again; everything else is not.
"""

import hmac
import json
from collections.abc import Mapping

from engine.channels.doorway import Doorway, judged
from engine.domain.alert_channels import SECRET, URL, Letter, NotTold, Told

HEADER, ID_HEADER = "X-Dawncast-Signature", "X-Dawncast-Id"


async def tell(
    doorway: Doorway,
    options: Mapping[str, str],
    secrets: Mapping[str, str],
    letter: Letter,
    *,
    now_seconds: int,
) -> Told | NotTold:
    """One notification, signed at `now_seconds` (Unix time)."""
    made = body(letter)
    headers = {
        HEADER: signature(made, secrets.get(SECRET, ""), now_seconds),
        ID_HEADER: letter.key,
    }
    return judged(await doorway.post(options.get(URL, ""), made, headers))


def body(letter: Letter) -> bytes:
    """The notification as JSON."""
    said = {
        "id": letter.key,
        "event": letter.event.value,
        "rule": letter.rule,
        "severity": letter.severity.word,
        "subject": letter.subject,
        "words": letter.words,
        "organisation": letter.organisation,
        "alert": letter.alert,
        "at": letter.at.isoformat(),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def signature(made: bytes, secret: str, seconds: int) -> str:
    """The header's value."""
    signed = hmac.digest(secret.encode(), f"{seconds}.".encode() + made, "sha256").hex()
    return f"t={seconds},v1={signed}"


def is_signed(
    made: bytes, header: str, secret: str, *, now_seconds: int, within: int = 300
) -> bool:
    """Whether a header signs exactly these bytes, not longer ago than `within` seconds."""
    parts = {part.partition("=")[0]: part.partition("=")[2] for part in header.split(",")}
    stamp = parts.get("t", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(now_seconds - int(stamp)) > within:
        return False
    good = signature(made, secret, int(stamp)).partition("v1=")[2]
    return hmac.compare_digest(good.encode(), parts.get("v1", "").encode())
