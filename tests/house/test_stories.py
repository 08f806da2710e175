"""docs/stories.md is true: its files and names are there, and each file leads to the next."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "stories.md").read_text(encoding="utf-8")
STORIES = {part.split("\n", 1)[0]: part for part in PAGE.split("\n## ")[1:]}
MOST_FILES = 5


def steps(story: str) -> list[tuple[str, list[str]]]:
    """The numbered lines of a story: file below banshi/, and the names said of it."""
    lines = re.findall(r"^\d+\. `([^`]+)` – (.+)$", STORIES[story], re.MULTILINE)
    return [(path, re.findall(r"`([^`]+)`", said)) for path, said in lines]


def parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / "banshi" / path).read_text(encoding="utf-8"))


def defined(path: str) -> set[str]:
    found = set()
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {name.id for name in node.targets if isinstance(name, ast.Name)}
    return found


def imported(path: str) -> set[str]:
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_read_in_five_files_that_have_what_is_said_of_them(story: str) -> None:
    told = steps(story)

    assert len(told) == MOST_FILES
    assert {path: [n for n in names if n not in defined(path)] for path, names in told} == {
        path: [] for path, _ in told
    }
    assert [path for path, names in told if not names] == []


@pytest.mark.parametrize("story", STORIES)
def test_each_file_of_a_story_is_reached_from_those_before_it(story: str) -> None:
    known = imported(steps(story)[0][0])

    for path, _ in steps(story)[1:]:
        module = "banshi." + path.removesuffix(".py").replace("/", ".")
        assert {module, module.rpartition(".")[0]} & known, path
        known |= imported(path)


def test_the_other_ways_in_are_where_the_page_says() -> None:
    named = set(re.findall(r"`((?:surfaces|rooms|journeys|config)/[^`]+\.py)`", PAGE))

    assert len(STORIES) == 4
    assert [path for path in sorted(named) if not (ROOT / "banshi" / path).is_file()] == []
