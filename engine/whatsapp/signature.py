"""Whether a webhook is Meta's: HMAC-SHA256 over the bytes as they came (Meta: Webhooks >
Payloads).
"""

import hmac
from collections.abc import Iterable

HEADER = "x-hub-signature-256"
_PREFIX = "sha256="


def sign(body: bytes, secret: str) -> str:
    """The header's value for `body`, as Meta would send it."""
    return _PREFIX + hmac.digest(secret.encode(), body, "sha256").hex()


def is_signed(body: bytes, header: str | None, secrets: Iterable[str]) -> bool:
    """Whether `header` signs exactly these bytes with one of the app's secrets.

    Several secrets are good at once while one is being rotated. The bytes must be the raw ones:
    Meta escapes non-ASCII before it signs, so JSON that was read and written again has another
    signature.
    """
    if not header or not header.startswith(_PREFIX):
        return False
    given = header.removeprefix(_PREFIX).strip().lower().encode()
    signed = False
    for secret in secrets:
        if secret:  # an empty secret is one that anybody knows
            expected = hmac.digest(secret.encode(), body, "sha256").hex().encode()
            signed |= hmac.compare_digest(expected, given)
    return signed
