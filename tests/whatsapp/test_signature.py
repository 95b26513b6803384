"""Whether a webhook is Meta's."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.whatsapp.signature import is_signed, sign

BODY = b'{"entry":[{"text":"\\u00e4"}]}'


def test_the_signature_is_metas() -> None:
    expected = "sha256=" + hmac.new(b"s3cret", BODY, hashlib.sha256).hexdigest()

    assert sign(BODY, "s3cret") == expected
    assert is_signed(BODY, expected, ["s3cret"])


def test_both_secrets_are_good_while_one_is_being_rotated() -> None:
    assert is_signed(BODY, sign(BODY, "old"), ["new", "old"])
    assert is_signed(BODY, sign(BODY, "new"), ["new", "old"])
    assert not is_signed(BODY, sign(BODY, "older"), ["new", "old"])


@pytest.mark.parametrize(
    "header",
    [None, "", "sha256=", "sha1=" + "0" * 40, "sha256=" + "0" * 64, "sha256=ä", sign(BODY, "")],
)
def test_anything_else_is_refused(header: str | None) -> None:
    assert not is_signed(BODY, header, ["s3cret", ""])


def test_without_a_secret_nothing_is_signed() -> None:
    assert not is_signed(BODY, sign(BODY, "s3cret"), [])


@given(st.binary(), st.integers(0, 10_000))
def test_one_changed_bit_breaks_it(body: bytes, where: int) -> None:
    changed = bytearray(body or b"x")
    changed[where % len(changed)] ^= 1

    assert not is_signed(bytes(changed), sign(body, "s3cret"), ["s3cret"])
