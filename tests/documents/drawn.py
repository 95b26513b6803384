"""Pictures for tests, drawn on the spot."""

import io

from PIL import Image

GREEN = (20, 120, 90)


def jpeg(
    width: int = 640, height: int = 336, colour: tuple[int, int, int] = (20, 120, 90)
) -> bytes:
    """A plain JPEG."""
    return _saved(width, height, GREEN, "JPEG")


def png(width: int = 640, height: int = 336) -> bytes:
    """A plain PNG."""
    return _saved(width, height, GREEN, "PNG")


def _saved(width: int, height: int, colour: tuple[int, int, int], kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()
