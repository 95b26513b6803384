"""While the imports run nobody looks for garbage; afterwards somebody does again."""

import gc
from collections.abc import Generator

import pytest

from app.loading import loading


@pytest.fixture(autouse=True)
def _as_it_was() -> Generator[None]:
    yield
    gc.unfreeze()


def test_garbage_is_looked_for_again_afterwards() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_a_failed_import_does_not_leave_it_off() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError("no such thing")
    assert gc.isenabled()
