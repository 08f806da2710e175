"""Papers dropped and results fetched at a cabinet: which door, from which day, by whom; doors that jam, cells that run
out, people who come together."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.case import by_rule, cabinets, conclude
from banshi.journeys.case.drop_slip import slip_of
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet, Cell, Delivery, Stay
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from tests.journeys.case.test_conclude import ready as shelved
from tests.matters import Matters
from tests.rooms.tickets.conftest import open_town
from tests.signers import sealing
from tests.together import together
from tests.town import TUESDAY_NINE, Town, at

KIOSK = Actor(ActorKind.KIOSK, "kiosk-1", "town")
TODAY = TUESDAY_NINE.date()
HOUR = timedelta(hours=1)
WEEKDAYS = {
    "rules": [
        {
            "code": "weekdays", "name": {"zh": "工作日", "en": "Working days"}, "hours": [["09:00", "17:00"]],
            "when": {"weekdays": ["mon", "tue", "wed", "thu", "fri"]}, "period_minutes": 60,
        }
    ]
}  # fmt: skip


def cabinet_of(town: Town, cells: int = 3) -> Cabinet:
    return delivery.install(
        hall=town.hall, code="town-cabinet-1", name_zh="1 号文件柜", name_en="Cabinet 1", cells=cells
    )


@pytest.fixture
def cabinet(town: Town) -> Cabinet:
    open_town(town)
    CalendarVersion.objects.create(
        hall=town.hall, version=99, document=WEEKDAYS, valid_from=TODAY, made_by="system", made_at=TUESDAY_NINE
    )
    return cabinet_of(town)


def jammed(settings: Any, *cells: int) -> None:
    settings.BANSHI_JAMMED = frozenset(f"town-cabinet-1:{cell}" for cell in cells)


def passed(matters: Matters) -> Case:
    """Looked over beforehand, and right."""
    case = matters.opened(form={"name": "一号店", "address": "一号路 1 号", "founded": "2026-03-01"})
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    return Case.objects.get(pk=case.pk)


def dropped(cabinet: Cabinet, case: Case, *, now: Any = TUESDAY_NINE) -> Stay:
    return cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=now)


def made(matters: Matters) -> Case:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return case


def put(cabinet: Cabinet, case: Case, matters: Matters, **more: Any) -> Stay:
    return cabinets.put(
        **{"cabinets": [cabinet], "case_no": case.no, "by": matters.by["issuer"], "now": TUESDAY_NINE, **more}
    )


def opened(cabinet: Cabinet, code: str, **more: Any) -> Stay:
    return cabinets.fetch(**{"cabinets": [cabinet], "code": code, "by": KIOSK, "now": TUESDAY_NINE, **more})


def fetched(cabinet: Cabinet, code: str, *, now: Any = TUESDAY_NINE) -> Stay:
    return cabinets.taken(stay_id=opened(cabinet, code, now=now).pk, by=KIOSK, now=now)


def coded(cabinet: Cabinet, matters: Matters) -> tuple[Case, str]:
    case = made(matters)
    put(cabinet, case, matters)
    return case, deliveries.code_for_applicant(Case.objects.get(pk=case.pk))


def slug_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value.slug


# --- Papers in --------------------------------------------------------------------------------------------------


def test_what_lies_in_a_cell_is_counted_before_it_is_received(matters: Matters, cabinet: Cabinet) -> None:
    case = passed(matters)
    stay = dropped(cabinet, case)
    receive = {
        "case_no": case.no,
        "materials": [cases.Counted("lease")],
        "by": matters.by["receiver"],
        "now": TUESDAY_NINE,
    }

    with pytest.raises(Refused) as no:
        by_rule.receive(**receive)
    cabinets.empty(stay_id=stay.pk, by=matters.by["issuer"], now=TUESDAY_NINE)
    done = by_rule.receive(**receive)

    assert (no.value.slug, no.value.facts["place"]["zh"]) == ("papers-in-cabinet", stay.cell.said_zh)
    assert done.phase == "received"


def test_the_slip_counts_no_identity_card(matters: Matters, cabinet: Cabinet) -> None:
    """The applicant was told to keep it: of card and lease the lease lies there."""
    matters.lease_by_hand()

    assert slip_of(dropped(cabinet, passed(matters))).papers == 1


def test_papers_dropped_while_the_hall_works_count_today(cabinet: Cabinet, matters: Matters) -> None:
    case = passed(matters)

    got = dropped(cabinet, case)

    case.refresh_from_db()
    assert (got.cell.no, got.counts_from, case.phase) == (1, TODAY, "await_receipt")
    event = CaseEvent.objects.filter(case=case).order_by("-seq")[0]
    assert (event.verb, event.facts) == ("expect", {"cell": "town-cabinet-1-01"})
    message = Message.objects.get(key="case_dropped")
    assert message.params["day"] == "2026-03-10"


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("2026-03-10 07:00", "2026-03-10"),  # before it opens
        ("2026-03-10 23:30", "2026-03-11"),
        ("2026-03-11 00:10", "2026-03-11"),
        ("2026-03-13 23:30", "2026-03-16"),  # Friday night
        ("2026-03-14 10:00", "2026-03-16"),  # Saturday
    ],
)
def test_what_is_dropped_at_night_counts_from_the_next_day_of_work(
    cabinet: Cabinet, matters: Matters, when: str, day: str
) -> None:
    assert dropped(cabinet, passed(matters), now=at(when)).counts_from.isoformat() == day


def test_who_booked_a_time_may_drop_the_papers_instead(cabinet: Cabinet, matters: Matters) -> None:
    case = passed(matters)
    cases.expect(case_no=case.no, appointment="ABC", by=matters.applicant, now=TUESDAY_NINE)

    got = dropped(cabinet, case)

    case.refresh_from_db()
    assert (got.cell.no, case.phase, case.appointment) == (1, "await_receipt", "ABC")


def test_a_cell_with_papers_is_not_opened_again_by_a_number(cabinet: Cabinet, matters: Matters) -> None:
    case = passed(matters)
    dropped(cabinet, case)

    assert slug_of(dropped, cabinet, case) == "already-dropped"
    assert Stay.objects.filter(out_at=None).count() == 1


def test_only_what_was_looked_over_is_dropped(cabinet: Cabinet, matters: Matters) -> None:
    draft, received = matters.opened(), matters.received()

    assert [slug_of(dropped, cabinet, case) for case in (draft, received)] == ["wrong-state"] * 2
    with pytest.raises(Refused) as no:
        cabinets.drop(cabinets=[cabinet], case_no="none", by=KIOSK, now=TUESDAY_NINE)
    assert no.value.slug == "nothing-found"


def test_a_case_of_another_hall_is_not_found(cabinet: Cabinet, matters: Matters, town: Town) -> None:
    case = passed(matters)
    Case.objects.filter(pk=case.pk).update(hall=town.other_hall)

    assert slug_of(dropped, cabinet, case) == "nothing-found"


def test_a_door_that_jams_gives_another_cell(cabinet: Cabinet, matters: Matters, settings: Any) -> None:
    jammed(settings, 1, 2)

    got = dropped(cabinet, passed(matters))

    assert got.cell.no == 3
    assert list(Cell.objects.order_by("no").values_list("no", "broken_at")) == [
        (1, TUESDAY_NINE), (2, TUESDAY_NINE), (3, None),
    ]  # fmt: skip
    assert list(Stay.objects.order_by("id").values_list("cell__no", "out_by")) == [(1, "moved"), (2, "moved"), (3, "")]


def test_a_cabinet_whose_doors_all_jam_holds_nothing(cabinet: Cabinet, matters: Matters, settings: Any) -> None:
    jammed(settings, 1, 2, 3)
    case = passed(matters)

    slug = slug_of(dropped, cabinet, case)

    broken = Cell.objects.exclude(broken_at=None).count()
    settings.BANSHI_JAMMED = frozenset()
    Cell.objects.update(broken_at=None)
    assert broken == 3
    case.refresh_from_db()
    assert (slug, case.phase) == ("door-stuck", "pre_passed")
    assert not Stay.objects.filter(out_at=None).exists()
    assert dropped(cabinet, case).cell.no == 1


def test_a_cell_whose_door_was_not_tried_is_not_called_broken(town: Town, matters: Matters, settings: Any) -> None:
    open_town(town)
    jammed(settings, 1, 2, 3)

    slug = slug_of(dropped, cabinet_of(town, cells=5), passed(matters))

    assert slug == "door-stuck"
    assert list(Cell.objects.exclude(broken_at=None).order_by("no").values_list("no", flat=True)) == [1, 2, 3]


def test_the_next_cabinet_takes_what_a_full_one_cannot(cabinet: Cabinet, matters: Matters, town: Town) -> None:
    more = delivery.install(hall=town.hall, code="town-cabinet-2", name_zh="2 号文件柜", name_en="Cabinet 2", cells=1)
    Cell.objects.filter(cabinet=cabinet).update(broken_at=TUESDAY_NINE)

    got = cabinets.drop(cabinets=[cabinet, more], case_no=passed(matters).no, by=KIOSK, now=TUESDAY_NINE)

    assert got.cell.name == "town-cabinet-2-01"


def test_whoever_says_that_it_did_not_open_gets_another(cabinet: Cabinet, matters: Matters) -> None:
    got = dropped(cabinet, passed(matters))

    other = cabinets.other_door(stay_id=got.pk, now=TUESDAY_NINE)

    assert (other.cell.no, other.counts_from) == (2, got.counts_from)
    assert slug_of(cabinets.other_door, stay_id=got.pk, now=TUESDAY_NINE) == "changed-meanwhile"


def test_a_full_cabinet_says_so(cabinet: Cabinet, matters: Matters) -> None:
    for _ in range(3):
        dropped(cabinet, passed(matters))

    assert slug_of(dropped, cabinet, passed(matters)) == "cabinet-full"


def test_what_is_taken_out_is_received_as_ever(cabinet: Cabinet, matters: Matters) -> None:
    case = passed(matters)
    got = dropped(cabinet, case)

    cabinets.empty(stay_id=got.pk, by=matters.by["receiver"], now=TUESDAY_NINE + HOUR)
    counted = [cases.Counted(code) for code in ("id", "lease", "photo")]
    cases.receive(case_no=case.no, materials=counted, by=matters.by["receiver"], now=TUESDAY_NINE + HOUR)

    case.refresh_from_db()
    assert case.phase == "received"
    assert deliveries.lying(cabinet.hall, now=TUESDAY_NINE) == []
    assert slug_of(cabinets.empty, stay_id=got.pk, by=matters.by["receiver"], now=TUESDAY_NINE) == "changed-meanwhile"


# --- Results out ------------------------------------------------------------------------------------------------


def test_a_result_is_fetched_at_night_by_its_code(cabinet: Cabinet, matters: Matters) -> None:
    case = made(matters)
    put(cabinet, case, matters)
    ready = Case.objects.get(pk=case.pk)
    code = deliveries.code_for_applicant(ready)

    stay = fetched(cabinet, f" {code} ", now=at("2026-03-10 23:40"))

    case.refresh_from_db()
    row = Delivery.objects.get(case=case)
    assert (ready.phase, stay.cell.no, case.phase, case.outcome) == ("ready", 1, "closed", "granted")
    assert (row.place, row.how, row.by_what, row.delivered_by) == (
        "1 号文件柜 1 号格", "cabinet", "code", "kiosk:kiosk-1",
    )  # fmt: skip
    assert Stay.objects.get(pk=stay.pk).out_by == "applicant"
    told = Message.objects.get(key="case_in_cabinet")
    assert (told.params["cabinet_zh"], told.params["hours"], code in str(told.params)) == ("1 号文件柜", 72, False)


def test_a_code_opens_once_and_wrong_ones_wait(cabinet: Cabinet, matters: Matters) -> None:
    case = made(matters)
    put(cabinet, case, matters)
    code = deliveries.code_for_applicant(Case.objects.get(pk=case.pk))
    wrong = f"{(int(code) + 1) % 10**8:08d}"

    slugs = [slug_of(fetched, cabinet, wrong) for _ in range(8)]
    row = Delivery.objects.get(case=case)

    assert slugs[:5] == ["nothing-found"] * 5
    assert slugs[-1] == "rate-limited"
    assert (row.state, row.tries_left) == ("ready", 5)


def test_a_code_used_opens_nothing_more(cabinet: Cabinet, matters: Matters) -> None:
    case = made(matters)
    put(cabinet, case, matters)
    code = deliveries.code_for_applicant(Case.objects.get(pk=case.pk))
    fetched(cabinet, code)

    assert slug_of(fetched, cabinet, code) == "nothing-found"


def test_who_was_a_moment_later_with_the_same_code_hears_that_it_was_used_and_when(
    cabinet: Cabinet, matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, code = coded(cabinet, matters)
    opens = delivery.open_door

    def somebody_else_is_quicker(cell: Cell) -> bool:
        monkeypatch.setattr(delivery, "open_door", opens)
        fetched(cabinet, code)
        return opens(cell)

    monkeypatch.setattr(delivery, "open_door", somebody_else_is_quicker)

    with pytest.raises(Refused) as no:
        cabinets.pick_up(cabinets=[cabinet], code=code, by=KIOSK, now=TUESDAY_NINE)

    assert (no.value.slug, no.value.facts) == ("code-used", {"at": TUESDAY_NINE})
    assert slug_of(cabinets.pick_up, cabinets=[cabinet], code=code, by=KIOSK, now=TUESDAY_NINE) == "code-wrong"


def test_a_door_that_stays_shut_hands_over_nothing(cabinet: Cabinet, matters: Matters, settings: Any) -> None:
    case = made(matters)
    put(cabinet, case, matters)
    code = deliveries.code_for_applicant(Case.objects.get(pk=case.pk))
    jammed(settings, 1)

    slug = slug_of(fetched, cabinet, code)
    (lies,) = deliveries.lying(cabinet.hall, now=TUESDAY_NINE)
    settings.BANSHI_JAMMED = frozenset()
    stay = fetched(cabinet, code)

    case.refresh_from_db()
    assert (slug, lies.stuck, lies.stay.cell.name) == ("door-stuck", True, "town-cabinet-1-01")
    assert (stay.out_by, case.phase) == ("applicant", "closed")


def test_what_nobody_fetches_in_three_days_goes_to_the_window_with_the_same_code(
    cabinet: Cabinet, matters: Matters
) -> None:
    case = made(matters)
    stay = put(cabinet, case, matters)
    code = deliveries.code_for_applicant(Case.objects.get(pk=case.pk))
    late = [
        [each.late for each in deliveries.lying(cabinet.hall, now=TUESDAY_NINE + timedelta(hours=hours))]
        for hours in (71, 72)
    ]

    nowhere = slug_of(cabinets.empty, stay_id=stay.pk, by=matters.by["issuer"], now=TUESDAY_NINE)
    cabinets.empty(stay_id=stay.pk, place="B-7", by=matters.by["issuer"], now=TUESDAY_NINE + timedelta(hours=73))
    gone = slug_of(fetched, cabinet, code)
    done = conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE + timedelta(days=4))

    assert late == [[False], [True]]
    assert (nowhere, gone, done.phase) == ("invalid", "nothing-found", "closed")
    assert Delivery.objects.get(case=case).place == "B-7"
    assert Message.objects.filter(key="case_moved").count() == 1


def test_a_result_handed_over_otherwise_is_only_taken_out(cabinet: Cabinet, matters: Matters) -> None:
    case = made(matters)
    stay = put(cabinet, case, matters)
    conclude.receive_electronically(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    (lies,) = deliveries.lying(cabinet.hall, now=TUESDAY_NINE)
    cabinets.empty(stay_id=stay.pk, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert (lies.over, deliveries.lying(cabinet.hall, now=TUESDAY_NINE)) == (True, [])


def test_what_a_code_does_not_open_lies_in_no_cabinet(cabinet: Cabinet, matters: Matters) -> None:
    friend = Account.objects.create(phone="+8613900000009", phone_index="index-9", created_at=TUESDAY_NINE)
    case = matters.decided(account_id=friend.pk)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert slug_of(put, cabinet, case, matters) == "agent-not-allowed"
    assert not Stay.objects.exists()


def test_a_result_put_at_a_window_is_not_put_in_a_cell(cabinet: Cabinet, matters: Matters) -> None:
    case = shelved(matters)

    assert slug_of(put, cabinet, case, matters) == "wrong-state"
    assert not Stay.objects.exists()


# --- Doors that did not open, though their lock says so ---------------------------------------------------------


def test_a_door_said_to_stay_shut_hands_over_nothing_and_the_code_stays_good(
    cabinet: Cabinet, matters: Matters
) -> None:
    case, code = coded(cabinet, matters)
    stay = opened(cabinet, code)

    cabinets.stayed_shut(stay_id=stay.pk, by=KIOSK, now=TUESDAY_NINE)
    later = cabinets.taken_by_now(now=TUESDAY_NINE + HOUR)
    (lies,) = deliveries.lying(cabinet.hall, now=TUESDAY_NINE)
    again = slug_of(cabinets.stayed_shut, stay_id=stay.pk, by=KIOSK, now=TUESDAY_NINE)
    done = conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE + HOUR)

    assert (later, lies.stuck, again, done.phase) == (0, True, "changed-meanwhile", "closed")


def test_the_door_is_tried_again_and_opens(cabinet: Cabinet, matters: Matters) -> None:
    case, code = coded(cabinet, matters)
    cabinets.stayed_shut(stay_id=opened(cabinet, code).pk, by=KIOSK, now=TUESDAY_NINE)

    stay = fetched(cabinet, code)

    case.refresh_from_db()
    assert (stay.out_by, case.phase, Cell.objects.exclude(broken_at=None).count()) == ("applicant", "closed", 0)


def test_who_went_without_a_word_has_it_five_minutes_later(cabinet: Cabinet, matters: Matters) -> None:
    case, code = coded(cabinet, matters)
    opened(cabinet, code)

    early = cabinets.taken_by_now(now=TUESDAY_NINE + timedelta(minutes=4, seconds=59))
    due = cabinets.taken_by_now(now=TUESDAY_NINE + timedelta(minutes=5))
    again = cabinets.taken_by_now(now=TUESDAY_NINE + HOUR)

    case.refresh_from_db()
    assert (early, due, again, case.phase) == (0, 1, 0, "closed")


def test_what_was_taken_as_a_file_meanwhile_is_only_out(cabinet: Cabinet, matters: Matters) -> None:
    case, code = coded(cabinet, matters)
    opened(cabinet, code)
    conclude.receive_electronically(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert cabinets.taken_by_now(now=TUESDAY_NINE + HOUR) == 1
    assert (Delivery.objects.get().how, Stay.objects.get().out_by) == ("electronic", "applicant")


def test_two_people_empty_a_stuck_cell(cabinet: Cabinet, matters: Matters) -> None:
    case, code = coded(cabinet, matters)
    stay = opened(cabinet, code)
    cabinets.stayed_shut(stay_id=stay.pk, by=KIOSK, now=TUESDAY_NINE)
    one, other = matters.by["issuer"], matters.by["receiver"]

    unseen = slug_of(cabinets.empty, stay_id=stay.pk, place="B-2", by=other, now=TUESDAY_NINE)
    nowhere = slug_of(cabinets.look_into, stay_id=stay.pk, by=one, now=TUESDAY_NINE)
    cabinets.look_into(stay_id=stay.pk, place="B-2", by=one, now=TUESDAY_NINE)
    shut = slug_of(opened, cabinet, code)
    alone = slug_of(cabinets.empty, stay_id=stay.pk, by=one, now=TUESDAY_NINE)
    cabinets.empty(stay_id=stay.pk, by=other, now=TUESDAY_NINE + HOUR)

    assert (unseen, nowhere, shut, alone) == ("changed-meanwhile", "invalid", "nothing-found", "same-person")
    row = Stay.objects.get()
    assert (row.seen_by, row.taken_by, row.out_by) == (str(one), str(other), "staff")
    assert (Delivery.objects.get().place, row.cell.broken_at) == ("B-2", None)
    done = conclude.hand_over(case_no=case.no, code=code, by=one, now=TUESDAY_NINE + HOUR)
    assert done.phase == "closed"


def test_an_empty_cell_works_again_and_one_with_something_in_it_is_emptied_first(
    cabinet: Cabinet, matters: Matters, town: Town
) -> None:
    case, code = coded(cabinet, matters)
    cabinets.stayed_shut(stay_id=opened(cabinet, code).pk, by=KIOSK, now=TUESDAY_NINE)
    full, empty = cabinet.cells.get(no=1), cabinet.cells.get(no=2)
    delivery.broken(cell=empty, now=TUESDAY_NINE)
    asked = {"by": matters.by["issuer"], "now": TUESDAY_NINE}

    listed = [cell.no for cell in deliveries.broken_cells(town.hall)]
    slugs = [
        slug_of(delivery.works_again, cell_id=full.pk, hall=town.hall, **asked),
        slug_of(delivery.works_again, cell_id=empty.pk, hall=town.other_hall, **asked),
    ]
    delivery.works_again(cell_id=empty.pk, hall=town.hall, **asked)

    assert (listed, slugs) == ([2], ["changed-meanwhile", "nothing-found"])
    assert slug_of(delivery.works_again, cell_id=empty.pk, hall=town.hall, **asked) == "changed-meanwhile"
    assert dropped(cabinet, passed(matters)).cell.no == 2


# --- Together ---------------------------------------------------------------------------------------------------


@pytest.mark.race
def test_five_who_drop_together_have_the_last_two_cells_once_each(committed_matters: Matters) -> None:
    open_town(committed_matters.town)
    cabinet = cabinet_of(committed_matters.town, cells=2)
    papers = [passed(committed_matters) for _ in range(5)]

    results = together(5, lambda i: dropped(cabinet, papers[i]))

    assert sorted(r.cell.no for r in results if isinstance(r, Stay)) == [1, 2]
    assert [r.slug for r in results if isinstance(r, Refused)] == ["cabinet-full"] * 3
    assert Case.objects.filter(phase="await_receipt").count() == 2


@pytest.mark.race
def test_five_who_drop_for_one_case_have_one_cell(committed_matters: Matters) -> None:
    open_town(committed_matters.town)
    cabinet, case = cabinet_of(committed_matters.town), passed(committed_matters)

    results = together(5, lambda _: dropped(cabinet, case))

    assert [r.cell.no for r in results if isinstance(r, Stay)] == [1]
    assert [r.slug for r in results if isinstance(r, Refused)] == ["already-dropped"] * 4


@pytest.mark.race
def test_a_door_said_to_jam_and_emptied_at_one_instant_is_one_or_the_other(committed_matters: Matters) -> None:
    open_town(committed_matters.town)
    by, got = committed_matters.by["receiver"], dropped(cabinet_of(committed_matters.town), passed(committed_matters))

    results = together(
        2,
        lambda i: (
            cabinets.other_door(stay_id=got.pk, now=TUESDAY_NINE)
            if i
            else cabinets.empty(stay_id=got.pk, by=by, now=TUESDAY_NINE)
        ),
    )

    assert [r.slug for r in results if isinstance(r, Refused)] == ["changed-meanwhile"]
    assert Stay.objects.filter(out_by="").count() == sum(isinstance(r, Stay) for r in results)


@pytest.mark.race
def test_five_with_one_code_are_handed_it_once(committed_matters: Matters) -> None:
    open_town(committed_matters.town)
    cabinet, case = cabinet_of(committed_matters.town), made(committed_matters)
    put(cabinet, case, committed_matters)
    code = deliveries.code_for_applicant(Case.objects.get(pk=case.pk))

    results = together(5, lambda _: fetched(cabinet, code))

    assert len([r for r in results if isinstance(r, Stay)]) == 1
    slugs = {r.slug for r in results if isinstance(r, Refused)}
    assert slugs <= {"changed-meanwhile", "code-used", "nothing-found", "rate-limited"}
    assert Delivery.objects.get(case=case).state == "delivered"


@pytest.mark.race
def test_a_result_put_in_twice_at_one_instant_lies_in_its_cell(committed_matters: Matters) -> None:
    """Whoever comes second opens the same door: what refuses them leaves the cell to whoever was first."""
    open_town(committed_matters.town)
    cabinet, case = cabinet_of(committed_matters.town), made(committed_matters)
    both_open = threading.Barrier(2)

    with pytest.MonkeyPatch.context() as door:
        door.setattr(delivery, "open_door", lambda _: both_open.wait(timeout=30) >= 0)
        results = together(2, lambda _: put(cabinet, case, committed_matters))
    code = deliveries.code_for_applicant(Case.objects.get(pk=case.pk))

    assert [r.slug for r in results if isinstance(r, Refused)] == ["wrong-state"]
    assert list(Stay.objects.values_list("cell__no", "out_by")) == [(1, "")]
    assert fetched(cabinet, code).cell.no == 1


@pytest.mark.race
def test_taken_and_said_to_stay_shut_at_one_instant_is_one_or_the_other(committed_matters: Matters) -> None:
    open_town(committed_matters.town)
    cabinet = cabinet_of(committed_matters.town)
    case, code = coded(cabinet, committed_matters)
    stay = opened(cabinet, code)

    results = together(
        2, lambda i: (cabinets.stayed_shut if i else cabinets.taken)(stay_id=stay.pk, by=KIOSK, now=TUESDAY_NINE)
    )

    assert [r.slug for r in results if isinstance(r, Refused)] == ["changed-meanwhile"]
    case.refresh_from_db()
    handed = not isinstance(results[0], Refused)
    assert (case.phase, Cell.objects.exclude(broken_at=None).count()) == (("closed", 0) if handed else ("ready", 1))


def test_no_door_opens_for_a_result_that_is_not_sealed_yet(
    matters: Matters, cabinet: Cabinet, settings: Any, tmp_path: Any
) -> None:
    sealing(settings, tmp_path)
    settings.BANSHI_JAMMED = frozenset({"town-cabinet-1:1"})
    case = made(matters)
    cases.make_due(now=TUESDAY_NINE)

    assert slug_of(put, cabinet, case, matters) == "not-sealed-yet"
    assert (Stay.objects.count(), Cell.objects.exclude(broken_at=None).count()) == (0, 0)  # nobody tried a door
