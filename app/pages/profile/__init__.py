"""One's own account: name, password, second factor, and where one is signed in (spec X2)."""

from typing import Any

import reflex as rx

from app import formats
from app.components.cards import page_head, skeleton
from app.doors import ask, now, tell
from app.frame import page
from app.navigation import Group
from app.pages.profile import factor, view
from app.pages.profile.shown import Shown, grouped, qr_picture, shown
from app.session import guarded, own_token_hash
from app.tab import report, say
from app.words import en as words
from app.words.speech import Chosen, language_here, language_of, retold, told
from engine.commands.change_profile import (
    begin_second_factor,
    choose_language,
    confirm_second_factor,
    drop_second_factor,
    end_other_sessions,
    end_session,
    rename_self,
    renew_recovery_codes,
)
from engine.commands.second_factor import (
    address_of,
    new_recovery_codes,
    new_secret,
    recovery_hash,
)
from engine.domain.refusal import Refused
from engine.domain.roles import Actor
from engine.read import profile as read


class Profile(rx.State):
    """The account as its owner looks at it. `codes` are shown once, and known nowhere else."""

    loaded: bool = False
    name: str = ""
    email: str = ""
    role: str = ""
    guarded_since: str = ""
    codes_left: int = 0
    qr: str = ""
    secret: str = ""
    codes: list[str] = []
    problems: list[str] = []
    name_problems: list[str] = []
    asked: str = ""
    sessions: list[Shown] = []

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """The account as it is; what was shown once is gone."""
        self.qr, self.secret, self.codes, self.problems, self.asked = "", "", [], [], ""
        self.name_problems = []
        await self._look(by)

    @guarded()
    async def rename(self, form: dict[str, Any], *, by: Actor) -> None:
        """The name others see."""
        result = await tell(rename_self, str(form.get("name") or ""), by=by)
        self.name_problems = [result.why] if isinstance(result, Refused) else []
        if not isinstance(result, Refused):
            await report(self, result, "Saved. Others see it from now on.")
        await self._look(by)

    @guarded()
    async def speak(self, form: dict[str, Any], *, by: Actor) -> None:
        """The language of the interface, for this person alone."""
        language = language_of(str(form.get("language") or ""))
        result = await tell(choose_language, language, by=by)
        if not isinstance(result, Refused):
            (await self.get_state(Chosen)).language = language
        await report(self, result, words.LANGUAGE_SAVED)
        await self._look(by)

    @guarded()
    async def begin(self, *, by: Actor) -> None:
        """A secret for the app, as a QR code; nothing is asked for before it is confirmed."""
        secret = new_secret()
        result = await tell(begin_second_factor, secret, by=by)
        if isinstance(result, Refused):
            await report(self, result, "")
            return
        self.problems = []
        self.qr, self.secret = qr_picture(address_of(secret, self.email)), grouped(secret)

    @guarded()
    async def confirm(self, form: dict[str, Any], *, by: Actor) -> None:
        """The app's first code; then the recovery codes are shown, once."""
        codes = new_recovery_codes()
        hashes = [recovery_hash(code) for code in codes]
        result = await tell(confirm_second_factor, _code(form), hashes, by=by)
        await self._after_code(result, codes, "From now on a code is asked for.", by)

    @guarded()
    async def ask_for(self, what: str) -> None:
        """Ask for a code before the recovery codes are renewed, or the second factor goes."""
        self.asked, self.problems = what if what in {"renew", "drop"} else "", []

    @guarded()
    async def set_open(self, is_open: bool) -> None:
        """Escape, or Cancel."""
        if not is_open:
            self.asked, self.problems = "", []

    @guarded()
    async def answer(self, form: dict[str, Any], *, by: Actor) -> None:
        """Do what was asked about, for a right code."""
        if self.asked == "renew":
            codes = new_recovery_codes()
            hashes = [recovery_hash(code) for code in codes]
            result = await tell(renew_recovery_codes, _code(form), hashes, by=by)
            await self._after_code(result, codes, "The old codes are worth nothing now.", by)
        elif self.asked == "drop":
            result = await tell(drop_second_factor, _code(form), by=by)
            await self._after_code(result, [], "Your password alone lets you in again.", by)

    @guarded()
    async def put_codes_away(self) -> None:
        """They are written down: take them off the screen."""
        self.codes = []

    @guarded()
    async def end(self, handle: str, *, by: Actor) -> None:
        """End one session of one's own."""
        await report(self, await tell(end_session, handle, by=by), "That session is over.")
        await self._look(by)

    @guarded()
    async def end_others(self, *, by: Actor) -> None:
        """End all but this one."""
        ended = await tell(end_other_sessions, own_token_hash(self), by=by)
        await say(self, "good", f"{formats.count(ended, 'session')} ended.")
        await self._look(by)

    async def _after_code(
        self, result: Refused | None, codes: list[str], done: str, by: Actor
    ) -> None:
        if isinstance(result, Refused):
            self.problems = [result.why]
            return
        self.qr, self.secret, self.problems, self.asked, self.codes = "", "", [], "", codes
        await report(self, result, done)
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.user is not None
        found = await ask(read.profile, by.user, own=own_token_hash(self), now=now())
        self.name, self.email, self.role = (
            found.name,
            found.email,
            told(found.role.capitalize(), await language_here(self)),
        )
        self.guarded_since = formats.date(found.totp_since) if found.totp_since else ""
        self.codes_left = found.recovery_codes_left
        self.sessions = retold(
            [shown(row, now()) for row in found.sessions], await language_here(self)
        )
        self.loaded = True


def _code(form: dict[str, Any]) -> str:
    return str(form.get("code") or "")[:64]


@page("/profile", "Profile", group=Group.FOOT, icon="circle-user", on_load=Profile.load)
def profile_page() -> rx.Component:
    """Account and second factor side by side, the sessions below."""
    return rx.fragment(
        page_head("Profile", "Your own account: who you are here, and how you come in"),
        rx.cond(
            Profile.loaded,
            rx.fragment(
                rx.el.div(
                    rx.el.div(
                        view.account(Profile), view.language(Profile), class_name="dc-stack-16"
                    ),
                    factor.second_factor(Profile),
                    class_name="dc-grid dc-grid-2",
                ),
                view.sessions(Profile),
            ),
            rx.fragment(skeleton(4), skeleton(4)),
        ),
        factor.code_dialog(Profile),
    )
