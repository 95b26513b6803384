"""An author uploads a file for above a message; it is looked into before anything is written."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.documents import pictures
from engine.domain import media as rules
from engine.domain.broadcast import BroadcastState
from engine.domain.ids import TenantId
from engine.domain.media import Header, MediaType
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, broadcasts, media

ON_THE_ROAD = frozenset({BroadcastState.SENDING, BroadcastState.PAUSED})
"""While lanes are open nobody else holds the writer as long as some megabytes take (spec R3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedInto:
    """A file that may be kept."""

    content: bytes
    header: Header
    picture: pictures.Picture


def look_into(name: str, content: bytes) -> LookedInto | Refused:
    """Whether WhatsApp takes a file. No database: it may take a while, and has a thread for it."""
    why = rules.objection(content)
    if why is not None:
        return Refused(why)
    kind = rules.type_of(content)
    assert kind is not None, "a file without a type was let through"
    try:
        picture = (
            pictures.Picture(0, 0, b"")
            if kind is MediaType.PDF
            else pictures.look_into(content, kind)
        )
    except pictures.UnreadableError as error:
        return Refused(str(error))
    header = Header(
        sha256=rules.digest(content), type=kind, size_bytes=len(content), name=plain_name(name)
    )
    return LookedInto(content=content, header=header, picture=picture)


def plain_name(name: str) -> str:
    """A file's own name without the folders it came from, short enough for a phone."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = " ".join("".join(letter for letter in last if letter.isprintable()).split())
    return clean[-rules.NAME_LIMIT :] or "file"


def keep_media(
    session: Session, tenant: TenantId, file: LookedInto, *, by: Actor, now: datetime
) -> Header | Refused:
    """Put the file into the library, where it is there once; its header. Raises Forbidden."""
    require(by, Permission.CONTENT_WRITE, tenant)
    if by.user is None:
        return Refused("A file needs somebody who uploads it.")
    running = broadcasts.running(session, tenant)
    if running is not None and broadcasts.get(session, running).state in ON_THE_ROAD:
        return Refused("A broadcast is going out: upload the file when it is through.")
    header = file.header
    kept = media.keep(
        session,
        tenant,
        content=file.content,
        kind=header.type,
        name=header.name,
        width=file.picture.width,
        height=file.picture.height,
        thumbnail=file.picture.thumbnail,
        by=by.user,
        now=now,
    )
    if kept:
        audit.append(
            session,
            by=by,
            action="media.uploaded",
            subject=f"media:{header.sha256}",
            after={"type": header.type.value, "name": header.name, "bytes": header.size_bytes},
            now=now,
            tenant=tenant,
        )
    return header
