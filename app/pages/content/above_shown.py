"""What stands above a message, in words: the file, the library, the arithmetic of the uploads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from app import formats
from app.pages.content.desk import Desk, key_of
from engine.domain.content import Language
from engine.domain.media import Header, megabytes
from engine.read.content import TemplateChoice
from engine.read.desk import FileShown, UploadSums

WANTS = {
    "IMAGE": "This template has a picture above its text: JPEG or PNG, 5 MB at most.",
    "DOCUMENT": "This template has a document above its text: a PDF, 20 MB at most.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AboveShown:
    """The file of one language. key changes when another text belongs into the brand line."""

    there: bool = False
    offered: bool = False
    picture: bool = False
    wants: str = ""
    name: str = ""
    facts: str = ""
    hash: str = ""
    key: str = ""
    brand_line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTile:
    """One file to choose."""

    sha256: str
    name: str
    title: str
    picture: str
    chosen: bool


def above_shown(desk: Desk, language: Language, choices: Iterable[TemplateChoice]) -> AboveShown:
    """What one language has, or could have, above its text."""
    typed = desk.in_language(language)
    wants = next((c.header_format for c in choices if key_of(c) == typed.template), "")
    header = typed.header
    if header is None:
        return AboveShown(offered=wants in WANTS, wants=WANTS.get(wants, ""))
    return AboveShown(
        there=True,
        offered=True,
        picture=header.is_image,
        wants=WANTS.get(wants, "This template has no place above its text: take the file out."),
        name=header.name,
        facts=megabytes(header.size_bytes),
        hash=f"SHA-256 {formats.short_hash(header.sha256)}",
        key=f"{desk.content}.{desk.version}.{language}.{header.sha256}",
        brand_line=typed.brand_line,
    )


def tiles_shown(library: Iterable[FileShown], chosen: Header | None) -> list[FileTile]:
    """The library, the file that is chosen marked."""
    return [
        FileTile(
            sha256=one.header.sha256,
            name=one.header.name,
            title=", ".join(
                part
                for part in (one.header.name, one.size, megabytes(one.header.size_bytes))
                if part
            ),
            picture=one.picture,
            chosen=chosen is not None and chosen.sha256 == one.header.sha256,
        )
        for one in library
    ]


def sums_shown(sums: UploadSums) -> list[str]:
    """The arithmetic, a line each (spec D5)."""
    each = f"{sums.seconds:.1f} s each{' as measured' if sums.measured else ' as reckoned'}"
    room = formats.duration(sums.room)
    shared, own = sums.shared, sums.personal
    verdict = "It fits." if shared.fits else "It does not fit: an earlier cut-off would help."
    lines = [
        f"The line is the same for every reader: {formats.count(shared.files, 'upload')}, one for "
        f"each sender, 10 at once, {each}. That takes {_length(shared.takes)} of the {room} "
        f"between cut-off and last call. {verdict}",
    ]
    if sums.readers:
        lines.append(
            f"A line of their own for {formats.count(sums.readers, 'reader')} would be "
            f"{formats.count(own.files, 'upload')}, to the lane’s sender and its failover: "
            f"{_length(own.takes)}. In the time there is, {formats.number(sums.readers_that_fit)} "
            "readers could have one."
        )
    return lines


def _length(takes: timedelta) -> str:
    seconds = takes.total_seconds()
    return formats.seconds(seconds) if seconds < 60 else formats.duration(takes)
