"""Who is targeted by a broadcast, and why somebody is not."""

from itertools import product

import pytest

from engine.domain.subscriber import TIER_ORDER, WORDS, Exclusion, Status, Tier, exclusion


@pytest.mark.parametrize(
    ("status", "consented", "address", "variant"),
    list(product(Status, *[[True, False]] * 3)),
)
def test_only_the_active_consented_and_reachable_are_targeted(
    status: Status, consented: bool, address: bool, variant: bool
) -> None:
    why = exclusion(status, consented=consented, has_address=address, has_variant=variant)
    allowed = status is Status.ACTIVE and consented and address and variant
    assert (why is None) == allowed


def test_the_gravest_reason_wins() -> None:
    def why(status: Status, *, consented: bool = False, address: bool = False) -> Exclusion | None:
        return exclusion(status, consented=consented, has_address=address, has_variant=False)

    assert why(Status.OPTED_OUT) is Exclusion.OPTED_OUT
    assert why(Status.PAUSED) is Exclusion.PAUSED
    assert why(Status.UNREACHABLE) is Exclusion.UNREACHABLE
    assert why(Status.ACTIVE) is Exclusion.NO_CONSENT
    assert why(Status.ACTIVE, consented=True) is Exclusion.NO_ADDRESS
    assert why(Status.ACTIVE, consented=True, address=True) is Exclusion.NO_VARIANT


def test_every_exclusion_has_words_that_say_what_to_do() -> None:
    assert set(WORDS) == set(Exclusion)
    assert all(words.endswith(".") for words in WORDS.values())


def test_premium_goes_before_pro_before_basic() -> None:
    assert sorted(Tier, key=TIER_ORDER.__getitem__) == [Tier.PREMIUM, Tier.PRO, Tier.BASIC]
