"""Made-up subscribers: plausible names, well-formed numbers, regions. Nobody real is meant.

India keeps no telephone range for fiction, so the numbers only ever stand in a sandbox, and a
sandbox never reaches people (spec X5).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from engine.domain.content import Language
from engine.domain.enrolment import Consent, Details, Enrolment
from engine.domain.ids import Phone
from engine.domain.subscriber import Tier
from engine.trials.names import DEVANAGARI_SHARE, NAMES, REGIONS, FirstAndLast

MOBILE_SERIES = (*range(900, 1000), *range(700, 710))
"""Starts of Indian mobile numbers: phonenumbers calls what follows valid, and a test says so."""
_REST = 10**7

LANGUAGE_SHARE = {Language.EN: 45, Language.HI: 35, Language.MR: 20}
TIER_SHARE = {Tier.PREMIUM: 15, Tier.PRO: 30, Tier.BASIC: 55}
CONSENT_SOURCES = {
    "web form": "Ticked “Send me the morning view on WhatsApp” and confirmed by a code",
    "branch form": "Signed paper form, scanned",
    "WhatsApp message": "Wrote START to the office number",
}


def made_up_people(count: int, rng: Random, *, now: datetime) -> Iterator[Enrolment]:
    """`count` people, no two with the same number; the same `rng` makes the same people.

    Their registrations look like SEBI's INH… and INA…, and AMFI's ARN-….
    """
    numbers = rng.sample(range(len(MOBILE_SERIES) * _REST), count)
    languages = rng.choices(list(LANGUAGE_SHARE), weights=list(LANGUAGE_SHARE.values()), k=count)
    tiers = rng.choices(list(TIER_SHARE), weights=list(TIER_SHARE.values()), k=count)
    for number, language, tier in zip(numbers, languages, tiers, strict=True):
        source = rng.choice(tuple(CONSENT_SOURCES))
        yield Enrolment(
            details=Details(
                name=_name(language, rng),
                phone=_phone(number),
                language=language,
                tier=tier,
                region=rng.choice(REGIONS[language]),
                registration_no=_registration(rng),
            ),
            consent=Consent(
                at=now - timedelta(minutes=rng.randrange(2 * 24 * 60, 700 * 24 * 60)),
                source=source,
                evidence=CONSENT_SOURCES[source],
            ),
        )


def _phone(number: int) -> Phone:
    series, rest = divmod(number, _REST)
    return Phone(f"+91{MOBILE_SERIES[series]}{rest:07d}")


def _name(language: Language, rng: Random) -> str:
    names: FirstAndLast = NAMES[language]
    script = 1 if rng.random() < DEVANAGARI_SHARE else 0
    return f"{rng.choice(names.first)[script]} {rng.choice(names.last)[script]}"


def _registration(rng: Random) -> str:
    kind, serial = rng.random(), rng.randrange(10_000, 400_000)
    if kind < 0.6:
        return f"ARN-{serial}"
    return f"{'INH' if kind < 0.9 else 'INA'}{serial:09d}"
