"""`dawncast evidence`: made where the database is, checked where there is none."""

from pathlib import Path

import pytest

from engine.store import migrations
from engine.store.database import Database
from tests.app.dawncast import dawncast
from tests.read.evidence_cast import a_day

DAY = "2026-11-23"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "house"
    url = f"sqlite:///{home / 'dawncast.db'}"
    migrations.upgrade(url)
    database = Database(url)
    database.transact_now(a_day)
    database.close()
    return home


def public_in(said: str) -> str:
    return next(line for line in said.split() if line.startswith("dawncast-evidence-public-1:"))


@pytest.mark.sweep
def test_a_pack_is_checked_on_a_machine_that_has_the_public_key_alone(
    home: Path, tmp_path: Path
) -> None:
    assert "dawncast evidence key" in dawncast(home, "evidence", "export", DAY, "-o", "x").stderr
    made = dawncast(home, "evidence", "key")
    assert made.returncode == 0, made.stderr
    secret = home / "evidence.key"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.read_text().strip() not in made.stdout
    public = public_in(made.stdout)
    exported = dawncast(home, "evidence", "export", DAY, "-o", "day.zip")
    assert exported.returncode == 0, exported.stderr

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "day.zip").write_bytes((home / "day.zip").read_bytes())
    (elsewhere / "public.txt").write_text(public + "\n")
    wrong = {"WHATSAPP_API_URL": "nonsense", "DATABASE_URL": "nonsense"}
    checked = dawncast(
        elsewhere, "evidence", "verify", "day.zip", "--key", "public.txt", settings=wrong
    )
    assert checked.returncode == 0, checked.stderr
    assert "every byte as it was signed" in checked.stdout
    assert sorted(path.name for path in elsewhere.iterdir()) == ["day.zip", "public.txt"]

    data = bytearray((elsewhere / "day.zip").read_bytes())
    data[len(data) // 3] ^= 1
    (elsewhere / "day.zip").write_bytes(data)
    altered = dawncast(elsewhere, "evidence", "verify", "day.zip", "--key", public)
    assert altered.returncode == 1
    assert "ALTERED  " in altered.stderr

    rotated = dawncast(home, "evidence", "key", "--rotate")
    assert public_in(rotated.stdout) != public
    listed = dawncast(home, "evidence", "keys").stdout
    assert public in listed
    assert public_in(rotated.stdout) in listed
    assert "already" in dawncast(home, "evidence", "key").stderr
