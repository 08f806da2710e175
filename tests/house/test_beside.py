"""Tests that share a server run on one worker; every file stays together."""

from __future__ import annotations

from pathlib import Path

from tests.beside import OF_THEIR_OWN, group_of

ROOT = Path(__file__).resolve().parent.parent.parent


def test_browser_tests_share_one_installation_and_other_files_stay_together():
    assert {group_of(f"tests/e2e/{name}::test_x[a]") for name in ("test_desk.py", "test_kiosk.py")} == {"e2e"}
    assert group_of("tests/kernel/test_spans.py::test_x[@a::b]") == "tests/kernel/test_spans.py"


def test_files_with_an_installation_of_their_own_are_those_that_make_one():
    making = {
        f"tests/e2e/{path.name}"
        for path in (ROOT / "tests" / "e2e").glob("test_*.py")
        if 'scope="module"' in path.read_text(encoding="utf-8")
    }

    assert making == set(OF_THEIR_OWN)
