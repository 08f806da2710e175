"""Where the case goes its folder goes: received, handed over, signed for or not, out of a cabinet, in by post."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.case import at_window, by_rule, cabinets, folders, sending_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.models import PaperFolder, Stay
from banshi.rooms.delivery.queries import trail
from tests.matters import Matters
from tests.rooms.cases.test_consulting import police
from tests.together import together
from tests.town import TUESDAY_NINE

KIOSK = Actor(ActorKind.KIOSK, "kiosk-1", "town")


def received(matters: Matters, window: Any = None, *papers: str) -> Case:
    case = matters.opened()
    counted = [cases.Counted(code) for code in papers or ("id", "lease", "photo")]
    by = matters.by["receiver"]
    return by_rule.receive(case_no=case.no, materials=counted, window_id=window, by=by, now=TUESDAY_NINE)


def at(case: Case) -> tuple[str, str, int | None]:
    row = PaperFolder.objects.get(case=case, ended_at=None)
    return row.place, row.spot, row.holder_id


def who(matters: Matters, name: str) -> int:
    return int(matters.by[name].id)


def test_what_is_received_at_a_window_lies_in_its_tray_counted(matters: Matters) -> None:
    case = received(matters, matters.town.windows["01"].pk)

    assert at(case) == ("tray", matters.town.windows["01"].number, None)
    papers = PaperFolder.objects.get().papers.order_by("code")
    assert list(papers.values_list("code", "originals", "copies")) == [("id", 1, 0), ("lease", 0, 1), ("photo", 0, 1)]


def test_received_without_a_window_it_is_with_who_received_it(matters: Matters) -> None:
    assert at(received(matters)) == ("person", "", who(matters, "receiver"))


def test_a_case_of_files_alone_has_no_folder(matters: Matters) -> None:
    case = matters.received(papers=())
    folders.received(case, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert PaperFolder.objects.count() == 0


def test_more_papers_go_into_the_same_folder_once(matters: Matters) -> None:
    case = received(matters)
    by = matters.by["receiver"]
    cases.add_material(case_no=case.no, code="photo", channel="paper", copies=2, by=by, now=TUESDAY_NINE)

    again = [folders.make(case_no=case.no, by=by, now=TUESDAY_NINE).pk for _ in range(2)]

    photo = PaperFolder.objects.get(pk=again[0]).papers.get(code="photo")
    assert (len(set(again)), photo.originals, photo.copies) == (1, 0, 3)


def test_what_comes_after_everything_went_back_is_another_folder_with_that_alone(matters: Matters) -> None:
    case = received(matters, None, "id", "lease", "photo")
    first = PaperFolder.objects.get()
    first.papers.exclude(code="id").update(copies=0, originals=1)
    delivery.give_back(
        folder_id=first.pk, hall=case.hall, codes=["id", "lease", "photo"], signed=True, why="needed", by=matters.by["receiver"],
        now=TUESDAY_NINE,
    )  # fmt: skip
    by = matters.by["receiver"]
    cases.add_material(case_no=case.no, code="plan", channel="paper", by=by, now=TUESDAY_NINE)

    second = folders.make(case_no=case.no, by=by, now=TUESDAY_NINE)

    assert (second.pk == first.pk, list(second.papers.values_list("code", "copies"))) == (False, [("plan", 1)])


def test_it_is_handed_over_with_the_slip_and_signed_for(matters: Matters) -> None:
    case = received(matters)
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    folders.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    sent = at(case)
    with pytest.raises(Refused):
        folders.sign_for(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    folders.sign_for(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)

    assert (sent, at(case)) == (("sent", "", None), ("person", "", who(matters, "reviewer")))
    told = [step.what for step in trail(case)]
    assert told == ["folder_made", "folder_sent", "folder_signed"]


def test_who_fetches_it_has_it_and_who_refuses_it_leaves_it_with_the_giver(matters: Matters) -> None:
    fetched, refused = received(matters), received(matters)
    for case in (fetched, refused):
        cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    folders.hand_over(case_no=fetched.no, by=matters.by["reviewer"], now=TUESDAY_NINE, fetched=True)
    folders.hand_over(case_no=refused.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    folders.refuse_papers(case_no=refused.no, why="少一张", by=matters.by["reviewer"], now=TUESDAY_NINE)

    assert at(fetched) == ("person", "", who(matters, "reviewer"))
    assert at(refused) == ("person", "", who(matters, "receiver"))


def test_papers_out_of_a_cabinet_and_out_of_a_parcel_have_a_folder(matters: Matters) -> None:
    cabinet = delivery.install(hall=matters.town.hall, code="c-1", name_zh="柜", name_en="Cabinet", cells=1)
    dropped, posted = matters.opened(), matters.opened()
    Case.objects.update(phase="pre_passed")
    cabinets.drop(cabinets=[cabinet], case_no=dropped.no, by=KIOSK, now=TUESDAY_NINE)
    sending_in.announce(case_no=posted.no, carrier="邮政", waybill="EMS1234567", by=matters.applicant, now=TUESDAY_NINE)
    by = matters.by["issuer"]

    cabinets.empty(stay_id=Stay.objects.get().pk, by=by, now=TUESDAY_NINE)
    sending_in.came(case_no=posted.no, by=by, now=TUESDAY_NINE)

    assert [at(case) for case in (dropped, posted)] == [("person", "", who(matters, "issuer"))] * 2


def test_a_folder_collected_before_goes_to_the_tray_of_the_window_that_receives_it(matters: Matters) -> None:
    case = matters.opened()
    folder = folders.make(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    delivery.move(
        folder_id=folder.pk, hall=case.hall, deed="put", at=delivery.At("shelf", "A-3"), by=matters.by["issuer"],
        now=TUESDAY_NINE,
    )  # fmt: skip
    brought = at_window.Brought(
        phase="draft", counted=[cases.Counted("id"), cases.Counted("lease")], window_id=matters.town.windows["01"].pk,
        answers=case.answers, form={"name": "小镇书店", "address": "一号路 2 号"},
    )  # fmt: skip

    at_window.receive(case_no=case.no, brought=brought, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert at(case) == ("tray", matters.town.windows["01"].number, None)
    deeds = list(folder.trail.order_by("seq").values_list("deed", flat=True))
    assert deeds == ["made", "put", "received"]


def deeds(case: Case) -> list[tuple[str, str, int]]:
    """The trail of its folder, oldest first: what was done, where it was then, how many papers."""
    row = PaperFolder.objects.get(case=case, ended_at=None)
    return list(row.trail.order_by("seq").values_list("deed", "place", "pieces"))


def test_what_was_missing_goes_into_the_folder_at_the_window_that_it_is_brought_to(matters: Matters) -> None:
    windows, by = matters.town.windows, matters.by["receiver"]
    case = received(matters, windows["01"].pk, "id", "lease")
    cases.give_notice(case_no=case.no, missing_now=[cases.Missing("photo", "没有带")], by=by, now=TUESDAY_NINE)
    brought = at_window.Brought("supplement", [cases.Counted("photo")], window_id=windows["02"].pk)

    at_window.receive(case_no=case.no, brought=brought, by=by, now=TUESDAY_NINE)

    assert at(case) == ("tray", windows["02"].number, None)
    assert deeds(case) == [("made", "tray", 0), ("received", "tray", 0)]
    assert PaperFolder.objects.get().papers.get(code="photo").copies == 1


def test_what_was_missing_and_comes_to_the_same_window_stands_in_the_trail(matters: Matters) -> None:
    windows, by = matters.town.windows, matters.by["receiver"]
    case = received(matters, windows["01"].pk, "id", "lease")
    cases.give_notice(case_no=case.no, missing_now=[cases.Missing("photo", "没有带")], by=by, now=TUESDAY_NINE)
    brought = at_window.Brought("supplement", [cases.Counted("photo")], window_id=windows["01"].pk)

    at_window.receive(case_no=case.no, brought=brought, by=by, now=TUESDAY_NINE)

    assert deeds(case) == [("made", "tray", 0), ("added", "tray", 1)]


def test_a_paper_that_follows_goes_into_the_folder_where_that_is(matters: Matters) -> None:
    case = accepted_with_photo_to_follow(matters)
    folders.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    reviewer = matters.by["reviewer"]
    folders.sign_for(case_no=case.no, by=reviewer, now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="photo", channel="paper", by=reviewer, now=TUESDAY_NINE)

    folders.settle(case_no=case.no, code="photo", by=reviewer, now=TUESDAY_NINE)

    assert at(case) == ("person", "", who(matters, "reviewer"))
    assert deeds(case)[-1] == ("added", "person", 1)


def test_a_file_that_follows_moves_no_folder(matters: Matters) -> None:
    case = accepted_with_photo_to_follow(matters)
    before, by = deeds(case), matters.by["receiver"]
    cases.add_material(case_no=case.no, code="photo", channel="scan", by=by, now=TUESDAY_NINE)

    folders.settle(case_no=case.no, code="photo", by=by, now=TUESDAY_NINE)

    assert deeds(case) == before


def accepted_with_photo_to_follow(matters: Matters) -> Case:
    case = received(matters, None, "id", "lease")
    return cases.accept(
        case_no=case.no, deferred=[("photo", TUESDAY_NINE.date() + timedelta(days=3))], by=matters.by["receiver"],
        now=TUESDAY_NINE,
    )  # fmt: skip


def handed_on(matters: Matters, goes: folders.Goes) -> Case:
    case = received(matters)
    to = who(matters, "reviewer")
    return folders.hand_on(
        case_no=case.no, to=to, may=True, why="休假", goes=goes, by=matters.by["supervisor"], now=TUESDAY_NINE
    )


@pytest.mark.parametrize(
    ("goes", "place", "spot", "holder"),
    [
        (folders.Goes(), "person", "", "receiver"),
        (folders.Goes("theirs"), "person", "", "reviewer"),
        (folders.Goes("mine"), "person", "", "supervisor"),
        (folders.Goes("shelf", " A-3 "), "shelf", "A-3", ""),
    ],
)
def test_whoever_hands_a_case_on_says_where_its_folder_goes(
    matters: Matters, goes: folders.Goes, place: str, spot: str, holder: str
) -> None:
    case = handed_on(matters, goes)

    assert at(case) == (place, spot, who(matters, holder) if holder else None)


@pytest.mark.parametrize("goes", [folders.Goes("shelf"), folders.Goes("moon"), folders.Goes("shelf", "x" * 41)])
def test_a_folder_that_would_go_nowhere_hands_nothing_on(matters: Matters, goes: folders.Goes) -> None:
    with pytest.raises(Refused) as refused:
        handed_on(matters, goes)

    case = Case.objects.get()
    assert refused.value.slug == "invalid"
    assert case.events.filter(verb="hand_on").count() == 0
    assert at(case) == ("person", "", who(matters, "receiver"))


def test_a_folder_on_its_way_to_a_department_that_gets_it_no_more_is_back(matters: Matters) -> None:
    police(matters)
    case = accepted_with_photo_to_follow(matters)
    folders.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    folders.hand_to_department(
        case_no=case.no, department="police", may=True, why="归公安", goes=folders.Goes(), by=matters.by["supervisor"],
        now=TUESDAY_NINE,
    )  # fmt: skip

    assert at(case) == ("person", "", who(matters, "supervisor"))
    assert [deed for deed, *_ in deeds(case)] == ["made", "sent", "taken"]


@pytest.mark.django_db(transaction=True)
def test_two_who_make_a_folder_at_once_make_one_with_each_paper_once(committed_matters: Matters) -> None:
    case = committed_matters.received()
    people = [committed_matters.by["receiver"], committed_matters.by["issuer"]]

    made = together(2, lambda i: folders.make(case_no=case.no, by=people[i], now=TUESDAY_NINE).pk)

    folder = PaperFolder.objects.get()
    assert (made, folder.trail.count()) == ([folder.pk, folder.pk], 1)
    assert [(row.originals, row.copies) for row in folder.papers.order_by("code")] == [(1, 0), (0, 1), (0, 1)]
