"""A report as a paper that one would forward: one page for each day, drawn as vectors."""

from engine.documents.paper import (
    ACCENT,
    HEIGHT,
    INK,
    INNER,
    LINE,
    MARGIN,
    MUTED,
    TONES,
    WIDTH,
    Paper,
)
from engine.documents.report_book import Bars, Book, Curve, Page, Sheet, Value

GAP = 4.0
TILE_HIGH, CURVE_HIGH = 19.0, 40.0
ROW_HIGH = 4.6
BARS_AT_MOST, ROWS_AT_MOST = 8, 8
LOWEST = HEIGHT - 14.0


def write_pdf(book: Book) -> bytes:
    """The paper's bytes."""
    paper = Paper(
        title=book.title,
        author=book.organisation,
        foot=f"{book.organisation} · {book.title} · {book.made}",
    )
    for page in book.pages:
        paper.add_page()
        _page(paper, book, page)
    made = bytes(paper.output())
    paper.close_fonts()
    return made


def _page(paper: Paper, book: Book, page: Page) -> None:
    y = _head(paper, book, page)
    y = _tiles(paper, page, y)
    if page.curve is not None and page.curve.points:
        y = _curve(paper, page.curve, y)
    left, right = MARGIN, MARGIN + INNER / 2 + GAP / 2
    wide = (INNER - GAP) / 2
    y_left = _targets(paper, page, left, y, wide)
    y_right = y
    for bars in page.bars:
        y_right = _bars(paper, bars, right, y_right, wide)
    y = max(y_left, y_right)
    for sheet in page.tables:
        y = _table(paper, sheet, y)
    _advice(paper, page, y)


def _head(paper: Paper, book: Book, page: Page) -> float:
    paper.bar(0, 0, WIDTH, 3, ACCENT)
    paper.write_at(MARGIN, 10, page.title, size=17, bold=True, within=INNER - 50)
    paper.write_at(
        WIDTH - MARGIN, 11, book.organisation, size=9, colour=MUTED, align="R", within=48
    )
    paper.write_at(MARGIN, 19, page.subtitle, size=9.5, colour=MUTED, within=INNER)
    paper.rule(MARGIN, 26, INNER)
    return 29.0


def _tiles(paper: Paper, page: Page, y: float) -> float:
    count = max(1, len(page.tiles))
    wide = (INNER - (count - 1) * GAP) / count
    for place, (label, figure, note, tone) in enumerate(page.tiles):
        x = MARGIN + place * (wide + GAP)
        paper.panel(x, y, wide, TILE_HIGH)
        inner = wide - 5
        paper.write_at(x + 2.5, y + 2, label, size=7.5, colour=MUTED, within=inner)
        colour = TONES.get(tone, INK) if tone != "quiet" else INK
        paper.write_at(x + 2.5, y + 6, figure, size=14, bold=True, colour=colour, within=inner)
        paper.write_at(x + 2.5, y + 13.6, note, size=7, colour=MUTED, within=inner)
    return y + TILE_HIGH + GAP


def _curve(paper: Paper, curve: Curve, y: float) -> float:
    _title(paper, MARGIN, y, "On the phone, by minutes after the opening")
    top, high = y + 7, CURVE_HIGH - 13
    left, wide = MARGIN + 12, INNER - 14
    last = max(curve.closes * 1.2, 1.0)
    whole = max(curve.whole, 1)

    def at(second: float, people: float) -> tuple[float, float]:
        return left + wide * min(second, last) / last, top + high * (1 - people / whole)

    for share in (0.0, 0.5, 1.0):
        across = at(0, share * whole)[1]
        paper.rule(left, across, wide)
        paper.write_at(left - 1.5, across - 1.5, f"{share:.0%}", size=7, colour=MUTED, align="R")
    minutes = max(1, round(curve.closes / 60))
    step = max(1, minutes // 5)
    for minute in range(0, int(last // 60) + 1, step):
        paper.write_at(
            at(minute * 60, 0)[0], top + high + 1, f"{minute}", size=7, colour=MUTED, align="C"
        )
    closing = at(curve.closes, 0)[0]
    paper.trace([(closing, top), (closing, top + high)], TONES["bad"], 0.3)
    paper.write_at(closing + 1, top, "close", size=7, colour=TONES["bad"])
    steps = [at(0, 0)]
    before = 0
    for second, people in curve.points:
        steps += [at(second, before), at(second, people)]
        before = people
    steps.append(at(last, before))
    paper.trace(steps)
    return y + CURVE_HIGH + 2


def _targets(paper: Paper, page: Page, x: float, y: float, wide: float) -> float:
    _title(paper, x, y, "What was promised", wide)
    y += 6
    for name, goal, value, verdict in page.targets:
        tone = {"met": "good", "missed": "bad"}.get(verdict, "quiet")
        paper.write_at(x, y, name, size=8, within=wide * 0.46)
        paper.write_at(x + wide * 0.63, y, goal, size=8, colour=MUTED, align="R")
        paper.write_at(x + wide * 0.82, y, value, size=8, bold=True, align="R")
        paper.write_at(x + wide, y, verdict, size=8, colour=TONES[tone], align="R")
        y += ROW_HIGH
        paper.rule(x, y - 0.5, wide)
    return y + 2


def _bars(paper: Paper, bars: Bars, x: float, y: float, wide: float) -> float:
    shown = list(bars.bars)[:BARS_AT_MOST]
    if not shown:
        return y
    _title(paper, x, y, bars.title, wide)
    y += 6
    label, room = wide * 0.34, wide * 0.42
    for name, share, note in shown:
        paper.write_at(x, y, name, size=8, within=label - 2)
        paper.bar(x + label, y + 0.4, room, 2.6, LINE)
        if share is not None:
            paper.bar(x + label, y + 0.4, room * min(max(share, 0.0), 1.0), 2.6)
        paper.write_at(x + wide, y, note, size=8, align="R", within=wide - label - room - 1)
        y += ROW_HIGH
    return _rest(paper, x, y, len(bars.bars) - len(shown)) + 2


def _table(paper: Paper, sheet: Sheet, y: float) -> float:
    high = 12 + ROW_HIGH * min(len(sheet.rows), ROWS_AT_MOST)
    if not sheet.rows or y + high > LOWEST:
        return y
    _title(paper, MARGIN, y, sheet.name)
    y += 6
    first = INNER * (0.34 if len(sheet.columns) > 3 else 0.7)
    rest = (INNER - first) / max(1, len(sheet.columns) - 1)
    for place, column in enumerate(sheet.columns):
        _cell(paper, column, place, y, first, rest, muted=True)
    y += ROW_HIGH
    paper.rule(MARGIN, y - 0.6, INNER, MUTED)
    for row in list(sheet.rows)[:ROWS_AT_MOST]:
        for place, value in enumerate(row):
            _cell(paper, value, place, y, first, rest)
        y += ROW_HIGH
        paper.rule(MARGIN, y - 0.5, INNER)
    return _rest(paper, MARGIN, y, len(sheet.rows) - ROWS_AT_MOST) + 3


def _cell(
    paper: Paper,
    value: Value,
    place: int,
    y: float,
    first: float,
    rest: float,
    *,
    muted: bool = False,
) -> None:
    colour = MUTED if muted else INK
    text = "" if value is None else str(value)
    if place == 0:
        paper.write_at(MARGIN, y, text, size=8, colour=colour, within=first - 2)
    else:
        right = MARGIN + first + place * rest
        paper.write_at(right, y, text, size=8, colour=colour, align="R", within=rest - 1)


def _rest(paper: Paper, x: float, y: float, left_out: int) -> float:
    if left_out <= 0:
        return y
    paper.write_at(x, y, f"and {left_out} more, in the workbook", size=7, colour=MUTED)
    return y + ROW_HIGH


def _advice(paper: Paper, page: Page, y: float) -> None:
    if not page.advice or y + 14 > LOWEST:
        return
    _title(paper, MARGIN, y, "Recommended")
    y += 6
    for words, evidence in page.advice:
        if y + 9 > LOWEST:
            return
        paper.bar(MARGIN, y + 0.6, 1.0, 3.0)
        y = paper.write_block(MARGIN + 3, y, words, wide=INNER - 3, size=8.5)
        y = paper.write_block(MARGIN + 3, y, evidence, wide=INNER - 3, size=7.5, colour=MUTED) + 1.5


def _title(paper: Paper, x: float, y: float, text: str, within: float = INNER) -> None:
    paper.write_at(x, y, text, size=9.5, bold=True, within=within)
