"""A sheet of A4 to draw on: text in two scripts, panels, bars and curves, all as vectors.

The fonts lie beside this module with their licence (SIL Open Font License): Noto Sans Devanagari,
which has Latin letters and the rupee sign, too. HarfBuzz shapes Devanagari, run by run: a run is
shaped as one script, so a line that mixes two is split where they meet.
"""

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from fpdf import FPDF
from fpdf.fonts import TTFFont

FAMILY = "Noto"
FONTS = files("engine.documents") / "fonts"
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 15.0
INNER = WIDTH - 2 * MARGIN
_DEVANAGARI = re.compile(
    "[\u0900-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff]"
    "(?:[\u0900-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff\u200c\u200d\\s.,]*"
    "[\u0900-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff\u200c\u200d])?"
)

Colour = tuple[int, int, int]
INK, MUTED, LINE, SOFT = (23, 32, 38), (92, 106, 115), (214, 221, 225), (243, 246, 247)
ACCENT = (13, 116, 110)
TONES: dict[str, Colour] = {
    "good": (22, 120, 70),
    "warn": (150, 95, 0),
    "bad": (178, 40, 40),
    "quiet": MUTED,
}


class Paper(FPDF):
    """A4 upright, in millimetres, with our fonts; every text goes through `write_at`."""

    def __init__(self, *, title: str, author: str, foot: str) -> None:
        super().__init__(unit="mm", format="A4")
        self.set_auto_page_break(False)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.c_margin = 0.0
        for style, name in (("", "Regular"), ("B", "Bold")):
            path = str(FONTS / f"NotoSansDevanagari-{name}.ttf")
            self.add_font(FAMILY, style=style, fname=path)
        self.set_title(title)
        self.set_author(author)
        self.set_lang("en-IN")
        self._foot = foot

    def close_fonts(self) -> None:
        """Let go of the font files; nothing can be written after that."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def footer(self) -> None:
        """What stands under every page, with its number."""
        self.write_at(MARGIN, HEIGHT - 10, self._foot, size=7, colour=MUTED, within=INNER - 12)
        right = f"{self.page_no()}"
        self.write_at(WIDTH - MARGIN, HEIGHT - 10, right, size=7, colour=MUTED, align="R")

    def write_at(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9,
        bold: bool = False,
        colour: Colour = INK,
        align: str = "L",
        within: float | None = None,
    ) -> float:
        """One line whose top is at `y`; returns its width. within: cut off with “…” beyond that.

        align: L puts its left end at `x`, R its right, C its middle.
        """
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)
        if within is not None:
            text = self._cut(text, within)
        width = self.width_of(text)
        left = x - {"L": 0.0, "C": width / 2, "R": width}[align]
        for run, devanagari in _runs(text):
            self._shape(devanagari)
            wide = self.get_string_width(run)
            self.set_xy(left, y)
            self.cell(wide, size * 0.45, run)
            left += wide
        return width

    def write_block(
        self, x: float, y: float, text: str, *, wide: float, size: float = 9, colour: Colour = INK
    ) -> float:
        """Words broken into lines of at most `wide`; returns the y below the last one."""
        self.set_font(FAMILY, "", size)
        line = ""
        for word in text.split():
            self.set_font(FAMILY, "", size)
            longer = f"{line} {word}".strip()
            if line and self.width_of(longer) > wide:
                self.write_at(x, y, line, size=size, colour=colour)
                y += size * 0.52
                line = word
            else:
                line = longer
        if line:
            self.write_at(x, y, line, size=size, colour=colour, within=wide)
            y += size * 0.52
        return y

    def width_of(self, text: str) -> float:
        """How wide a line is in the font that is set."""
        whole = 0.0
        for run, devanagari in _runs(text):
            self._shape(devanagari)
            whole += self.get_string_width(run)
        return whole

    def panel(self, x: float, y: float, wide: float, high: float, fill: Colour = SOFT) -> None:
        """A box behind something."""
        self.set_fill_color(*fill)
        self.rect(x, y, wide, high, style="F", round_corners=True, corner_radius=1.5)

    def rule(self, x: float, y: float, wide: float, colour: Colour = LINE) -> None:
        """A thin line across."""
        self.set_draw_color(*colour)
        self.set_line_width(0.2)
        self.line(x, y, x + wide, y)

    def trace(
        self, points: Sequence[tuple[float, float]], colour: Colour = ACCENT, width: float = 0.6
    ) -> None:
        """A curve through points on the paper."""
        if len(points) > 1:
            self.set_draw_color(*colour)
            self.set_line_width(width)
            self.polyline(list(points))

    def bar(self, x: float, y: float, wide: float, high: float, colour: Colour = ACCENT) -> None:
        """A filled bar."""
        if wide > 0:
            self.set_fill_color(*colour)
            self.rect(x, y, wide, high, style="F")

    def _shape(self, devanagari: bool) -> None:
        if devanagari:
            self.set_text_shaping(True, direction="ltr", script="deva", language="hi")
        else:
            self.set_text_shaping(False)

    def _cut(self, text: str, within: float) -> str:
        if self.width_of(text) <= within:
            return text
        while text and self.width_of(f"{text}…") > within:
            text = text[:-1]
        return f"{text.rstrip()}…"


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """(part, whether it is Devanagari), in their order."""
    place = 0
    for found in _DEVANAGARI.finditer(text):
        if found.start() > place:
            yield text[place : found.start()], False
        yield found[0], True
        place = found.end()
    if place < len(text):
        yield text[place:], False
