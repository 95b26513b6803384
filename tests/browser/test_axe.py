"""axe-core finds no serious or critical fault on any page, in either theme and either size.

The pages and what stands on them are the exhibition's: a page nobody has looked at cannot be
forgotten, because the list is the app's own. A test for each page: so it ends, page by page, on a
machine that has other work, and says where it was.
"""

from collections.abc import Generator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import app.app  # noqa: F401 - every page registers itself
from app import build, frame
from tests.browser.conftest import PHONE, WIDE
from tests.browser.exhibition.house import Exhibition, opened
from tests.browser.exhibition.settled import Visitors
from tests.browser.exhibition.visits import BESIDES, Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
]  # the first one lives through two mornings
AXE = build.ROOT / "tests" / "browser" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": STANDARDS}}
SEEN_AS = [("light", WIDE), ("dark", WIDE), ("light", PHONE)]


@pytest.fixture(scope="module")
def exhibition(tmp_path_factory: pytest.TempPathFactory) -> Generator[Exhibition]:
    with opened(tmp_path_factory.mktemp("exhibition")) as house:
        yield house


@pytest.fixture(scope="module")
def visitors(browser: Browser, exhibition: Exhibition) -> Visitors:
    return Visitors(browser, exhibition)


@pytest.mark.sweep
@pytest.mark.parametrize("of", [*sorted(page.route for page in frame.pages()), *BESIDES])
def test_no_page_has_a_serious_fault(exhibition: Exhibition, visitors: Visitors, of: str) -> None:
    here = [visit for visit in exhibition.visits if visit.of == of]
    assert here, f"nobody looks at {of}"
    faults = [fault for visit in here for fault in faults_of(visitors.go(visit), visit)]
    assert faults == [], "\n".join(faults)


def test_a_fault_is_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang='en'><title>x</title><main><button></button></main></html>")
    assert any("button-name" in fault for fault in look(page, "a nameless button"))
    page.close()


def faults_of(page: Page, visit: Visit) -> list[str]:
    """What axe says of one page, a line each; both colours, and once as on a phone."""
    found: list[str] = []
    for colours, viewport in SEEN_AS:
        page.set_viewport_size(viewport)  # pyright: ignore[reportArgumentType]
        page.emulate_media(color_scheme=colours)  # pyright: ignore[reportArgumentType]
        page.wait_for_timeout(200)
        where = f"{visit.name}, {colours}, {viewport['width']} px"
        found += look(page, where)
    return found


def look(page: Page, where: str) -> list[str]:
    """axe's serious and critical findings on what the page shows now."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text())
    answer: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{where}: {fault['id']} at {node['target'][0]}: {node['failureSummary']}"
        for fault in answer["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"][:3]
    ]
