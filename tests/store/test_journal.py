"""The journal of started POSTs: what it says was started, whatever disk and death did to it."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.domain.ids import AttemptId, DeliveryId
from engine.store.journal import FileJournals, Journals, MemoryJournals


def attempt(delivery: int, number: int = 1) -> AttemptId:
    return AttemptId(DeliveryId(delivery), number)


@pytest.fixture(params=["file", "memory"])
def journals(request: pytest.FixtureRequest, tmp_path: Path) -> Journals:
    return FileJournals(tmp_path / "journals") if request.param == "file" else MemoryJournals()


def test_what_was_appended_was_started(journals: Journals) -> None:
    journal = journals.open("one")
    for delivery in (7, 8, 7):
        journal.append(attempt(delivery, delivery))

    assert journals.started("one") == {attempt(7, 7), attempt(8, 8)}


def test_of_those_asked_for_it_knows_which_were_started(journals: Journals) -> None:
    journal = journals.open("one")
    for delivery in range(1, 100):
        journal.append(attempt(delivery))

    asked = {attempt(7), attempt(7, 2), attempt(100)}
    assert journals.started("one", asked) == {attempt(7)}
    assert journals.started("one", ()) == frozenset()
    assert journals.started("another", asked) is None


def test_no_journal_is_no_knowledge_and_an_empty_one_is(journals: Journals) -> None:
    journals.open("one").close()

    assert journals.started("one") == frozenset()
    assert journals.started("another") is None
    assert journals.started("") is None


def test_a_journal_that_was_removed_is_no_knowledge(journals: Journals) -> None:
    journals.open("one").append(attempt(1))
    journals.remove("one")
    journals.remove("one")
    journals.remove("")

    assert journals.started("one") is None


def test_two_runs_never_share_a_journal(tmp_path: Path) -> None:
    journals = FileJournals(tmp_path)
    journals.open("one")

    with pytest.raises(FileExistsError):
        journals.open("one")


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    FileJournals(tmp_path).open("one")

    assert (tmp_path / "one").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("torn", [b"12.", b"12.3", b"1", b"."])
def test_a_torn_last_line_is_of_a_post_that_had_not_begun(tmp_path: Path, torn: bytes) -> None:
    (tmp_path / "one").write_bytes(b"7.1\n8.2\n" + torn)

    assert FileJournals(tmp_path).started("one") == {attempt(7), attempt(8, 2)}


FULL_DISK = """
import resource, sys
from pathlib import Path
from engine.domain.ids import AttemptId, DeliveryId
from engine.store.journal import FileJournals
journal = FileJournals(Path(sys.argv[1])).open("one")
for room in (11, 11, 40):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    for delivery in (1001, 1002):
        try:
            journal.append(AttemptId(DeliveryId(delivery + room), 1))
            print(delivery + room)
        except OSError as error:
            print(type(error).__name__)
"""


def test_a_disk_that_takes_half_a_line_refuses_the_post_and_spoils_no_other(
    tmp_path: Path,
) -> None:
    """A short write is no error to the kernel: unnoticed, two attempts would share a line."""
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN  # Python's own choice
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    ended = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )

    said = ended.stdout.split()
    assert "OSError" in said
    written = {attempt(int(word)) for word in said if word.isdigit()}
    assert len(written) >= 2
    assert FileJournals(tmp_path).started("one") == written
