"""What every page owes whoever looks at it: a sentence, our own marks, Indian time and digits."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

import app.app  # noqa: F401 - every page registers itself
from app import build, formats, frame
from app.components.cards import page_head

ASSETS = build.ROOT / "assets"
SPEAKING = ("app/pages", "app/components", "engine/commands", "engine/domain", "engine/read")
SAYING = sorted(path for part in SPEAKING for path in (build.ROOT / part).rglob("*.py"))
ROUTES = sorted(page.route for page in frame.pages() if page.route != "404")


@pytest.mark.parametrize("route", ROUTES)
def test_every_page_has_a_head_that_says_what_it_answers(route: str) -> None:
    page = next(page for page in frame.pages() if page.route == route)
    assert "dc-page-title" in str(page.view().render())


def test_a_head_without_a_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="does not say what it answers"):
        page_head("Senders", None)
    assert page_head("Senders", None, answers="Which numbers send")


@pytest.mark.parametrize("name", ["favicon.svg", "wordmark.svg"])
def test_the_marks_are_our_own_drawings(name: str) -> None:
    drawn = ElementTree.fromstring((ASSETS / name).read_text())
    assert drawn.tag.endswith("svg")
    assert "http" not in (ASSETS / name).read_text().replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("path", SAYING, ids=lambda path: "/".join(path.parts[-2:]))
def test_what_people_read_has_indian_digits_and_times_of_a_zone(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = ast.unparse(node.format_spec)
            assert "," not in spec, f"line {node.lineno} groups digits as elsewhere"
            assert "%H" not in spec, f"line {node.lineno} writes a time of no zone"


def test_digits_are_grouped_as_in_india_and_times_are_ist() -> None:
    assert formats.number(1_00_000) == "1,00,000"
    assert formats.number(1_23_45_678) == "1,23,45,678"
    assert formats.time_with_zone(datetime(2026, 11, 22, 0, 33, 12, tzinfo=UTC)) == "06:03:12 IST"
