"""Every file stays together on one worker; what takes longest begins first."""

from __future__ import annotations

from pathlib import Path

from tests.beside import LONGEST, group_of, place_of

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_file_stays_together_and_no_two_files_must():
    assert group_of("tests/kernel/test_spans.py::test_x[@a::b]") == "tests/kernel/test_spans.py"
    assert group_of("tests/e2e/test_desk.py::test_x") != group_of("tests/e2e/test_kiosk.py::test_x")


def test_what_takes_longest_begins_first():
    browser, other = "tests/e2e/test_desk.py", "tests/kernel/test_spans.py"

    assert [place_of(file, in_a_browser=True) for file in (*LONGEST, browser)] == list(range(len(LONGEST) + 1))
    assert place_of(other, in_a_browser=False) == len(LONGEST) + 1


def test_there_are_files_that_are_said_to_take_longest():
    assert [file for file in LONGEST if not (ROOT / file).is_file()] == []
