"""A folder is at one place, with a trail nobody changes; two who take it, a clerk of another hall, a crash between moves."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.delivery import actions, queries
from banshi.rooms.delivery.actions import At
from banshi.rooms.delivery.models import FolderMove, PaperFolder
from banshi.rooms.delivery.rules import folder_no, folder_pk
from banshi.rooms.places.models import Hall
from tests.matters import Matters, matters_of
from tests.together import together
from tests.town import TUESDAY_NINE, Town


def made(matters: Matters, case: Any = None, **papers: tuple[int, int]) -> PaperFolder:
    by = matters.by["receiver"]
    with transaction.atomic():
        folder = actions.folder_for(case=case or matters.received(), at=actions.with_whom(by), by=by, now=TUESDAY_NINE)
        actions.count_in(folder=folder, papers=papers)
    return folder


def put(matters: Matters, folder: PaperFolder, spot: str = "A-3", **more: Any) -> PaperFolder:
    asked = {"hall": matters.town.hall, "deed": "put", "at": At("shelf", spot), "by": matters.by["receiver"], **more}
    return actions.move(folder_id=folder.pk, now=TUESDAY_NINE, **asked)


def no_of(act: Any) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


@pytest.mark.parametrize("pk", [1, 1234567, 99_999_999_999])
def test_a_number_is_read_back_and_a_slip_of_the_hand_names_nothing(pk: int) -> None:
    no = folder_no(pk)
    slips = [no[:i] + str((int(no[i]) + 1) % 10) + no[i + 1 :] for i in range(1, len(no))]

    assert folder_pk(f" {no.lower()[:4]}-{no[4:]} ") == pk
    assert [folder_pk(each) for each in slips] == [None] * len(slips)
    assert folder_pk("F１２３４５６７４") is None


def test_a_case_has_one_folder_and_it_begins_with_who_made_it(matters: Matters) -> None:
    case = matters.received()

    first, again = made(matters, case), made(matters, case)

    assert first == again
    assert (first.place, first.holder_id) == ("person", int(matters.by["receiver"].id))
    assert list(first.trail.values_list("seq", "deed", "place")) == [(1, "made", "person")]
    with pytest.raises(IntegrityError, match="a_case_has_one_folder_of_papers"), transaction.atomic():
        PaperFolder.objects.create(case=case, place="sent", since=TUESDAY_NINE, made_at=TUESDAY_NINE, made_by="staff:1")


def test_it_is_at_one_place_and_its_trail_stands(matters: Matters) -> None:
    folder = put(matters, made(matters))

    assert (folder.place, folder.spot, folder.holder_id, folder.moves) == ("shelf", "A-3", None, 2)
    with pytest.raises(IntegrityError, match="a_folder_is_at_one_place"), transaction.atomic():
        PaperFolder.objects.update(holder_id=int(matters.by["receiver"].id))
    with pytest.raises(DatabaseError, match="where a folder was stands"), transaction.atomic():
        FolderMove.objects.update(spot="B-1")
    with pytest.raises(DatabaseError, match="where a folder was stands"), transaction.atomic():
        FolderMove.objects.filter(seq=1).delete()


def test_a_shelf_without_a_name_and_an_archive_of_what_goes_on_are_refused(matters: Matters) -> None:
    folder = made(matters)

    assert no_of(lambda: put(matters, folder, " ".strip())) == "invalid"
    assert no_of(lambda: actions.spot_of("A\u202e1")) == "invalid"
    assert no_of(lambda: put(matters, folder, deed="archived", at=At("archive", "12-3"))) == "wrong-state"
    assert PaperFolder.objects.get().moves == 1


def test_nobody_moves_a_folder_of_another_hall(matters: Matters) -> None:
    folder, other = made(matters), Hall.objects.get(code="other")

    assert no_of(lambda: put(matters, folder, hall=other)) == "nothing-found"
    assert no_of(lambda: queries.folder_here(folder.no, hall=other)) == "nothing-found"
    assert no_of(lambda: queries.folder_here(folder.no, hall=matters.town.hall, department="market")) == "nothing-found"
    assert queries.folder_here(folder.no, hall=matters.town.hall) == folder


def test_originals_go_back_once_against_a_signature_and_the_last_ends_it(matters: Matters) -> None:
    folder = made(matters, id=(1, 0), lease=(1, 1))

    def give(*codes: str, signed: bool = True, seen: int | None = None) -> PaperFolder:
        by, hall = matters.by["issuer"], matters.town.hall
        return actions.give_back(
            folder_id=folder.pk,
            hall=hall,
            codes=codes,
            signed=signed,
            why="compared",
            seen=seen,
            by=by,
            now=TUESDAY_NINE,
        )

    assert no_of(lambda: give("id", signed=False)) == "invalid"
    assert no_of(lambda: give("id", seen=9)) == "changed-meanwhile"
    first = give("id")
    assert (first.place, first.ended_at, no_of(lambda: give("id"))) == ("person", None, "invalid")
    assert give("lease").ended_at is None  # its copy stays
    folder.papers.update(copies=0)
    folder.papers.filter(code="lease").update(back=0, back_at=None)
    last = give("lease")
    assert (last.place, last.ended_at, queries.folder_of(folder.case)) == ("back", TUESDAY_NINE, None)
    assert list(folder.trail.filter(deed="gave").order_by("seq").values_list("pieces", flat=True)) == [1, 1, 1]
    assert no_of(lambda: put(matters, folder)) == "changed-meanwhile"


def test_a_shelf_that_is_gone_through_names_what_is_missing_and_what_is_strange(matters: Matters) -> None:
    right, missing, strange = made(matters), made(matters), made(matters)
    put(matters, right)
    put(matters, missing)
    put(matters, strange, "B-1")
    by, hall = matters.by["supervisor"], matters.town.hall

    stock = actions.take_stock(
        hall=hall, spot=" A-3 ", numbers=[right.no, strange.no.lower(), "F00000000", ""], by=by, now=TUESDAY_NINE
    )

    assert (stock.right, stock.missing, stock.strange, stock.unknown) == (
        (right,),
        (missing,),
        (strange,),
        ("F00000000",),
    )
    assert queries.folders_amiss(hall, now=TUESDAY_NINE, most=9).missing == [missing]
    assert PaperFolder.objects.get(pk=strange.pk).spot == "B-1"
    actions.take_stock(hall=hall, spot="A-3", numbers=[right.no, missing.no], by=by, now=TUESDAY_NINE)
    assert queries.folders_amiss(hall, now=TUESDAY_NINE, most=9).missing == []


def test_more_numbers_than_one_goes_through_at_once_are_refused_and_nothing_is_marked(
    matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("banshi.rooms.delivery.actions.folders.MOST_SCANNED", 3)
    folder, by, hall = made(matters), matters.by["supervisor"], matters.town.hall
    put(matters, folder)
    before = [f"F0000000{n}" for n in range(3)]

    def counted(numbers: list[str]) -> Any:
        return actions.take_stock(hall=hall, spot="A-3", numbers=numbers, by=by, now=TUESDAY_NINE)

    assert no_of(lambda: counted([*before, folder.no])) == "invalid"
    assert PaperFolder.objects.get(pk=folder.pk).missed_at is None
    assert counted([*before[:2], "", folder.no]).right == (folder,)


def test_a_crash_between_row_and_trail_moves_nothing(matters: Matters, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(matters)

    def dies(*_args: Any, **_more: Any) -> None:
        raise OSError("the power went")

    monkeypatch.setattr("banshi.rooms.delivery.actions.folders._write", dies)
    with pytest.raises(OSError, match="power"):
        put(matters, folder)

    now = PaperFolder.objects.get()
    assert (now.place, now.moves, now.trail.count()) == ("person", 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_take_it_at_the_same_instant_one_has_it(committed_town: Town) -> None:
    matters = matters_of(committed_town)
    folder = put(matters, made(matters))
    people = [matters.by["reviewer"], matters.by["approver"]]

    def take(i: int) -> PaperFolder:
        at = actions.with_whom(people[i])
        return put(matters, folder, deed="taken", at=at, seen=folder.moves, by=people[i])

    results = together(2, take)

    has = [r for r in results if isinstance(r, PaperFolder)]
    assert [r.slug for r in results if isinstance(r, Refused)] == ["changed-meanwhile"]
    assert PaperFolder.objects.get().holder_id == has[0].holder_id
    assert FolderMove.objects.filter(deed="taken").count() == 1
