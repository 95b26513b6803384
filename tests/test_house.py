"""The rules of the house that no other tool looks after."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PURE = sorted((ROOT / "engine" / "domain").rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.stem)
def test_the_domain_imports_the_standard_library_alone(path: Path):
    """The import contract can only forbid the packages it names; this forbids all of them."""
    for name in imports_of(path):
        ours = name == "engine.domain" or name.startswith("engine.domain.")
        assert ours or name.partition(".")[0] in sys.stdlib_module_names, name


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.stem)
def test_the_domain_does_nothing_but_think(path: Path):
    doors = {
        "asyncio",
        "os",
        "socket",
        "subprocess",
        "threading",
        "time",
        "urllib",
        "http",
        "logging",
    }
    assert not {name.partition(".")[0] for name in imports_of(path)} & doors


def test_what_the_code_imports_is_asked_for():
    """A package that is merely there, because another one needs it, may be gone tomorrow."""
    declared = {requirement.name for requirement in wanted("requirements.lock")}
    # What the bench's windows drive a browser with: the tests' own, and looked for before use.
    declared.add("playwright")
    homes = packages_distributions()
    for path in [*ROOT.glob("app/**/*.py"), *ROOT.glob("engine/**/*.py"), ROOT / "rxconfig.py"]:
        for name in imports_of(path):
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in {"app", "engine"}:
                homes_of = {home.lower().replace("_", "-") for home in homes.get(top, [])}
                assert homes_of & declared, f"{path.relative_to(ROOT)} imports {name}"


def pins(lock: str) -> dict[str, list[str]]:
    """Every version a lock file names, by package; two where they depend on the Python."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if pin := re.match(r"([a-z0-9._-]+)==([^\s;\\]+)", line):
            found.setdefault(pin[1], []).append(pin[2])
    return found


def wanted(lock: str) -> list[Requirement]:
    groups = PROJECT["dependency-groups"]
    texts = PROJECT["project"]["dependencies"] + groups["build"]
    texts += groups["dev"] if lock == "requirements-dev.lock" else []
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_what_the_project_asks_for(lock: str):
    """Otherwise: make lock."""
    pinned = pins(lock)
    for requirement in wanted(lock):
        versions = pinned.get(requirement.name, [])
        assert versions, f"{requirement.name} is not in {lock}"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_by_hash_and_names_no_host(lock: str):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    for package in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in package, package.splitlines()[0]


def test_what_is_installed_has_all_that_it_asks_for():
    """The set-up installs the lock and resolves nothing: what a package lacks is seen here."""
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    locked = re.findall(r"^[a-z0-9._-]+==[^\\\n]+", lock, re.MULTILINE)
    coming = [("the lock", Requirement(pin)) for pin in locked]
    coming += [("dawncast", asked) for asked in wanted("requirements-dev.lock")]
    seen: set[tuple[str, str]] = set()
    lacking: list[str] = []
    while coming:
        by, asked = coming.pop()
        if (by, str(asked)) in seen or (asked.marker and not asked.marker.evaluate()):
            continue
        seen.add((by, str(asked)))
        if not fits(asked):
            lacking.append(f"{by} asks for {asked}")
            continue
        coming += [(asked.name, further) for further in needs_of(asked)]
    assert len(seen) > len(locked)
    assert lacking == []


def fits(asked: Requirement) -> bool:
    """Whether it is installed, in a version that will do."""
    try:
        return asked.specifier.contains(version(asked.name), prereleases=True)
    except PackageNotFoundError:
        return False


def needs_of(asked: Requirement) -> Iterator[Requirement]:
    """What an installed package needs here, with the extras asked of it."""
    for text in requires(asked.name) or []:
        need = Requirement(text)
        chosen = ("", *asked.extras)
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in chosen):
            need.marker = None
            yield need


def test_what_runs_is_what_was_tested():
    runtime, tested = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: tested.get(name) for name in runtime} == runtime
