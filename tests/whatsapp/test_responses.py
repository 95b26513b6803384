"""What we make of Meta's answers, and of the answers that are not Meta's."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.ids import MessageId
from engine.domain.outcome import Acceptance, Accepted, Blame, Failure, Unknown
from engine.whatsapp.responses import error_of, read_response


def accepted(**extra: str) -> bytes:
    return json.dumps(
        {
            "messaging_product": "whatsapp",
            "contacts": [{"input": "+919812345610", "wa_id": "919812345610"}],
            "messages": [{"id": "wamid.HBgM1", **extra}],
        }
    ).encode()


def refused(code: object, details: str = "in detail") -> bytes:
    error = {
        "message": f"(#{code}) Rate limit hit",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details},
        "fbtrace_id": "AbC",
    }
    return json.dumps({"error": error}).encode()


def test_accepted_is_not_yet_more_than_accepted() -> None:
    assert read_response(200, accepted()) == Accepted(MessageId("wamid.HBgM1"), Acceptance.ACCEPTED)


@pytest.mark.parametrize("acceptance", Acceptance)
def test_a_template_under_assessment_is_told_apart(acceptance: Acceptance) -> None:
    answer = read_response(200, accepted(message_status=acceptance.value))

    assert answer == Accepted(MessageId("wamid.HBgM1"), acceptance)


def test_a_status_meta_has_not_invented_yet_is_an_acceptance() -> None:
    assert isinstance(read_response(200, accepted(message_status="queued_on_mars")), Accepted)


def test_an_answer_by_user_id_needs_no_phone() -> None:
    body = b'{"contacts":[{"input":"IN.1","user_id":"IN.1"}],"messages":[{"id":"wamid.2"}]}'

    assert read_response(200, body) == Accepted(MessageId("wamid.2"))


@pytest.mark.parametrize(
    ("code", "status", "blame"),
    [
        (130429, 400, Blame.PACE),
        (131056, 400, Blame.PAIR),
        (190, 401, Blame.ACCOUNT),
        (0, 401, Blame.ACCOUNT),
        (131016, 500, Blame.PLATFORM),
        (132015, 400, Blame.TEMPLATE),
        (131026, 400, Blame.RECIPIENT),
        (131050, 400, Blame.OPT_OUT),
    ],
)
def test_metas_code_says_whose_fault_it_is(code: int, status: int, blame: Blame) -> None:
    answer = read_response(status, refused(code))

    assert isinstance(answer, Failure)
    assert (answer.blame, answer.code, answer.detail) == (blame, code, "in detail")


def test_the_code_rules_whatever_the_http_status_says() -> None:
    assert read_response(502, refused(130429)) == read_response(400, refused(130429))
    assert isinstance(read_response(200, refused(130429)), Failure)


def test_a_code_in_quotes_is_still_a_code() -> None:
    assert read_response(400, refused("130429")) == read_response(400, refused(130429))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>ok</html>",
        b'{"messages":[]}',
        b'{"messages":[{"id":""}]}',
        b'{"messages":{"id":"x"}}',
        b"[1]",
        accepted()[:40],
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_yes_without_a_message_id_is_unknown(body: bytes) -> None:
    assert isinstance(read_response(200, body), Unknown)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 599])
@pytest.mark.parametrize("body", [b"", b"<html>bad gateway</html>", b'{"error":"upstream"}'])
def test_a_proxy_that_lost_the_answer_leaves_it_unknown(status: int, body: bytes) -> None:
    assert isinstance(read_response(status, body), Unknown)


@pytest.mark.parametrize(
    ("status", "blame", "retryable"),
    [
        (302, Blame.US, False),
        (400, Blame.US, False),
        (401, Blame.ACCOUNT, False),
        (403, Blame.ACCOUNT, False),
        (404, Blame.US, False),
        (408, Blame.PLATFORM, True),
        (413, Blame.US, False),
        (429, Blame.PACE, True),
        (501, Blame.PLATFORM, True),
        (505, Blame.PLATFORM, True),
    ],
)
def test_a_request_that_was_judged_and_turned_away_was_not_accepted(
    status: int, blame: Blame, retryable: bool
) -> None:
    answer = read_response(status, b"<html>no</html>")

    assert isinstance(answer, Failure)
    assert (answer.blame, answer.code, answer.retryable) == (blame, None, retryable)


def test_an_explanation_is_kept_as_far_as_a_database_can_keep_it() -> None:
    """Half a character, or a NUL, would be refused with everything else of its batch."""
    said = b'{"error": {"code": 100, "message": "bad \\ud83d te\\u0000xt"}}'

    outcome = read_response(400, said)

    assert isinstance(outcome, Failure)
    assert outcome.detail == "bad ? text"


@pytest.mark.parametrize("name", ["", "wamid.\\ud83d", "wamid.\\u0000", "wamid.ü", "line\\nbreak"])
def test_a_message_with_a_name_nobody_could_say_again_is_unknown(name: str) -> None:
    assert isinstance(read_response(200, f'{{"messages":[{{"id":"{name}"}}]}}'.encode()), Unknown)


def test_a_long_explanation_is_cut() -> None:
    answer = read_response(400, refused(100, "x" * 10_000))

    assert isinstance(answer, Failure)
    assert len(answer.detail) == 500


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["error", "code", "messages", "id", "error_data", "details"]), inner
        )
    ),
)


@given(status=st.integers(100, 599), body=st.binary() | JSON.map(lambda v: json.dumps(v).encode()))
def test_no_answer_can_break_the_reader(status: int, body: bytes) -> None:
    answer = read_response(status, body)

    assert isinstance(answer, Accepted | Failure | Unknown)
    assert not isinstance(answer, Accepted) or 200 <= status < 300


def test_a_management_call_always_gets_a_reason() -> None:
    assert error_of(502, b"").retryable
    assert error_of(400, refused(80007)).code == 80007
