"""What an approval binds to, what each person gets, and what makes a delivery unique."""

from dataclasses import dataclass, replace
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.content import (
    NOTHING,
    Language,
    content_hash,
    delivery_key,
    fits_one_line,
    places,
    preview,
    render,
)
from engine.domain.media import Header, MediaType, digest


@dataclass(frozen=True, kw_only=True)
class Text:
    language: str
    template_name: str = "morning_view"
    template_language: str = "en"
    template_version: int = 1
    category: str = "UTILITY"
    body: str = "Namaste {{1}}, {{2}}"
    parameters: tuple[str, ...] = ("{name}", "Nifty may open flat")
    header: Header | None = None
    brand_line: str = ""


PICTURE = Header(sha256=digest(b"picture"), type=MediaType.PNG, size_bytes=7, name="a.png")
PAPER = Header(sha256=digest(b"paper"), type=MediaType.PDF, size_bytes=5, name="note.pdf")
EN, HI, MR = (Text(language=language) for language in Language)


def test_the_hash_does_not_care_in_which_order_the_languages_come() -> None:
    assert len({content_hash(order) for order in permutations([EN, HI, MR])}) == 1


@pytest.mark.parametrize(
    "edited",
    [
        replace(EN, template_name="evening_view"),
        replace(EN, template_language="en_GB"),
        replace(EN, template_version=2),
        replace(EN, category="MARKETING"),
        replace(EN, body="Namaste {{1}}; {{2}}"),
        replace(EN, parameters=("{name}", "Nifty may open flat.")),
        replace(EN, parameters=("{name}Nifty may open flat",)),
        replace(EN, parameters=("Nifty may open flat", "{name}")),
        replace(EN, header=PICTURE),
        replace(EN, header=replace(PICTURE, sha256=digest(b"another picture"))),
        replace(EN, header=PAPER),
        replace(EN, header=replace(PAPER, name="other.pdf")),
        replace(EN, header=PICTURE, brand_line="Udaya Research"),
    ],
)
def test_any_edit_of_what_is_sent_voids_the_approval(edited: Text) -> None:
    assert content_hash([edited, HI]) != content_hash([EN, HI])


def test_a_pictures_name_is_not_sent_and_voids_nothing() -> None:
    renamed = replace(EN, header=replace(PICTURE, name="b.png"))
    assert content_hash([renamed]) == content_hash([replace(EN, header=PICTURE)])


def test_a_language_more_or_fewer_or_exchanged_voids_the_approval() -> None:
    other = replace(HI, body="नमस्ते {{1}}, {{2}}")
    exchanged = [replace(EN, body=other.body), replace(other, body=EN.body)]
    hashes = [content_hash(pack) for pack in ([EN], [HI], [EN, HI], [EN, other], exchanged)]
    assert len(set(hashes)) == len(hashes)


def test_two_variants_in_one_language_have_no_hash() -> None:
    with pytest.raises(ValueError, match="two variants in EN"):
        content_hash([EN, replace(EN, body="other")])


def test_the_hash_of_a_pack_never_changes_its_meaning() -> None:
    """Approvals and deliveries of last year must still be provable."""
    assert content_hash([EN, replace(HI, header=PICTURE)]) == (
        "287c7814e8f05172f3ca3e6c91302a30796ba923fa7e8c5cf694c1d4ab5fb3f3"
    )


def test_personal_fields_are_filled_and_other_braces_left_alone() -> None:
    parameters = ("{name}", "for {name} ({registration_no})", "{{1}} {other} {", "no field")
    assert render(parameters, name="Asha Kulkarni", registration_no="INH000001234") == (
        "Asha Kulkarni",
        "for Asha Kulkarni (INH000001234)",
        "{{1}} {other} {",
        "no field",
    )


def test_a_name_cannot_smuggle_in_a_field() -> None:
    assert render(["{name}"], name="{registration_no}", registration_no="secret") == (
        "{registration_no}",
    )


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("one\ntwo", "one two"),
        ("one \r\n\t two", "one two"),
        ("one     two", "one two"),
        ("one    two", "one    two"),
        ("  one  ", "one"),
        ("\u2028one\u0085two", "one two"),
        ("one  \n  two", "one two"),
    ],
)
def test_white_space_whatsapp_refuses_becomes_one_space(written: str, sent: str) -> None:
    assert render([written, "{name}"], name=written, registration_no="") == (sent, sent)


def test_an_unknown_field_is_a_dash_because_an_empty_parameter_is_refused() -> None:
    texts = render(["{registration_no}", "Dear {name}", ""], name=" \n", registration_no="")
    assert texts == (NOTHING, f"Dear {NOTHING}", NOTHING)


@given(
    st.lists(st.text(st.sampled_from("a{}name \n\t\r\u2029"), max_size=30)),
    st.text(st.sampled_from("b \n\t{}"), max_size=12),
)
def test_whatever_is_written_whatsapp_takes_what_is_rendered(
    parameters: list[str], name: str
) -> None:
    rendered = render(parameters, name=name, registration_no="")
    assert len(rendered) == len(parameters)
    for text in rendered:
        assert text
        assert not set(text) & set("\n\t\r\u2029")
        assert "     " not in text
        assert fits_one_line(text)
    assert render(rendered, name="b", registration_no="") == tuple(
        text.replace("{name}", "b") for text in rendered
    )


def test_the_preview_is_what_the_phone_shows() -> None:
    body = "Namaste {{1}} ({{2}}), {{1}}! {{3}} {{0}} {{x}}"
    assert preview(body, ["Asha", "{{1}}"]) == "Namaste Asha ({{1}}), Asha! {{3}} {{0}} {{x}}"


def test_the_places_of_a_body_are_counted_once() -> None:
    assert places("{{2}} {{1}} {{2}} {{10}} {{0}} {3}") == (1, 2, 10)


def test_the_same_request_gives_the_same_delivery_key() -> None:
    one = delivery_key(recipient="subscriber:7", content_hash="ab", kind="broadcast", request="3")
    two = delivery_key(recipient="subscriber:7", content_hash="ab", kind="broadcast", request="3")
    assert one == two
    assert len(one) == 64


@given(st.lists(st.text(st.sampled_from('a1:",[]\\'), max_size=4), min_size=4, max_size=4))
def test_no_two_requests_run_into_one_key(parts: list[str]) -> None:
    """`ab` + `c` is not `a` + `bc`, whatever separators the parts contain."""
    key = delivery_key(recipient=parts[0], content_hash=parts[1], kind=parts[2], request=parts[3])
    for before, after in pairwise(range(4)):
        moved = list(parts)
        moved[before], moved[after] = parts[before] + parts[after][:1], parts[after][1:]
        if moved != parts:
            assert key != delivery_key(
                recipient=moved[0], content_hash=moved[1], kind=moved[2], request=moved[3]
            )
