"""Files above messages, each under the hash of its bytes; and what WhatsApp calls them.

Whoever reads a file's bytes gets exactly what was approved: they are hashed again on the way out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.ids import SenderId, TenantId, UserId
from engine.domain.media import Header, MediaType, digest
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import Media, MediaUpload

LIBRARY_LIMIT = 60
MEASURED = 200

_media, _uploads = table(Media), table(MediaUpload)
_FACTS = (
    _media.c.sha256,
    _media.c.type,
    _media.c.name,
    _media.c.size_bytes,
    _media.c.width,
    _media.c.height,
    _media.c.thumbnail,
    _media.c.created_at,
)
"""All but the content: a list of files must not carry megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file of the library, without its bytes. width, height: 0 for what is no picture."""

    header: Header
    width: int
    height: int
    thumbnail: bytes
    created_at: datetime


class TamperedError(ValueError):
    """The bytes are not those their name says: they were changed past us."""


def keep(
    session: Session,
    tenant: TenantId,
    *,
    content: bytes,
    kind: MediaType,
    name: str,
    width: int,
    height: int,
    thumbnail: bytes,
    by: UserId,
    now: datetime,
) -> bool:
    """Put a file into the library; False when it is there already, under whatever name."""
    insert = insert_ignoring(session, Media, ["tenant_id", "sha256"]).values(
        tenant_id=tenant,
        sha256=digest(content),
        type=kind.value,
        name=name,
        size_bytes=len(content),
        width=width,
        height=height,
        content=content,
        thumbnail=thumbnail,
        uploaded_by=by,
        created_at=now,
    )
    return session.connection().execute(insert.returning(_media.c.sha256)).first() is not None


def get(session: Session, tenant: TenantId, sha256: str) -> Kept | None:
    """One file's facts."""
    asked = sa.select(*_FACTS).where(_media.c.tenant_id == tenant, _media.c.sha256 == sha256)
    row = session.connection().execute(asked).mappings().first()
    return None if row is None else _kept(row)


def kept_files(session: Session, tenant: TenantId) -> tuple[Kept, ...]:
    """A tenant's files, the newest first."""
    asked = (
        sa.select(*_FACTS)
        .where(_media.c.tenant_id == tenant)
        .order_by(_media.c.created_at.desc(), _media.c.sha256)
        .limit(LIBRARY_LIMIT)
    )
    return tuple(_kept(row) for row in session.connection().execute(asked).mappings())


def content_of(session: Session, tenant: TenantId, sha256: str) -> bytes | None:
    """A file's bytes. Raises TamperedError when they are not those that were uploaded."""
    asked = sa.select(_media.c.content).where(
        _media.c.tenant_id == tenant, _media.c.sha256 == sha256
    )
    content = session.connection().execute(asked).scalar()
    if content is None:
        return None
    if digest(content) != sha256:
        raise TamperedError(f"the file {sha256[:12]}… was changed past us")
    return bytes(content)


def uploaded(
    session: Session, senders: Collection[SenderId], since: datetime
) -> dict[tuple[SenderId, str, str], str]:
    """WhatsApp's ids by sender, hash and brand line, of what was uploaded after `since`."""
    rows = session.exec(
        select(MediaUpload).where(
            col(MediaUpload.sender_id).in_(list(senders)), col(MediaUpload.uploaded_at) > since
        )
    )
    return {(SenderId(row.sender_id), row.sha256, row.brand_line): row.whatsapp_id for row in rows}


def note_upload(
    session: Session,
    sender: SenderId,
    *,
    sha256: str,
    brand_line: str,
    whatsapp_id: str,
    took_ms: int,
    now: datetime,
) -> None:
    """Remember the id a sender may use; a newer upload takes the place of the older one."""
    session.merge(
        MediaUpload(
            sender_id=sender,
            sha256=sha256,
            brand_line=brand_line,
            whatsapp_id=whatsapp_id,
            took_ms=took_ms,
            uploaded_at=now,
        )
    )
    session.flush()


def slow_upload_seconds(session: Session, senders: Sequence[SenderId]) -> float | None:
    """How long the slowest tenth of the latest uploads took at least; None: none was measured."""
    asked = (
        select(MediaUpload.took_ms)
        .where(col(MediaUpload.sender_id).in_(list(senders)), col(MediaUpload.took_ms) > 0)
        .order_by(col(MediaUpload.uploaded_at).desc())
        .limit(MEASURED)
    )
    took = sorted(session.exec(asked))
    return took[int(len(took) * 0.9)] / 1000 if took else None


def _kept(facts: sa.RowMapping) -> Kept:
    return Kept(
        header=Header(
            sha256=facts["sha256"],
            type=MediaType(facts["type"]),
            size_bytes=facts["size_bytes"],
            name=facts["name"],
        ),
        width=facts["width"],
        height=facts["height"],
        thumbnail=bytes(facts["thumbnail"]),
        created_at=facts["created_at"],
    )
