"""Booking one place, many places, several matters: what is written, and what is said when it cannot be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.foundation import prepared
from banshi.kernel.evidence import Evidence
from banshi.kernel.ownership import typed_holder
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions, queries
from banshi.rooms.booking.actions import Asked
from banshi.rooms.booking.models import Appointment, Hold, Slot
from banshi.rooms.catalogue.models import Item
from banshi.rooms.messaging.models import Message
from tests.matters import SHOP, matters_of
from tests.town import CITIZEN, TUESDAY_NINE, Town, at


def book(
    town: Town, slot: Slot, person: int = 1, *, item: str = "pension", now: Any = TUESDAY_NINE, **more: Any
) -> Appointment:
    return actions.place(
        slot_id=slot.pk,
        item_code=item,
        person_id=town.person(person).pk,
        source=more.pop("source", "web"),
        by=more.pop("by", CITIZEN),
        now=now,
        **more,
    )


def ask(town: Town, slot: Slot, person: int, *, item: str = "pension", **more: Any) -> Asked:
    return Asked(slot.pk, item, town.person(person).pk, "web", CITIZEN, **more)


def refused(act: Any, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value


def test_a_booking_takes_a_place_and_stands_in_the_table_as_returned(town: Town) -> None:
    slot = town.slot(quota=3)

    booked = book(town, slot, account_id=7, note="轮椅")

    stored = Appointment.objects.get(code=booked.code)
    slot.refresh_from_db()
    assert slot.taken == 1
    for field in Appointment._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(booked, field.attname), field.name


def test_a_booking_writes_confirmation_reminder_and_leave_message_in_the_same_statement(town: Town) -> None:
    slot = town.slot(starts=at("2026-03-12 09:00"))

    booked = book(town, slot)

    messages = Message.objects.filter(subject=f"appointment:{booked.code}").order_by("due_at")
    assert [(m.key, m.due_at) for m in messages] == [
        ("confirmation", TUESDAY_NINE),
        ("reminder", at("2026-03-11 18:00")),
        ("leave", at("2026-03-12 08:00")),
    ]
    assert {m.to for m in messages} == {town.person(1).phone}
    assert messages[0].params == {
        "hall": "town",
        "hall_zh": "小镇大厅",
        "hall_en": "Town Hall",
        "item_zh": "养老保险参保登记",
        "item_en": "Pension enrolment",
        "starts_at": "2026-03-12T09:00:00+08:00",
        "ends_at": "2026-03-12T10:00:00+08:00",
        "code": booked.code,
        "come_early": 15,
        "bring_zh": "",
        "bring_en": "",
    }


def test_a_booking_is_audited_without_personal_data(town: Town) -> None:
    slot = town.slot()

    booked = book(town, slot)

    entry = Entry.objects.get(subject=f"appointment:{booked.code}")
    assert (entry.action, entry.actor, entry.hall) == ("placed", "citizen:1", "town")
    assert entry.facts == {"slot": slot.pk, "item": "pension", "source": "web"}


def test_what_is_already_over_is_not_reminded_of(town: Town) -> None:
    slot = town.slot(starts=at("2026-03-11 09:00"))

    booked = book(town, slot, now=at("2026-03-10 18:00"))

    keys = Message.objects.filter(subject=f"appointment:{booked.code}").order_by("due_at").values_list("key", flat=True)
    assert list(keys) == ["confirmation", "leave"]


def test_last_places_of_a_batch_go_to_the_first_who_asked(town: Town) -> None:
    slot = town.slot(quota=2)

    results = actions.place_many([ask(town, slot, i) for i in (5, 3, 4)], now=TUESDAY_NINE)

    assert [isinstance(result, Appointment) for result in results] == [True, True, False]
    assert isinstance(results[2], Refused)
    assert (results[2].slug, results[2].facts) == ("slot-full", {"quota": 2})


def test_the_same_person_twice_in_a_batch_is_booked_once_and_told_why(town: Town) -> None:
    slot, other = town.slot(), town.slot(starts=at("2026-03-11 10:00"))

    first, second = actions.place_many([ask(town, slot, 1), ask(town, other, 1)], now=TUESDAY_NINE)

    assert isinstance(first, Appointment)
    assert isinstance(second, Refused)
    assert second.slug == "limit-half-day"
    assert second.facts == {"appointment": first.code, "starts_at": at("2026-03-11 09:00"), "half": "am"}


def test_the_same_person_is_booked_for_morning_and_afternoon_in_one_batch(town: Town) -> None:
    morning, afternoon = town.slot(), town.slot(starts=at("2026-03-11 14:00"))

    results = actions.place_many([ask(town, morning, 1), ask(town, afternoon, 1)], now=TUESDAY_NINE)

    assert [type(result) for result in results] == [Appointment, Appointment]


def test_another_business_of_the_same_half_day_is_not_limited(town: Town) -> None:
    book(town, town.slot())

    # An hour later: nobody is at two places at a time.
    other = book(town, town.slot(category="B", starts=at("2026-03-11 10:00")), item="id-card")

    assert other.state == "booked"


def test_an_exempt_item_is_booked_as_often_as_wanted_in_a_half_day(town: Town) -> None:
    first = book(town, town.slot(), item="rent-invoice")
    second = book(town, town.slot(starts=at("2026-03-11 10:00")), item="rent-invoice")

    assert first.code != second.code


def test_a_full_slot_offers_the_nearest_quiet_ones(town: Town) -> None:
    full = town.slot(quota=1)
    near_but_busy = town.slot(starts=at("2026-03-11 10:00"), quota=10, taken=9)
    quiet = town.slot(starts=at("2026-03-11 11:00"), quota=10)
    afternoon = town.slot(starts=at("2026-03-11 14:00"), quota=10)
    town.slot(starts=at("2026-03-12 14:00"), quota=10)
    book(town, full)

    no = refused(book, town, full, 2)

    assert no.slug == "slot-full"
    assert [each.slot_id for each in no.next] == [near_but_busy.pk, quiet.pk, afternoon.pk]  # type: ignore[union-attr]


@pytest.mark.parametrize("count", [1, 64])
@pytest.mark.django_db(transaction=True)
def test_any_number_of_bookings_takes_the_same_three_statements(committed_town: Town, count: int) -> None:
    slot = committed_town.slot(quota=100)
    asked = [ask(committed_town, slot, i) for i in range(count)]
    actions.place_many([ask(committed_town, slot, 70)], now=TUESDAY_NINE)  # caches are warm

    with CaptureQueriesContext(connection) as captured:
        results = actions.place_many(asked, now=TUESDAY_NINE)

    assert {type(result) for result in results} == {Appointment}
    assert len(captured) == 3  # facts, stamp of the working-day table, one write


def test_a_slot_that_is_not_there_is_not_found(town: Town) -> None:
    no = refused(
        actions.place,
        slot_id=1,
        item_code="pension",
        person_id=town.person(1).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )

    assert (no.slug, no.facts) == ("nothing-found", {"slot": 1})


def test_an_item_of_another_category_cannot_use_the_places(town: Town) -> None:
    no = refused(book, town, town.slot(category="B"), item="pension")

    assert no.slug == "item-not-here"


def test_a_person_without_a_phone_is_booked_and_told_nothing(town: Town) -> None:
    person = town.person(1)
    person.phone = person.phone_index = None
    person.save()

    booked = book(town, town.slot())

    assert Message.objects.filter(subject=f"appointment:{booked.code}").count() == 0


def test_an_internal_place_is_given_on_the_same_day_and_counted_apart(town: Town) -> None:
    slot = town.slot(starts=at("2026-03-10 14:00"), quota=0, internal_quota=1)

    booked = book(town, slot, internal=True, source="staff", why="行动不便")
    no = refused(book, town, slot, 2, internal=True, source="staff")

    slot.refresh_from_db()
    assert (booked.internal, slot.taken, slot.internal_taken) == (True, 0, 1)
    assert (no.slug, no.facts) == ("slot-full", {"quota": 1})


def test_several_matters_of_one_visit_share_a_group_and_take_a_place_each(town: Town) -> None:
    social, household = town.slot(quota=2), town.slot(category="B")

    booked = actions.place_several(
        slot_id=social.pk,
        item_codes=["pension", "medical", "id-card"],
        person_id=town.person(1).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )

    social.refresh_from_db()
    household.refresh_from_db()
    assert (social.taken, household.taken) == (2, 1)
    assert {each.visit_group for each in booked} == {booked[0].visit_group}
    assert [each.exempt for each in booked] == [False, True, False]


def test_several_matters_are_booked_all_or_none(town: Town) -> None:
    social = town.slot(quota=1)

    no = refused(
        actions.place_several,
        slot_id=social.pk,
        item_codes=["pension", "medical"],
        person_id=town.person(1).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )

    social.refresh_from_db()
    assert (no.slug, social.taken, Appointment.objects.count()) == ("slot-full", 0, 0)


def test_more_matters_than_the_hall_takes_in_one_visit_are_refused(town: Town) -> None:
    town.policy(booking={"matters_per_visit": 1})

    no = refused(
        actions.place_several,
        slot_id=town.slot().pk,
        item_codes=["pension", "medical"],
        person_id=town.person(1).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )

    assert (no.slug, no.facts["limit"]) == ("wrong-state", 1)


def two_periods(town: Town) -> list[Slot]:
    from banshi.rooms.catalogue.models import HallItem

    HallItem.objects.filter(item__code="pension").update(periods=2)
    return [town.slot(starts=at("2026-03-11 09:00") + timedelta(hours=n), quota=1) for n in range(3)]


def test_an_item_of_two_periods_takes_both_and_gives_both_back(town: Town) -> None:
    slots = two_periods(town)

    booked = book(town, slots[0])
    taken = list(Slot.objects.order_by("starts_at").values_list("taken", flat=True))
    actions.cancel(code=booked.code, by=CITIZEN, now=TUESDAY_NINE)

    assert taken == [1, 1, 0]
    assert (booked.starts_at, booked.ends_at) == (at("2026-03-11 09:00"), at("2026-03-11 11:00"))
    assert list(Slot.objects.order_by("starts_at").values_list("taken", flat=True)) == [0, 0, 0]


def test_an_item_of_two_periods_is_refused_where_the_second_is_full_or_missing(town: Town) -> None:
    slots = two_periods(town)
    book(town, slots[1], 2, item="medical")

    full = refused(book, town, slots[0])
    missing = refused(book, town, slots[2])

    assert (full.slug, missing.slug) == ("slot-full", "closed")
    assert list(Slot.objects.order_by("starts_at").values_list("taken", flat=True)) == [0, 1, 0]


def test_slots_are_listed_with_places_and_reasons(town: Town) -> None:
    town.policy(booking={"release": "rolling_days", "release_days": 2})
    full = town.slot(quota=1)
    free = town.slot(starts=at("2026-03-12 14:00"), quota=4, taken=1)
    closed_yet = town.slot(starts=at("2026-03-13 09:00"))
    book(town, full)

    views = queries.slots(hall=town.hall, item_code="pension", first=full.day, last=closed_yet.day, now=TUESDAY_NINE)

    assert [(v.id, v.free, v.bookable, v.refusal and v.refusal.slug, v.busy) for v in views] == [
        (full.pk, 0, False, "slot-full", 1.0),
        (free.pk, 3, True, None, 0.25),
        (closed_yet.pk, 3, False, "not-open-yet", 0.0),
    ]
    assert views[2].refusal is not None
    assert views[2].refusal.next == at("2026-03-11 00:00")


@pytest.mark.parametrize("count", [1, 3])
def test_listing_slots_takes_the_same_queries_for_any_number(town: Town, count: int) -> None:
    for n in range(count):
        town.slot(starts=at("2026-03-11 09:00") + timedelta(hours=n))
    queries.slots(
        hall=town.hall,
        item_code="pension",
        first=at("2026-03-11 00:00").date(),
        last=at("2026-03-11 00:00").date(),
        now=TUESDAY_NINE,
    )

    with CaptureQueriesContext(connection) as captured:
        views = queries.slots(
            hall=town.hall,
            item_code="pension",
            first=at("2026-03-11 00:00").date(),
            last=at("2026-03-11 00:00").date(),
            now=TUESDAY_NINE,
            person_id=town.person(1).pk,
        )

    assert len(views) == count
    assert len(captured) == 6  # item, policy, slots, suspensions, appointments, working-day table


@pytest.mark.parametrize("more", [{"note": "\0"}, {"why": "\ud800"}, {"item": "\0"}, {"language": "\ud800"}])
def test_a_malformed_request_is_refused_and_spoils_no_other(town: Town, more: dict[str, str]) -> None:
    slot = town.slot()

    bad, good = actions.place_many([ask(town, slot, 1, **more), ask(town, slot, 2)], now=TUESDAY_NINE)

    assert isinstance(bad, Refused)
    assert (bad.slug, type(good)) == ("invalid", Appointment)


@pytest.mark.parametrize("number", [0, -1, 2**63, 2**80])
def test_an_impossible_slot_or_person_is_not_found(town: Town, number: int) -> None:
    slot = town.slot()
    person = town.person(1).pk

    results = actions.place_many(
        [Asked(number, "pension", person, "web", CITIZEN), Asked(slot.pk, "pension", number, "web", CITIZEN)],
        now=TUESDAY_NINE,
    )

    assert [result.slug for result in results if isinstance(result, Refused)] == ["nothing-found", "nothing-found"]


@pytest.mark.parametrize("items", [[], ["\0"]])
def test_a_visit_for_nothing_is_refused(town: Town, items: list[str]) -> None:
    no = refused(
        actions.place_several,
        slot_id=town.slot().pk,
        item_codes=items,
        person_id=town.person(1).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )

    assert (no.slug, no.facts["field"]) == ("invalid", "items")


@pytest.mark.parametrize(("stopped", "slug"), [({"closed": True}, "closed"), ({"items": ["medical"]}, "item-not-here")])
def test_what_was_read_of_a_period_before_it_closed_books_nobody(
    town: Town, stopped: dict[str, Any], slug: str
) -> None:
    slot = town.slot(quota=3)
    asked = [ask(town, slot, 1)]
    read = prepared.rows(*actions.looking_up(asked, now=TUESDAY_NINE))
    Slot.objects.filter(pk=slot.pk).update(**stopped)

    (result,) = actions.place_many(asked, now=TUESDAY_NINE, read=read)

    assert isinstance(result, Refused)
    assert (result.slug, Appointment.objects.count(), Slot.objects.get(pk=slot.pk).taken) == (slug, 0, 0)


def test_a_crowd_that_finds_a_slot_full_costs_as_many_statements_as_one(town: Town) -> None:
    full, _ = town.slot(quota=1), town.slot(starts=at("2026-03-12 09:00"), quota=50)
    book(town, full, 30)
    people = range(1, 14)
    for person in people:
        town.person(person)
    counts = []
    for some in (people[:1], people):
        with CaptureQueriesContext(connection) as captured:
            found = actions.place_many([ask(town, full, each) for each in some], now=TUESDAY_NINE)
        counts.append(len(captured))
        assert [each.slug for each in found if isinstance(each, Refused)] == ["slot-full"] * len(some)

    assert counts[0] == counts[1]


def test_in_a_crowd_that_finds_a_slot_full_who_has_a_place_kept_gets_it(town: Town) -> None:
    full = town.slot(quota=1, taken=1, starts=at("2026-03-12 09:00"))
    Hold.objects.create(
        slot=full, kind="withheld", person=town.person(3), limit_key=typed_holder(), made_at=TUESDAY_NINE,
        expires_at=TUESDAY_NINE + timedelta(minutes=5),
    )  # fmt: skip
    theirs = {"evidence": int(Evidence.CHIP)}

    found = actions.place_many([ask(town, full, each, **theirs) for each in (1, 2, 3, 4)], now=TUESDAY_NINE)

    assert [each.slug if isinstance(each, Refused) else "booked" for each in found] == [
        "slot-full", "slot-full", "booked", "slot-full",
    ]  # fmt: skip


def test_what_was_answered_says_what_to_bring_in_view_and_messages(town: Town) -> None:
    matters_of(town)
    slot = town.slot(quota=3)
    rented, own, silent = (
        book(town, slot, n, answers=said)
        for n, said in ((1, {"premises": "rented", "food": "no"}), (2, {"premises": "own", "food": "no"}), (3, None))
    )

    told = [
        Message.objects.get(subject=f"appointment:{a.code}", key="reminder").params["bring_zh"] for a in (rented, own)
    ]
    seen = [[b.name_zh for b in queries.appointment(a.code, now=TUESDAY_NINE).bring] for a in (rented, own, silent)]
    assert told == ["身份证；租约；店面照片", "身份证；店面照片"]
    assert seen == [["身份证", "租约", "店面照片"], ["身份证", "店面照片"], []]


def test_answers_of_no_question_are_refused_and_spare_their_batch(town: Town) -> None:
    matters_of(town)
    slot = town.slot()

    wrong, right = actions.place_many(
        [ask(town, slot, 1, answers={"premises": "castle"}), ask(town, slot, 2, answers={"premises": "own"})],
        now=TUESDAY_NINE,
    )

    assert isinstance(wrong, Refused)
    assert (wrong.slug, wrong.facts["field"]) == ("invalid", "answers.premises")
    assert isinstance(right, Appointment)


def test_a_booking_made_again_keeps_its_situation_as_far_as_the_questions_are_still_asked(town: Town) -> None:
    matters_of(town)
    slot = town.slot(quota=3)
    first, second = (book(town, slot, n, answers={"premises": "rented", "food": "no"}) for n in (1, 2))
    actions.cancel(code=first.code, by=CITIZEN, now=TUESDAY_NINE)
    again = actions.rebook(code=first.code, by=CITIZEN, now=TUESDAY_NINE)
    actions.cancel(code=second.code, by=CITIZEN, now=TUESDAY_NINE)
    asked_less = SHOP | {"questions": [], "materials": SHOP["materials"][:1]}
    Item.objects.filter(code="pension").update(handling=asked_less)

    changed = actions.rebook(code=second.code, by=CITIZEN, now=TUESDAY_NINE)

    assert again.answers == {"premises": "rented", "food": "no"}
    assert changed.answers == {}
    assert [b.name_zh for b in queries.appointment(again.code, now=TUESDAY_NINE).bring] == ["身份证"]


def test_a_visit_of_two_matters_names_the_papers_of_the_situation_and_of_the_other(town: Town) -> None:
    matters_of(town)

    booked = actions.place_several(
        slot_id=town.slot().pk, item_codes=["pension", "medical"], person_id=town.person(1).pk, source="web",
        by=CITIZEN, now=TUESDAY_NINE, answers={"premises": "own", "food": "no"},
    )  # fmt: skip

    assert [each.answers for each in booked] == [{"premises": "own", "food": "no"}, {}]
