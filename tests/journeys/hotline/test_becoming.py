"""A call that becomes a case, a booking or a call of the video service, with its person and matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.crypto import blind_index
from banshi.journeys.homevisit import carrying
from banshi.journeys.hotline import becoming, taking
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import Item
from banshi.rooms.hotline import queries
from banshi.rooms.hotline.actions import Opening
from banshi.rooms.hotline.models import Order
from banshi.rooms.identity.models import Person, Role
from banshi.rooms.remote.models import RemoteSession
from tests.matters import matters_of
from tests.rooms.remote.conftest import video_of
from tests.surfaces.api.conftest import stop_the_clock
from tests.surfaces.office.editing import signed_in
from tests.town import TUESDAY_NINE, Town

PHONE = "+8613800138000"


@pytest.fixture
def called(town: Town) -> Order:
    """Somebody known rings up about the shop licence; a place is free tomorrow, and a seat takes calls."""
    matters, video = matters_of(town), video_of(town)
    video.seat()
    town.slot()
    index = blind_index(PHONE, purpose="phone")
    Person.objects.filter(pk=matters.person.pk).update(phone_index=index)
    opening = Opening(town.hall, "help", "matter", "想开店", item="pension", phone=PHONE)
    return taking.take(opening, by=video.agent, now=TUESDAY_NINE)


def by(town: Town) -> Actor:
    return Actor(video_of(town).agent.kind, str(town.clerk.pk), "town")


def last(order: Order) -> tuple[str, str]:
    step = queries.handlings(order)[-1]
    return step.verb, step.text


def test_it_becomes_a_draft_of_its_persons_case(town: Town, called: Order):
    case = becoming.to_case(no=called.no, by=by(town), now=TUESDAY_NINE)

    assert (case.person_id, case.item.code, case.channel, case.phase) == (called.person_id, "pension", "phone", "draft")
    assert (last(called), queries.by_no(called.no).state) == (("become", case.no), "open")


def test_it_becomes_a_booking(town: Town, called: Order):
    slot = Slot.objects.get()

    booked = becoming.to_booking(no=called.no, slot_id=slot.pk, by=by(town), now=TUESDAY_NINE)

    assert (booked.person_id, booked.source, last(called)) == (called.person_id, "phone", ("become", booked.code))


def test_the_video_service_rings_back(town: Town, called: Order):
    session = becoming.to_call(no=called.no, by=by(town), now=TUESDAY_NINE)

    assert (session.state, session.phone, session.person_id, last(called)[1]) == (
        "callback",
        PHONE,
        called.person_id,
        session.no,
    )


@pytest.mark.parametrize("lacks", ["person", "item", "phone"])
def test_nothing_comes_of_somebody_unknown(town: Town, called: Order, lacks: str):
    gone: dict[str, Any] = {
        "person": {"person": None},
        "item": {"item": None, "subject": "other"},
        "phone": {"phone": None},
    }[lacks]
    Order.objects.filter(pk=called.pk).update(**gone)
    act = becoming.to_call if lacks == "phone" else becoming.to_case

    with pytest.raises(Refused) as no:
        act(no=called.no, by=by(town), now=TUESDAY_NINE)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", lacks)


def test_what_is_over_becomes_nothing_and_leaves_no_draft(town: Town, called: Order):
    Order.objects.filter(pk=called.pk).update(state="closed", due_on=None, closed_at=TUESDAY_NINE)

    with pytest.raises(Refused) as no:
        becoming.to_case(no=called.no, by=by(town), now=TUESDAY_NINE)

    assert (no.value.slug, Case.objects.count()) == ("wrong-state", 0)


def test_the_desk_does_it_from_the_page_of_the_order(town: Town, called: Order):
    stop_the_clock()
    Role.objects.create(
        staff=town.clerk,
        role="hotline_agent",
        scope_kind="hall",
        scope="town",
        given_at=TUESDAY_NINE,
        given_by="system",
    )
    client: Client = signed_in(town.clerk)
    at = f"/hotline-desk/town/orders/{called.no}/"

    page = client.get(at).content.decode()
    slot = Slot.objects.get()
    answers = [
        client.post(f"{at}booking", {"slot": slot.pk}).status_code, client.post(f"{at}booking", {"slot": "0"}).status_code,
        client.post(f"{at}call").status_code, client.post(f"{at}case").status_code,
    ]  # fmt: skip

    assert [f"{at}{verb}" in page for verb in ("case", "booking", "call")] == [True, True, True]
    assert answers == [302, 422, 302, 302]
    assert [rows.objects.count() for rows in (Appointment, RemoteSession, Case)] == [1, 1, 1]


TOLD = carrying.Told(area="441900", address="南城街道元美路 8 号", day=date(2026, 3, 11), half="am", reason="bedridden")


def test_somebody_goes_there(town: Town, called: Order):
    Item.objects.filter(code="pension").update(home_visit=True)
    Order.objects.filter(pk=called.pk).update(caller_name="李雷雷")

    visit = becoming.to_visit(no=called.no, told=TOLD, by=by(town), now=TUESDAY_NINE)

    assert (visit.person_id, visit.phone, visit.origin, visit.ref, visit.name) == (
        called.person_id, PHONE, "hotline", called.no, "李雷雷",
    )  # fmt: skip
    assert last(called) == ("become", visit.no)


def test_a_project_is_gone_to_for_a_firm(town: Town, called: Order):
    told = replace(TOLD, name="李雷雷", reason="", project="松山湖二期", firm="糖水铺")

    assert becoming.to_visit(no=called.no, told=told, by=by(town), now=TUESDAY_NINE).kind == "project"


@pytest.mark.parametrize(("lacks", "field"), [({"item": None, "subject": "other"}, "item"), ({"phone": None}, "phone")])
def test_without_a_matter_or_a_number_nobody_goes(town: Town, called: Order, lacks: dict[str, Any], field: str):
    Order.objects.filter(pk=called.pk).update(**lacks)

    with pytest.raises(Refused) as no:
        becoming.to_visit(no=called.no, told=TOLD, by=by(town), now=TUESDAY_NINE)

    assert (no.value.slug, no.value.facts["field"], last(called)[0]) == ("invalid", field, "open")


def test_the_desk_asks_for_a_visit_on_the_orders_page(town: Town, called: Order):
    stop_the_clock()
    Role.objects.create(
        staff=town.clerk,
        role="hotline_agent",
        scope_kind="hall",
        scope="town",
        given_at=TUESDAY_NINE,
        given_by="system",
    )
    Item.objects.filter(code="pension").update(home_visit=True)
    Order.objects.filter(pk=called.pk).update(caller_name="李雷雷")
    agent, here = signed_in(town.clerk), f"/hotline-desk/town/orders/{called.no}/"
    said = {
        "area": "441900",
        "address": "南城街道元美路 8 号",
        "day": "2026-03-11",
        "half": "am",
        "reason": "bedridden",
    }

    offered = "/visit" in agent.get(here).content.decode()
    refused = [agent.post(f"{here}visit", {**said, **wrong}) for wrong in ({"day": ""}, {"address": "路"})]
    done = agent.post(f"{here}visit", said)

    assert (offered, [each.status_code for each in refused], done.status_code, last(called)[0]) == (
        True, [422, 422], 302, "become",
    )  # fmt: skip
