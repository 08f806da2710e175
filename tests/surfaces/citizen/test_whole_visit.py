"""A visit of several matters is cancelled and moved as one, or one matter of it where its person says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from banshi.foundation.crypto import link_key
from banshi.journeys.hours import change_hours, follow_up
from banshi.journeys.visit import time_back, whole_visit
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.booking import actions
from banshi.rooms.booking.actions import placing_long, retrying, writing
from banshi.rooms.booking.models import Appointment, Hold, LedgerEntry, Slot
from banshi.rooms.messaging.models import Message
from tests.journeys.hours.test_follow_up import opened
from tests.surfaces.citizen.conftest import Phone, book_two, stop_the_clock, text
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at

THURSDAY = at("2026-03-12 09:00")


def states(rows: list[Appointment]) -> list[str]:
    return [Appointment.objects.get(pk=row.pk).state for row in rows]


def starts(rows: list[Appointment]) -> list[Any]:
    return [Appointment.objects.get(pk=row.pk).starts_at for row in rows]


def said(key: str) -> list[dict[str, Any]]:
    return list(Message.objects.filter(key=key).values_list("params", flat=True))


@pytest.mark.parametrize("by_link", [False, True])
def test_one_tap_cancels_the_visit_and_says_so_once(
    mine: Phone, anybody: Phone, visit: list[Appointment], by_link: bool
):
    phone, key = (anybody, {"k": link_key(visit[1].code)}) if by_link else (mine, {})

    asked = text(phone.get(f"/a/{visit[1].code}/cancel", **key))
    phone.post(f"/a/{visit[1].code}/cancel", **key)

    assert ("这一趟都取消？" in asked, visit[0].item.name_zh in asked) == (True, True)
    assert states(visit) == ["cancelled", "cancelled"]
    assert set(Slot.objects.values_list("taken", flat=True)) <= {0, 1}  # one each may be withheld for a while
    (message,) = said("cancelled")
    assert message["item_zh"] == f"{visit[1].item.name_zh}、{visit[0].item.name_zh}"
    assert LedgerEntry.objects.count() == 1


def test_only_one_matter_is_cancelled_where_its_person_says_so(mine: Phone, visit: list[Appointment]):
    mine.post(f"/a/{visit[0].code}/cancel", only="1")

    assert states(visit) == ["cancelled", "booked"]
    assert LedgerEntry.objects.count() == 0


def test_a_mistaken_tap_is_taken_back_for_the_whole_visit(mine: Phone, visit: list[Appointment]):
    mine.post(f"/a/{visit[0].code}/cancel")

    mine.post(f"/a/{visit[0].code}/rebook")

    again = list(Appointment.objects.filter(state="booked").order_by("id"))
    assert {row.item_id for row in again} == {row.item_id for row in visit}
    assert len({row.visit_group for row in again}) == 1
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 0
    shown = mine.get(f"/a/{again[0].code}").context["same_visit"]
    assert [each.code for each in shown] == [again[1].code]


def test_a_matter_cancelled_before_stays_cancelled_when_the_rest_is_booked_again(mine: Phone, visit: list[Appointment]):
    mine.post(f"/a/{visit[0].code}/cancel", only="1")
    stop_the_clock(at("2026-03-10 09:05"))
    mine.post(f"/a/{visit[1].code}/cancel")

    mine.post(f"/a/{visit[1].code}/rebook")

    assert [row.item_id for row in Appointment.objects.filter(state="booked")] == [visit[1].item_id]


def test_what_could_not_be_booked_again_with_the_visit_is_named(mine: Phone, visit: list[Appointment]):
    mine.post(f"/a/{visit[0].code}/cancel")
    Hold.objects.update(ended_at=TUESDAY_NINE)
    Slot.objects.filter(business="cat:B").update(taken=3)

    page = text(mine.client.post(f"/a/{visit[0].code}/rebook", follow=True))

    assert f"“{visit[1].item.name_zh}”：这个时段约满了，没有一起约上。" in page
    assert [row.item_id for row in Appointment.objects.filter(state="booked")] == [visit[0].item_id]


def test_the_visit_moves_as_one(mine: Phone, visit: list[Appointment], open_town: Town):
    new = open_town.slot(quota=3, starts=THURSDAY)
    open_town.slot(quota=3, business="cat:B", starts=THURSDAY)

    page = text(mine.get(f"/a/{visit[0].code}/move", day="2026-03-12"))
    mine.post(f"/a/{visit[0].code}/move", slot=new.pk)

    assert "这一趟一起改" in page
    assert starts(visit) == [THURSDAY, THURSDAY]
    (message,) = said("moved")
    assert message["item_zh"] == f"{visit[0].item.name_zh}、{visit[1].item.name_zh}"


def test_where_another_matter_of_it_has_no_place_the_period_says_so_and_nothing_moves(
    mine: Phone, visit: list[Appointment], open_town: Town
):
    new = open_town.slot(quota=3, starts=THURSDAY)
    open_town.slot(quota=1, taken=1, business="cat:B", starts=THURSDAY)

    choice = mine.get(f"/a/{visit[0].code}/move", day="2026-03-12").context["choice"]
    answer = mine.post(f"/a/{visit[0].code}/move", slot=new.pk)

    assert [each.bookable for each in choice.periods] == [False]
    assert (answer.status_code, visit[1].item.name_zh in answer.context["panel"].title) == (409, True)
    assert starts(visit) == [visit[0].starts_at] * 2
    assert said("moved") == []


def test_one_matter_moves_alone_where_its_person_says_so(mine: Phone, visit: list[Appointment], open_town: Town):
    new = open_town.slot(quota=3, starts=THURSDAY)

    page = mine.get(f"/a/{visit[0].code}/move", day="2026-03-12", only="1")
    mine.post(f"/a/{visit[0].code}/move", slot=new.pk, only="1")

    assert '<input type="hidden" name="only" value="1">' in text(page)
    assert starts(visit) == [THURSDAY, visit[1].starts_at]


def test_what_was_moved_apart_is_cancelled_apart(mine: Phone, visit: list[Appointment], open_town: Town):
    new = open_town.slot(quota=3, starts=THURSDAY)
    mine.post(f"/a/{visit[0].code}/move", slot=new.pk, only="1")

    mine.post(f"/a/{visit[0].code}/cancel")

    assert states(visit) == ["cancelled", "booked"]


def moved_by_hall(town: Town) -> Any:
    """Wednesday nine to ten is closed, and the visit moved; who announced it."""
    closure, _ = change_hours.close(
        hall=town.hall, starts_at=at("2026-03-11 09:00"), ends_at=at("2026-03-11 10:00"), reason_zh="停水",
        reason_en="No water", choices={}, others="move", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    follow_up.work_off(now=TUESDAY_NINE)
    return closure


def test_a_visit_goes_back_to_its_time_whole_or_not_at_all(mine: Phone, open_town: Town):
    """The place of one matter was sold when the half hour was over: the other moved back alone, at another time of that day."""
    opened(open_town)
    nine = Slot.objects.filter(hall=open_town.hall, starts_at=at("2026-03-11 09:00"))
    visit = book_two(mine, nine.get(business="cat:A"))
    closure = moved_by_hall(open_town)
    there = starts(visit)
    change_hours.withdraw(closure=closure, by=CLERK, now=TUESDAY_NINE)
    offered = text(mine.get(f"/a/{visit[0].code}"))
    stop_the_clock(at("2026-03-10 10:00"))
    actions.expire_holds(now=at("2026-03-10 10:00"))
    nine.filter(business="cat:B").update(taken=F("quota"))

    page = text(mine.get(f"/a/{visit[0].code}"))
    pressed = mine.post(f"/a/{visit[0].code}/move", slot=visit[0].slot_id)

    assert ("原来的时间又能约了" in offered, "原来的时间又能约了" in page) == (True, False)
    assert (pressed.status_code, starts(visit), there[0] == there[1]) == (409, there, True)
    nine.update(taken=0)
    mine.post(f"/a/{visit[0].code}/move", slot=visit[0].slot_id)
    assert starts(visit) == [visit[0].starts_at] * 2
    assert len(said("moved")) == 1


def test_while_one_matter_of_a_visit_is_still_closed_nobody_is_told_and_the_last_closure_tells(
    mine: Phone, open_town: Town
):
    opened(open_town)
    nine = Slot.objects.filter(hall=open_town.hall, starts_at=at("2026-03-11 09:00"))
    visit = book_two(mine, nine.get(business="cat:A"))
    first = moved_by_hall(open_town)
    second, _ = change_hours.close(
        hall=open_town.hall, starts_at=at("2026-03-11 09:00"), ends_at=at("2026-03-11 10:00"), reason_zh="检修",
        reason_en="Repairs", category=open_town.categories["B"], choices={}, others="move", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    follow_up.work_off(now=TUESDAY_NINE)

    change_hours.withdraw(closure=first, by=CLERK, now=TUESDAY_NINE)
    before = len(said("old_time_free"))
    change_hours.withdraw(closure=second, by=CLERK, now=TUESDAY_NINE)

    assert (before, len(said("old_time_free"))) == (0, 1)
    mine.post(f"/a/{visit[0].code}/move", slot=visit[0].slot_id)
    assert starts(visit) == [visit[0].starts_at] * 2


def test_no_earlier_place_is_looked_for_one_matter_of_a_visit(mine: Phone, visit: list[Appointment]):
    """Taking it tore the visit into two days."""
    stop_the_clock(at("2026-03-06 09:00"))

    page = text(mine.get(f"/a/{visit[0].code}"))
    asked = mine.post(f"/a/{visit[0].code}/earlier")
    mine.post(f"/a/{visit[1].code}/cancel", only="1")
    alone = text(mine.get(f"/a/{visit[0].code}"))

    assert (f"/a/{visit[0].code}/earlier" in page, asked.status_code) == (False, 409)
    assert "一趟办几件事" in text(asked)
    assert f"/a/{visit[0].code}/earlier" in alone


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["book", "cancel", "move", "again"])
def test_visits_of_the_same_matters_one_the_other_way_round_never_wait_in_a_circle(
    committed_town: Town, act: str, monkeypatch: Any
):
    """They took each other's periods in the order of their matters: seconds for everybody, and 503 for some."""
    town = committed_town
    for module in (retrying, placing_long, writing):  # whom the database has to free of a circle fails
        monkeypatch.setattr(module, "met", lambda trouble: False)
    both = [town.slot(quota=40), town.slot(quota=40, business="cat:B")]
    later = [town.slot(quota=40, starts=THURSDAY), town.slot(quota=40, business="cat:B", starts=THURSDAY)]
    by, matters = Actor(ActorKind.CITIZEN, "1"), ["pension", "id-card"]

    def book(i: int, person: int) -> list[Appointment]:
        codes = matters if i % 2 else matters[::-1]
        with transaction.atomic():
            return actions.place_several(
                slot_id=both[0 if i % 2 else 1].pk, item_codes=codes, person_id=person, source="web", by=by,
                now=TUESDAY_NINE,
            )  # fmt: skip

    people = [town.person(i).pk for i in range(24)]
    made = {i: book(i, person) for i, person in enumerate(people)} if act != "book" else {}

    if act == "again":
        for visit_rows in made.values():
            whole_visit.cancel([whole_visit.Part(row, by) for row in visit_rows], now=TUESDAY_NINE)

    def one(i: int) -> None:
        for visit in range(i, 24, 4):
            if act == "book":
                book(visit, people[visit])
                continue
            parts = [whole_visit.Part(row, by) for row in made[visit]]
            if act == "again":
                time_back.book_again(row=Appointment.objects.get(pk=made[visit][0].pk), by=by, now=TUESDAY_NINE)
            elif act == "cancel":
                whole_visit.cancel(parts, now=TUESDAY_NINE)
            elif act == "move":
                to = later[0 if visit % 2 else 1].pk
                whole_visit.move(parts[0], to, along=parts[1:], now=TUESDAY_NINE)

    results = together(4, one)

    assert results == [None] * 4
    taken = [Slot.objects.get(pk=slot.pk).taken for slot in (*both, *later)]
    assert (
        taken == {"book": [24, 24, 0, 0], "again": [24, 24, 0, 0], "cancel": [0, 0, 0, 0], "move": [0, 0, 24, 24]}[act]
    )
