"""The town that is put back is the town that was built."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction

from banshi.rooms.places.models import Hall
from tests.emptying import KEPT
from tests.remembered import APART, Added, Remembered, alike, all_rows
from tests.town import TOWN, Town

pytestmark = pytest.mark.django_db


def rows() -> Counter[str]:
    """How many rows each table has."""
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for table in set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return +found


def test_it_has_the_rows_of_one_that_is_built_and_no_other():
    with transaction.atomic():
        TOWN.build()
        built = rows()
        transaction.set_rollback(True)

    first = Remembered(TOWN.build)
    first.remember()
    put_back = first()

    assert rows() == built
    assert first.rows is not None
    assert alike(all_rows(), first.rows)
    assert put_back.hall == Hall.objects.get(code="town")
    assert put_back.clerk.check_password("town-password")


def test_what_a_test_does_to_it_stays_in_the_test():
    with transaction.atomic():
        one = TOWN()
        one.hall.name_zh = "别的大厅"
        one.people.clear()
        transaction.set_rollback(True)
    other = TOWN()

    assert (other.hall.name_zh, len(other.people)) == ("小镇大厅", 2)


def test_what_is_made_later_gets_numbers_of_its_own(town: Town):
    later = Hall.objects.create(code="later", region=town.hall.region, name_zh="新", name_en="New", order=9)

    assert later.pk > max(town.hall.pk, town.other_hall.pk)


def test_no_two_things_have_one_number(town: Town):
    things = (town.hall, town.categories["A"], town.windows["01"], town.items["pension"], town.people[0], town.clerk)

    assert len({each.pk // APART for each in things}) == len(things)


def a_hall(town: Town) -> None:
    Hall.objects.create(code="added", region=town.hall.region, name_zh="新", name_en="New", order=9)


def test_what_is_added_is_there_again_and_alone(town: Town):
    added, adds, seen = [], Added(TOWN, lambda scene: added.append(a_hall(scene))), []
    for _ in range(2):
        with transaction.atomic():
            adds(town)
            seen.append(all_rows())
            transaction.set_rollback(True)

    assert seen[0] == seen[1] != all_rows()
    assert (len(added), Hall.objects.filter(code="added").count()) == (1, 0)


def test_what_is_remembered_is_added_anew_on_top_of_something_more(town: Town):
    adds = Added(TOWN, lambda scene: Hall.objects.get_or_create(code="added", defaults=like(scene)))
    with transaction.atomic():
        adds(town)
        transaction.set_rollback(True)
    Hall.objects.create(code="added", **like(town))

    adds(town)

    assert Hall.objects.filter(code="added").count() == 1


def like(town: Town) -> dict[str, Any]:
    return {"region": town.hall.region, "name_zh": "新", "name_en": "New", "order": 9}


def test_what_is_added_where_others_have_written_is_not_remembered(town: Town):
    added, adds = [], Added(TOWN, lambda scene: added.append(a_hall(scene)))
    for _ in range(2):
        with transaction.atomic():
            Hall.objects.create(code="before", region=town.hall.region, name_zh="先", name_en="Before", order=8)
            adds(town)
            transaction.set_rollback(True)

    assert len(added) == 2


def test_what_is_added_changes_nothing_of_the_scene(town: Town):
    def rename(town: Town) -> None:
        Hall.objects.filter(code="town").update(name_zh="改名")

    with pytest.raises(AssertionError, match="something was changed"):
        Added(TOWN, rename)(town)
