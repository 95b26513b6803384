"""The codes of an authenticator app (RFC 6238), and those that help when the phone is lost."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from pyotp.totp import TOTP

STEP_SECONDS = 30
STEPS_OFF = 1
"""A phone's clock may be this many steps before or behind ours."""
ISSUER = "Dawncast"
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A secret for an authenticator app: base32, 160 bits."""
    return pyotp.random_base32()


def address_of(secret: str, email: str) -> str:
    """What the QR code says: `otpauth://totp/…`."""
    return TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The 30-second step `code` belongs to, if it is a right one about now."""
    typed = "".join(code.split())
    present = int(now.timestamp()) // STEP_SECONDS
    totp = TOTP(secret, interval=STEP_SECONDS)
    found: int | None = None
    for step in range(present - STEPS_OFF, present + STEPS_OFF + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Codes like `k7wd-tq3m-x9fh-2bne`, each good once: 79 bits of chance."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(code: str) -> str:
    """What the database knows a recovery code by, however it was typed."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(b"recovery:" + plain.encode()).hexdigest()
