"""Lists of authorities: nobody waits for a whole one, what was cut off goes on, and each row is taken once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from banshi.kernel.actors import SYSTEM
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.identity import actions as identity
from banshi.rooms.library import actions
from banshi.rooms.library.actions import batches
from banshi.rooms.library.models import Certificate, ImportBatch, ImportedRow
from tests.together import together
from tests.town import TUESDAY_NINE, Town

IDS = [generate_resident_id("441900", date(1985, 3, 10), 300 + 2 * i) for i in range(8)]


def rows_of(ids: list[str], type: str = "driving-licence") -> list[batches.Row]:
    said = {"type": type, "name": "证", "issuer": "局", "issued_on": "2024-05-01", "holder": "李小明"}
    return [("certificate", {**said, "id_number": each, "number": f"K{each}"}) for each in ids]


def take(rows: list[batches.Row], source: str = "import:police", **at: Any) -> list[str]:
    batch, told = actions.import_batch(rows, source=source, by=SYSTEM, **{"now": TUESDAY_NINE, **at})
    return [str(batch), *(each.result for each in told)]


def cut_off(monkeypatch: pytest.MonkeyPatch, rows: list[batches.Row], *, after: int) -> None:
    """The machine stops with the row after these."""
    taken = batches.take_row

    def stops(no: int, *rest: Any, **more: Any) -> Any:
        done = taken(no, *rest, **more)
        if no > after:
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as here:
        here.setattr(batches, "take_row", stops)
        with pytest.raises(KeyboardInterrupt):
            take(rows)


@pytest.mark.django_db
def test_a_list_that_was_cut_off_goes_on_and_reports_whole(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*rows_of(IDS[:3]), ("certificate", {"number": "?"}), *rows_of(IDS[3:5])]
    cut_off(monkeypatch, rows, after=4)
    before = Certificate.objects.count()

    first, *results = take(rows)

    assert (before, Certificate.objects.count()) == (3, 5)  # the fifth row's was not kept in half
    assert results == ["new", "new", "new", "refused", "new", "new"]
    actions.import_told(int(first), now=TUESDAY_NINE)
    again, *results = take(rows)
    assert (again != first, set(results)) == (True, {"unchanged", "refused"})


@pytest.mark.django_db
def test_a_list_that_was_cut_off_hours_ago_is_one_of_its_own(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(IDS[:2])
    cut_off(monkeypatch, rows, after=1)

    _, *results = take(rows, now=TUESDAY_NINE + batches.RESUMED + timedelta(seconds=1))

    assert results == ["unchanged", "new"]


@pytest.mark.django_db
def test_what_is_remembered_of_a_list_goes_after_a_day(town: Town) -> None:
    take(rows_of(IDS[:2]))
    day = TUESDAY_NINE + batches.KEPT

    kept = actions.forget_imports(now=day, most=9)
    gone = actions.forget_imports(now=day + timedelta(seconds=1), most=9)

    assert (kept, gone, ImportBatch.objects.count(), ImportedRow.objects.count()) == (0, 1, 0, 0)
    assert Certificate.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_list_twice_at_once_is_taken_once_and_both_hear_it_whole(committed_town: Town) -> None:
    rows = rows_of(IDS)

    told = together(2, lambda i: take(rows))

    assert told[0] == told[1]
    assert told[0][1:] == ["new"] * len(IDS)
    assert Certificate.objects.count() == len(IDS)


@pytest.mark.django_db(transaction=True)
def test_authorities_and_windows_that_name_the_same_people_crosswise_all_get_through(committed_town: Town) -> None:
    """In one transaction each, two lists would wait for each other for ever."""

    def window() -> str:
        with transaction.atomic():  # a case: its person, and who comes for them
            for each in (IDS[0], IDS[-1]):
                identity.enrol(name="李小明", id_type="resident_id", id_number=each, now=TUESDAY_NINE)
        return "taken"

    def act(i: int) -> Any:
        if i >= 4:
            return window()
        return take(rows_of(IDS[:: 1 if i % 2 else -1], f"type-{i // 2}"), f"import:{i}")[1:]

    done = together(6, act)

    assert done[4:] == ["taken", "taken"]
    assert sorted(result for each in done[:4] for result in each) == ["new"] * 16 + ["unchanged"] * 16
    assert Certificate.objects.count() == 2 * len(IDS)


@pytest.mark.django_db(transaction=True)
def test_a_window_does_not_wait_for_the_list_that_named_its_person(
    committed_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, rows, seen = batches.take_row, rows_of(IDS[:2]), []

    def meanwhile(no: int, *rest: Any, **more: Any) -> Any:
        if no == 2:  # the list is under way, its first row is in
            seen.extend(together(1, lambda i: identity.enrol(
                name="李小明", id_type="resident_id", id_number=IDS[0], now=TUESDAY_NINE
            )))  # fmt: skip
        return taken(no, *rest, **more)

    monkeypatch.setattr(batches, "take_row", meanwhile)
    take(rows)

    assert [each.id_number for each in seen] == [IDS[0]]
