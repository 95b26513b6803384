"""A password made for somebody, to be typed once from a screen: no two signs in it look alike."""

import secrets

from engine.commands.passwords import weakness

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 4


def made_up_password() -> str:
    """Something like `k7wd-tq3m-x9fh-2bne`: 79 bits of chance."""
    while True:
        password = "-".join(
            "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
        )
        if weakness(password) is None:
            return password
