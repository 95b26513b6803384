"""A rehearsal as one may look: most is well, two things are not, and some people cannot get it."""

from datetime import datetime

from engine.domain.rehearsal import (
    Check,
    Foreseen,
    LaneForeseen,
    Rehearsal,
    Verdict,
    Without,
)


def a_rehearsal(opens_at: datetime, *, go: bool, some: tuple[int, ...] = ()) -> Rehearsal:
    """Of 2,000 people on two senders; NO-GO by a paused template."""
    template = Check(name="Templates", verdict=Verdict.OK, words="Approved by WhatsApp in EN, HI.")
    if not go:
        template = Check(
            name="Template HI",
            verdict=Verdict.FAIL,
            words="morning_note (hi) is paused. WhatsApp paused it because of its quality.",
            do="Choose another template for this language, and have it approved again.",
        )
    return Rehearsal(
        broadcast=None,
        title="Daily 06:00",
        opens_at=opens_at.isoformat(),
        closes=300.0,
        frozen=True,
        checks=(
            Check(
                name="99 % in time",
                verdict=Verdict.OK,
                words="99 % have it 172 s after the opening, 128 s before the close.",
            ),
            Check(
                name="Content",
                verdict=Verdict.OK,
                words="“Nifty outlook” is approved, word for word.",
            ),
            Check(name="Audience", verdict=Verdict.OK, words="2,000 people in 2 languages."),
            Check(name="Access token", verdict=Verdict.OK, words="WhatsApp takes it."),
            Check(
                name="Sender ·· 4102",
                verdict=Verdict.WARN,
                words="Its quality is medium (YELLOW): it sends at a lower pace.",
                do="See its recovery plan.",
            ),
            template,
            Check(
                name="Limits",
                verdict=Verdict.OK,
                words="The limits of the day have room for everybody.",
            ),
            Check(
                name="Capacity",
                verdict=Verdict.OK,
                words="Everybody is sent to inside the window.",
            ),
            Check(name="Webhooks", verdict=Verdict.OK, words="Our webhook address answers."),
            Check(
                name="Engine",
                verdict=Verdict.OK,
                words="It holds the lease, and reads webhooks as they come.",
            ),
        ),
        foreseen=Foreseen(
            people=2_000,
            delivered=172.0,
            low=160.0,
            high=194.0,
            never=0.001,
            handed_over=148.5,
            attempts=2_004,
            lanes=(
                LaneForeseen(
                    sender=1,
                    phone="+91 22 4800 4101",
                    people=1_230,
                    rate=72.0,
                    last_send=149.0,
                    delivered=171.0,
                ),
                LaneForeseen(
                    sender=2,
                    phone="+91 22 4800 4102",
                    people=770,
                    rate=45.0,
                    last_send=149.5,
                    delivered=173.0,
                ),
            ),
        ),
        without=(
            Without(
                why="No consent on record.",
                count=max(3, len(some)),
                do="Record one before sending.",
                some=some,
            ),
            Without(
                why="Missed most of the last mornings: WhatsApp cannot reach this phone.",
                count=12,
                do="Ask the advisor to open WhatsApp.",
            ),
        ),
        basis=(
            "Phones as in the last 9 mornings (17,820 messages): half within 2 s, 99 of 100 within "
            "58 s.",
            "WhatsApp answers in 0.22 s.",
        ),
    )
