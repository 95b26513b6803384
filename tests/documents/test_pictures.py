"""Pictures are looked into before they are kept, and carry their brand line in any language."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageChops

from engine.commands.keep_media import LookedInto, look_into, plain_name
from engine.documents import pictures
from engine.domain.media import LIMITS, MediaType, objection
from engine.domain.refusal import Refused
from tests.documents.drawn import jpeg, png


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_a_picture_tells_its_size_and_has_a_small_copy() -> None:
    found = pictures.look_into(jpeg(1200, 628), MediaType.JPEG)
    assert (found.width, found.height) == (1200, 628)
    assert opened(found.thumbnail).size[0] == pictures.THUMBNAIL_PIXELS
    assert len(found.thumbnail) < 60_000


@pytest.mark.parametrize("kind", [MediaType.JPEG, MediaType.PNG])
@pytest.mark.parametrize("line", ["Udaya Research · INH000001234", "उदय रिसर्च · क्षितिज · ₹"])
def test_a_brand_line_changes_the_lower_edge_and_nothing_above(kind: MediaType, line: str) -> None:
    plain = png() if kind is MediaType.PNG else jpeg()
    made = pictures.branded(plain, kind, line)
    assert pictures.branded(plain, kind, line) == made
    changed = ImageChops.difference(opened(plain), opened(made)).convert("L")
    # What JPEG itself blurs on both sides of an edge is not meant.
    box = changed.point([255 if value > 24 else 0 for value in range(256)]).getbbox()
    assert box is not None
    assert box[1] > 336 * 0.85
    assert MediaType(kind) is (MediaType.PNG if made.startswith(b"\x89PNG") else MediaType.JPEG)


def test_devanagari_is_shaped_and_not_a_row_of_boxes() -> None:
    """Reordering and conjuncts: what is typed in another order must not look the same, and a
    conjunct is narrower than its letters.
    """
    font = pictures._font(40)
    assert font.getlength("क्ष") < font.getlength("क") + font.getlength("ष")
    assert drawn("क") != drawn("ख")


def drawn(line: str) -> bytes:
    return pictures.branded(png(), MediaType.PNG, line)


def test_a_long_line_is_made_to_fit() -> None:
    made = opened(pictures.branded(png(1200, 628), MediaType.PNG, "W" * 90))
    right = [made.getpixel((1190, row)) for row in range(576, 628)]
    assert set(right) == {pictures.BAND_COLOUR}


def test_what_only_begins_like_a_picture_is_refused_in_words() -> None:
    for content in (png()[:60], jpeg()[:200], b"\x89PNG\r\n\x1a\n" + b"x" * 50):
        answer = look_into("a.png", content)
        assert isinstance(answer, Refused)
        assert "cannot be opened" in answer.why


def test_a_small_file_that_unpacks_to_a_picture_as_large_as_the_memory_is_refused() -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )
    answer = look_into("bomb.png", bomb)
    assert isinstance(answer, Refused)
    assert "pixels" in answer.why or "too large" in answer.why


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"GIF89a....", "JPEG or PNG"),
        (b"\xff\xd8\xff" + bytes(LIMITS[MediaType.JPEG]), "5.0 MB at most"),
        (b"%PDF-1.7" + bytes(20 * 1024 * 1024), "20.0 MB at most"),
    ],
)
def test_what_whatsapp_does_not_take_is_refused_with_its_limit(content: bytes, words: str) -> None:
    assert words in (objection(content) or "")


def test_a_paper_is_taken_as_it_is_and_named_as_its_reader_sees_it() -> None:
    file = look_into("C:\\notes\\week 48\t.pdf", b"%PDF-1.7 rest")
    assert isinstance(file, LookedInto)
    assert (file.header.type, file.header.name) == (MediaType.PDF, "week 48.pdf")
    assert file.picture.thumbnail == b""
    assert plain_name("///") == "file"
