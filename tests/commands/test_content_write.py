"""Writing content: every change is a new version, and no approval survives one."""

import json
from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from engine.commands.keep_media import LookedInto, keep_media, look_into
from engine.commands.write_content import VariantDraft, Written, write_content
from engine.domain.content import ContentState, Language
from engine.domain.ids import ContentHash, ContentId
from engine.domain.media import Header
from engine.domain.refusal import Refused
from engine.domain.roles import CLI, Actor, Forbidden
from engine.store import content as contents
from engine.store import content_lists, templates
from engine.store.tables import AuditEntry, Content
from tests.commands.content_cast import DAY, NOW, Cast, add_templates, cast
from tests.documents.drawn import jpeg

ENGLISH = VariantDraft(
    language=Language.EN,
    template_name="morning_view",
    template_language="en",
    parameters=("{name}", "Nifty holds 24,200; banks lead."),
)
HINDI = replace(
    ENGLISH, language=Language.HI, template_language="hi", parameters=("{name}", "निफ्टी स्थिर है।")
)


@pytest.fixture
def firm(session: Session) -> Cast:
    who = cast(session)
    add_templates(session, who.tenant)
    return who


def write(
    session: Session,
    by: Actor,
    *drafts: VariantDraft,
    content: ContentId | None = None,
    version: int | None = None,
    title: str = "Nifty outlook",
) -> Written | Refused:
    return write_content(
        session,
        content=content,
        version=version,
        day=DAY,
        title=title,
        variants=drafts or (ENGLISH,),
        by=by,
        now=NOW,
    )


def written(answer: Written | Refused) -> Written:
    assert isinstance(answer, Written), answer
    return answer


def pack_of(session: Session, content: ContentId) -> Content:
    pack = contents.get(session, content)
    assert pack is not None
    session.refresh(pack)
    return pack


def put_into(session: Session, content: ContentId, state: ContentState, by: Actor) -> None:
    """As if it had been submitted and decided."""
    assert by.user is not None
    approved = state in (ContentState.APPROVED, ContentState.LOCKED, ContentState.SENT)
    assert contents.decide(
        session,
        pack_of(session, content),
        state=state,
        content_hash=ContentHash("f" * 64) if approved else None,
        comment="as it should be",
        by=by.user,
        now=NOW,
    )


def test_a_new_content_is_a_draft_in_version_one(session: Session, firm: Cast) -> None:
    answer = written(write(session, firm.asha, ENGLISH, HINDI, title="  Nifty   outlook "))
    pack = pack_of(session, answer.content)
    assert (pack.state, pack.version, pack.title, pack.day) == ("draft", 1, "Nifty outlook", DAY)
    assert pack.author_id == firm.asha.user
    english, hindi = contents.variants(session, answer.content)
    assert contents.parameters(english) == ENGLISH.parameters
    assert contents.parameters(hindi) == HINDI.parameters
    assert english.body.startswith("Namaste {{1}}")  # as WhatsApp approved it
    entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()
    assert entry is not None
    assert (entry.action, entry.subject) == ("content.created", f"content:{answer.content}")
    assert entry.tenant_id == firm.tenant


def test_every_change_is_a_new_version(session: Session, firm: Cast) -> None:
    first = written(write(session, firm.asha))
    changed = replace(ENGLISH, parameters=("{name}", "Nifty slips."))
    second = written(
        write(session, firm.asha, changed, content=first.content, version=first.version)
    )
    assert (second.version, second.changed, second.voided) == (2, True, False)
    (variant,) = contents.variants(session, first.content)
    assert contents.parameters(variant) == changed.parameters


def test_saving_what_is_there_already_changes_nothing(session: Session, firm: Cast) -> None:
    first = written(write(session, firm.asha, ENGLISH, HINDI))
    put_into(session, first.content, ContentState.APPROVED, firm.bharat)
    again = written(
        write(session, firm.asha, HINDI, ENGLISH, content=first.content, version=first.version)
    )
    assert not again.changed
    assert pack_of(session, first.content).state == ContentState.APPROVED
    assert pack_of(session, first.content).content_hash == "f" * 64


@pytest.mark.parametrize("state", [ContentState.SUBMITTED, ContentState.APPROVED])
def test_any_edit_voids_an_approval_and_a_wait_for_one(
    session: Session, firm: Cast, state: ContentState
) -> None:
    first = written(write(session, firm.asha))
    put_into(session, first.content, state, firm.bharat)
    second = written(write(session, firm.asha, HINDI, content=first.content, version=first.version))
    assert second.voided
    pack = pack_of(session, first.content)
    assert (pack.state, pack.content_hash, pack.decided_by, pack.decided_at, pack.comment) == (
        "draft", None, None, None, "",
    )  # fmt: skip
    entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()
    assert entry is not None
    assert json.loads(entry.before)["state"] == state
    if state is ContentState.APPROVED:
        assert entry.action == "content.approval_voided"
        assert json.loads(entry.before)["content_hash"] == "f" * 64


@pytest.mark.parametrize("what", ["title", "template"])
def test_not_only_the_words_count_as_an_edit(session: Session, firm: Cast, what: str) -> None:
    first = written(write(session, firm.asha))
    put_into(session, first.content, ContentState.APPROVED, firm.bharat)
    if what == "template":  # WhatsApp approved other words under the same name
        templates.put(
            session, firm.tenant, name="morning_view", language="en", category="UTILITY",
            status="APPROVED", body="Dear {{1}}: {{2}}", now=NOW,
        )  # fmt: skip
    title = "Another title" if what == "title" else "Nifty outlook"
    again = written(
        write(session, firm.asha, content=first.content, version=first.version, title=title)
    )
    assert again.voided


@pytest.mark.parametrize("state", [ContentState.LOCKED, ContentState.SENT])
def test_what_a_broadcast_holds_cannot_be_changed(
    session: Session, firm: Cast, state: ContentState
) -> None:
    first = written(write(session, firm.asha))
    put_into(session, first.content, state, firm.bharat)
    answer = write(session, firm.asha, HINDI, content=first.content, version=first.version)
    assert isinstance(answer, Refused)
    assert pack_of(session, first.content).state == state


def test_two_authors_do_not_overwrite_each_other(session: Session, firm: Cast) -> None:
    first = written(write(session, firm.asha))
    written(write(session, firm.esha, HINDI, content=first.content, version=1))
    answer = write(session, firm.asha, ENGLISH, HINDI, content=first.content, version=1)
    assert isinstance(answer, Refused)
    assert "version 2" in answer.why
    assert [v.language for v in contents.variants(session, first.content)] == ["HI"]


def test_everybody_who_wrote_a_word_is_remembered(session: Session, firm: Cast) -> None:
    first = written(write(session, firm.asha))
    written(write(session, firm.esha, HINDI, content=first.content, version=1))
    assert contents.writers(pack_of(session, first.content)) == {firm.asha.user, firm.esha.user}


def upload(session: Session, firm: Cast) -> Header:
    """A picture in the firm's library."""
    file = look_into("outlook.jpg", jpeg())
    assert isinstance(file, LookedInto), file
    header = keep_media(session, firm.tenant, file, by=firm.asha, now=NOW)
    assert isinstance(header, Header), header
    return header


def test_what_stands_above_the_text_is_kept_with_it_and_voids_an_approval_when_it_changes(
    session: Session, firm: Cast
) -> None:
    header = upload(session, firm)
    first = written(write(session, firm.asha, replace(ENGLISH, header=header)))
    (variant,) = contents.variants(session, first.content)
    assert contents.header_of(variant) == header
    again = replace(ENGLISH, header=header, brand_line=" Udaya  Research ")
    second = written(write(session, firm.asha, again, content=first.content, version=1))
    assert second.changed
    (variant,) = contents.variants(session, first.content)
    assert variant.brand_line == "Udaya Research"


def test_a_file_nobody_uploaded_and_a_line_for_each_reader_are_refused(
    session: Session, firm: Cast
) -> None:
    header = upload(session, firm)
    elsewhere = replace(header, sha256="0" * 64)
    assert isinstance(write(session, firm.asha, replace(ENGLISH, header=elsewhere)), Refused)
    personal = replace(ENGLISH, header=header, brand_line="For {name}")
    answer = write(session, firm.asha, personal)
    assert isinstance(answer, Refused)
    assert "every reader" in answer.why
    theirs = write(session, firm.stranger, replace(ENGLISH, header=header))
    assert isinstance(theirs, Refused)


def test_content_needs_a_title_a_known_template_and_each_language_once(
    session: Session, firm: Cast
) -> None:
    assert isinstance(write(session, firm.asha, title="   "), Refused)
    assert isinstance(write(session, firm.asha, title="x" * 121), Refused)
    unknown = replace(ENGLISH, template_name="evening_view")
    assert isinstance(write(session, firm.asha, unknown), Refused)
    assert isinstance(write(session, firm.asha, ENGLISH, ENGLISH), Refused)
    assert content_lists.count(session, firm.tenant) == 0


def test_only_authors_and_administrators_write(session: Session, firm: Cast) -> None:
    for somebody in (firm.bharat, firm.chitra, firm.dev):
        with pytest.raises(Forbidden):
            write(session, somebody)
    written(write(session, firm.esha))


def test_a_machine_is_no_author(session: Session, firm: Cast) -> None:
    assert isinstance(write(session, CLI), Refused)
    assert content_lists.count(session, firm.tenant) == 0


def test_another_firms_content_is_out_of_reach(session: Session, firm: Cast) -> None:
    first = written(write(session, firm.asha))
    assert firm.stranger.tenant is not None
    add_templates(session, firm.stranger.tenant)
    answer = write(session, firm.stranger, HINDI, content=first.content, version=1)
    assert isinstance(answer, Refused)
    assert pack_of(session, first.content).version == 1
