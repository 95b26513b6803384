"""The live half of the preflight: asks WhatsApp, reading only, how things stand right now."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from engine.domain.ids import PhoneNumberId, SenderId
from engine.domain.outcome import Blame, Failure
from engine.whatsapp.graph import Graph
from engine.whatsapp.media import known_media
from engine.whatsapp.numbers import NumberNode, read_number
from engine.whatsapp.templates import TemplateNode, list_templates

AT_ONCE = 10
MEDIA_MOST = 40
"""Of more ids the first are asked for: an account has so many calls in an hour."""

File = tuple[SenderId, str]
"""Whose, and its hash."""
Key = TypeVar("Key")
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is to be asked. business: whose templates; None: they cannot be asked for."""

    numbers: Mapping[SenderId, PhoneNumberId]
    media: Mapping[File, str] = field(default_factory=lambda: dict[File, str]())
    business: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was said. `templates` and `webhook` are None where nobody was asked; webhook: why it
    would not arrive, in words, or nothing.
    """

    numbers: Mapping[SenderId, NumberNode | Failure]
    templates: tuple[TemplateNode, ...] | Failure | None
    media: Mapping[File, Failure | None]
    webhook: str | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every no, whatever was asked."""
        said = (*self.numbers.values(), self.templates, *self.media.values())
        return tuple(one for one in said if isinstance(one, Failure))

    @property
    def refused(self) -> Failure | None:
        """A no to everything: the token, or the account."""
        blames = {Blame.ACCOUNT}
        return next((one for one in self.failures if one.blame in blames), None)

    @property
    def unreached(self) -> Failure | None:
        """That WhatsApp did not answer, or was unwell."""
        return next((one for one in self.failures if one.blame is Blame.PLATFORM), None)


async def ask(
    graph: Graph, questions: Questions, shake: Callable[[], Awaitable[str]] | None
) -> Answers:
    """Ask everything, a few at a time. shake: asks our own webhook address; None: it has none."""
    files = dict(list(questions.media.items())[:MEDIA_MOST])
    async with asyncio.TaskGroup() as group:
        numbers = group.create_task(
            _each(questions.numbers, lambda number: read_number(graph, number))
        )
        media = group.create_task(
            _each(
                {file: (media, questions.numbers[file[0]]) for file, media in files.items()},
                lambda one: known_media(graph, *one),
            )
        )
        templates = (
            None
            if questions.business is None
            else group.create_task(list_templates(graph, questions.business))
        )
        webhook = None if shake is None else group.create_task(_shaken(shake))
    return Answers(
        numbers=numbers.result(),
        templates=None if templates is None else templates.result(),
        media=media.result(),
        webhook=None if webhook is None else webhook.result(),
    )


async def _each(
    asked: Mapping[Key, Asked], question: Callable[[Asked], Awaitable[Answer]]
) -> dict[Key, Answer]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(of: Asked) -> Answer:
        async with turns:
            return await question(of)

    async with asyncio.TaskGroup() as group:
        tasks = {key: group.create_task(one(of)) for key, of in asked.items()}
    return {key: task.result() for key, task in tasks.items()}


async def _shaken(shake: Callable[[], Awaitable[str]]) -> str:
    return await shake()
