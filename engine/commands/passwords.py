"""Passwords as argon2id hashes; a user who does not exist gets the same answer in the same time.

Both directions are slow on purpose: call them in a thread, outside a transaction.
"""

from functools import cache
from typing import Any, cast

from passlib import hash as schemes  # pyright: ignore[reportMissingTypeStubs] - libpass has none

from engine.domain.refusal import Refused
from engine.domain.sign_in import PASSWORD_MIN_LENGTH

_scheme: Any = cast("Any", schemes).argon2.using(type="ID")


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return cast("str", _scheme.hash(password))


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether `password` is the one behind the hash; None is nobody's, and costs the same time."""
    nobodys = _nobodys_hash()
    right = bool(_scheme.verify(password, password_hash or nobodys))
    return right and password_hash is not None


def weakness(password: str) -> Refused | None:
    """Why a new password is not taken, or None."""
    if len(password) < PASSWORD_MIN_LENGTH:
        return Refused(f"A password has at least {PASSWORD_MIN_LENGTH} characters.")
    if len(set(password)) < PASSWORD_MIN_LENGTH // 2:
        return Refused("This password repeats itself too much to be safe.")
    return None


@cache
def _nobodys_hash() -> str:
    return hash_password("nobody has this password")
