"""What is prepared on the server stays so over a refusal, and not where it may be wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from banshi.foundation import prepared
from banshi.kernel.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)
ASK = "SELECT %(n)s::int + 1 /* asked often */"
ALL = "SELECT * FROM things /* asked often */"


@pytest.fixture(autouse=True)
def own_connection() -> Iterator[None]:
    connection.close()
    yield
    run("DROP TABLE IF EXISTS things")
    connection.close()


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def elsewhere(sql: str) -> None:
    """On another connection."""

    def act() -> None:
        run(sql)
        connection.close()

    there = threading.Thread(target=act)
    there.start()
    there.join(timeout=60)


def known() -> list[tuple[str, int]]:
    """What the server has prepared of these: its name, and how often it has been run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, generic_plans + custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%% asked often %%' AND statement NOT LIKE '%%pg_prep%%' ORDER BY name"
        )
        return list(cursor.fetchall())


def ask(n: int = 1) -> int:
    return int(prepared.rows(ASK, {"n": n})[0][0])


def undone(*acts: Callable[[], object], by: type[Exception] = DatabaseError) -> None:
    """A transaction in which these are done one after the other, until one of them ends it."""

    def do() -> None:
        with transaction.atomic():
            for act in acts:
                act()

    with pytest.raises(by):
        do()


def refuse() -> None:
    raise Refused("wrong-state")


def refused(*, savepoint: bool = False) -> None:
    undone(ask, *([lambda: undone(ask, refuse, by=Refused)] if savepoint else []), refuse, by=Refused)


@pytest.mark.parametrize("savepoint", [False, True])
def test_a_refusal_has_nothing_planned_anew(savepoint: bool) -> None:
    ask()
    ((name, _),) = known()

    for _ in range(3):
        refused(savepoint=savepoint)
    ask()

    assert known() == [(name, 1 + 3 * (1 + savepoint) + 1)]


def test_a_savepoint_that_is_rolled_back_keeps_what_was_prepared() -> None:
    with transaction.atomic():
        ask()
        before = known()
        undone(refuse, by=Refused)
        assert known() == before
        assert ask() == 2


def test_after_an_error_everything_is_prepared_anew() -> None:
    ask()
    undone(ask, lambda: prepared.rows("SELECT 1 / %(n)s::int", {"n": 0}))

    assert known() == []
    assert [ask(), len(known())] == [2, 1]


def test_what_a_broken_pipeline_never_reached_is_not_taken_for_prepared() -> None:
    for broken in ("SELECT 1 / %(n)s::int", "SELECT nothing_such(%(n)s::int)"):
        with pytest.raises(DatabaseError), transaction.atomic():
            prepared.Trips().rows((broken, {"n": 0}), (ASK, {"n": 1}), (ASK, {"n": 1}))

        with transaction.atomic():
            assert prepared.Trips().rows((ASK, {"n": 1}), (ASK, {"n": 2})) == [[(2,)], [(3,)]]


def test_one_that_cannot_be_prepared_takes_no_other_along() -> None:
    for _ in range(2):
        undone(ask, lambda: prepared.rows("SELECT nothing_such(%(n)s::int)", {"n": 0}))
        assert ask() == 2


def test_what_was_prepared_for_a_table_that_is_undone_is_forgotten() -> None:
    undone(lambda: run("CREATE TABLE things (a int)"), lambda: prepared.rows(ALL, {}), refuse, by=Refused)
    assert known() == []

    run("CREATE TABLE things (a text, b text)")
    run("INSERT INTO things VALUES ('x', 'y')")
    assert prepared.rows(ALL, {}) == [("x", "y")]


def test_a_table_that_somebody_changed_meanwhile_breaks_one_statement_and_no_more() -> None:
    run("CREATE TABLE things (a int)")
    run("INSERT INTO things VALUES (1)")
    with transaction.atomic():
        assert prepared.rows(ALL, {}) == [(1,)]
    elsewhere("ALTER TABLE things ADD b int")

    with pytest.raises(DatabaseError), transaction.atomic():
        prepared.rows(ALL, {})
    assert prepared.rows(ALL, {}) == [(1, None)]


@pytest.mark.parametrize("sql", ["DEALLOCATE ALL", "DISCARD ALL"])
def test_what_somebody_has_the_server_forget_is_prepared_anew(sql: str) -> None:
    ask()
    run(sql)

    assert ask() == 2
    assert len(known()) == 1
