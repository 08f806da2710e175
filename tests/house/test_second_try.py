"""A browser test gets a second try and is named for it; nothing else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
INI = "[pytest]\nmarkers =\n  browser: x\n  crash: x\n"
FAILS_AT_FIRST = """
import pathlib
import pytest

@pytest.fixture
def fresh():
    return []

def test_slow_page(fresh):
    fresh.append(1)
    assert len(fresh) == 1
    tried = pathlib.Path(__file__).with_suffix(".tried")
    first = not tried.exists()
    tried.touch()
    assert not first, "the page was slow"
"""
FAILS_ALWAYS = "def test_broken_page():\n    raise ValueError('broken')\n"
BROWSER = "import pytest\npytestmark = pytest.mark.browser\n"
CRASH = "import pytest\npytestmark = [pytest.mark.browser, pytest.mark.crash]\n"


def run(folder: Path, name: str, text: str, *more: str) -> tuple[int, str]:
    (folder / "pytest.ini").write_text(INI)
    (folder / "e2e").mkdir(exist_ok=True)
    (folder / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.second_try", "-p", "no:django", "-p", "no:cacheprovider", "-rf",
         *more, name],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_browser_test_that_passes_at_the_second_try_passes_and_is_named(tmp_path: Path, workers: str):
    code, said = run(tmp_path, "e2e/test_it.py", BROWSER + FAILS_AT_FIRST, f"-n{workers}")

    assert code == 0, said
    assert said.count("FLAKY e2e/test_it.py::test_slow_page") == 1
    assert "the page was slow" in said
    assert "1 passed" in said


def test_a_browser_test_that_fails_twice_fails_once_with_both_reasons(tmp_path: Path):
    code, said = run(tmp_path, "e2e/test_it.py", BROWSER + FAILS_ALWAYS)

    assert (code, said.count("FAILED e2e"), "FLAKY" in said) == (1, 1, False)
    assert "What the first try said" in said
    assert "1 failed" in said


@pytest.mark.parametrize(
    ("name", "text", "more"),
    [
        ("test_it.py", FAILS_AT_FIRST, ()),
        ("e2e/test_it.py", CRASH + FAILS_AT_FIRST, ()),
        ("e2e/test_it.py", BROWSER + FAILS_AT_FIRST, ("--once",)),
    ],
)
def test_nothing_else_gets_a_second_try(tmp_path: Path, name: str, text: str, more: tuple[str, ...]):
    code, said = run(tmp_path, name, text, *more)

    assert (code, "FLAKY" in said) == (1, False)
