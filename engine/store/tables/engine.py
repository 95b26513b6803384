"""Which engine may act: the lease, and one row for each run that ever held it."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Lease(SQLModel, table=True):
    __tablename__ = "leases"  # pyright: ignore[reportAssignmentType]
    name: str = Field(primary_key=True)  # "engine"
    owner: str = ""
    place: str = ""  # which database its owner took it in: a copy is another place
    token: int = 0  # raised by every taking: the fencing token
    expires_at: datetime  # on the database's clock


class EngineRun(SQLModel, table=True):
    """A run of the engine. Its token is the epoch under which it marked; its journal tells what it
    started.
    """

    __tablename__ = "engine_runs"  # pyright: ignore[reportAssignmentType]
    token: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    owner: str
    boot_id: str
    journal: str = ""  # file name under the home folder
    started_at: datetime
    ended_at: datetime | None = None
    settled_at: datetime | None = None  # its leftovers were dealt with
