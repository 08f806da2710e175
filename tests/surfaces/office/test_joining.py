"""Two entries of one person on the office's page: shown first, done with the card seen, never more than may be read."""

from __future__ import annotations

import html
import re

import pytest

from banshi.foundation.crypto import link_key
from banshi.kernel.evidence import Evidence
from banshi.rooms.audit.models import Entry
from banshi.rooms.audit.queries import trail
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.actions import correct_name, enrol
from banshi.rooms.identity.models import Person
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.office.editing import booked, manager, office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import CLERK, TUESDAY_NINE

PASSPORT = "E12345678"
SEEN = {"why": "换发护照", "card_seen": "on"}


@pytest.fixture
def two(office) -> tuple[Person, Person, Appointment]:  # noqa: F811
    """Somebody with a booking here, and the passport they had before."""
    appointment = booked(office, "2026-03-11 09:00", item="pension")
    keep = appointment.person
    other = enrol(
        name=keep.name, id_type="passport", id_number=PASSPORT, evidence=Evidence.WINDOW, by=CLERK, now=TUESDAY_NINE
    )
    return keep, other, appointment


def look(client, person: Person, **more: str):
    asked = {"number": PASSPORT, "id_type": "passport", "how": "renewed"} | more
    return client.post(f"/office/town/people/{person.pk}/join", asked)


def test_what_would_go_over_is_shown_and_nothing_changes_yet(manager, office, two):  # noqa: F811
    keep, other, _ = two
    theirs = Appointment.objects.get()
    Appointment.objects.update(person=other)
    theirs.pk, theirs.code, theirs.hall, theirs.day = None, "OTHERHALL", office.other_hall, theirs.day.replace(day=20)
    theirs.starts_at, theirs.ends_at = (each.replace(day=20) for each in (theirs.starts_at, theirs.ends_at))
    theirs.person = other
    theirs.save(force_insert=True)
    Appointment.objects.filter(pk=theirs.pk).update(person=other)
    keep_page = manager.post("/office/town/people/find", {"q": keep.id_number})

    preview = look(manager, keep, k=keep_page.context["found"][0][1].partition("?k=")[2])

    assert preview.status_code == 200
    assert len(preview.context["booked"].here) == 1
    assert preview.context["booked"].elsewhere == 1  # of other halls only how many
    assert "OTHERHALL" not in preview.text
    assert other.name not in preview.text  # masked, as in lists
    assert people.person_by_document("passport", PASSPORT) == other
    assert Entry.objects.filter(action="looked", subject=f"person:{other.pk}").count() == 1


def test_it_is_done_with_the_card_seen_and_a_reason_only(manager, two):  # noqa: F811
    keep, other, _ = two
    meant = look(manager, keep).context["meant"]
    path = f"/office/town/people/{keep.pk}/join/do"

    half = manager.post(path, {"meant": meant, "why": "换发护照"})
    done = manager.post(path, {"meant": meant, **SEEN})

    assert (half.status_code, done.status_code) == (422, 302)
    assert people.person_by_document("passport", PASSPORT) == keep
    assert [number for _, number in manager.get(done["Location"]).context["documents"]][1] == "*****5678"


def test_a_renewed_document_that_nobody_has_used_leads_to_the_person_from_the_start(manager, two):  # noqa: F811
    keep, _, _ = two
    meant = look(manager, keep, number="EB7654321").context["meant"]

    manager.post(f"/office/town/people/{keep.pk}/join/do", {"meant": meant, **SEEN})

    assert people.person_by_document("passport", "EB7654321") == keep


def test_a_wrong_number_that_nobody_typed_a_clash_and_the_same_document_are_refused(manager, two):  # noqa: F811
    keep, _, _ = two

    unknown = look(manager, keep, number="EB7654321", how="mistyped")
    shown = look(manager, keep, how="mistyped")
    same = look(manager, keep, number=keep.id_number, id_type="resident_id")
    no_kind = look(manager, keep, how="")

    assert (unknown.status_code, same.status_code, no_kind.status_code) == (404, 422, 422)
    assert shown.context["refused"].slug == "invalid"  # it was shown to a clerk: not mistyped


def test_what_is_meant_is_of_this_hall_and_this_person(manager, office, two):  # noqa: F811
    keep, other, _ = two
    meant = look(manager, keep).context["meant"]
    another = booked(office, "2026-03-11 10:00", person=3).person

    manager.post(f"/office/town/people/{another.pk}/join/do", {"meant": meant, **SEEN})
    manager.post(f"/office/town/people/{another.pk}/join/do", {"meant": "forged", **SEEN})

    assert people.person_by_document("passport", PASSPORT) == other


def test_a_clerk_without_the_right_joins_nothing(office, two):  # noqa: F811
    keep, _, _ = two

    assert look(signed_in(office.clerk), keep).status_code == 403


def test_a_lost_telephones_messages_go_to_the_proven_one(manager, two):  # noqa: F811
    keep, _, appointment = two
    Appointment.objects.update(contact="+8613999999999", contact_index=phone_index("+8613999999999"))
    Message.objects.update(to="+8613999999999", to_index="old")
    path = f"/office/town/people/{keep.pk}/"
    assert manager.get(path).context["elsewhere"] == 1

    half = manager.post(f"{path}messages", {"card_seen": "on", "why": ""})
    done = manager.post(f"{path}messages", {"card_seen": "on", "why": "手机丢了"})

    appointment.refresh_from_db()
    assert (half.status_code, done.status_code) == (422, 302)
    assert (appointment.contact, appointment.contact_index) == (keep.phone, phone_index(keep.phone))
    assert set(Message.objects.filter(state="due").values_list("to_index", flat=True)) == {phone_index(keep.phone)}
    assert trail(action="contact_moved")[0].facts == {"bookings": 1, "numbers": 0, "why": "手机丢了"}
    assert manager.get(path).context["elsewhere"] == 0


def test_the_lost_telephones_links_open_and_steer_nothing_any_more(manager, two, client):  # noqa: F811
    """Whoever found it, or whose number was typed by mistake, needs no sign-in with a link."""
    keep, _, appointment = two
    lost = "+8613999999999"
    Appointment.objects.update(contact=lost, contact_index=phone_index(lost))
    told = tickets.issue(
        tickets.Take(item_code="pension", person_id=keep.pk, channel="kiosk", by=CLERK, contact=lost),
        hall=appointment.hall,
        now=TUESDAY_NINE,
    )
    old = f"/a/{appointment.code}?k={link_key(appointment.code)}"
    assert client.get(old).status_code == 200

    manager.post(f"/office/town/people/{keep.pk}/messages", {"card_seen": "on", "why": "手机丢了"})

    row, number = Appointment.objects.get(pk=appointment.pk), Ticket.objects.get(pk=told.pk)
    due = {each.subject: each.params.get("turn") for each in Message.objects.filter(state="due")}
    assert client.get(old).status_code == 404
    assert client.post(f"/a/{row.code}/cancel?k={link_key(row.code)}").status_code == 404
    assert client.get(f"/a/{row.code}?k={link_key(row.code, row.link_turn)}").status_code == 200
    assert due == {f"appointment:{row.code}": 1}
    assert (number.ref == told.ref, number.number, number.state) == (False, told.number, "waiting")


def test_nor_books_again_what_it_had_cancelled_before(manager, two, client):  # noqa: F811
    keep, _, appointment = two
    lost = "+8613999999999"
    Appointment.objects.update(contact=lost, contact_index=phone_index(lost))
    old = f"k={link_key(appointment.code)}"
    client.post(f"/a/{appointment.code}/cancel?{old}")

    manager.post(f"/office/town/people/{keep.pk}/messages", {"card_seen": "on", "why": "手机丢了"})
    answer = client.post(f"/a/{appointment.code}/rebook?{old}")

    assert (answer.status_code, Appointment.objects.get().state) == (404, "cancelled")
    assert trail(action="contact_moved")[0].facts["bookings"] == 0


@pytest.mark.parametrize("told", [False, True])
def test_a_number_told_nobody_or_the_right_telephone_keeps_its_code(manager, two, told):  # noqa: F811
    keep, _, appointment = two
    number = tickets.issue(
        tickets.Take(
            item_code="pension", person_id=keep.pk, channel="kiosk", by=CLERK, contact=keep.phone if told else None
        ),
        hall=appointment.hall,
        now=TUESDAY_NINE,
    )

    manager.post(f"/office/town/people/{keep.pk}/messages", {"card_seen": "on", "why": "手机丢了"})

    assert Ticket.objects.get().ref == number.ref


def test_messages_go_nowhere_while_no_telephone_is_proven(manager, two):  # noqa: F811
    keep, _, appointment = two
    Person.objects.update(phone=None, phone_index=None)

    refused = manager.post(f"/office/town/people/{keep.pk}/messages", {"card_seen": "on", "why": "手机丢了"})

    assert refused.status_code == 422


def test_one_form_sent_twice_joins_once(manager, two):  # noqa: F811
    keep, _, _ = two
    meant = look(manager, keep).context["meant"]
    sent = {"meant": meant, **SEEN, "csrfmiddlewaretoken": "a" * 64}

    first = manager.post(f"/office/town/people/{keep.pk}/join/do", sent)
    second = manager.post(f"/office/town/people/{keep.pk}/join/do", sent)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Entry.objects.filter(action="entries_joined").count() == 2  # one line on each entry


def test_two_proven_names_that_differ_are_shown_with_the_way_on(manager, two):  # noqa: F811
    keep, other, _ = two
    correct_name(person_id=other.pk, name="欧阳明月", why="窗口核对", card_seen=True, by=CLERK, now=TUESDAY_NINE)

    stopped = look(manager, keep)

    assert (stopped.status_code, stopped.context["way_on"]) == (200, "names")
    assert stopped.text.count("先按证件更正姓名") == 1
    assert "合并为一条" not in stopped.text  # nothing to press that is only refused
    ways = [re.search(rf'href="([^"]*people/{each.pk}/[^"]*)#name"', stopped.text) for each in (keep, other)]
    assert [manager.get(html.unescape(way[1])).status_code for way in ways if way] == [200, 200]


def test_once_the_card_has_settled_the_name_they_are_made_one(manager, two):  # noqa: F811
    keep, other, _ = two
    correct_name(person_id=other.pk, name="欧阳明月", why="窗口核对", card_seen=True, by=CLERK, now=TUESDAY_NINE)
    at = html.unescape(re.search(rf'href="([^"]*people/{other.pk}/[^"]*)#name"', look(manager, keep).text)[1])

    manager.post(at.replace("/?", "/name?"), {"name": keep.name, **SEEN})
    again = look(manager, keep)
    done = manager.post(f"/office/town/people/{keep.pk}/join/do", {"meant": again.context["meant"], **SEEN})

    assert (again.context["way_on"], done.status_code) == ("", 302)
    assert people.person_by_document("passport", PASSPORT) == keep


def test_a_shown_number_that_was_called_mistyped_is_looked_at_as_renewed_by_one_button(manager, two):  # noqa: F811
    keep, _, _ = two
    stopped = look(manager, keep, how="mistyped")

    again = manager.post(f"/office/town/people/{keep.pk}/join", {"meant": stopped.context["meant"], "how": "renewed"})

    assert (stopped.context["way_on"], again.context["how"], again.context["stops"]) == ("shown", "renewed", None)


def test_a_preview_of_another_person_says_nothing_here(manager, office, two):  # noqa: F811
    keep, _, _ = two
    another = booked(office, "2026-03-11 10:00", person=3).person

    answer = manager.post(
        f"/office/town/people/{another.pk}/join", {"meant": look(manager, keep).context["meant"], "how": "renewed"}
    )

    assert answer.status_code == 422
