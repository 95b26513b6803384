"""What an author's desk shows besides the words: the media library, uploads, one's own tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from engine.domain import brand
from engine.domain.content import Language
from engine.domain.ids import ContentId, SenderId, TenantId, UserId
from engine.domain.media import Header
from engine.domain.tenant_settings import (
    FREEZE_MINUTES,
    LAST_CALL_MINUTES,
    brand_line,
    number_of,
)
from engine.domain.test_message import CODE_LIVES
from engine.read.content_look import data_url
from engine.store import content as contents
from engine.store import (
    media,
    own_phones,
    senders,
    tenant_settings,
    tenants,
    test_messages,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShown:
    """One file of the library; `picture` is a data URL, empty for a paper."""

    header: Header
    size: str
    picture: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSums:
    """The arithmetic of D5. `measured` tells whether `seconds` was, or is assumed.

    shared: one picture for everybody; personal: one for each reader of the language, which is what
    it would take and why it is not offered where it does not fit.
    """

    seconds: float
    measured: bool
    senders: int
    readers: int
    room: timedelta
    shared: brand.Uploads
    personal: brand.Uploads
    readers_that_fit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestShown:
    """One test message. `state` is domain.test_message's."""

    __test__ = False
    language: Language
    state: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTests:
    """A person's phone and what they tested. `code` is there while it waits to be written.

    sandbox: here nothing reaches people, and a phone may be confirmed without it.
    """

    phone: str | None
    confirmed: bool
    code: str | None
    write_to: str
    sandbox: bool
    tests: tuple[TestShown, ...]


def kept_files(session: Session, tenant: TenantId) -> tuple[FileShown, ...]:
    """The files of the house, the newest first."""
    return tuple(
        FileShown(
            header=kept.header,
            size=f"{kept.width} × {kept.height}" if kept.width else "",
            picture=data_url(kept.thumbnail) if kept.thumbnail else "",
            at=kept.created_at,
        )
        for kept in media.kept_files(session, tenant)
    )


def brand_lines(session: Session, tenant: TenantId) -> Mapping[Language, str]:
    """What the house puts onto pictures, by language."""
    values = tenant_settings.values(session, tenant)
    return {language: brand_line(values, language) for language in Language}


def upload_sums(session: Session, tenant: TenantId, language: Language) -> UploadSums:
    """What the uploads of one language's picture take, between cut-off and last call."""
    values = tenant_settings.values(session, tenant)
    room = timedelta(
        minutes=number_of(values, FREEZE_MINUTES) - number_of(values, LAST_CALL_MINUTES)
    )
    pool = [row for row in senders.pool(session, tenant) if row.state == "active"]
    measured = media.slow_upload_seconds(session, [SenderId(row.id or 0) for row in pool])
    seconds = brand.UPLOAD_SECONDS if measured is None else measured
    readers = contents.audience(session, tenant).get(language, 0)
    return UploadSums(
        seconds=seconds,
        measured=measured is not None,
        senders=len(pool),
        readers=readers,
        room=room,
        shared=brand.shared(1, len(pool), room=room, seconds=seconds),
        personal=brand.personal(readers, room=room, seconds=seconds),
        readers_that_fit=brand.readers_that_fit(room, seconds),
    )


def own_tests(
    session: Session, tenant: TenantId, user: UserId, content: ContentId, now: datetime
) -> OwnTests:
    """What one person may test, and did."""
    row = own_phones.of(session, user)
    waits = row is not None and row.confirmed_at is None and now - row.asked_at < CODE_LIVES
    numbers = [one.display_phone for one in senders.pool(session, tenant) if one.state == "active"]
    return OwnTests(
        phone=None if row is None else row.phone,
        confirmed=row is not None and row.confirmed_at is not None,
        code=row.code if row is not None and waits else None,
        write_to=numbers[0] if numbers else "",
        sandbox=tenants.is_sandbox(session, tenant),
        tests=tuple(
            TestShown(
                language=Language(test.language),
                state=test.state,
                words=test.words,
                at=test.ended_at or test.asked_at,
            )
            for test in test_messages.latest(session, user, content)
        ),
    )
