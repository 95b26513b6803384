"""Every code WhatsApp is known to use has a blame, a yes or no to a retry, and words."""

import pytest

from engine.domain.failure import CAUSES, cause_of, classify, is_known, words_for
from engine.domain.outcome import Blame

AGAIN, NO = True, False

# Written down by hand, code by code, apart from the table it checks.
EXPECTED: dict[str, tuple[Blame, bool]] = {
    "0": (Blame.ACCOUNT, NO),
    "1": (Blame.PLATFORM, AGAIN),
    "2": (Blame.PLATFORM, AGAIN),
    "3": (Blame.ACCOUNT, NO),
    "4": (Blame.PLATFORM, AGAIN),
    "10": (Blame.ACCOUNT, NO),
    "17": (Blame.PLATFORM, AGAIN),
    "33": (Blame.SENDER, AGAIN),
    "100": (Blame.US, NO),
    "102": (Blame.ACCOUNT, NO),
    "104": (Blame.ACCOUNT, NO),
    "190": (Blame.ACCOUNT, NO),
    "200-299": (Blame.ACCOUNT, NO),
    "368": (Blame.ACCOUNT, NO),
    "506": (Blame.US, NO),
    "613": (Blame.PLATFORM, AGAIN),
    "803": (Blame.SENDER, AGAIN),
    "80007": (Blame.PLATFORM, AGAIN),
    "80008": (Blame.PLATFORM, AGAIN),
    "130403": (Blame.RECIPIENT, NO),
    "130429": (Blame.PACE, AGAIN),
    "130472": (Blame.RECIPIENT, NO),
    "130497": (Blame.RECIPIENT, NO),
    "130501": (Blame.US, NO),
    "131000": (Blame.PLATFORM, AGAIN),
    "131005": (Blame.ACCOUNT, NO),
    "131008": (Blame.US, NO),
    "131009": (Blame.US, NO),
    "131014": (Blame.US, NO),
    "131016": (Blame.PLATFORM, AGAIN),
    "131021": (Blame.RECIPIENT, NO),
    "131026": (Blame.RECIPIENT, NO),
    "131030": (Blame.RECIPIENT, NO),
    "131031": (Blame.ACCOUNT, NO),
    "131037": (Blame.SENDER, AGAIN),
    "131042": (Blame.ACCOUNT, NO),
    "131043": (Blame.RECIPIENT, NO),
    "131044": (Blame.ACCOUNT, NO),
    "131045": (Blame.SENDER, AGAIN),
    "131047": (Blame.US, NO),
    "131048": (Blame.SENDER, AGAIN),
    "131049": (Blame.RECIPIENT, NO),
    "131050": (Blame.OPT_OUT, NO),
    "131051": (Blame.US, NO),
    "131052": (Blame.RECIPIENT, NO),
    "131053": (Blame.US, NO),
    "131055": (Blame.US, NO),
    "131056": (Blame.PAIR, AGAIN),
    "131057": (Blame.PLATFORM, AGAIN),
    "131062": (Blame.RECIPIENT, NO),
    "131063": (Blame.ACCOUNT, NO),
    "131064": (Blame.ACCOUNT, NO),
    "132000": (Blame.US, NO),
    "132001": (Blame.TEMPLATE, NO),
    "132005": (Blame.US, NO),
    "132007": (Blame.TEMPLATE, NO),
    "132008": (Blame.US, NO),
    "132012": (Blame.US, NO),
    "132015": (Blame.TEMPLATE, NO),
    "132016": (Blame.TEMPLATE, NO),
    "132018": (Blame.US, NO),
    "132068": (Blame.TEMPLATE, NO),
    "132069": (Blame.TEMPLATE, NO),
    "133000": (Blame.SENDER, AGAIN),
    "133004": (Blame.PLATFORM, AGAIN),
    "133005": (Blame.SENDER, AGAIN),
    "133006": (Blame.SENDER, AGAIN),
    "133008": (Blame.SENDER, AGAIN),
    "133009": (Blame.SENDER, AGAIN),
    "133010": (Blame.SENDER, AGAIN),
    "133015": (Blame.SENDER, AGAIN),
    "133016": (Blame.SENDER, AGAIN),
    "134011": (Blame.US, NO),
    "134100": (Blame.US, NO),
    "134101": (Blame.TEMPLATE, NO),
    "134102": (Blame.TEMPLATE, NO),
    "135000": (Blame.US, NO),
    "136024": (Blame.SENDER, AGAIN),
    "136025": (Blame.SENDER, AGAIN),
    "137000": (Blame.RECIPIENT, NO),
    "139100-139103": (Blame.US, NO),
    "139200": (Blame.US, NO),
    "1752041": (Blame.US, NO),
    "200005-200007": (Blame.US, NO),
    "2388019": (Blame.TEMPLATE, NO),
    "2388024": (Blame.TEMPLATE, NO),
    "2388039": (Blame.TEMPLATE, NO),
    "2388040": (Blame.TEMPLATE, NO),
    "2388047/2388072/2388073": (Blame.TEMPLATE, NO),
    "2388293": (Blame.TEMPLATE, NO),
    "2388299": (Blame.TEMPLATE, NO),
    "2494100": (Blame.PLATFORM, AGAIN),
}


def numbers(codes: str) -> list[int]:
    first, _, last = codes.partition("-")
    if last:
        return list(range(int(first), int(last) + 1))
    return [int(code) for code in codes.split("/")]


ALL = [(code, *verdict) for codes, verdict in EXPECTED.items() for code in numbers(codes)]


def test_ninety_two_kinds_of_refusal_are_known() -> None:
    assert len(EXPECTED) == 92
    listed = {code for code, _, _ in ALL}
    assert set(CAUSES) <= listed, "a code in the table that nobody expected"
    assert all(is_known(code) for code in listed)


def test_every_code_says_whose_doing_it_is_and_whether_to_try_again() -> None:
    for code, blame, retryable in ALL:
        failure = classify(code, 400, "as Meta put it")
        assert (failure.blame, failure.retryable) == (blame, retryable), code
        assert failure.code == code
        assert failure.detail == "as Meta put it"


def test_every_code_has_words_for_people_that_end_as_sentences_do() -> None:
    for code, _, _ in ALL:
        cause = cause_of(code)
        assert cause.title
        assert cause.title[0].isupper(), code
        assert cause.title[-1] != ".", code
        assert cause.words.endswith("."), code
        assert cause.words.count(". ") >= 1 or ";" in cause.words, f"{code} says no next step"
        assert str(code) not in cause.words, "codes stand in grey beside the words"


def test_what_stops_everything_or_a_sender_or_a_template_alerts_a_person() -> None:
    for code, blame, _ in ALL:
        if blame in {Blame.ACCOUNT, Blame.SENDER}:
            assert cause_of(code).alert, code


def test_a_vendors_number_travels_no_further_than_its_blame() -> None:
    assert classify(131048, 400).blame is Blame.SENDER
    assert classify(0, 401).blame is Blame.ACCOUNT, "zero is a real code"


@pytest.mark.parametrize("code", [-1, 5, 199, 300, 130430, 132017, 139104, 999_999_999])
def test_an_unknown_code_is_for_good_and_alerts(code: int) -> None:
    failure = classify(code, 503)
    assert not is_known(code)
    assert not failure.retryable
    assert failure.title == "Unknown error code (HTTP 503)"
    assert cause_of(code).alert


def test_no_answer_at_all_may_be_tried_again() -> None:
    failure = classify(None, None, "connection refused")
    assert failure.retryable
    assert failure.blame is Blame.PLATFORM
    assert "nothing left this machine" in words_for(None)
