"""What the preflight knows without asking anybody: content, senders, files, the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from engine.domain.content import APPROVED_OR_BETTER, ContentState, content_hash
from engine.domain.ids import BroadcastId, ContentId, PhoneNumberId, SenderId, TenantId
from engine.domain.media import REUSED_FOR
from engine.rehearsal.ask import File, Questions
from engine.store import content as contents
from engine.store import copies, frozen, inbox, leases, media, senders, templates, wordings
from engine.store.tables import Content, Sender, Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A language's template. status: as we know it; empty where we do not."""

    template: str
    template_language: str
    category: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What would be sent. whole: its words are those that were approved."""

    title: str
    approved: bool
    whole: bool
    state: str
    texts: Mapping[str, Text]
    second: Mapping[str, Text] = field(default_factory=dict[str, Text])
    """Of wording B, where one is approved to go out beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """How our own side stands. engine_runs: somebody holds the lease; fenced: this is a copy out of
    a backup that nobody released.
    """

    engine_runs: bool
    fenced: bool
    webhooks_waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All of it. readers: people by language; lacking: files that have no id yet, by sender."""

    pack: Pack | None
    readers: Mapping[str, int]
    senders: Sequence[Sender]
    files: Mapping[File, str]
    lacking: Sequence[File]
    house: House

    def questions(self, business: str | None) -> Questions:
        """What is to be asked beside."""
        asked = [one for one in self.senders if one.state == "active"]
        return Questions(
            numbers={SenderId(one.id or 0): PhoneNumberId(one.phone_number_id) for one in asked},
            media=self.files,
            business=business,
        )


def gather(
    session: Session,
    tenant: TenantId,
    *,
    content: ContentId | None,
    broadcast: BroadcastId | None,
    now: datetime,
) -> Facts:
    """What is known now. broadcast: when its audience is frozen; else today's list counts."""
    pool = list(senders.pool(session, tenant))
    row = None if content is None else contents.get(session, content, tenant)
    variants = [] if row is None else list(contents.variants(session, ContentId(row.id or 0)))
    other = None if row is None else wordings.second_of(session, ContentId(row.id or 0))
    if other is not None and ContentState(other.state) not in APPROVED_OR_BETTER:
        other = None  # it stays behind
    others = [] if other is None else list(contents.variants(session, ContentId(other.id or 0)))
    files, lacking = _files(session, pool, [*variants, *others], now)
    _, runs = leases.holder(session)
    return Facts(
        pack=None if row is None else _pack(session, tenant, row, variants, others),
        readers=_readers(session, tenant, broadcast),
        senders=pool,
        files=files,
        lacking=lacking,
        house=House(
            engine_runs=runs,
            fenced=copies.unreleased(session) is not None,
            webhooks_waiting=inbox.count_waiting(session),
        ),
    )


def _pack(
    session: Session,
    tenant: TenantId,
    row: Content,
    variants: Sequence[Variant],
    others: Sequence[Variant],
) -> Pack:
    state = ContentState(row.state)
    known = {(one.name, one.language): one.status for one in templates.listing(session, tenant)}
    approved = state in APPROVED_OR_BETTER
    return Pack(
        title=row.title,
        approved=approved,
        whole=not approved or content_hash(map(contents.as_new, variants)) == row.content_hash,
        state=state.value,
        texts=_texts(variants, known),
        second=_texts(others, known),
    )


def _texts(variants: Sequence[Variant], known: Mapping[tuple[str, str], str]) -> dict[str, Text]:
    return {
        one.language: Text(
            template=one.template_name,
            template_language=one.template_language,
            category=one.category,
            status=known.get((one.template_name, one.template_language), ""),
        )
        for one in variants
    }


def _readers(session: Session, tenant: TenantId, broadcast: BroadcastId | None) -> dict[str, int]:
    if broadcast is not None:
        return frozen.languages(session, broadcast)
    return {str(one): count for one, count in contents.audience(session, tenant).items() if count}


def _files(
    session: Session, pool: Sequence[Sender], variants: Sequence[Variant], now: datetime
) -> tuple[dict[File, str], list[File]]:
    """The ids of the files above the texts, by sender; and those that have none yet."""
    active = [SenderId(one.id or 0) for one in pool if one.state == "active"]
    there = media.uploaded(session, active, now - REUSED_FOR)
    files: dict[File, str] = {}
    lacking: list[File] = []
    for variant in variants:
        header = contents.header_of(variant)
        if header is None:
            continue
        for sender in active:
            found = there.get((sender, header.sha256, variant.brand_line))
            if found is None:
                lacking.append((sender, f"{header.sha256}{variant.brand_line}"))
            else:
                files[sender, f"{header.sha256}{variant.brand_line}"] = found
    return files, lacking
