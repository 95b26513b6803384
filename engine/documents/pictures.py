"""Header pictures: looked into before they are kept, and given their brand line (spec D5).

Values in, bytes out. The same picture and line always give the same bytes, so that what is
uploaded for one number is what is uploaded for the next.
"""

import io
from dataclasses import dataclass
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from engine.domain.media import IMAGE_PIXELS, LIMITS, MediaType

THUMBNAIL_PIXELS = 560
THUMBNAIL_QUALITY = 80
JPEG_QUALITY = 90
BAND = 0.085
"""The band's height as a part of the picture's shorter side; the line fills six tenths of it."""
BAND_COLOUR = (12, 32, 29)
LINE_COLOUR = (255, 255, 255)
SMALLEST_PIXELS = 8
_FONT = files("fontpkg_noto_sans_devanagari") / "files" / "NotoSansDevanagari[wdth,wght].ttf"
"""One font for all three languages: it has Latin letters too, and Devanagari's shapes are made by
the text engine inside Pillow (raqm)."""

_FORMATS = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG"}


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture turned out to be; `thumbnail` is a small JPEG."""

    width: int
    height: int
    thumbnail: bytes


class UnreadableError(ValueError):
    """The bytes begin like a picture and are none, or one that is too large. Says so in words."""


def look_into(content: bytes, kind: MediaType) -> Picture:
    """A picture's size and a small copy. Raises UnreadableError."""
    image = _open(content, kind)
    small = image.copy()
    small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    return Picture(image.width, image.height, _jpeg(small, THUMBNAIL_QUALITY))


def branded(content: bytes, kind: MediaType, line: str) -> bytes:
    """The picture with `line` in a band along its lower edge, as a file of the same kind.

    Raises UnreadableError, also when the result would be more than WhatsApp takes.
    """
    image = _draw(_open(content, kind), line)
    if kind is MediaType.PNG:
        out = io.BytesIO()
        image.save(out, "PNG", optimize=True)
        made = out.getvalue()
    else:
        made = _jpeg(image, JPEG_QUALITY)
    if len(made) > LIMITS[kind]:
        raise UnreadableError("With its brand line the picture is larger than WhatsApp takes.")
    return made


def branded_preview(thumbnail: bytes, line: str) -> bytes:
    """The small copy with the line on it, for a page."""
    return _jpeg(_draw(_open(thumbnail, MediaType.JPEG), line), THUMBNAIL_QUALITY)


def _draw(image: Image.Image, line: str) -> Image.Image:
    drawn = image.convert("RGB")
    height = max(SMALLEST_PIXELS * 2, round(min(drawn.size) * BAND))
    canvas = ImageDraw.Draw(drawn)
    canvas.rectangle((0, drawn.height - height, drawn.width, drawn.height), fill=BAND_COLOUR)
    font = _fitting(line, round(height * 0.6), drawn.width - height)
    middle = (height // 2, drawn.height - height // 2)
    canvas.text(middle, line, font=font, fill=LINE_COLOUR, anchor="lm")
    return drawn


def _fitting(line: str, size: int, width: int) -> ImageFont.FreeTypeFont:
    """The font at `size`, or as much smaller as the line needs to fit into `width`."""
    font = _font(max(SMALLEST_PIXELS, size))
    length = font.getlength(line)
    if length <= width:
        return font
    return _font(max(SMALLEST_PIXELS, int(size * width / length)))


def _font(size: int) -> ImageFont.FreeTypeFont:
    with _FONT.open("rb") as file:
        font = ImageFont.truetype(
            io.BytesIO(file.read()), size, layout_engine=ImageFont.Layout.RAQM
        )
    font.set_variation_by_name("SemiBold")
    return font


def _open(content: bytes, kind: MediaType) -> Image.Image:
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as image:
            # Before a pixel is unpacked: a small file may hold a picture that fills the memory.
            if image.width * image.height > IMAGE_PIXELS:
                size = f"{image.width:,} × {image.height:,}"
                raise UnreadableError(f"The picture has {size} pixels; make it smaller.")
            image.load()
            return ImageOps.exif_transpose(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("The picture is damaged: it cannot be opened.") from error
    except Image.DecompressionBombError as error:
        raise UnreadableError("The picture is far too large.") from error


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
