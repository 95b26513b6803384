"""`make screens`: a picture of every page, in two sizes and both colours, and a sheet of them all.

    python -m tests.browser.screens FOLDER [WORD]

Writes `<page>-<size>-<colours>.png` and `index.html` into FOLDER; with WORD only the pages with
that in their name are visited. Prints what does not fit its screen.
"""

import sys
import tempfile
import time
from html import escape
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import PHONE, WIDE, chromium
from tests.browser.exhibition.house import opened
from tests.browser.exhibition.settled import Visitors
from tests.browser.exhibition.visits import Visit

SIZES = {"wide": WIDE, "phone": PHONE}
COLOURS = ("light", "dark")
TALLEST = 2_400
"""Pixels of a picture: a table of fifty rows says what it has to say in its first screens."""


def main(folder: Path, word: str = "") -> None:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as kept, opened(Path(kept)) as house, chromium() as browser:
        wanted = [visit for visit in house.visits if word in visit.name]
        visitors = Visitors(browser, house)
        for visit in wanted:
            _take(visitors.go(visit), visit, folder)
    (folder / "index.html").write_text(sheet(sorted(folder.glob("*.png"))))
    took = time.perf_counter() - began
    print(f"{len(wanted)} pages, {took:.0f} s: {folder / 'index.html'}")  # noqa: T201 - for people


def _take(page: Page, visit: Visit, folder: Path) -> None:
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)  # pyright: ignore[reportArgumentType]
        for colours in COLOURS:
            page.emulate_media(color_scheme=colours)
            page.wait_for_timeout(250)
            _shoot(page, folder / f"{visit.name}-{size}-{colours}.png")
        across = page.evaluate("document.documentElement.scrollWidth")
        if across > viewport["width"]:
            print(f"{visit.name} is {across} px wide on a {size} screen")  # noqa: T201


def _shoot(page: Page, path: Path) -> None:
    size = page.viewport_size or {"width": 0, "height": 0}
    tall = page.evaluate("document.documentElement.scrollHeight")
    box = {"x": 0, "y": 0, "width": size["width"], "height": min(tall, TALLEST)}
    page.screenshot(path=path, full_page=True, clip=box, animations="disabled")  # pyright: ignore[reportArgumentType]


def sheet(pictures: list[Path]) -> str:
    """One page that shows all pictures, four of a page in a row."""
    rows: dict[str, list[Path]] = {}
    for picture in pictures:
        rows.setdefault(picture.stem.rsplit("-", 2)[0], []).append(picture)
    body = "\n".join(
        f"<h2>{escape(name)}</h2><div>"
        + "".join(
            f'<a href="{escape(one.name)}"><img src="{escape(one.name)}" loading="lazy"'
            f' alt="{escape(one.stem)}"></a>'
            for one in sorted(some, reverse=True)
        )
        + "</div>"
        for name, some in rows.items()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Dawncast: every page</title>'
        "<style>body{font:14px sans-serif;margin:24px}div{display:flex;gap:16px;flex-wrap:wrap}"
        "img{height:480px;border:1px solid #ccc;object-fit:cover;object-position:top}</style>"
        f"<h1>Every page, {len(rows)} of them</h1>{body}</html>"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
