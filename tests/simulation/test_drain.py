"""A full inbox becomes states, whatever the size of its webhooks."""

import pytest

from engine.trials.drain import drain


@pytest.mark.parametrize("per_webhook", [1, 70])
def test_every_receipt_of_a_full_inbox_is_heard(database_url: str, per_webhook: int) -> None:
    drained = drain(database_url, statuses=700, per_webhook=per_webhook)

    assert drained.webhooks == 700 // per_webhook
