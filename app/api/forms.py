"""What the native forms of signing in share: reading them, and knowing our own from others'."""

import hmac
from urllib.parse import parse_qs, quote

from starlette.requests import Request

from app.session import SIGN_IN

FORM_LIMIT_BYTES = 8_192
FIELDS_MAX = 10


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form; none when it is larger than any of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT_BYTES:
            return {}
    try:
        fields = parse_qs(
            body.decode("utf-8", "replace"), max_num_fields=FIELDS_MAX, keep_blank_values=True
        )
    except ValueError:  # more fields than any form of ours has
        return {}
    return {name: values[0] for name, values in fields.items()}


def same(sent: str, expected: str) -> bool:
    """Whether a token is the expected one, in constant time; nothing is never expected."""
    return bool(expected) and hmac.compare_digest(sent.encode(), expected.encode())


def safe_next(path: str) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\", "/auth/", SIGN_IN))
    return path if ours and path.isprintable() and "\\" not in path else "/"


def to_sign_in(path: str, query: str = "") -> str:
    """The address of the form that leads back to `path?query`."""
    after = f"{path}?{query}" if query else path
    return SIGN_IN if after == "/" else f"{SIGN_IN}?next={quote(after, safe='/')}"


def ip_of(request: Request) -> str:
    """The address a request came from, as the server was told whom to believe."""
    return request.client.host if request.client else ""
