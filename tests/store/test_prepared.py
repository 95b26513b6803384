"""What goes straight to the driver fails as everything else does, and leaves nothing to chance."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc
from sqlmodel import Session

from engine.store.dialects import table
from engine.store.prepared import Prepared
from engine.store.tables import ParkedReceipt, Subscriber


def _parking(_dialect: str) -> Any:
    return sa.insert(table(ParkedReceipt)).values(
        message_id=sa.bindparam("message", type_=sa.String()),
        status="sent",
        at=sa.func.current_timestamp(),
        received_at=sa.func.current_timestamp(),
        webhook_id=1,
        detail="",
    )


PARK = Prepared(_parking)


def test_what_the_driver_refuses_is_an_error_like_any_other_and_tells_no_value(
    session: Session,
) -> None:
    assert PARK.run(session, message="wamid.secret") == 1

    with pytest.raises(exc.IntegrityError) as refused:
        PARK.run(session, message="wamid.secret")
    session.rollback()

    assert "wamid.secret" not in str(refused.value).replace(str(refused.value.orig), "")


def test_a_column_left_to_its_default_is_refused(session: Session) -> None:
    """Only SQLAlchemy's own way to the driver would look it up."""
    careless = Prepared(lambda _dialect: sa.insert(table(Subscriber)).values(tenant_id=1))

    with pytest.raises(TypeError, match="default"):
        careless.run(session)
