"""The list of mutations cannot rot: each still has its place in the sources, and its tests are
there. `make mutants` runs them.
"""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.mutations.catalogue import ROOT, Edit, Mutation, StaleMutationError, mutations

ALL = mutations()


@pytest.mark.parametrize("mutation", ALL, ids=lambda mutation: mutation.name)
def test_a_mutation_has_its_place_in_the_sources(mutation: Mutation, tmp_path: Path) -> None:
    for name in {edit.file for edit in mutation.edits}:
        copy = tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text((ROOT / name).read_text("utf-8"), "utf-8")

    mutation.apply(tmp_path)

    for name in {edit.file for edit in mutation.edits}:
        assert ast.dump(ast.parse((tmp_path / name).read_text("utf-8"))) != ast.dump(
            ast.parse((ROOT / name).read_text("utf-8"))
        )


@pytest.mark.parametrize("mutation", ALL, ids=lambda mutation: mutation.name)
def test_the_tests_that_must_notice_a_mutation_are_there(mutation: Mutation) -> None:
    assert mutation.tests
    for test in mutation.tests:
        file, _, name = test.partition("::")
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        names = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert not name or name in names, test


def test_no_two_mutations_have_one_name() -> None:
    assert set(Counter(mutation.name for mutation in ALL).values()) == {1}


@pytest.mark.parametrize("text", ["nothing", "twice, twice"])
def test_a_text_that_is_not_there_exactly_once_is_told(text: str) -> None:
    with pytest.raises(StaleMutationError):
        Edit("a file", "twice", "once").applied(text)
