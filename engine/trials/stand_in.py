"""How a stand-in for WhatsApp is set up to fit the made-up organisation of `tenant`.

Imports little, so that the simulator starts quickly.
"""

from engine.simulator.scenarios import SCENARIOS
from engine.simulator.server import SimulatorOptions
from engine.simulator.world import SimulatedNumber, SimulatedTemplate
from engine.trials.texts import TEMPLATE, TEXTS
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID

FIRST_PHONE_NUMBER_ID = 1_000_000_000_001
NUMBERS_LIMIT = 200


def options(
    *,
    numbers: int,
    rate: float,
    scenario: str,
    seed: int,
    webhook_url: str | None,
    receipts: bool = True,
    access_token: str = ACCESS_TOKEN,
    app_secret: str = APP_SECRET,
) -> SimulatorOptions:
    """A stand-in with the first `numbers` of the numbers a made-up organisation has.

    rate: messages a second each lets through, 0 for no limit. Raises ValueError in words for what
    cannot be.
    """
    if scenario not in SCENARIOS:
        raise ValueError(
            f"There is no scenario {scenario!r}. There are {', '.join(sorted(SCENARIOS))}."
        )
    if not 1 <= numbers <= NUMBERS_LIMIT:
        raise ValueError(f"A stand-in has 1 to {NUMBERS_LIMIT} numbers, not {numbers}.")
    return SimulatorOptions(
        numbers=[number(place, rate) for place in range(numbers)],
        access_token=access_token,
        app_secret=app_secret,
        waba_id=WABA_ID,
        shelf=shelf(),
        webhook_url=webhook_url,
        seed=seed,
        scenario=scenario,
        receipts=receipts,
    )


def shelf() -> list[SimulatedTemplate]:
    """The templates of the made-up organisation, as Meta approved them."""
    return [
        SimulatedTemplate(
            name=TEMPLATE,
            language=text.template_language,
            category="UTILITY",
            body=text.body,
            footer=text.footer,
        )
        for text in TEXTS.values()
    ]


def number(place: int, rate: float) -> SimulatedNumber:
    """The number of the sender in this place, from 0."""
    return SimulatedNumber(
        str(FIRST_PHONE_NUMBER_ID + place), f"+91 22 4800 {4101 + place}", WABA_ID, rate
    )
