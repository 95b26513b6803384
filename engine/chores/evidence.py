"""Makes one evidence pack as a file."""

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from engine.documents.evidence.keys import read_private
from engine.domain.evidence_pack import People
from engine.domain.ids import TenantId
from engine.read.evidence.compose import Asked, write_pack
from engine.store.database import Database
from engine.store.dialects import one_state


def evidence(told: Mapping[str, Any]) -> dict[str, Any]:
    """Make the pack as the file `file`: whole, or not at all. Raises OSError and ValueError."""
    asked = Asked(
        tenant=TenantId(told["tenant"]),
        day=date.fromisoformat(told["day"]),
        people=People(told["people"]),
        key=read_private(told["key"]),
        now=datetime.fromisoformat(told["now"]),
        version=told["version"],
        asked_by=told["asked_by"],
    )
    database = Database(told["url"], inline=True)
    try:
        return database.read_now(_into_file, Path(told["file"]), asked)
    finally:
        database.close()


def _into_file(session: Session, final: Path, asked: Asked) -> dict[str, Any]:
    one_state(session)
    final.parent.mkdir(parents=True, exist_ok=True)
    coming = final.with_suffix(".coming")
    try:
        with coming.open("w+b") as file:
            sealed = write_pack(session, file, asked)
            os.fsync(file.fileno())
        coming.replace(final)
    finally:
        coming.unlink(missing_ok=True)
    key = asked.key.public
    return {
        "manifest_sha256": sealed.manifest_sha256,
        "size": sealed.size,
        "key": key.id,
        "public": key.text,
    }
