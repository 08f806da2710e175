"""`banshi settle-days`: all days that are over, at once."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from banshi.cli import main
from banshi.rooms.insight import actions

pytestmark = pytest.mark.django_db


def test_all_days_that_are_due_are_settled_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [("town", f"day {n}") for n in range(230)]

    def some(*, now: Any, most: int) -> list[tuple[str, str]]:
        done = left[:most]
        del left[:most]
        return done

    monkeypatch.setattr(actions, "settle_due", some)
    monkeypatch.setattr("banshi.cli.ground.django", lambda data: None)

    result = CliRunner().invoke(main, ["settle-days"])

    assert (result.exit_code, result.output, left) == (0, "230 days settled\n", [])
