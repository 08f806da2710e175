"""A number under a new ref: what the open page, the first page, machines and the stream of the old one say, at once."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.foundation.models import Event
from banshi.journeys.visit import check_in
from banshi.journeys.visit import redirect as sending_on
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.live.hub import Hub, Watcher
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import actions as naming
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import FormerRef, Ticket
from banshi.rooms.tickets.queries import qr_text
from tests.journeys.visit.test_sent_on import by_card, sent, two_halls
from tests.surfaces.citizen.conftest import Phone, browser, open_town, sign_in, stop_the_clock  # noqa: F401 – fixtures
from tests.surfaces.kiosk.cards import chip
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    yield
    clock.forget()


NEW_SLIP = "这个号换了新小票"
KIOSK = Actor(ActorKind.KIOSK, "town-kiosk-1", hall="town")


def read(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def booked(town: Town, phone: Phone) -> Appointment:
    """What the phone's account booked for its person, whose document it only declared."""
    placed = booking.place(
        slot_id=town.slot(starts=at("2026-03-10 09:15")).pk, item_code="pension", person_id=phone.person.pk,
        source="web", by=Actor(ActorKind.CITIZEN, str(phone.account.pk)), account_id=phone.account.pk,
        now=at("2026-03-09 10:00"), contact="+8613900008101",
    )  # fmt: skip
    return Appointment.objects.get(code=placed.code)


def taken(town: Town, row: Appointment) -> Ticket:
    return check_in.by_code(hall=town.hall, code=row.code, by=KIOSK, now=TUESDAY_NINE, channel="kiosk")


def card_laid(town: Town, phone: Phone) -> Ticket:
    return check_in.by_id(
        hall=town.hall, id_number=phone.person.id_number, evidence=Evidence.CHIP, name=phone.person.name, by=KIOSK,
        now=TUESDAY_NINE, channel="kiosk",
    )  # fmt: skip


def following(ref: str) -> Phone:
    """A phone that came by the link of the slip or the message."""
    phone = Phone(browser())
    phone.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    phone.get(f"/t/{ref}", k=rating_key(ref))
    return phone


@pytest.mark.parametrize("then", ["waiting", "called", "finished"])
def test_the_old_page_says_that_there_is_a_new_slip_and_nothing_of_the_number(open_town: Town, then: str):  # noqa: F811
    mine = sign_in(open_town, 1)
    old = taken(open_town, booked(open_town, mine))
    phone = following(old.ref)

    new = card_laid(open_town, mine)
    window = open_town.windows["01"] if then == "called" else None
    Ticket.objects.filter(pk=new.pk).update(state=then, window=window)
    at_home = phone.get("/")
    part = phone.part(f"/t/{old.ref}/part")
    whole = phone.get(f"/t/{old.ref}")

    assert new.ref != old.ref
    assert (part.status_code, whole.status_code) == (200, 404)
    for each in (at_home, part, whole):
        said = read(each)
        assert (NEW_SLIP in said, "扫新小票上的码看进度" in said) == (True, True)
        assert (new.ref in said, rating_key(new.ref) in said, new.number in said) == (False, False, False)
    assert NEW_SLIP not in read(phone.get("/"))  # said once


def test_who_follows_the_old_ref_hears_it_at_once(open_town: Town):  # noqa: F811
    mine = sign_in(open_town, 1)
    old = taken(open_town, booked(open_town, mine))
    before = Event.objects.filter(subject=old.ref).count()

    card_laid(open_town, mine)
    told = Event.objects.filter(subject=old.ref, topic="line").count() - before
    hub, watcher = Hub(admit=lambda *_: None), Watcher("town", old.ref)
    with pytest.raises(Refused) as no:
        queries.ticket_now(old.ref)

    async def run(act: Any, *, first: bool = False) -> Any:
        raise no.value

    hub.run = run  # type: ignore[method-assign]
    asyncio.run(hub._tell_followers(old.ref, 7, {watcher}))

    assert (told, queries.hall_code_of(old.ref)) == (1, "town")
    assert watcher.pending == b"id: 7\nevent: state\ndata: %b\n\n" % orjson.dumps({"id": old.ref, "state": "renewed"})


def test_a_stream_opened_later_is_told_once_by_the_line(open_town: Town):  # noqa: F811
    hub, watcher, read_refs = Hub(admit=lambda *_: None), Watcher("town", "OLD"), []
    hall = SimpleNamespace(watchers={watcher}, zone=None)

    async def run(act: Any, *, first: bool = False) -> Any:
        read_refs.append(1)
        raise Refused("nothing-found", facts={"ticket": "OLD", "renewed": True})

    hub.run = run  # type: ignore[method-assign]

    async def story() -> None:
        for version in (1, 2):
            await hub._hand_out_gone(hall, SimpleNamespace(version=version, tickets=()))  # type: ignore[arg-type]

    asyncio.run(story())

    assert (len(read_refs), watcher.version, watcher.over) == (1, 1, True)


def test_the_account_that_is_its_person_by_proof_follows_to_the_new_ref(open_town: Town):  # noqa: F811
    mine = sign_in(open_town, 1)
    old = taken(open_town, booked(open_town, mine))
    mine.get(f"/t/{old.ref}", k=rating_key(old.ref))
    naming.prove_account(
        person_id=mine.person.pk, account=mine.account, evidence=Evidence.CHIP, by=KIOSK, now=TUESDAY_NINE
    )

    new = card_laid(open_town, mine)
    at_home = read(mine.get("/"))
    whole, part = mine.get(f"/t/{old.ref}"), mine.part(f"/t/{old.ref}/part")

    assert (whole.status_code, whole["Location"]) == (302, f"/t/{new.ref}")
    assert (part.status_code, part["HX-Redirect"]) == (204, f"/t/{new.ref}")
    assert f'href="/t/{new.ref}"' in at_home


def test_the_account_that_only_declared_the_document_does_not_follow(open_town: Town):  # noqa: F811
    mine = sign_in(open_town, 1)
    old = taken(open_town, booked(open_town, mine))
    mine.get(f"/t/{old.ref}", k=rating_key(old.ref))

    new = card_laid(open_town, mine)

    assert [new.ref in read(mine.get(page)) for page in ("/", f"/t/{old.ref}", f"/t/{old.ref}/part")] == [False] * 3


def test_it_follows_once_the_person_says_at_the_machine_that_its_telephone_may_be_told(open_town: Town):  # noqa: F811
    mine = sign_in(open_town, 1)
    row = booked(open_town, mine)
    type(mine.account).objects.filter(pk=mine.account.pk).update(phone_index=row.contact_index)
    old = taken(open_town, row)

    new = card_laid(open_town, mine)
    before = mine.get(f"/t/{old.ref}").status_code
    Ticket.objects.filter(pk=new.pk).update(notify_to="", phone_index="")
    tickets.tell_as_booked(ref=new.ref, by=KIOSK, now=TUESDAY_NINE)

    assert (before, mine.get(f"/t/{old.ref}")["Location"]) == (404, f"/t/{new.ref}")


@pytest.mark.parametrize("step", ["late", "leave", "back"])
def test_the_old_key_steers_nothing_and_is_told_why(open_town: Town, step: str):  # noqa: F811
    mine = sign_in(open_town, 1)
    old = taken(open_town, booked(open_town, mine))
    phone = following(old.ref)
    new = card_laid(open_town, mine)

    no = phone.post(f"/t/{old.ref}/{step}")

    assert (no.status_code, NEW_SLIP in read(no)) == (404, True)
    assert Ticket.objects.get(pk=new.pk).state == "waiting"


def test_the_old_link_to_rate_says_it_too(open_town: Town):  # noqa: F811
    mine = sign_in(open_town, 1)
    old = taken(open_town, booked(open_town, mine))
    card_laid(open_town, mine)

    no = following(old.ref).get(f"/r/{old.ref}", k=rating_key(old.ref))

    assert (no.status_code, NEW_SLIP in read(no)) == (404, True)


def test_the_machine_says_it_of_the_old_slip_and_offers_no_second_number(open_town: Town):  # noqa: F811
    mine = sign_in(open_town, 1)
    old = taken(open_town, booked(open_town, mine))
    card_laid(open_town, mine)
    machine = Client(headers={"accept-language": "zh-CN"})

    no = machine.post("/kiosk/town/check-in", {"presented": qr_text(old.ref, rating_key(old.ref))}, follow=True)

    assert (no.status_code, NEW_SLIP in read(no)) == (404, True)
    assert ("没有找到今天的预约" in read(no), "/kiosk/town/walk-in" in read(no)) == (False, False)


def test_the_machine_says_that_no_message_comes_until_the_telephone_is_confirmed(open_town: Town):  # noqa: F811
    mine = sign_in(open_town, 1)
    type(mine.person).objects.filter(pk=mine.person.pk).update(phone=None, phone_index="", phone_evidence=0)
    taken(open_town, booked(open_town, mine))
    machine = Client(headers={"accept-language": "zh-CN"})

    slip = read(machine.post("/kiosk/town/check-in", {"chip": chip(mine.person)}, follow=True))
    (tell,) = re.findall(r'action="(/kiosk/town/slip/\w+/tell)"', slip)
    after = read(machine.post(tell, follow=True))

    assert ("进展发到尾号 8101 的手机" in slip, "没按之前，叫到号不发消息" in slip) == (True, True)
    assert ("没按之前" in after, "快轮到时会提醒" in after) == (False, True)


def test_a_typed_number_that_its_person_takes_over_is_told_on_their_own_proven_telephone(open_town: Town):  # noqa: F811
    """Whoever typed it may have given any telephone; the person's own is theirs by proof."""
    mine = sign_in(open_town, 1)
    typed = tickets.issue(
        tickets.Take(
            category_code="A",
            person_id=mine.person.pk,
            limit_key="typed:1",
            channel="kiosk",
            by=KIOSK,
            contact="+8613700000000",
        ),
        hall=open_town.hall,
        now=TUESDAY_NINE,
    )

    new = check_in.claim_typed(hall=open_town.hall, ref=typed.ref, person_id=mine.person.pk, by=KIOSK, now=TUESDAY_NINE)

    assert queries.contact_of(new) == "+8613800130001"
    assert queries.ticket(new.ref, TUESDAY_NINE).has_contact


def test_the_numbers_it_was_sent_on_from_say_it_too_and_right_leads_to_the_present_one(town: Town):
    stop_the_clock(TUESDAY_NINE)
    halls = two_halls(town)
    new = sent(halls)
    old = Ticket.objects.get(state="redirected")
    phone = following(old.ref)
    me = sign_in(halls, 30)
    naming.prove_account(person_id=me.person.pk, account=me.account, evidence=Evidence.CHIP, by=KIOSK, now=TUESDAY_NINE)

    renewed = tickets.renew(new, contact=None, by=CLERK, now=TUESDAY_NINE)
    pages = [phone.part(f"/t/{ref}/part") for ref in (old.ref, *FormerRef.objects.values_list("ref", flat=True))]

    assert [(each.status_code, NEW_SLIP in read(each)) for each in pages] == [(200, True)] * 3
    assert me.get(f"/t/{old.ref}")["Location"] == f"/t/{renewed.ref}"
    assert sending_on.sent_on(old.ref) is None
    assert by_card(halls, TUESDAY_NINE).pk == new.pk
