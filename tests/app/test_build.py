"""The front end is built once, for every address, and again only when a source changed."""

import gzip
import json
from pathlib import Path

import pytest

from app import build

BUILT = pytest.mark.usefixtures("built")
"""A build at work writes into the committed lock, and puts it in order at its end."""
pytestmark = pytest.mark.timeout(300)  # the first one may build the front end

ENV = "var e={PING:`http://localhost:8000/ping`,EVENT:`ws://localhost:8000/_event`,T:`websocket`};"


def house(root: Path) -> Path:
    (root / "app").mkdir()
    (root / "assets").mkdir()
    (root / "rxconfig.py").write_text("config = 1")
    (root / "app" / "page.py").write_text("page = 1")
    (root / "assets" / "look.css").write_text("a{}")
    return root


def test_the_fingerprint_changes_with_every_source_and_with_nothing_else(tmp_path: Path) -> None:
    root = house(tmp_path)
    before = build.fingerprint(root)
    assert build.fingerprint(root) == before
    (root / "app" / "__pycache__").mkdir()
    (root / "app" / "__pycache__" / "page.pyc").write_bytes(b"x")
    (root / "README.md").write_text("words")
    assert build.fingerprint(root) == before
    for name in ("rxconfig.py", "app/page.py", "assets/look.css"):
        (root / name).write_text((root / name).read_text() + " ")
        after = build.fingerprint(root)
        assert after != before
        before = after
    (root / "app" / "page.py").rename(root / "app" / "other.py")
    assert build.fingerprint(root) != before


def test_the_lock_that_the_build_itself_extends_is_told_apart(tmp_path: Path) -> None:
    root = house(tmp_path)
    written, whole = build.fingerprint(root, build.WRITTEN), build.fingerprint(root)
    (root / "reflex.lock").mkdir()
    (root / "reflex.lock" / "package.json").write_text("{}")
    assert build.fingerprint(root, build.WRITTEN) == written
    assert build.fingerprint(root) != whole


def test_a_build_follows_the_address_it_is_loaded_from(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    chunk = assets / "reflex-env-Ab12.js"
    chunk.write_text(ENV)
    (assets / "reflex-env-Ab12.js.gz").write_bytes(gzip.compress(ENV.encode()))
    build._make_portable(tmp_path)
    rewritten = chunk.read_text()
    assert "localhost" not in rewritten
    assert '(location.origin+"/ping")' in rewritten
    assert '(location.origin.replace(/^http/,"ws")+"/_event")' in rewritten
    assert "T:`websocket`" in rewritten
    packed = (assets / "reflex-env-Ab12.js.gz").read_bytes()
    assert gzip.decompress(packed).decode() == rewritten


def test_a_build_that_cannot_be_made_portable_fails_loudly(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    with pytest.raises(build.BuildFailed, match=r"reflex-env-\*\.js"):
        build._make_portable(tmp_path)
    (tmp_path / "assets" / "reflex-env-1.js").write_text("var e={};")
    with pytest.raises(build.BuildFailed, match="writes it elsewhere"):
        build._make_portable(tmp_path)


def test_inline_scripts_are_named_by_their_hashes(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<script>alert(1)</script><script src="/a.js"></script><script async>alert(1)</script>'
    )
    # printf 'alert(1)' | openssl dgst -sha256 -binary | base64
    assert build._inline_scripts(tmp_path) == (
        "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",
    )


@BUILT
def test_the_committed_lock_names_no_registry() -> None:
    lock = json.loads((build.ROOT / "reflex.lock" / "package-lock.json").read_text())
    resolved = [name for name, package in lock["packages"].items() if "resolved" in package]
    assert resolved == []


def test_the_build_gets_its_tools_from_our_own_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("__REFLEX_SKIP_COMPILE", "true")
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", "elsewhere")
    env = build._build_environment()
    assert "__REFLEX_SKIP_COMPILE" not in env
    assert "REFLEX_WEB_WORKDIR" not in env
    assert env["REFLEX_USE_NPM"] == "1"
    assert env["REFLEX_TELEMETRY_ENABLED"] == "false"
    assert env["npm_config_omit_lockfile_registry_resolved"] == "true"
    assert env["NPM_CONFIG_REGISTRY"].startswith("http")
    first = Path(env["PATH"].split(":")[0])
    assert (first / "node").exists()


def test_pages_in_folders_are_known_by_their_addresses(tmp_path: Path) -> None:
    built = build.Build(tmp_path, ())
    for page in ("index.html", "senders/index.html", "content/edit/index.html"):
        (built.client / page).parent.mkdir(parents=True, exist_ok=True)
        (built.client / page).write_text("")
    assert built.addresses() == {"/senders", "/content/edit"}


@BUILT
def test_the_lock_of_a_later_build_reads_like_that_of_a_fresh_one(tmp_path: Path) -> None:
    package = tmp_path / "package.json"
    package.write_text('{"name":"x","devDependencies":{"b":"1"},"dependencies":{"a":"1"},"z":1}')
    build._settle_lock(package)
    assert package.read_text() == (
        '{"name":"x","dependencies":{"a":"1"},"devDependencies":{"b":"1"},"z":1}'
    )
    committed = build.ROOT / "reflex.lock" / "package.json"
    assert [*json.loads(committed.read_text())] == [*build.LOCK_ORDER]
