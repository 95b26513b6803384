"""Checks a pack with the public key alone: no database, no settings, any machine (spec L3)."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from engine.documents.evidence.keys import PublicKey
from engine.documents.evidence.reader import Contents, UnreadableError, content, read_zip, unpack
from engine.domain.evidence_pack import (
    MANIFEST,
    MANIFEST_LIMIT,
    SIGNATURE,
    SIGNATURE_LIMIT,
    Finding,
    Manifest,
    What,
    compare,
    compare_names,
    read_manifest,
    read_signature,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a pack is worth. `manifest`: what it says of itself, once the signature proved that."""

    manifest: Manifest | None
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Every byte is as it was signed."""
        return self.manifest is not None and not self.findings


def verify(file: BinaryIO, key: PublicKey) -> Verdict:
    """Compare the zip in `file` with what `key` signed. Raises nothing: what is wrong is told."""
    try:
        contents = read_zip(file)
    except UnreadableError as error:
        return Verdict(None, (Finding(What.UNREADABLE, "", str(error)),))
    manifest, wrong = _signed(file, contents, key)
    findings = [*contents.findings, *wrong]
    if manifest is None:
        return Verdict(None, tuple(findings))
    names = [place.entry.name for place in contents.places]
    findings += compare_names([one.path for one in manifest.files], names)
    first = {place.entry.name: place for place in reversed(contents.places)}
    for one in manifest.files:
        if (place := first.get(one.path)) is not None:
            found = compare(one, unpack(file, place, one.size))
            findings += [found] if found is not None else []
    return Verdict(manifest, tuple(findings))


def _signed(
    file: BinaryIO, contents: Contents, key: PublicKey
) -> tuple[Manifest | None, list[Finding]]:
    """The manifest, once it is proven; else what is wrong. Nothing else is unpacked before."""
    read: dict[str, bytes] = {}
    wrong: list[Finding] = []
    for name, most in ((MANIFEST, MANIFEST_LIMIT), (SIGNATURE, SIGNATURE_LIMIT)):
        place = next((one for one in contents.places if one.entry.name == name), None)
        if place is None:
            words = "without it nothing in the zip is proven"
            wrong.append(Finding(What.MISSING, name, words))
            continue
        try:
            read[name] = content(file, place, most)
        except ValueError as error:
            wrong.append(Finding(What.ALTERED, name, str(error)))
            continue
        found = unpack(file, place, most)
        if found.trouble:
            wrong.append(Finding(What.ALTERED, name, found.trouble))
    if len(read) < 2:
        return None, wrong
    manifest, more = _checked(read[MANIFEST], read[SIGNATURE], key)
    return manifest, wrong + more


def _checked(
    manifest: bytes, signature: bytes, key: PublicKey
) -> tuple[Manifest | None, list[Finding]]:
    try:
        signed = read_signature(signature)
    except ValueError as error:
        return None, [Finding(What.ALTERED, SIGNATURE, str(error))]
    if signed.manifest_sha256 != hashlib.sha256(manifest).hexdigest():
        # Of the two, the list is what pays to alter; its hash could have been, too.
        whole = key.holds(signed.value, manifest)
        name = SIGNATURE if whole else MANIFEST
        return None, [Finding(What.ALTERED, name, "the list and its signature do not match")]
    if signed.key != key.id:
        words = f"it is by the key {signed.key}, and yours is {key.id}"
        return None, [Finding(What.UNSIGNED, SIGNATURE, words)]
    if not key.holds(signed.value, manifest):
        return None, [Finding(What.ALTERED, SIGNATURE, "it is not a signature over this list")]
    try:
        return read_manifest(manifest), []
    except ValueError as error:
        return None, [Finding(What.ALTERED, MANIFEST, str(error))]
