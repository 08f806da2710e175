"""Several matters of one visit, what is said at the end, and numbers that go on to another hall."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from banshi.rooms.booking.models import Appointment
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Service, Ticket
from tests.surfaces.desk.steps import HTMX, post, take
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


def two_matters(town: Town, items: tuple[str, str] = ("pension", "medical")) -> list[Ticket]:
    """Person 1 has arrived for a visit of two matters; their numbers."""
    from banshi.journeys.visit import check_in
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.evidence import Evidence
    from banshi.rooms.booking import actions as booking

    slots = [town.slot(starts=TUESDAY_NINE, category=letter) for letter in "AB"]
    row, *_ = booking.place_several(
        slot_id=slots[0].pk, item_codes=list(items), person_id=town.person(1).pk, source="web", by=SYSTEM,
        now=at("2026-03-09 10:00"), evidence=Evidence.CHIP,
    )  # fmt: skip
    check_in.by_code(hall=town.hall, code=row.code, by=SYSTEM, now=TUESDAY_NINE, channel="kiosk")
    return list(Ticket.objects.order_by("id"))


def test_one_button_goes_on_with_the_next_matter_of_the_visit(clerk: Client, open_town: Town):
    first, second = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "identity", ref=first.ref, ok="yes")
    page = post(clerk, "start", ref=first.ref).content.decode()
    assert f'name="then" value="{second.ref}"' in page

    post(clerk, "go-on", ref=first.ref, then=second.ref)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.identity_ok) == ("finished", "serving", True)
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["checked_in", "served"]
    assert Service.objects.count() == 2


def test_pressed_twice_it_goes_on_once(clerk: Client, open_town: Town):
    first, second = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)

    answers = [post(clerk, "go-on", ref=first.ref, then=second.ref).status_code for _ in range(2)]

    second.refresh_from_db()
    assert (answers[0], answers[1] >= 400, second.state, Service.objects.count()) == (200, True, "serving", 2)


def test_nobody_elses_number_is_gone_on_with(clerk: Client, open_town: Town):
    first, _ = two_matters(open_town)
    stranger = take(open_town, 2)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)

    answer = post(clerk, "go-on", ref=first.ref, then=stranger.ref)

    first.refresh_from_db()
    assert (answer.status_code, first.state) == (404, "serving")


def test_going_on_by_mistake_is_offered_back_as_one_step(clerk: Client, open_town: Town):
    first, second = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)
    done = post(clerk, "go-on", ref=first.ref, then=second.ref, why="少一页")
    said = Ticket.objects.get(pk=first.pk).outcome_why

    back = post(clerk, "undo", ref=second.ref)

    first.refresh_from_db()
    second.refresh_from_db()
    assert f"{first.number} 办完了，接着办 {second.number}" in done.content.decode().split('id="undo"')[1]
    assert json.loads(done.headers["HX-Trigger-After-Settle"]) == {"desk-done": {"ref": second.ref}}
    assert (back.status_code, first.state, second.state, said) == (200, "serving", "waiting", "少一页")


def form_of(page: str, marks: str) -> str:
    """The opening tag in which something stands, as far as its attributes go."""
    return next(tag for tag in re.findall(r"<[a-z]+ [^>]*>", page) if marks in tag)


def test_what_is_said_to_the_person_goes_with_every_ending_and_enter_ends_nothing(clerk: Client, open_town: Town):
    first, _ = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    page = post(clerk, "start", ref=first.ref).content.decode()

    endings = ['value="paper_missing"', 'value="advice_only"', 'name="then"', 'id="told"']
    of_one_form = ['form="next-form"' in form_of(page, mark) for mark in endings]
    buttons = re.findall(r"<button[^>]*>", page.split('id="next-form"')[1])
    post(clerk, "finish", ref=first.ref, why="先去社区开证明")

    first.refresh_from_db()
    assert (of_one_form, buttons[0]) == ([True] * 4, "<button disabled hidden>")
    assert (first.outcome, first.outcome_why) == ("done", "先去社区开证明")


def test_the_clerk_reads_that_what_is_typed_reaches_nobody(clerk: Client, open_town: Town):
    first, _ = two_matters(open_town)
    said = []
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)
    person, booked = type(open_town.person(1)).objects, Appointment.objects.filter(pk=first.appointment_id)
    for contact in (None, "+8613900139000"):
        person.filter(pk=first.person_id).update(phone=None, phone_index=None)
        Ticket.objects.filter(pk=first.pk).update(notify_to="", limit_key="")
        booked.update(contact=contact)
        said.append(clerk.get("/desk/console", headers=HTMX).content.decode())
    person.filter(pk=first.person_id).update(phone="+8613800138001")
    said.append(clerk.get("/desk/console", headers=HTMX).content.decode())

    words = ("没有手机号，短信发不到，当面说清。", "手机号没经本人确认，短信发不到，当面说清。")
    assert [[word in page for word in words] for page in said] == [[True, False], [False, True], [False, False]]


def test_no_other_matter_is_added_for_a_person_who_is_not_the_cards(clerk: Client, open_town: Town):
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=ticket.ref)
    page = post(clerk, "identity", ref=ticket.ref, ok="no").content.decode()

    answer = post(clerk, "add-matter", ref=ticket.ref, item="medical")

    assert ('data-key="a"' in page, answer.status_code, Ticket.objects.count()) == (False, 409, 1)


@pytest.mark.parametrize("contact", [None, "+8613900139000"])
def test_a_number_sent_to_another_hall_is_told_at_the_desk_and_on_its_own_page(
    client: Client, town: Town, contact: str | None
):
    from tests.journeys.visit.test_sent_on import two_halls

    two_halls(town)
    client.force_login(town.clerk)
    client.post("/desk/sign-in", {"window": "town-01"})
    old = tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN, contact=contact),
        hall=town.hall,
        now=TUESDAY_NINE,
    )
    post(client, "call")

    sent = post(client, "transfer", ref=old.ref, hall="other").content.decode()

    new, there = Ticket.objects.get(came_from=old), town.other_hall
    phone = Client(headers={"accept-language": "zh-CN"}).get(f"/t/{old.ref}").content.decode()
    assert f"{old.number} 已转到{there.name_zh}，那边是 {new.number} 号。" in sent
    words = ("路上约", "短信已发。", "短信发不到，当面说清。")
    assert [word in sent for word in words] == [True, contact is not None, contact is None]
    assert [word in phone for word in (there.name_zh, new.number, there.address_zh, "短信")] == [True] * 3 + [False]


@pytest.mark.parametrize("mine", [True, False])
def test_a_matter_added_at_the_window_uses_what_its_person_booked_for_it(clerk: Client, open_town: Town, mine: bool):
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.evidence import Evidence
    from banshi.rooms.booking import actions as booking

    booked = booking.place(
        slot_id=open_town.slot(starts=at("2026-03-10 11:00")).pk, item_code="medical", source="web", by=SYSTEM,
        person_id=open_town.person(1 if mine else 2).pk, now=at("2026-03-09 10:00"), evidence=Evidence.CHIP,
    )  # fmt: skip
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=ticket.ref)

    page = post(clerk, "add-matter", ref=ticket.ref, item="medical").content.decode()

    added = Ticket.objects.exclude(pk=ticket.pk).get()
    row = Appointment.objects.get(code=booked.code)
    assert (added.appointment_id == row.pk, row.state) == (mine, "checked_in" if mine else "booked")
    assert f'name="then" value="{added.ref}"' in page  # J goes on with it
    post(clerk, "go-on", ref=ticket.ref, then=added.ref)
    post(clerk, "undo", ref=added.ref)
    assert [Ticket.objects.get(pk=each.pk).state for each in (ticket, added)] == ["serving", "waiting"]


def test_how_the_others_of_a_visit_ended_is_said_to_the_next_clerk(clerk: Client, open_town: Town):
    first, second = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    for verb in ("call", "start"):
        post(clerk, verb, ref=first.ref)
    post(clerk, "identity", ref=first.ref, ok="no")
    post(clerk, "turn-away", ref=first.ref, why="人证不符")

    page = post(clerk, "call").content.decode()

    tags = re.findall(r'<span class="tag"[^>]*>([^<]*)</span>', page.split("本次到访")[1])
    assert tags[0].split() == [first.number, "不予办理", "·", "人证不符"]


def test_an_early_booking_used_by_a_walk_in_number_reads_as_both(clerk: Client, open_town: Town):
    first, _second = two_matters(open_town)
    Ticket.objects.filter(pk=first.pk).update(kind="walk_in")
    clerk.post("/desk/sign-in", {"window": "town-01"})
    before = " ".join(clerk.get("/desk/").content.decode().split())

    called = " ".join(post(clerk, "call").content.decode().split())

    assert ["现场 · 约在 " in page for page in (before, called)] == [True, True]


def test_a_matter_added_here_says_of_the_telephone_what_the_first_says(clerk: Client, open_town: Town):
    from banshi.rooms.tickets.queries.contact import contact_unconfirmed

    first, _ = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)
    type(open_town.person(1)).objects.filter(pk=first.person_id).update(phone=None, phone_index=None)
    Appointment.objects.filter(pk=first.appointment_id).update(contact="+8613900139000")
    Ticket.objects.update(notify_to="", limit_key="")

    post(clerk, "add-matter", ref=first.ref, item="rent-invoice")

    added = Ticket.objects.order_by("id").last()
    assert (added.channel, contact_unconfirmed(added)) == ("desk", "+8613900139000")


def test_other_halls_are_offered_with_the_way_and_whether_they_take_people(client: Client, town: Town):
    from banshi.foundation import clock
    from tests.journeys.visit.test_sent_on import two_halls

    two_halls(town)
    client.force_login(town.clerk)
    client.post("/desk/sign-in", {"window": "town-01"})
    tickets.issue(tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=town.hall, now=TUESDAY_NINE)
    post(client, "call")

    at_nine = client.get("/desk/halls").content.decode()
    clock.set_clock(now=at("2026-03-10 16:45"), speed=0)
    too_late = client.get("/desk/halls").content.decode()
    panel = client.get("/desk/").content.decode().split('id="transfer"')[1].split("</dialog>")[0]

    assert '<option value="other">邻镇大厅 · 路上约 30 分钟</option>' in at_nine
    assert '<option value="other" disabled>邻镇大厅 · 路上约 30 分钟 · 未开放</option>' in too_late
    assert "养老保险参保登记" in panel
