"""`dawncast evidence verify`: on any machine, with the public key alone."""

from pathlib import Path

from app import formats
from app.command_line.terminal import TROUBLE, err, give_up, out
from engine.documents.evidence.keys import PublicKey, read_public
from engine.documents.evidence.verify import Verdict
from engine.documents.evidence.verify import verify as check
from engine.domain.evidence_pack import Finding

KEY_LIMIT = 4_096


def verify(file: Path, key: str) -> int:
    """Check the pack and say what was found; the exit code."""
    public = _public(key)
    try:
        with file.open("rb") as opened:
            found = check(opened, public)
    except OSError as error:
        give_up(f"{file} cannot be read ({error.strerror}).")
    if found.holds:
        out.print(_whole(found, public), markup=False)
        return 0
    err.print(f"{file} is NOT as it was signed:", markup=False)
    for finding in found.findings:
        err.print(f"  {_line(finding)}", markup=False)
    return TROUBLE


def _public(key: str) -> PublicKey:
    """The key itself, or a file that holds it."""
    try:
        path = Path(key)
        if not key.startswith("dawncast-") and path.is_file():
            with path.open(encoding="ascii", errors="replace") as opened:
                key = opened.read(KEY_LIMIT)
        return read_public(key)
    except (OSError, ValueError) as error:
        give_up("The public key cannot be used:", str(error))


def _whole(found: Verdict, key: PublicKey) -> str:
    manifest = found.manifest
    assert manifest is not None
    return (
        f"The pack is whole: {manifest.organisation}, {manifest.day:%d %B %Y}, made "
        f"{formats.moment(manifest.made_at)}; {formats.count(len(manifest.files), 'file')}, every "
        f"byte as it was signed with the key {key.id}."
    )


def _line(finding: Finding) -> str:
    # A name in a zip can hold anything: shown so that it does nothing to a terminal.
    name = ascii(finding.path)[1:-1] if finding.path else "the zip itself"
    return f"{finding.what.value.upper()}  {name}: {finding.words}"
