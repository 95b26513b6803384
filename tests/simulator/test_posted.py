"""What the stand-in accepts as a message, and with which of Meta's errors it refuses the rest."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulator.api_errors import Refusal
from engine.simulator.posted import Posted, read_posted
from tests.simulator.cast import ASHA, template, text


def refused(body: Any) -> int:
    read = read_posted(body)
    assert isinstance(read, Refusal), read
    return read.code


def read(body: Any) -> Posted:
    posted = read_posted(body)
    assert isinstance(posted, Posted), posted
    return posted


@pytest.mark.parametrize("to", [ASHA, ASHA[1:], "+91 98123-45610", "91 (98123) 45610"])
def test_a_phone_is_one_person_however_it_is_written(to: str) -> None:
    posted = read(text(to))
    assert (posted.recipient, posted.given, posted.by_bsuid) == (ASHA, to, False)


def test_a_person_may_be_named_by_bsuid_and_a_phone_wins() -> None:
    body = text()
    del body["to"]
    bsuid = "IN.2081978709342942"
    assert read(body | {"recipient": bsuid}).recipient == bsuid
    assert read(body | {"recipient": bsuid}).by_bsuid
    assert read(body | {"recipient": "IN.ENT.2081978709342942"}).by_bsuid
    assert read(text() | {"recipient": bsuid}).recipient == ASHA


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": "telegram"}, 100),
        ({"messaging_product": None}, 100),
        ({"recipient_type": "group"}, 100),
        ({"to": ""}, 100),
        ({"to": None}, 100),
        ({"to": "asha"}, 131009),
        ({"to": "+0198"}, 131009),
        ({"to": "+91981234561012345"}, 131009),
        ({"to": 919812345610}, 131009),
        ({"to": None, "recipient": "asha"}, 131009),
        ({"type": 7}, 100),
        ({"type": "telepathy"}, 131051),
        ({"type": "image"}, 131008),
        ({"type": "video"}, 131008),
        ({"text": None}, 131008),
        ({"text": "hello"}, 131008),
        ({"text": {}}, 131008),
        ({"text": {"body": ""}}, 131009),
        ({"text": {"body": "x" * 4097}}, 131009),
        ({"text": {"body": ["x"]}}, 131009),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"biz_opaque_callback_data": 5}, 100),
    ],
)
def test_a_wrong_message_is_refused_with_metas_code(change: dict[str, Any], code: int) -> None:
    assert refused(text() | change) == code


@pytest.mark.parametrize("body", [None, [], "text", 5, True])
def test_only_an_object_is_a_message(body: Any) -> None:
    assert refused(body) == 100


def test_the_longest_text_and_tracker_fit() -> None:
    body = text(tracker="t" * 512) | {"text": {"body": "x" * 4096}}
    assert read(body).tracker == "t" * 512


def test_text_is_the_type_when_none_is_named() -> None:
    body = text()
    del body["type"]
    assert read(body).kind == "text"


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ({"id": "1234"}, None),
        ({"link": "https://example.org/sun.png", "caption": "Good morning"}, None),
        ({}, 131008),
        ({"id": "not-an-id"}, 131009),
        ({"id": 1234}, 131009),
        ({"link": "ftp://example.org/sun.png"}, 131009),
        ({"id": "1234", "caption": "x" * 1025}, 131009),
    ],
)
def test_an_image_is_a_media_id_or_a_link(image: dict[str, Any], code: int | None) -> None:
    posted = read_posted(text() | {"type": "image", "image": image})
    assert (posted.code if isinstance(posted, Refusal) else None) == code


def test_a_template_is_read_in_any_case_of_its_types() -> None:
    body = template(words=2)
    body["template"]["components"][0]["type"] = "BODY"
    image = {"type": "IMAGE", "image": {"id": "1500"}}
    body["template"]["components"].append({"type": "HEADER", "parameters": [image]})
    posted = read(body)
    assert (posted.template, posted.language, posted.body_parameters) == ("morning", "hi", 2)
    assert (posted.header, posted.media_ids) == ("IMAGE", ("1500",))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"language": {"code": "hi"}}, 131008),
        ({"name": "morning"}, 131008),
        ({"name": "morning", "language": "hi"}, 131008),
        ({"name": "Good Morning", "language": {"code": "hi"}}, 131009),
        ({"name": "morning", "language": {"code": "Hindi"}}, 131009),
        ({"name": "morning", "language": {"code": "hi"}, "components": {}}, 131009),
        ({"name": "morning", "language": {"code": "hi"}, "components": ["body"]}, 131009),
        ({"name": "morning", "language": {"code": "hi"}, "components": [{"type": "feet"}]}, 131009),
    ],
)
def test_a_wrong_template_is_refused(content: dict[str, Any], code: int) -> None:
    assert refused(text() | {"type": "template", "template": content}) == code


@pytest.mark.parametrize("word", ["", "two\nlines", "a\ttab", "five     spaces"])
def test_a_parameter_that_meta_cannot_print_is_refused(word: str) -> None:
    body = template()
    body["template"]["components"][0]["parameters"] = [{"type": "text", "text": word}]
    assert refused(body) == 132012


def test_a_parameter_without_its_text_is_refused() -> None:
    body = template()
    body["template"]["components"][0]["parameters"] = [{"type": "text"}]
    assert refused(body) == 131008


def test_an_image_header_needs_its_image() -> None:
    body = template()
    body["template"]["components"].append({"type": "header", "parameters": [{"type": "image"}]})
    assert refused(body) == 131008


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["messaging_product", "to", "recipient", "type", "text", "image", "template", "video"]
        ),
        json_values | st.sampled_from(["whatsapp", ASHA, "text", "image", "template"]),
    )
)
def test_nothing_that_json_can_say_breaks_the_reader(body: dict[str, Any]) -> None:
    assert isinstance(read_posted(body), Posted | Refusal)


@given(json_values)
def test_no_template_content_breaks_the_reader(content: Any) -> None:
    assert isinstance(read_posted(text() | {"type": "template", "template": content}), tuple)
