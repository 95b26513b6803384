"""Templates stay as WhatsApp has them, and what people order is done once. On both databases."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select, update

from engine.commands.delete_template import delete_template
from engine.commands.group_template import group_template
from engine.commands.submit_template import edit_template, submit_template
from engine.commands.sync_templates import sync_templates
from engine.domain.content import ContentState
from engine.domain.delivery import State
from engine.domain.ids import TenantId, UserId
from engine.domain.outcome import Blame, Failure
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.domain.templates import Draft, OrderState
from engine.read import templates as read
from engine.store import template_days, template_orders, templates
from engine.store.database import Database
from engine.store.tables import Broadcast, Content, Delivery, LogEntry, Template, TemplateOrder
from engine.trials.texts import TEMPLATE, TEXTS
from engine.whatsapp.templates import TemplateNode
from engine.workers.keep_templates import carry_out, sync_all
from tests.workers.cast import EPOCH, NOW, equipment, stage
from tests.workers.nobody import Nobody
from tests.workers.said import change, hear

pytestmark = pytest.mark.anyio
DRAFT = Draft(
    name="evening_note",
    language="en",
    category="UTILITY",
    body="Good evening {{1}}, all is well.",
    examples=("Asha",),
)


def node(name: str = TEMPLATE, language: str = "en", **said: object) -> TemplateNode:
    text = next(text for text in TEXTS.values() if text.template_language == "en")
    told: dict[str, object] = {
        "template_id": f"7{language}",
        "category": "UTILITY",
        "status": "APPROVED",
        "quality": "GREEN",
        "header_format": "",
        "header_text": "",
        "body": text.body,
        "footer": text.footer,
        "parameters": (),
        "buttons": (),
        "examples": (),
        "reason": "",
    }
    return TemplateNode(name=name, language=language, **(told | said))  # pyright: ignore[reportArgumentType]


@dataclass
class Shelf:
    """Satisfies `Templates`: says what a test wants, and remembers what it was asked."""

    nodes: tuple[TemplateNode, ...] = ()
    answer: Failure | None = None
    asked: list[str] = field(default_factory=lambda: list[str]())

    async def everything(self) -> tuple[TemplateNode, ...] | Failure:
        return self.answer or self.nodes

    async def create(self, draft: Draft) -> str | Failure:
        self.asked.append(f"create {draft.name}")
        return self.answer or "815"

    async def edit(self, whatsapp_id: str, draft: Draft) -> Failure | None:
        self.asked.append(f"edit {whatsapp_id} {draft.body}")
        return self.answer

    async def delete(self, name: str, whatsapp_id: str) -> Failure | None:
        self.asked.append(f"delete {name} {whatsapp_id}")
        return self.answer


@pytest.fixture
def neha(database: Database) -> Actor:
    cast = database.transact_now(lambda session: stage(session, people=3))
    user = cast.seeded.users[Role.OPERATOR]
    return Actor("Neha", TenantId(cast.seeded.tenant), Role.OPERATOR, UserId(user))


def ours(database: Database, name: str = TEMPLATE, language: str = "en") -> Template:
    found = database.read_now(
        lambda s: s.exec(
            select(Template).where(Template.name == name, Template.language == language)
        ).one()
    )
    assert found.id is not None
    return found


def orders(database: Database) -> list[TemplateOrder]:
    asked = select(TemplateOrder).order_by(col(TemplateOrder.id))
    return database.read_now(lambda s: list(s.exec(asked).all()))


async def do_all(database: Database, shelf: Shelf) -> None:
    made = equipment(database, Nobody())
    while (order := database.transact_now(template_orders.claim, epoch=EPOCH)) is not None:
        await carry_out(made, shelf, order)


async def test_a_new_template_is_submitted_once_and_then_in_review(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None
    database.transact_now(submit_template, neha.tenant, DRAFT, by=neha, now=NOW)
    again = database.transact_now(submit_template, neha.tenant, DRAFT, by=neha, now=NOW)
    assert again == Refused("This template is just being submitted.")
    shelf = Shelf()
    await do_all(database, shelf)
    await do_all(database, shelf)
    assert shelf.asked == ["create evening_note"]
    row = ours(database, "evening_note")
    assert (row.status, row.whatsapp_id, row.examples) == ("PENDING", "815", '["Asha"]')
    assert [(one.state, one.words) for one in orders(database)] == [
        ("done", "WhatsApp is reviewing it.")
    ]


async def test_a_refusal_is_kept_in_whatsapps_own_words_and_nothing_else_changes(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None
    database.transact_now(submit_template, neha.tenant, DRAFT, by=neha, now=NOW)
    no = Failure(blame=Blame.US, code=2388019, title="Too many", detail="The limit is reached")
    await do_all(database, Shelf(answer=no))
    (order,) = orders(database)
    assert (order.state, order.words) == (
        "refused",
        "WhatsApp refused: The limit is reached (2388019).",
    )
    assert database.read_now(templates.get, neha.tenant, "evening_note", "en") is None


async def test_an_order_without_an_answer_is_unsure_and_not_asked_again(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None
    database.transact_now(submit_template, neha.tenant, DRAFT, by=neha, now=NOW)
    silence = Failure(blame=Blame.PLATFORM, code=None, title="No answer", retryable=True)
    shelf = Shelf(answer=silence)
    await do_all(database, shelf)
    await do_all(database, shelf)
    assert shelf.asked == ["create evening_note"]
    assert orders(database)[0].state == OrderState.UNSURE


async def test_an_order_that_a_dead_run_was_asking_is_unsure(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None
    database.transact_now(submit_template, neha.tenant, DRAFT, by=neha, now=NOW)
    assert database.transact_now(template_orders.claim, epoch=EPOCH) is not None
    assert database.transact_now(template_orders.give_up_older, words="died", now=NOW) == 1
    assert orders(database)[0].state == OrderState.UNSURE
    assert database.transact_now(template_orders.claim, epoch=EPOCH) is None


async def test_other_words_are_another_version_in_review_and_void_what_was_approved(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None
    await sync_all(equipment(database, Nobody()), Shelf((node(),)))
    before = ours(database)
    draft = database.read_now(read.draft, neha.tenant, before.id or 0)
    assert draft is not None
    changed = replace(draft, body=draft.body + " More.", examples=("a", "b", "c", "d"))
    done = database.transact_now(
        edit_template, neha.tenant, before.id or 0, changed, by=neha, now=NOW
    )
    assert isinstance(done, int), done
    shelf = Shelf()
    await do_all(database, shelf)
    assert shelf.asked[0].startswith("edit 7en ")
    after = ours(database)
    assert (after.status, after.version) == ("PENDING", before.version + 1)


async def test_what_an_approved_content_uses_is_not_deleted(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None
    await sync_all(equipment(database, Nobody()), Shelf((node(),)))
    row = ours(database)
    uses = database.read_now(read.uses, neha.tenant, row.id or 0, now=NOW)
    assert [use.bound for use in uses] == [True]
    done = database.transact_now(delete_template, neha.tenant, row.id or 0, by=neha, now=NOW)
    assert isinstance(done, Refused)
    assert "uses it" in done.details[0]
    later = NOW + timedelta(days=3)
    done = database.transact_now(delete_template, neha.tenant, row.id or 0, by=neha, now=later)
    assert isinstance(done, int)
    shelf = Shelf()
    await do_all(database, shelf)
    assert shelf.asked == [f"delete {TEMPLATE} 7en"]
    assert ours(database).status == "DELETED"
    assert database.read_now(read.shelf, neha.tenant, now=NOW).rows != []


@pytest.mark.parametrize("state", [ContentState.APPROVED, ContentState.SENT])
async def test_what_the_evergreen_uses_is_not_deleted_whenever_it_was_written(
    database: Database, neha: Actor, state: ContentState
) -> None:
    assert neha.tenant is not None
    await sync_all(equipment(database, Nobody()), Shelf((node(),)))
    row, later = ours(database), NOW + timedelta(days=30)
    made = update(Content).values(evergreen=True, state=state.value)
    database.transact_now(lambda session: session.exec(made))
    (use,) = database.read_now(read.uses, neha.tenant, row.id or 0, now=later)
    assert (use.bound, use.evergreen) == (True, True)
    done = database.transact_now(delete_template, neha.tenant, row.id or 0, by=neha, now=later)
    assert isinstance(done, Refused)
    assert done.details[0].endswith("of any day uses it.")


async def test_a_sync_takes_over_what_is_new_and_changed_and_misses_what_is_gone(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None
    made = equipment(database, Nobody())
    await sync_all(made, Shelf((node(), node("fresh", status="REJECTED", reason="SCAM"))))
    assert (ours(database, "fresh").status, ours(database, "fresh").status_reason) == (
        "REJECTED",
        "SCAM",
    )
    version = ours(database).version
    await sync_all(made, Shelf((node(quality="YELLOW"),)))
    assert (ours(database).quality, ours(database).version) == ("YELLOW", version)
    assert ours(database, "fresh").status == "DELETED"
    # What never was WhatsApp's is not missed: the seeded Hindi one has no id of Meta's.
    assert ours(database, language="hi").status == "APPROVED"
    await sync_all(made, Shelf((node(body="Other words, friends."),)))
    assert ours(database).version == version + 1
    board = database.read_now(lambda s: list(s.exec(select(LogEntry.words)).all()))
    assert any("its words are other ones" in words for words in board)


async def test_a_sync_that_fails_changes_nothing(database: Database, neha: Actor) -> None:
    made = equipment(database, Nobody())
    await sync_all(made, Shelf((node(),)))
    silence = Failure(blame=Blame.PLATFORM, code=None, title="No answer")
    await sync_all(made, Shelf(answer=silence))
    assert ours(database).status == "APPROVED"


async def test_a_person_who_asks_for_a_sync_asks_once(database: Database, neha: Actor) -> None:
    assert neha.tenant is not None
    database.transact_now(sync_templates, neha.tenant, by=neha, now=NOW)
    again = database.transact_now(sync_templates, neha.tenant, by=neha, now=NOW)
    assert isinstance(again, Refused)
    await do_all(database, Shelf((node(), node("fresh"))))
    assert orders(database)[-1].words == "2 templates: 1 new, 1 changed."


async def test_what_meta_says_by_webhook_is_kept_with_its_reason(
    database: Database, neha: Actor
) -> None:
    await sync_all(equipment(database, Nobody()), Shelf((node(),)))
    row = ours(database)

    def told(**value: object) -> bytes:
        named = {
            "message_template_name": row.name,
            "message_template_language": "en",
            "message_template_id": row.whatsapp_id,
        }
        return change("message_template_status_update", named | value)

    pause = told(event="PAUSED", reason="NONE", other_info={"title": "FIRST_PAUSE"})
    database.transact_now(lambda s: hear(s, pause, now=NOW))
    assert (ours(database).status, ours(database).status_reason) == ("PAUSED", "first pause")
    assert ours(database).status_at == NOW
    database.transact_now(lambda s: hear(s, told(event="APPROVED", reason="NONE"), now=NOW))
    assert (ours(database).status, ours(database).status_reason) == ("APPROVED", "")


async def test_an_announced_category_is_shown_until_it_comes(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None
    await sync_all(equipment(database, Nobody()), Shelf((node(),)))
    named = {
        "message_template_name": TEMPLATE,
        "message_template_language": "en",
        "message_template_id": "7en",
    }
    at = int((NOW + timedelta(days=1)).timestamp())
    ahead = named | {
        "new_category": "UTILITY",
        "correct_category": "MARKETING",
        "category_update_timestamp": at,
    }
    database.transact_now(lambda s: hear(s, change("template_category_update", ahead), now=NOW))
    assert (ours(database).category, ours(database).coming_category) == ("UTILITY", "MARKETING")
    done = named | {"previous_category": "UTILITY", "new_category": "MARKETING"}
    database.transact_now(lambda s: hear(s, change("template_category_update", done), now=NOW))
    assert (ours(database).category, ours(database).coming_category) == ("MARKETING", "")


async def test_the_strip_counts_what_failed_once_a_broadcast_is_over(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None

    def settle(session: Session) -> None:
        session.exec(update(Broadcast).values(state="finished"))
        ids = session.exec(select(Delivery.id).order_by(col(Delivery.id))).all()
        session.exec(update(Delivery).values(state=State.DELIVERED.value, language="EN"))
        failed = update(Delivery).where(col(Delivery.id) == ids[0])
        session.exec(failed.values(state=State.FAILED.value))

    since = NOW - timedelta(days=14)
    assert database.read_now(template_days.uncounted, neha.tenant, since, NOW) == []
    database.transact_now(settle)
    (broadcast,) = database.read_now(template_days.uncounted, neha.tenant, since, NOW)
    for _ in range(2):  # counted anew, it is the same row
        counted = database.read_now(template_days.count, broadcast)
        database.transact_now(template_days.keep, counted, NOW)
    assert database.read_now(template_days.uncounted, neha.tenant, since, NOW) == []
    shelf = database.read_now(read.shelf, neha.tenant, now=NOW)
    row = next(row for row in shelf.rows if row.language == "en")
    assert (row.sent, row.failed, row.failing) == (3, 1, True)
    assert len(row.days) == 14


async def test_who_takes_over_is_told_where_one_may_not_be_sent(
    database: Database, neha: Actor
) -> None:
    assert neha.tenant is not None
    await sync_all(equipment(database, Nobody()), Shelf((node(), node("second"), node("plain"))))
    for place, (name, fallback) in enumerate(
        ((TEMPLATE, False), ("plain", True), ("second", False))
    ):
        done = database.transact_now(
            group_template,
            neha.tenant,
            ours(database, name).id or 0,
            group="Morning",
            position=place,
            fallback=fallback,
            conservative=False,
            by=neha,
            now=NOW,
        )
        assert done is None
    shelf = database.read_now(read.shelf, neha.tenant, now=NOW)
    assert next(row.next_up for row in shelf.rows if row.name == TEMPLATE) == "second"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUTHOR, Role.APPROVER])
async def test_who_may_not_write_templates_orders_nothing(
    database: Database, neha: Actor, role: Role
) -> None:
    assert neha.tenant is not None
    other = Actor("X", neha.tenant, role, UserId(99))
    with pytest.raises(Forbidden):
        database.transact_now(submit_template, neha.tenant, DRAFT, by=other, now=NOW)
    with pytest.raises(Forbidden):
        database.transact_now(sync_templates, neha.tenant, by=other, now=NOW)
    with pytest.raises(Forbidden):
        database.transact_now(delete_template, neha.tenant, 1, by=other, now=NOW)
    assert orders(database) == []
