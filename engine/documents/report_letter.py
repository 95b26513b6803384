"""The e-mail a day's report comes with: the day's figures in a few lines. Values in, text out."""

from engine.documents.report_book import Book

FAREWELL = "The report is attached. Nobody reads answers to this address."


def letter(book: Book) -> tuple[str, str]:
    """(subject, text) of the e-mail a book of one day goes with."""
    page = book.pages[0] if book.pages else None
    if page is None:
        return f"[{book.organisation}] Report of {book.title}", FAREWELL
    first = page.tiles[0]
    subject = f"[{book.organisation}] {page.title}: {first[1]} {first[0].lower()}"
    lines = [f"{label}: {figure} ({note})" for label, figure, note, _ in page.tiles]
    missed = [
        f"Missed: {promise}, {came} where {goal} was promised"
        for promise, goal, came, verdict in page.targets
        if verdict == "missed"
    ]
    head = f"{page.title} · {page.subtitle}" if page.subtitle else page.title
    parts = ["\n".join(lines), "\n".join(missed), f"{book.made}. {FAREWELL}".capitalize()]
    return subject, "\n\n".join([head, *(part for part in parts if part)])
