"""Which token a sender sends with, and how a new one takes over."""

import asyncio
from pathlib import Path

from engine.domain.ids import PhoneNumberId
from engine.settings import load
from engine.whatsapp import tokens
from engine.whatsapp.tokens import AccessTokens

ONE, TWO, OTHER = PhoneNumberId("1000"), PhoneNumberId("2000"), PhoneNumberId("3000")
NUMBERS = {"WHATSAPP_PHONE_NUMBER_ID_1": ONE, "WHATSAPP_PHONE_NUMBER_ID_2": TWO}


class Wrist(asyncio.SelectorEventLoop):
    """A loop whose time can be set forward."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


def test_a_sender_uses_its_own_token_or_everybodys() -> None:
    settings = load({**NUMBERS, "WHATSAPP_ACCESS_TOKEN": "all", "WHATSAPP_ACCESS_TOKEN_2": "two"})

    token = AccessTokens(settings)

    assert [token(sender) for sender in (ONE, TWO, OTHER, None)] == ["all", "two", "all", "all"]


def test_without_a_token_there_is_none() -> None:
    assert AccessTokens(load(NUMBERS))(ONE) == ""


def test_a_token_in_a_file_rotates_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old\n")
    token = AccessTokens(load({**NUMBERS, "WHATSAPP_ACCESS_TOKEN_1_FILE": str(file)}))

    async def story() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Wrist)
        assert token(ONE) == "old"
        file.write_text("new\n")
        assert token(ONE) == "old", "the file is not read for every message"
        loop.ahead += tokens.REREAD_SECONDS
        assert token(ONE) == "new"
        file.unlink()
        loop.ahead += tokens.REREAD_SECONDS
        assert token(ONE) == "new", "a missing file takes no token away"

    with asyncio.Runner(loop_factory=Wrist) as runner:
        runner.run(story())
