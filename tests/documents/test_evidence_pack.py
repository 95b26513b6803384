"""An evidence pack proves itself: not one byte of it can change, and what did change has a name."""

import io
import random
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.evidence.keys import (
    PrivateKey,
    PublicKey,
    new_key,
    read_private,
    read_public,
)
from engine.documents.evidence.layout import Entry, local_header, table_of_contents
from engine.documents.evidence.verify import Verdict, verify
from engine.documents.evidence.writer import PackWriter
from engine.domain.evidence_pack import (
    MANIFEST,
    SIGNATURE,
    Manifest,
    People,
    What,
    is_safe,
    read_manifest,
)

KEY = PrivateKey(bytes(range(32)))
ABOUT = Manifest(
    organisation="सुबह Advisory",
    day=date(2026, 11, 26),
    made_at=datetime(2026, 11, 26, 5, 30, tzinfo=UTC),
    people=People.MASKED,
    key=KEY.public.id,
    files=(),
)
FILES = {
    "README.txt": b"How to check this.\n" * 9,
    "broadcast-1/recipients.csv": b"delivery,recipient\r\n" + b"1,2\r\n" * 400,
    "media/picture.jpg": random.Random(7).randbytes(700),
    "broadcast-1/log.csv": b"",
}


def packed(files: dict[str, bytes] | None = None, key: PrivateKey = KEY) -> bytes:
    into = io.BytesIO()
    writer = PackWriter(into)
    for path, content in (files if files is not None else FILES).items():
        writer.add(path, [content[start : start + 100] for start in range(0, len(content), 100)])
    writer.seal(ABOUT, key)
    return into.getvalue()


PACK = packed()


def check(data: bytes, key: PublicKey = KEY.public) -> Verdict:
    return verify(io.BytesIO(data), key)


def owner(place: int) -> str:
    """The file whose header or bytes stand at this place; empty for the table of contents."""
    for info in zipfile.ZipFile(io.BytesIO(PACK)).infolist():
        ends = info.header_offset + 30 + len(info.filename) + info.compress_size
        if info.header_offset <= place < ends:
            return info.filename
    return ""


def repacked(change: dict[str, bytes | None], order: list[str] | None = None) -> bytes:
    """What somebody makes of it with an ordinary program."""
    into, before = io.BytesIO(), zipfile.ZipFile(io.BytesIO(PACK))
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as after:
        for name in order or [*before.namelist(), *(set(change) - set(before.namelist()))]:
            content = change.get(name, before.read(name) if name in before.namelist() else None)
            if content is not None:
                after.writestr(name, content)
    return into.getvalue()


def found(verdict: Verdict) -> set[tuple[What, str]]:
    return {(one.what, one.path) for one in verdict.findings}


def test_a_pack_as_it_was_made_holds() -> None:
    verdict = check(PACK)
    assert verdict.holds, verdict.findings
    assert verdict.manifest is not None
    assert [one.path for one in verdict.manifest.files] == list(FILES)


def test_any_program_can_open_it() -> None:
    opened = zipfile.ZipFile(io.BytesIO(PACK))
    assert opened.testzip() is None
    assert {name: opened.read(name) for name in FILES} == FILES


def test_every_single_byte_that_changes_is_found_and_its_file_is_named() -> None:
    for place in range(len(PACK)):
        changed = bytearray(PACK)
        changed[place] ^= 1 << (place % 8)
        verdict = check(bytes(changed))
        assert not verdict.holds, f"byte {place} changed unseen"
        mine = owner(place)
        if mine:
            assert mine in {path for _, path in found(verdict)}, (place, mine, verdict.findings)


@settings(max_examples=300)
@given(place=st.integers(0, len(PACK) - 1), mask=st.integers(1, 255))
def test_whatever_a_byte_becomes_it_is_found(place: int, mask: int) -> None:
    changed = bytearray(PACK)
    changed[place] ^= mask
    verdict = check(bytes(changed))
    assert not verdict.holds
    assert all(one.words for one in verdict.findings)


@settings(max_examples=150)
@given(path=st.sampled_from(sorted(FILES)), data=st.data())
def test_a_file_changed_and_packed_again_is_named(path: str, data: st.DataObject) -> None:
    content = FILES[path]
    place = data.draw(st.integers(0, max(0, len(content) - 1)))
    changed = content[:place] + b"\x01" + content[place:]
    assert (What.ALTERED, path) in found(check(repacked({path: changed})))


def test_whoever_packs_it_anew_with_the_same_files_is_told_apart_from_who_altered_one() -> None:
    kinds = {what for what, _ in found(check(repacked({})))}
    assert kinds <= {What.REPACKED}
    assert kinds


def test_a_missing_file_and_an_added_one_are_named() -> None:
    verdict = check(repacked({"media/picture.jpg": None, "broadcast-1/more.csv": b"1,2"}))
    assert {(What.MISSING, "media/picture.jpg"), (What.ADDED, "broadcast-1/more.csv")} <= found(
        verdict
    )


def test_another_order_is_seen() -> None:
    names = [*reversed(FILES), MANIFEST, SIGNATURE]
    assert (What.REORDERED, "") in found(check(repacked({}, names)))


def test_a_name_that_is_there_twice_is_seen() -> None:
    into = io.BytesIO(PACK)
    with zipfile.ZipFile(into, "a") as after, pytest.warns(UserWarning, match="Duplicate"):
        after.writestr("README.txt", b"another")
    assert (What.TWICE, "README.txt") in found(check(into.getvalue()))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\\..\\b", "..", "x\x1b[2J"])
def test_a_path_that_leads_out_is_never_ours(name: str) -> None:
    assert not is_safe(name)
    verdict = check(repacked({name: b"surprise"}))
    assert (What.ADDED, name) in found(verdict)
    with pytest.raises(ValueError, match="no file of a pack"):
        PackWriter(io.BytesIO()).add(name, [])


def test_a_bomb_is_not_unpacked_further_than_was_signed() -> None:
    verdict = check(repacked({"README.txt": b"\0" * 200_000_000}))
    words = {one.path: one.words for one in verdict.findings}
    assert "unpacks into more than" in words["README.txt"]


def test_a_list_that_claims_to_be_huge_is_not_read() -> None:
    verdict = check(repacked({MANIFEST: b" " * 40_000_000}))
    assert (What.ALTERED, MANIFEST) in found(verdict)
    assert verdict.manifest is None


def test_a_zip_cut_off_anywhere_is_told_in_words() -> None:
    for end in range(0, len(PACK), 7):
        verdict = check(PACK[:end])
        assert not verdict.holds
        assert verdict.findings[0].words


def test_something_behind_or_before_it_is_seen() -> None:
    assert not check(PACK + b"x").holds
    assert not check(b"x" + PACK).holds


def test_something_hidden_between_its_files_is_seen() -> None:
    opened = zipfile.ZipFile(io.BytesIO(PACK))
    second = opened.infolist()[1].header_offset
    gap = b"hidden"
    entries = [
        Entry(
            name=info.filename,
            method=info.compress_type,
            crc=info.CRC,
            size=info.file_size,
            packed_size=info.compress_size,
            offset=info.header_offset + (len(gap) if info.header_offset >= second else 0),
        )
        for info in opened.infolist()
    ]
    body = PACK[:second] + gap + PACK[second : opened.start_dir]
    assert not check(body + table_of_contents(entries)).holds
    assert local_header(entries[0])


def test_another_s_signature_proves_nothing() -> None:
    other = new_key()
    verdict = check(PACK, other.public)
    assert found(verdict) == {(What.UNSIGNED, SIGNATURE)}
    forged = packed({**FILES, "README.txt": b"a lie"}, other)
    assert not check(forged).holds
    assert check(forged).manifest is None


def test_a_list_altered_with_its_hash_is_named() -> None:
    opened = zipfile.ZipFile(io.BytesIO(PACK))
    manifest = opened.read(MANIFEST).replace(b"2026-11-26", b"2026-11-27")
    assert (What.ALTERED, MANIFEST) in found(check(repacked({MANIFEST: manifest})))


def test_a_list_is_only_ours_when_it_is_written_as_ours() -> None:
    text = zipfile.ZipFile(io.BytesIO(PACK)).read(MANIFEST)
    assert read_manifest(text).people is People.MASKED
    with pytest.raises(ValueError, match="not written as"):
        read_manifest(text.replace(b"\n ", b"\n  "))
    with pytest.raises(ValueError, match="not a list"):
        read_manifest(b"[]")


def test_keys_are_told_apart_and_never_show() -> None:
    key = new_key()
    assert read_private(key.text()).public == key.public
    assert read_public(key.public.text) == key.public
    with pytest.raises(ValueError, match="this is the private key") as raised:
        read_public(key.text())
    assert key.text() not in str(raised.value)
    assert key.text() not in repr(key)
    with pytest.raises(ValueError, match="begins with"):
        read_private(key.public.text)


def test_a_person_has_one_pseudonym_under_one_key_and_another_under_the_next() -> None:
    mine = KEY.pseudonym("subscriber:7")
    assert mine == KEY.pseudonym("subscriber:7")
    assert mine != KEY.pseudonym("subscriber:8")
    assert mine != new_key().pseudonym("subscriber:7")
