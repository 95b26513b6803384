"""Passwords as argon2id hashes, and the same answer in the same time for a user who does not exist.

Both are slow on purpose (a tenth of a second and more): call them in a thread, outside a transaction.
"""

from functools import cache
from typing import cast

from passlib.hash import argon2

from engine.domain.refusal import Refused
from engine.domain.sign_in import PASSWORD_MIN_LENGTH

_scheme = argon2.using(type="ID")


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return cast("str", _scheme.hash(password))


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether `password` is the one behind the hash; None (nobody) costs the same time and is False."""
    right = bool(_scheme.verify(password, password_hash or _nobodys_hash()))
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
