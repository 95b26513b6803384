"""The Senders page in words: the pool as one sentence, a card for whatever Meta says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.pages.senders.shown import pool_words, shown
from engine.domain.ids import SenderId
from engine.read.senders import Capacity, Latency, Reach, SenderCard

AT = datetime(2026, 11, 21, 23, 22, 5, tzinfo=UTC)
CARD = SenderCard(
    id=SenderId(1),
    display_phone="+91 80 4000 4101",
    label="Line 1",
    role="primary",
    state="active",
    state_reason="",
    quality="GREEN",
    status="CONNECTED",
    throughput="STANDARD",
    messaging_limit="TIER_100K",
    daily_cap=None,
    rate_per_second=80.0,
    rate_usable=80.0,
    rate_now=0.0,
    sent_24h=2_000,
    latency=None,
    last_error="",
    polled_at=AT,
)


def capacity(rates: list[float], *, audience: int = 2_000, backups: int = 2) -> Capacity:
    total = sum(rates)
    rest = total - max(rates, default=0.0)
    return Capacity(
        audience=audience,
        senders=len(rates),
        rate_per_second=total,
        equal=len(set(rates)) <= 1,
        seconds=audience / total if total else None,
        seconds_without_fastest=audience / rest if rest else None,
        backups=backups,
    )


@pytest.mark.parametrize(
    ("pool", "tone", "sentence"),
    [
        (capacity([80.0] * 4), "good", "Four senders at 80/s send 2,000 in 7 s."),
        (capacity([80.0]), "good", "One sender at 80/s sends 2,000 in 25 s."),
        (capacity([80.0, 50.0]), "good", "Two senders with 130/s together send 2,000 in 16 s."),
        (capacity([80.0] * 4, audience=0), "quiet", "Four senders at 80/s are ready; nobody is"),
        (capacity([]), "bad", "No primary sender can send"),
        (
            capacity([80.0], audience=100_000),
            "warn",
            "One sender at 80/s sends 1,00,000 in 20 min 50 s. That is longer than",
        ),
    ],
)
def test_the_pools_capacity_is_one_sentence(pool: Capacity, tone: str, sentence: str) -> None:
    words = pool_words(pool)
    assert words.tone == tone
    assert words.sentence.startswith(sentence)


def test_what_if_a_sender_fails_is_said_beside_it() -> None:
    assert pool_words(capacity([80.0] * 4)).note == (
        "If the fastest fails: 9 s. Two backups stand by."
    )
    assert pool_words(capacity([80.0], backups=0)).note == (
        "If it fails, nobody is left to send. No backup stands by."
    )
    assert pool_words(capacity([80.0] * 2, backups=1)).note.endswith("One backup stands by.")


@pytest.mark.parametrize(
    ("changes", "state", "tone"),
    [
        ({}, "Ready", "good"),
        ({"rate_now": 66.4}, "Sending", "busy"),
        ({"role": "backup"}, "Standing by", "quiet"),
        ({"role": "backup", "rate_now": 3.0}, "Sending", "busy"),
        ({"state": "resting", "rate_usable": 0.0}, "Resting", "warn"),
        ({"state": "stopped", "rate_usable": 0.0}, "Stopped", "bad"),
    ],
)
def test_a_senders_state_is_one_word(changes: Mapping[str, object], state: str, tone: str) -> None:
    card = shown(replace(CARD, **changes))
    assert (card.state, card.state_tone) == (state, tone)


def test_a_rate_is_told_against_what_is_allowed() -> None:
    sending = shown(replace(CARD, rate_now=66.4))
    assert (sending.rate, sending.rate_note, sending.rate_width) == ("66/s of 80/s", "", "83%")
    lowered = shown(replace(CARD, quality="YELLOW", rate_usable=50.0, rate_now=50.0))
    assert (lowered.rate, lowered.rate_width) == ("50/s of 50/s", "100%")
    assert "quality" in lowered.rate_note
    above = shown(replace(CARD, rate_now=90.0))
    assert above.rate_width == "100%"


def test_a_card_has_words_for_everything_meta_says() -> None:
    strange = replace(CARD, quality="PURPLE", status="ON_HOLIDAY", messaging_limit="TIER_1M")
    card = shown(replace(strange, polled_at=None))
    assert (card.quality, card.status, card.limit) == ("Quality not known", "On holiday", "Tier 1m")
    assert card.checked == "not yet"
    assert card.latency == "nothing sent lately"
    fast = shown(replace(CARD, latency=Latency(p50_ms=212, p95_ms=1_290, sends=500, until=AT)))
    assert fast.latency == "half in 212 ms, 95 % in 1.3 s"
    assert fast.latency_of.startswith("500 answers up to Sun 22 Nov 2026, 04:52:05 IST")
    assert shown(CARD).checked == "04:52:05 IST"


def test_a_limit_of_the_day_is_shown_with_its_use_and_said_before_it_is_too_small() -> None:
    reach = Reach(limit=2_000, together=1_950, by_sender={CARD.id: 310})
    card = shown(replace(CARD, messaging_limit="TIER_2K", daily_cap=500), reach)
    assert card.limit == "2,000 people in 24 h, 1,950 reached by all numbers"
    assert card.cap_words == "310 of 500 people in 24 h"
    assert shown(CARD).cap_words == "none"

    enough = pool_words(capacity([80.0] * 4), Reach(limit=10_000))
    assert enough == pool_words(capacity([80.0] * 4))
    short = pool_words(capacity([80.0] * 4), Reach(limit=250))
    assert short.tone == "warn"
    assert "find no room" in short.note
