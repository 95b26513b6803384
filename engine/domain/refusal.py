"""The everyday "no": what a command answers when the world does not allow what was asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed. `why` is a sentence for the person who asked; `details` its bullets.

    Refusals are returned, never raised: exceptions are for bugs and for `roles.Forbidden`.
    """

    why: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.why, *self.details))
