"""What was approved, as an evidence pack shows it: who, when, and the very bytes."""

import hashlib
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from engine.documents import pictures
from engine.documents.evidence.writer import PackWriter
from engine.domain import content as content_rules
from engine.domain.ids import TenantId
from engine.read.evidence import records
from engine.read.evidence.cells import as_json, instant
from engine.store import media
from engine.store.content import NewVariant

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


class Contents:
    """Puts content packs into an evidence pack."""

    def __init__(
        self, session: Session, tenant: TenantId, zone: ZoneInfo, pack: PackWriter
    ) -> None:
        self._session, self._tenant, self._zone, self._pack = session, tenant, zone, pack

    def add(self, pack_id: int) -> dict[str, Any] | None:
        """One content pack; what the day says of it, or None when it is gone."""
        found = records.approved(self._session, self._tenant, pack_id)
        if found is None:
            return None
        row, folder = found.row, f"content-{pack_id}"
        hashed = content_rules.hashed_text(found.variants).encode()
        self._pack.add(f"{folder}/hashed.json", [hashed])
        told: dict[str, Any] = {
            "id": row.id,
            "folder": folder,
            "title": row.title,
            "written_for": row.day.isoformat(),
            "state": row.state,
            "version": row.version,
            "author": found.names.get(f"user:{row.author_id}", f"user:{row.author_id}"),
            "decided_by": found.names.get(f"user:{row.decided_by}", ""),
            "decided_at": instant(row.decided_at, self._zone),
            "comment": row.comment,
            "approved_hash": row.content_hash or "",
            "hash_of_what_is_here": hashlib.sha256(hashed).hexdigest(),
            "history": [one | {"at": instant(one["at"], self._zone)} for one in found.history],
        }
        self._pack.add(f"{folder}/approval.json", [as_json(told)])
        told["languages"] = [self._variant(one, folder) for one in found.variants]
        return told

    def _variant(self, one: NewVariant, folder: str) -> dict[str, Any]:
        said: dict[str, Any] = {
            "language": one.language.value,
            "template": one.template_name,
            "template_language": one.template_language,
            "template_version": one.template_version,
            "category": one.category,
            "body": one.body,
            "parameters": list(one.parameters),
            "as_read": content_rules.preview(one.body, one.parameters),
            "brand_line": one.brand_line,
        } | self._media(one)
        self._pack.add(f"{folder}/{one.language.value}.json", [as_json(said)])
        return said

    def _media(self, one: NewVariant) -> dict[str, Any]:
        """The file above the text as it was approved, and as it went out with its brand line."""
        header = one.header
        if header is None:
            return {}
        said = {"media_sha256": header.sha256, "media_name": header.name}
        try:
            content = media.content_of(self._session, self._tenant, header.sha256)
        except media.TamperedError:
            return said | {"media": "", "media_trouble": "changed in the database since"}
        if content is None:
            return said | {"media": "", "media_trouble": "gone, by the rule of retention"}
        path = f"media/{header.sha256}.{ENDINGS[header.type.value]}"
        self._add_once(path, content)
        said["media"] = path
        if one.brand_line and header.is_image:
            made = pictures.branded(content, header.type, one.brand_line)
            line = hashlib.sha256(one.brand_line.encode()).hexdigest()[:12]
            said["media_as_sent"] = f"media/{header.sha256}-{line}.{ENDINGS[header.type.value]}"
            self._add_once(said["media_as_sent"], made)
        return said

    def _add_once(self, path: str, content: bytes) -> None:
        if not self._pack.has(path):
            self._pack.add(path, [content])
