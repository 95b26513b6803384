"""Who may come in, as whom, by what link and with which second factor. On both databases."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from pyotp.totp import TOTP
from sqlmodel import Session, col, select

from engine.commands.accept_invitation import accept_invitation
from engine.commands.change_profile import (
    begin_second_factor,
    choose_language,
    confirm_second_factor,
    drop_second_factor,
    end_other_sessions,
    end_session,
    pass_second_factor,
    rename_self,
    renew_recovery_codes,
)
from engine.commands.change_user import change_user_role, reset_second_factor, set_user_active
from engine.commands.invite_user import invite_user, withdraw_invitation
from engine.commands.second_factor import (
    STEP_SECONDS,
    new_recovery_codes,
    new_secret,
    recovery_hash,
)
from engine.commands.sign_in import sign_in
from engine.domain.audit import Intact
from engine.domain.ids import InvitationId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import ENGINE, Actor, Forbidden, Role
from engine.domain.sign_in import INVITATION_LIFE, handle_of
from engine.read.sign_in import credentials, invited, signed_in
from engine.store import audit, users
from engine.store.database import Database
from engine.store.tables import AuditEntry, Invitation, User
from tests.commands.content_cast import NOW, Cast, cast

GUEST = replace(ENGINE, ip="10.1.2.3")
TOKEN = "a" * 64


@pytest.fixture
def people(session: Session) -> Cast:
    return cast(session)


def invite(session: Session, people: Cast, token: str = TOKEN, email: str = "New@Firm.example"):
    return invite_user(
        session,
        people.tenant,
        email=email,
        name="Nila Das",
        role=Role.OPERATOR,
        token_hash=token,
        by=people.esha,
        now=NOW,
    )


def enter(session: Session, by: Actor, token: str) -> None:
    assert not isinstance(sign_in(session, token, agent="Firefox", by=by, now=NOW), Refused)


def is_in(session: Session, token: str, later: timedelta = timedelta(0)) -> bool:
    session.expire_all()
    return signed_in(session, token, ip="", now=NOW + later) is not None


def user(by: Actor) -> UserId:
    assert by.user is not None
    return by.user


def test_an_invitation_makes_the_user_it_was_for_once(session: Session, people: Cast) -> None:
    assert not isinstance(invite(session, people), Refused)
    assert invited(session, TOKEN, now=NOW) is not None
    joined = accept_invitation(session, TOKEN, "hash", by=GUEST, now=NOW)
    assert isinstance(joined, Actor)
    assert (joined.name, joined.role, joined.tenant) == ("Nila Das", Role.OPERATOR, people.tenant)
    row = users.by_email(session, "new@firm.example")
    assert row is not None
    assert (row.id, row.must_change, row.active) == (joined.user, False, True)
    assert isinstance(accept_invitation(session, TOKEN, "hash", by=GUEST, now=NOW), Refused)
    assert invited(session, TOKEN, now=NOW) is None
    last = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()
    assert last is not None
    assert (last.action, last.actor, last.ip) == ("user.joined", f"user:{joined.user}", "10.1.2.3")
    assert isinstance(audit.verify(session), Intact)


def test_an_old_a_withdrawn_and_a_replaced_invitation_open_nothing(
    session: Session, people: Cast
) -> None:
    first = invite(session, people)
    late = NOW + INVITATION_LIFE
    assert isinstance(accept_invitation(session, TOKEN, "hash", by=GUEST, now=late), Refused)
    second = invite(session, people, "b" * 64)
    assert isinstance(accept_invitation(session, TOKEN, "hash", by=GUEST, now=NOW), Refused)
    assert isinstance(second, int)
    again = InvitationId(second)
    assert withdraw_invitation(session, again, by=people.esha, now=NOW) is None
    assert isinstance(accept_invitation(session, "b" * 64, "hash", by=GUEST, now=NOW), Refused)
    assert isinstance(withdraw_invitation(session, again, by=people.esha, now=NOW), Refused)
    assert first != second
    assert session.exec(select(User).where(User.email == "new@firm.example")).all() == []


def test_only_the_hash_of_a_link_is_stored_and_nobody_is_invited_twice(
    session: Session, people: Cast
) -> None:
    invite(session, people)
    assert session.exec(select(Invitation)).one().token_hash == TOKEN
    known = session.exec(select(User).where(User.id == people.dev.user)).one()
    refused = invite(session, people, "c" * 64, known.email)
    assert isinstance(refused, Refused)
    assert "already a user" in refused.why
    assert isinstance(invite(session, people, "c" * 64, "no address"), Refused)


def test_only_an_administrator_of_the_house_keeps_its_users(session: Session, people: Cast) -> None:
    dev = user(people.dev)
    for by in (people.asha, people.bharat, people.chitra, people.dev):
        with pytest.raises(Forbidden):
            change_user_role(session, dev, Role.ADMINISTRATOR, by=by, now=NOW)
        with pytest.raises(Forbidden):
            set_user_active(session, dev, False, by=by, now=NOW)
        with pytest.raises(Forbidden):
            reset_second_factor(session, dev, by=by, now=NOW)
        with pytest.raises(Forbidden):
            invite(session, replace(people, esha=by))
    stranger = people.stranger
    assert isinstance(change_user_role(session, dev, Role.AUTHOR, by=stranger, now=NOW), Refused)
    assert isinstance(set_user_active(session, dev, False, by=stranger, now=NOW), Refused)


def test_a_new_role_and_a_closed_door_end_the_sessions(session: Session, people: Cast) -> None:
    enter(session, people.dev, "dev-1")
    assert is_in(session, "dev-1")
    assert (
        change_user_role(session, user(people.dev), Role.OPERATOR, by=people.esha, now=NOW) is None
    )
    assert not is_in(session, "dev-1")
    enter(session, people.dev, "dev-2")
    assert set_user_active(session, user(people.dev), False, by=people.esha, now=NOW) is None
    assert not is_in(session, "dev-2")
    assert credentials(session, _email(session, people.dev), ip="").actor is None
    assert set_user_active(session, user(people.dev), True, by=people.esha, now=NOW) is None
    assert not is_in(session, "dev-2"), "an ended session stays ended"


def test_the_last_administrator_stays(session: Session, people: Cast) -> None:
    esha = user(people.esha)
    for refused in (
        change_user_role(session, esha, Role.VIEWER, by=people.esha, now=NOW),
        set_user_active(session, esha, False, by=people.esha, now=NOW),
    ):
        assert isinstance(refused, Refused)
        assert "last administrator" in refused.why
    dev = user(people.dev)
    assert change_user_role(session, dev, Role.ADMINISTRATOR, by=people.esha, now=NOW) is None
    assert set_user_active(session, dev, False, by=people.esha, now=NOW) is None
    assert isinstance(set_user_active(session, esha, False, by=people.esha, now=NOW), Refused)


def test_of_two_administrators_who_remove_each_other_at_once_one_stays(database: Database) -> None:
    people = database.transact_now(cast)
    database.transact_now(
        change_user_role, user(people.dev), Role.ADMINISTRATOR, by=people.esha, now=NOW
    )
    dev = replace(people.dev, role=Role.ADMINISTRATOR)
    together = threading.Barrier(2)

    def remove(whom: Actor, by: Actor) -> None:
        mine = Database(database.url)
        together.wait()
        mine.transact_now(set_user_active, user(whom), False, by=by, now=NOW)
        mine.close()

    pair = [
        threading.Thread(target=remove, args=(dev, people.esha)),
        threading.Thread(target=remove, args=(people.esha, dev)),
    ]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    assert database.transact_now(users.administrators, people.tenant) == 1


def test_a_person_ends_their_own_sessions_and_nobody_elses(session: Session, people: Cast) -> None:
    for token in ("one", "two", "three"):
        enter(session, people.dev, token * 8)
    enter(session, people.asha, "asha" * 8)
    others = handle_of("asha" * 8)
    assert isinstance(end_session(session, others, by=people.dev, now=NOW), Refused)
    assert end_session(session, handle_of("one" * 8), by=people.dev, now=NOW) is None
    assert not is_in(session, "one" * 8)
    assert end_other_sessions(session, "two" * 8, by=people.dev, now=NOW) == 1
    assert [is_in(session, t) for t in ("two" * 8, "three" * 8, "asha" * 8)] == [True, False, True]


def test_a_name_is_changed_by_its_owner(session: Session, people: Cast) -> None:
    assert rename_self(session, "  Dev   Mehta ", by=people.dev, now=NOW) is None
    row = users.get(session, user(people.dev))
    assert row is not None
    session.refresh(row)
    assert row.name == "Dev Mehta"
    assert isinstance(rename_self(session, "  ", by=people.dev, now=NOW), Refused)
    assert isinstance(rename_self(session, "x" * 81, by=people.dev, now=NOW), Refused)


def test_a_person_chooses_a_language_the_interface_speaks(session: Session, people: Cast) -> None:
    assert choose_language(session, "hi", by=people.dev, now=NOW) is None
    row = users.get(session, user(people.dev))
    assert row is not None
    session.refresh(row)
    assert row.language == "hi"
    assert isinstance(choose_language(session, "fr", by=people.dev, now=NOW), Refused)


def guard(session: Session, by: Actor) -> tuple[TOTP, list[str]]:
    """Give `by` a second factor."""
    secret, codes = new_secret(), new_recovery_codes()
    totp = TOTP(secret)
    assert begin_second_factor(session, secret, by=by, now=NOW) is None
    session.expire_all()
    assert not credentials(session, _email(session, by), ip="").second_factor
    hashes = [recovery_hash(code) for code in codes]
    assert isinstance(confirm_second_factor(session, "000000", hashes, by=by, now=NOW), Refused)
    assert confirm_second_factor(session, totp.at(NOW), hashes, by=by, now=NOW) is None
    session.expire_all()
    assert credentials(session, _email(session, by), ip="").second_factor
    return totp, codes


def test_a_code_is_good_once_and_only_about_its_time(session: Session, people: Cast) -> None:
    totp, _ = guard(session, people.dev)
    minute = timedelta(seconds=2 * STEP_SECONDS)

    def passes(code: str, at: timedelta) -> bool:
        session.expire_all()
        return pass_second_factor(session, code, by=people.dev, now=NOW + at) is None

    assert not passes(totp.at(NOW), timedelta(0)), "it confirmed the factor already"
    later = totp.at(NOW + minute)
    assert not passes(later, timedelta(0)), "two steps early"
    assert passes(f" {later[:3]} {later[3:]} ", minute)
    assert not passes(later, minute), "used"
    assert not passes(totp.at(NOW + minute * 2), minute * 4), "long over"


def test_a_recovery_code_is_good_once_however_it_is_typed(session: Session, people: Cast) -> None:
    _, codes = guard(session, people.dev)
    typed = codes[0].upper().replace("-", " ")
    assert pass_second_factor(session, typed, by=people.dev, now=NOW) is None
    assert isinstance(pass_second_factor(session, codes[0], by=people.dev, now=NOW), Refused)
    fresh = [recovery_hash("new-code")]
    assert renew_recovery_codes(session, codes[1], fresh, by=people.dev, now=NOW) is None
    assert isinstance(pass_second_factor(session, codes[2], by=people.dev, now=NOW), Refused)
    assert pass_second_factor(session, "new-code", by=people.dev, now=NOW) is None
    for column in session.exec(select(AuditEntry.after)).all():
        assert not any(code in column for code in codes)


def test_a_second_factor_goes_by_a_code_of_its_owner_or_by_an_administrator(
    session: Session, people: Cast
) -> None:
    _, codes = guard(session, people.dev)
    assert isinstance(drop_second_factor(session, "000000", by=people.dev, now=NOW), Refused)
    assert isinstance(begin_second_factor(session, new_secret(), by=people.dev, now=NOW), Refused)
    assert drop_second_factor(session, codes[0], by=people.dev, now=NOW) is None
    session.expire_all()
    guard(session, people.dev)
    enter(session, people.dev, "dev-1")
    session.expire_all()
    assert reset_second_factor(session, user(people.dev), by=people.esha, now=NOW) is None
    assert not is_in(session, "dev-1")
    assert not credentials(session, _email(session, people.dev), ip="").second_factor


def _email(session: Session, by: Actor) -> str:
    return session.exec(select(User.email).where(User.id == by.user)).one()
