"""On another PostgreSQL only tests that speak to one are run again: none of these is left out, and rules are."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.database_only import speaks_to_it


def item(*, marked: bool = False, fixtures: tuple[str, ...] = ()) -> pytest.Item:
    return SimpleNamespace(get_closest_marker=lambda name: marked or None, fixturenames=fixtures)  # type: ignore[return-value]


@pytest.mark.parametrize("fixture", ["db", "transactional_db", "django_db_setup"])
def test_what_asks_for_a_database_is_run(fixture: str):
    assert speaks_to_it(item(fixtures=("town", fixture)))


def test_what_is_marked_is_run():
    assert speaks_to_it(item(marked=True))


def test_a_rule_is_not():
    assert not speaks_to_it(item(fixtures=("monkeypatch",)))


def test_this_run_says_of_itself_which_it_is(request: pytest.FixtureRequest, town: object):
    assert speaks_to_it(request.node)
