"""No-shows, suspensions, forgiveness, appeals – and that late jobs change nothing."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions, queries
from banshi.rooms.booking.models import Appeal, Appointment, LedgerEntry, Suspension
from banshi.rooms.booking.queries.credit import barred_altogether
from banshi.rooms.messaging.models import Message
from tests.rooms.booking.test_place import book, refused
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

DAYS = ["2026-03-11", "2026-03-12", "2026-03-13"]


def miss(town: Town, *days: str) -> list[Appointment]:
    return [book(town, town.slot(starts=at(f"{day} 09:00"))) for day in days]


def suspensions() -> list[tuple[str, date, date, bool]]:
    rows = Suspension.objects.order_by("from_on", "id")
    return [(row.reason, row.from_on, row.until_on, row.lifted_at is not None) for row in rows]


def entries() -> list[tuple[str, date, datetime, bool, bool]]:
    rows = LedgerEntry.objects.order_by("on", "id")
    return [(row.kind, row.on, row.at, row.forgiven_at is not None, row.used_by_id is not None) for row in rows]


def test_who_has_not_checked_in_by_the_end_of_the_period_is_a_no_show(town: Town) -> None:
    (booked,) = miss(town, DAYS[0])

    before = actions.sweep_no_shows(now=at("2026-03-11 09:59"))
    after = actions.sweep_no_shows(now=at("2026-03-11 10:00"))
    again = actions.sweep_no_shows(now=at("2026-03-11 10:01"))

    assert (before, after, again) == (0, 1, 0)
    assert Appointment.objects.values_list("state", "no_show_at").get() == ("no_show", at("2026-03-11 10:00"))
    assert entries() == [("no_show", date(2026, 3, 11), at("2026-03-11 10:00"), False, False)]
    assert Message.objects.filter(subject=f"appointment:{booked.code}", key="no_show").count() == 1


def test_the_halls_grace_for_checking_in_delays_the_no_show(town: Town) -> None:
    town.policy(tickets={"check_in_grace": 10})
    miss(town, DAYS[0])

    assert actions.sweep_no_shows(now=at("2026-03-11 10:09")) == 0
    assert actions.sweep_no_shows(now=at("2026-03-11 10:10")) == 1


def test_who_checked_in_or_cancelled_is_no_no_show(town: Town) -> None:
    first, second = book(town, town.slot()), book(town, town.slot(category="B"), 2, item="id-card")
    actions.mark_checked_in(appointment_id=first.pk, now=at("2026-03-11 08:50"))
    actions.cancel(code=second.code, by=CITIZEN, now=TUESDAY_NINE)

    assert actions.sweep_no_shows(now=at("2026-03-12 09:00")) == 0


def test_the_third_no_show_suspends_booking_from_the_next_day_for_30_days(town: Town) -> None:
    miss(town, *DAYS)
    ends = at("2026-03-13 10:00")
    slot = town.slot(starts=at("2026-03-20 09:00"))
    actions.sweep_no_shows(now=ends)

    same_day = book(town, town.slot(starts=at("2026-03-19 09:00")), now=ends)
    next_day = refused(book, town, slot, now=at("2026-03-14 00:00"))
    later = town.slot(starts=at("2026-04-14 09:00"))
    last_day = refused(book, town, later, now=at("2026-04-12 23:59"))
    free_again = book(town, later, now=at("2026-04-13 00:00"))

    assert suspensions() == [("no_shows", date(2026, 3, 14), date(2026, 4, 12), False)]
    assert (same_day.state, next_day.slug, last_day.slug, free_again.state) == (
        "booked",
        "suspended",
        "suspended",
        "booked",
    )
    assert next_day.next == at("2026-04-13 00:00")


@pytest.mark.parametrize("late", [[0], [0, 3], [40]])
def test_a_late_job_gives_the_same_result_as_one_in_time(town: Town, late: list[int]) -> None:
    miss(town, *DAYS)
    for day in DAYS if late == [0] else []:
        actions.sweep_no_shows(now=at(f"{day} 10:00"))

    for days in late:
        actions.sweep_no_shows(now=at("2026-03-13 10:00") + timedelta(days=days))

    assert suspensions() == [("no_shows", date(2026, 3, 14), date(2026, 4, 12), False)]
    assert entries() == [("no_show", date.fromisoformat(day), at(f"{day} 10:00"), False, True) for day in DAYS]


def test_the_credit_says_what_counts_and_what_is_used_up(town: Town) -> None:
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-12 10:00"))
    before = queries.credit_of("account:1", town.hall, at("2026-03-12 11:00"))
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))
    after = queries.credit_of("account:1", town.hall, at("2026-03-14 09:00"))

    assert (before.no_shows, before.suspended_until) == (2, None)
    assert (after.no_shows, after.suspended_until, len(after.entries)) == (0, date(2026, 4, 12), 3)


def test_a_manager_lifts_a_suspension_with_a_reason_and_it_stays_lifted(town: Town) -> None:
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))
    (suspension,) = Suspension.objects.all()
    now = at("2026-03-14 09:00")

    no = refused(actions.lift, suspension_id=suspension.pk, why=" ", by=CLERK, now=now)
    actions.lift(suspension_id=suspension.pk, why="住院，有证明", by=CLERK, now=now)
    booked = book(town, town.slot(starts=at("2026-03-17 09:00")), now=now)
    actions.cancel(code=booked.code, by=CITIZEN, now=now)

    assert (no.slug, booked.state) == ("invalid", "booked")
    assert suspensions() == [("no_shows", date(2026, 3, 14), date(2026, 4, 12), True)]
    assert refused(actions.lift, suspension_id=suspension.pk, why="再来", by=CLERK, now=now).slug == "wrong-state"


def test_a_day_that_was_the_halls_own_fault_forgives_and_undoes_the_suspension(town: Town) -> None:
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))

    forgiven = actions.mark_fault_day(
        hall=town.hall, day=date(2026, 3, 12), why="停电", by=CLERK, now=at("2026-03-14 09:00")
    )
    again = actions.mark_fault_day(
        hall=town.hall, day=date(2026, 3, 12), why="停电", by=CLERK, now=at("2026-03-14 10:00")
    )

    assert (forgiven, again) == (1, 0)
    assert suspensions() == [("no_shows", date(2026, 3, 14), date(2026, 4, 12), True)]
    assert [forgiven for _, _, _, forgiven, _ in entries()] == [False, True, False]


def test_who_was_told_of_a_no_show_hears_once_that_a_fault_day_forgives_it(town: Town) -> None:
    miss(town, DAYS[0])
    actions.sweep_no_shows(now=at("2026-03-11 10:30"))

    for _ in range(2):
        actions.mark_fault_day(hall=town.hall, day=date(2026, 3, 11), why="停电", by=CLERK, now=at("2026-03-11 11:00"))

    (said,) = Message.objects.filter(key="no_show_off")
    assert said.subject == Message.objects.get(key="no_show").subject
    assert Message.objects.get(key="no_show").state != "failed"


def test_a_late_job_on_a_fault_day_enters_what_is_already_forgiven(town: Town) -> None:
    miss(town, *DAYS)
    actions.mark_fault_day(hall=town.hall, day=date(2026, 3, 12), why="停电", by=CLERK, now=at("2026-03-12 09:30"))

    actions.sweep_no_shows(now=at("2026-03-20 09:00"))

    assert suspensions() == []
    assert [forgiven for _, _, _, forgiven, _ in entries()] == [False, True, False]
    assert [row.facts for row in Entry.objects.filter(action="no_show").order_by("id")] == [{}, {"counted": False}, {}]


def test_a_forgiven_third_makes_the_fourth_the_third(town: Town) -> None:
    miss(town, *DAYS, "2026-03-16")
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))
    third = LedgerEntry.objects.get(on=date(2026, 3, 13))

    actions.forgive(entry_id=third.pk, why="误判", by=CLERK, now=at("2026-03-14 09:00"))
    actions.sweep_no_shows(now=at("2026-03-16 10:00"))

    assert suspensions() == [
        ("no_shows", date(2026, 3, 14), date(2026, 4, 12), True),
        ("no_shows", date(2026, 3, 17), date(2026, 4, 15), False),
    ]


def test_a_stricter_policy_does_not_reach_back(town: Town) -> None:
    miss(town, *DAYS[:2])
    actions.sweep_no_shows(now=at("2026-03-12 10:00"))
    from banshi.rooms.places.models import PolicyVersion

    PolicyVersion.objects.create(
        hall=town.hall,
        version=9,
        document={"booking": {"credit": {"no_shows": 2}}},
        valid_from=at("2026-03-12 12:00"),
        made_by="system",
        made_at=TUESDAY_NINE,
    )

    booked = book(town, town.slot(starts=at("2026-03-20 09:00")), now=at("2026-03-16 09:00"))
    actions.cancel(code=booked.code, by=CITIZEN, now=at("2026-03-16 09:00"))

    assert suspensions() == []


def test_cancellations_suspend_only_within_one_calendar_month(town: Town) -> None:
    slot = town.slot(starts=at("2026-04-03 09:00"), quota=9)
    for moment in ["2026-03-31 22:00", "2026-03-31 23:00", "2026-03-31 23:59", "2026-04-01 00:00", "2026-04-01 08:00"]:
        actions.cancel(code=book(town, slot, now=at(moment)).code, by=CITIZEN, now=at(moment))

    assert suspensions() == []


def appealed(town: Town, now: datetime) -> Any:
    return actions.appeal(entry_id=LedgerEntry.objects.get().pk, text="我到了，机器坏了", by=CITIZEN, now=now)


def test_an_upheld_appeal_forgives_the_entry(town: Town) -> None:
    miss(town, DAYS[0])
    actions.sweep_no_shows(now=at("2026-03-11 10:00"))

    first, second = appealed(town, at("2026-03-11 11:00")), appealed(town, at("2026-03-11 12:00"))
    actions.answer_appeal(appeal_id=first.pk, upheld=True, answer="核实属实", by=CLERK, now=at("2026-03-12 09:00"))

    assert first == second
    assert [forgiven for _, _, _, forgiven, _ in entries()] == [True]
    no = refused(
        actions.answer_appeal, appeal_id=first.pk, upheld=False, answer="x", by=CLERK, now=at("2026-03-12 09:00")
    )
    assert no.slug == "wrong-state"


def test_what_was_answered_is_not_appealed_again(town: Town) -> None:
    miss(town, DAYS[0])
    actions.sweep_no_shows(now=at("2026-03-11 10:00"))
    first = appealed(town, at("2026-03-11 11:00"))
    actions.answer_appeal(appeal_id=first.pk, upheld=False, answer="当天窗口正常", by=CLERK, now=at("2026-03-11 12:00"))

    no = refused(appealed, town, at("2026-03-11 13:00"))

    assert (no.slug, no.facts["state"]["en"]) == ("wrong-state", "the appeal is answered")
    assert Appeal.objects.count() == 1


def test_what_was_forgiven_is_not_appealed_again(town: Town) -> None:
    miss(town, DAYS[0])
    actions.sweep_no_shows(now=at("2026-03-11 10:00"))
    day = date(2026, 3, 11)
    actions.mark_fault_day(hall=town.hall, day=day, why="停电", by=CLERK, now=at("2026-03-11 10:30"))

    assert refused(appealed, town, at("2026-03-11 11:00")).slug == "wrong-state"


def test_an_appeal_is_possible_for_the_days_of_the_policy(town: Town) -> None:
    miss(town, DAYS[0])
    actions.sweep_no_shows(now=at("2026-03-11 10:00"))

    no = refused(appealed, town, at("2026-03-26 10:00"))
    last = appealed(town, at("2026-03-26 09:59"))

    assert (no.slug, no.facts, last.state) == ("too-late", {"closes": at("2026-03-26 10:00")}, "open")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("about", ["entry", "suspension"])
def test_of_appeals_sent_at_once_all_are_given_the_one_that_is_open(committed_town: Town, about: str) -> None:
    miss(committed_town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))
    of: Any = Suspension.objects.get() if about == "suspension" else LedgerEntry.objects.order_by("id")[0]

    given = together(
        4, lambda i: actions.appeal(**{f"{about}_id": of.pk}, text="住院", by=CITIZEN, now=at("2026-03-14 09:00"))
    )

    assert given == [Appeal.objects.get()] * 4
    assert Entry.objects.filter(action="appealed").count() == 1


def test_an_upheld_appeal_lifts_the_suspension(town: Town) -> None:
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))
    suspension = Suspension.objects.get()

    row = actions.appeal(suspension_id=suspension.pk, text="住院", by=CITIZEN, now=at("2026-03-14 09:00"))
    actions.answer_appeal(appeal_id=row.pk, upheld=True, answer="同意", by=CLERK, now=at("2026-03-14 10:00"))

    assert suspensions() == [("no_shows", date(2026, 3, 14), date(2026, 4, 12), True)]


def test_a_suspension_that_is_lifted_or_over_is_not_appealed_and_its_entries_are(town: Town) -> None:
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))
    suspension, entry = Suspension.objects.get(), LedgerEntry.objects.order_by("-on")[0]
    Suspension.objects.update(from_on=date(2026, 3, 13), until_on=date(2026, 3, 13))

    over = refused(actions.appeal, suspension_id=suspension.pk, text="住院", by=CITIZEN, now=at("2026-03-14 09:00"))
    actions.lift(suspension_id=suspension.pk, why="误记", by=CLERK, now=at("2026-03-14 09:10"))
    lifted = refused(actions.appeal, suspension_id=suspension.pk, text="住院", by=CITIZEN, now=at("2026-03-14 09:20"))
    row = actions.appeal(entry_id=entry.pk, text="住院", by=CITIZEN, now=at("2026-03-14 09:30"))

    assert [(no.slug, no.facts["state"]["zh"]) for no in (over, lifted)] == [
        ("wrong-state", "已经结束"), ("wrong-state", "已经解除"),
    ]  # fmt: skip
    assert (row.state, Appeal.objects.count()) == ("open", 1)


def told(key: str) -> list[dict[str, object]]:
    return [row.params | json.loads(row.sealed or "{}") for row in Message.objects.filter(key=key).order_by("id")]


def test_who_is_suspended_is_told_when_it_is_lifted(town: Town) -> None:
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))

    actions.lift(suspension_id=Suspension.objects.get().pk, why="住院，有证明", by=CLERK, now=at("2026-03-14 09:00"))

    assert told("lifted") == [{"reason": "住院，有证明"}]
    assert Message.objects.get(key="lifted").hall == "town"


def test_a_suspension_that_falls_because_an_entry_was_forgiven_is_told_too(town: Town) -> None:
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))

    actions.mark_fault_day(hall=town.hall, day=date(2026, 3, 12), why="停电", by=CLERK, now=at("2026-03-14 09:00"))

    assert told("lifted") == [{"reason": ""}]


def test_a_suspension_that_is_over_is_lifted_in_silence(town: Town) -> None:
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))

    actions.lift(suspension_id=Suspension.objects.get().pk, why="补记", by=CLERK, now=at("2026-05-01 09:00"))

    assert told("lifted") == []


@pytest.mark.parametrize(("upheld", "outcome"), [(True, "成立，这一条不再计"), (False, "不成立")])
def test_the_answer_to_an_appeal_is_told_whole(town: Town, upheld: bool, outcome: str) -> None:
    miss(town, DAYS[0])
    actions.sweep_no_shows(now=at("2026-03-11 10:00"))
    row = appealed(town, at("2026-03-11 11:00"))

    actions.answer_appeal(appeal_id=row.pk, upheld=upheld, answer="字" * 500, by=CLERK, now=at("2026-03-12 09:00"))

    (params,) = told("appeal_answered")
    assert (params["outcome_zh"], params["answer"]) == (outcome, "字" * 500)


def test_an_appeal_that_lifts_a_suspension_is_one_message(town: Town) -> None:
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))
    row = actions.appeal(suspension_id=Suspension.objects.get().pk, text="住院", by=CITIZEN, now=at("2026-03-14 09:00"))

    actions.answer_appeal(appeal_id=row.pk, upheld=True, answer="同意", by=CLERK, now=at("2026-03-14 10:00"))

    assert (len(told("appeal_answered")), told("lifted")) == (1, [])


def test_every_deed_about_credit_stands_in_the_trail_of_its_hall(town: Town) -> None:
    """Whoever acts: a citizen appeals, a job suspends, who answers for the whole city is bound to no hall."""
    miss(town, *DAYS)
    actions.sweep_no_shows(now=at("2026-03-13 10:00"))
    first = LedgerEntry.objects.order_by("id")[0]
    now = at("2026-03-14 09:00")

    of_entry = actions.appeal(entry_id=first.pk, text="我到了", by=CITIZEN, now=now)
    of_bar = actions.appeal(suspension_id=Suspension.objects.get().pk, text="住院", by=CITIZEN, now=now)
    for appeal, upheld in ((of_bar, True), (of_entry, True)):
        actions.answer_appeal(appeal_id=appeal.pk, upheld=upheld, answer="同意", by=CLERK, now=now)

    told_of = ["suspended", "appealed", "upheld", "lifted", "forgiven"]
    found = Entry.objects.filter(action__in=told_of).values_list("action", "hall")
    assert set(found) == {(action, "town") for action in told_of}


def test_matters_of_a_visit_that_lie_on_two_days_count_for_each_day(town: Town) -> None:
    """One moved away by its person was cancelled, or missed, for nothing once the other was served."""
    slots = [town.slot(quota=5, starts=at(f"{day} 09:00")) for day in DAYS[:2]]
    first, second = actions.place_several(
        slot_id=slots[0].pk, item_codes=["pension", "medical"], person_id=town.person(1).pk, source="web", by=CITIZEN,
        now=TUESDAY_NINE,
    )  # fmt: skip
    actions.move(code=second.code, slot_id=slots[1].pk, by=CITIZEN, now=TUESDAY_NINE)
    Appointment.objects.filter(pk=first.pk).update(state="served", served_at=at(f"{DAYS[0]} 09:30"))

    actions.sweep_no_shows(now=at(f"{DAYS[1]} 12:00"))

    assert list(LedgerEntry.objects.values_list("kind", "appointment")) == [("no_show", second.pk)]


def barred_in(town: Town, scope: str) -> None:
    actions.suspend(
        person_id=town.person(1).pk, scope=scope, from_on=date(2026, 3, 10), until_on=date(2026, 3, 20), why="代占号",
        by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "scope", "barred"),
    [
        ("hall", "town", True),
        ("hall", "other", False),
        ("hall", "441900", False),
        ("region", "441900", True),
        ("region", "town", False),
        ("region", "440000", False),
    ],
)
def test_a_suspension_bars_in_its_own_scope_alone(town: Town, counts: str, scope: str, barred: bool) -> None:
    """Where the hall counts by itself a suspension of the hall bars, and where it counts with its city one of the city:
    whoever books, looks at the periods, or comes to the first page."""
    town.policy(booking={"credit": {"scope": counts}})
    slot = town.slot()
    barred_in(town, scope)
    person = f"person:{town.person(1).pk}"

    shown = queries.slots(
        hall=town.hall, item_code="pension", first=slot.day, last=slot.day, now=TUESDAY_NINE,
        person_id=town.person(1).pk, party=person,
    )  # fmt: skip
    altogether = barred_altogether([person], town.hall, now=TUESDAY_NINE)
    try:
        said = book(town, slot, evidence=Evidence.CHIP).state
    except Refused as no:
        said = no.slug

    assert said == ("suspended" if barred else "booked")
    assert [each.refusal.slug if each.refusal else None for each in shown] == ["suspended" if barred else None]
    assert (altogether.slug if altogether else None) == ("suspended" if barred else None)
