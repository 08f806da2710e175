"""Locks by name: each stands for one job, and keeps out whoever does the same one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from banshi.foundation import locks
from banshi.foundation.locks import Lock
from banshi.journeys.hall import housekeeping
from banshi.rooms.audit import actions as audit
from tests.rooms.audit.test_trail import write
from tests.together import meanwhile, together

ALL = {name: lock for name, lock in vars(locks).items() if isinstance(lock, Lock)}
HOUSE = Path(__file__).resolve().parent.parent.parent / "banshi"


def free(lock: Lock) -> bool:
    """For somebody else."""
    [answer] = together(1, lambda _: locks.take_if_free(lock))
    return answer  # type: ignore[no-any-return]


def impatiently(act: Callable[[], Any]) -> Any:
    """:raises OperationalError: when a lock is not free."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        return act()


def free_of(lock: Lock, *keys: str) -> bool:
    """For somebody else, with all these keys."""
    [answer] = together(1, lambda _: impatiently(lambda: locks.hold_each(lock, keys)))
    return answer is None


def test_a_number_stands_for_one_job():
    several = {number for number, uses in Counter(lock.number for lock in ALL.values()).items() if uses > 1}

    assert several == set()


def test_locks_are_asked_for_by_name_everywhere():
    by_number = [
        str(path.relative_to(HOUSE))
        for path in sorted(HOUSE.rglob("*.py"))
        if path.name != "locks.py" and re.search(r"pg_(try_)?advisory", path.read_text(encoding="utf-8"))
    ]

    assert by_number == []


def test_a_lock_of_each_is_not_asked_for_as_one():
    with pytest.raises(ValueError, match="for each key"):
        locks.hold(locks.CREDIT)


@pytest.mark.race
def test_a_lock_held_keeps_others_out_until_the_transaction_ends(transactional_db):
    with transaction.atomic():
        locks.hold(locks.FAULTS)

        assert [free(locks.FAULTS), free(locks.PRESETS)] == [False, True]

    assert free(locks.FAULTS) is True


@pytest.mark.race
def test_who_shares_a_lock_waits_for_whoever_holds_it_alone(transactional_db):
    def shared() -> str:
        with transaction.atomic():
            locks.hold(locks.FAULTS, shared=True)
            return "after"

    with transaction.atomic():
        locks.hold(locks.FAULTS, shared=True)

        assert together(1, lambda _: shared()) == ["after"]

    assert meanwhile(lambda: locks.hold(locks.FAULTS), shared) == "after"


@pytest.mark.race
def test_of_a_lock_of_each_other_keys_stay_free(transactional_db):
    with transaction.atomic():
        locks.hold_each(locks.CREDIT, ["a", "b", "a"])

        assert [free_of(locks.CREDIT, "c"), free_of(locks.CREDIT, "c", "b")] == [True, False]
        assert free_of(locks.AGENT_PHONE, "a") is True


@pytest.mark.race
def test_a_lock_taken_stays_over_transactions_until_it_is_given_back(transactional_db):
    locks.take(locks.DUTIES)
    with transaction.atomic():
        pass
    held = free(locks.DUTIES)
    locks.give_back(locks.DUTIES)

    assert [held, free(locks.DUTIES)] == [False, True]


@pytest.mark.race
def test_the_trail_is_sealed_while_duties_run(transactional_db):
    write(3)

    with housekeeping._alone(wait=True):
        sealed = together(1, lambda _: impatiently(audit.seal))

    assert sealed == [3]
