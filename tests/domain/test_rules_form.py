"""The compliance rules are typed, kept and read back without a word lost; nonsense is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.compliance import check
from engine.domain.compliance_rules import DEFAULT_RULES, CheckName, Rules, Severity
from engine.domain.content import Language
from engine.domain.rules_form import (
    Problem,
    as_document,
    as_form,
    changed,
    doubts,
    from_document,
    lines_of,
    read_form,
)
from tests.domain.test_compliance import text

FORM = as_form(DEFAULT_RULES)


def read(**typed: str) -> Rules | tuple[Problem, ...]:
    return read_form(FORM | {name.replace("__", "."): value for name, value in typed.items()})


def rules(**typed: str) -> Rules:
    found = read(**typed)
    assert isinstance(found, Rules), found
    return found


def test_the_usual_rules_come_back_as_they_were() -> None:
    assert read_form(FORM) == DEFAULT_RULES
    kept = json.loads(json.dumps(as_document(DEFAULT_RULES), ensure_ascii=False))
    assert from_document(kept) == DEFAULT_RULES


def test_a_field_that_was_not_there_when_the_rules_were_kept_has_its_default() -> None:
    document = {key: value for key, value in FORM.items() if key != "official_sites"}
    assert from_document(document) == DEFAULT_RULES


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("warnings.HI", " \n ", "at least one"),
        ("registration_numbers", "INH12", "SEBI"),
        ("official_sites", "https://not a site", "no website"),
        ("official_sites", "localhost", "no website"),
        ("superlatives", "!!!", "no word"),
        ("body_characters", "1025", "100 to 1,024"),
        ("body_characters", "many", "whole number"),
        ("image_kilobytes", "5121", "100 to 5,120"),
        ("severity.link", "ignore", "block or warn"),
        ("harmless", "\n".join(f"phrase {number}" for number in range(301)), "301 lines"),
        ("assured_returns", "x" * 601, "more than 600"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_by_field(field: str, value: str, words: str) -> None:
    found = read_form(FORM | {field: value})
    assert not isinstance(found, Rules)
    assert [problem.field for problem in found] == [field]
    assert words in found[0].words


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = read(longest_name="0", registration_numbers="x")
    assert not isinstance(found, Rules)
    assert {problem.field for problem in found} == {"longest_name", "registration_numbers"}


def test_a_form_with_a_missing_field_is_no_edition() -> None:
    assert not isinstance(read_form({}), Rules)


def test_lines_are_put_in_order_and_each_is_there_once() -> None:
    assert lines_of("  one  two \n\n one two\nthree ") == ("one two", "three")


def test_a_wording_more_or_less_is_named_and_nothing_else() -> None:
    other = rules(superlatives="best\nfinest")
    assert list(changed(DEFAULT_RULES, other)) == ["superlatives"]
    assert changed(other, other) == {}


def test_a_forbidden_phrase_of_ones_own_is_found() -> None:
    own = rules(assured_returns="moonshot")
    said = replace(text(), parameters=("{name}", "A MOONSHOT today"))
    found = {one.name: one for one in check([said], [], own)}
    assert not found[CheckName.ASSURED_RETURNS].passed
    assert "moonshot" in found[CheckName.ASSURED_RETURNS].words


def test_a_severity_is_what_it_was_set_to_but_for_what_whatsapp_refuses() -> None:
    gentle = rules(severity__link="warn")
    assert gentle.severity(CheckName.LINK) is Severity.WARN
    assert gentle.severity(CheckName.WARNING_TEXT) is Severity.BLOCK
    assert "severity.parameter_count" not in FORM


def test_ones_own_registration_number_must_be_the_one_that_is_shown() -> None:
    ours = rules(registration_numbers="inh000001234")
    assert passed(CheckName.REGISTRATION, ours)
    theirs = rules(registration_numbers="INH000009999")
    assert not passed(CheckName.REGISTRATION, theirs)


@pytest.mark.parametrize(
    ("site", "passes"),
    [
        ("https://www.udaya.example/", True),
        ("udaya.example", True),
        ("daya.example", False),
        ("other.example", False),
    ],
)
def test_a_link_must_lead_to_ones_own_site(site: str, passes: bool) -> None:
    assert passed(CheckName.LINK, rules(official_sites=site)) is passes


def test_a_host_that_only_begins_like_ours_is_not_ours() -> None:
    said = replace(text(), body=text().body.replace("udaya.example", "udaya.example.evil.test"))
    found = {one.name: one for one in check([said], [], rules(official_sites="udaya.example"))}
    assert not found[CheckName.LINK].passed


def test_a_changed_sebi_warning_and_no_forbidden_promise_make_one_look_twice() -> None:
    assert doubts(DEFAULT_RULES) == ()
    other = rules(warnings__EN="Markets carry risk.", assured_returns="")
    assert len(doubts(other)) == 2


def passed(name: CheckName, own: Rules) -> bool:
    return next(one for one in check([text()], [Language.EN], own) if one.name is name).passed


@given(st.dictionaries(st.sampled_from(sorted(FORM)), st.text(max_size=40)))
def test_whatever_is_typed_is_refused_or_read_back_the_same(typed: dict[str, str]) -> None:
    found = read_form(FORM | typed)
    if isinstance(found, Rules):
        assert from_document(as_document(found)) == found
