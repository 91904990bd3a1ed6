"""Nothing searches for the change that serves an aim, and no name says that anything does."""

import ast
import re
from pathlib import Path

import pytest

import fissure
from fissure.errors import FissureError
from fissure.studies.scenario import PAGE, REFUSED, refuse

ROOT = Path(fissure.__file__).parent
SEARCHES = re.compile(r"optimi[sz]|maximi|minimi|best_?(scenario|change|lever|policy)|search_?for_?best", re.IGNORECASE)


def public_names(path):
    """Names of modules, functions, classes, constants, parameters and fields that are not private."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@pytest.mark.parametrize("folder", ["studies", "api", "present", "model", "engine"])
def test_no_public_name_speaks_of_a_search(folder):
    names = {name for path in (ROOT / folder).rglob("*.py") for name in public_names(path) if name[0] != "_"}
    assert len(names) > 20
    assert [name for name in names if SEARCHES.search(name)] == []


def test_the_names_that_are_looked_for_would_be_found():
    assert all(SEARCHES.search(name) for name in (*REFUSED, "optimiser", "search_for_best", "best_scenario"))


@pytest.mark.parametrize("word", REFUSED)
def test_a_search_is_refused_with_a_sentence_that_points_to_the_page(word):
    with pytest.raises(FissureError, match=re.escape(PAGE)):
        refuse([word])


def test_other_words_are_let_pass():
    refuse(["members", "seed"])


@pytest.mark.parametrize("word", REFUSED)
def test_python_refuses_it_too(word):
    with pytest.raises(FissureError, match="does not search"):
        fissure.whatif("hundred-strikes", **{word: "collapse"})


def test_the_page_is_there_and_says_so():
    page = ROOT.parents[1] / PAGE
    assert "searches" in page.read_text(encoding="utf-8")
