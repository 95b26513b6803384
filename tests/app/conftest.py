"""One server for all tests of this folder: Reflex has one app for each process."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from app import build
from tests.app.house import House, open_house


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session")
def built() -> None:
    """The front end is built, and whoever else was at it has finished."""
    build.ensure()


@pytest.fixture(scope="session")
def house(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    """The server without the built pages, on a furnished SQLite database."""
    path = tmp_path_factory.mktemp("house") / "dawncast.db"
    shutil.copyfile(_sqlite_template, path)
    with open_house(f"sqlite:///{path}", pages=False) as running:
        yield running
