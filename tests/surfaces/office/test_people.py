"""People put right at the window: who may, on what proof, and what stays on the trail."""

from __future__ import annotations

import pytest

from banshi.kernel.evidence import Evidence
from banshi.rooms.audit.models import Entry
from banshi.rooms.audit.queries import trail
from banshi.rooms.identity.actions import enrol, name_index
from banshi.rooms.identity.models import Account, Person
from tests.surfaces.office.editing import booked, manager, office, signed_in  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE

SEEN = {"why": "换证", "card_seen": "on"}


def wrong(office):  # noqa: F811
    """Somebody whose document a stranger typed first, under another name."""
    from tests.surfaces.api.conftest import person

    typed = person(5)
    made = enrol(name="陌生人", id_type="resident_id", id_number=typed["id_number"], now=TUESDAY_NINE)
    return made, typed


def test_a_person_is_found_by_the_whole_document_and_each_look_is_traced(manager, office):  # noqa: F811
    made, typed = wrong(office)

    found = manager.post("/office/town/people/find", {"q": typed["id_number"]})
    nobody = manager.post("/office/town/people/find", {"q": typed["id_number"][:12]})

    assert (found.status_code, nobody.status_code) == (200, 404)
    assert [person.pk for person, _ in found.context["found"]] == [made.pk]
    assert Entry.objects.filter(action="looked", subject=f"person:{made.pk}").count() == 1


def test_an_id_alone_opens_nobody_who_has_nothing_to_do_with_the_hall(manager, office):  # noqa: F811
    made, typed = wrong(office)
    href = manager.post("/office/town/people/find", {"q": typed["id_number"]}).context["found"][0][1]

    assert manager.get(f"/office/town/people/{made.pk}/").status_code == 404
    assert manager.get(href).status_code == 200
    assert manager.get(href.replace("/town/", "/other/")).status_code == 403


@pytest.mark.parametrize("without", ["why", "card_seen"])
def test_a_name_is_corrected_with_the_card_seen_and_a_reason_only(manager, office, without):  # noqa: F811
    made, typed = wrong(office)
    href = manager.post("/office/town/people/find", {"q": typed["id_number"]}).context["found"][0][1]
    path, key = href.split("?k=")

    half = manager.post(f"{path}name", {"k": key, "name": "众五", **{k: v for k, v in SEEN.items() if k != without}})
    whole = manager.post(f"{path}name", {"k": key, "name": "众五", **SEEN})

    made.refresh_from_db()
    assert (half.status_code, whole.status_code) == (422, 302)
    assert (made.name, made.name_evidence, made.name_index) == ("众五", Evidence.WINDOW, name_index("众五"))
    (entry,) = trail(action="name_corrected")
    assert entry.facts == {"evidence": 3, "was": 0, "why": "换证"}  # no names on the trail


def test_a_telephone_is_bound_by_a_code_told_and_its_account_is_proven(manager, office, monkeypatch):  # noqa: F811
    from banshi.rooms.identity import actions

    codes: list[str] = []
    real = actions.new_code
    monkeypatch.setattr(actions, "new_code", lambda **asked: codes.append(real(**asked)) or codes[-1])
    person = booked(office, "2026-03-11 09:00").person
    path = f"/office/town/people/{person.pk}/"
    manager.post(f"{path}phone", {"phone": "13700137000"})

    wrong_code = manager.post(f"{path}phone", {"act": "code", "code": "000000", **SEEN})
    right = manager.post(f"{path}phone", {"act": "code", "code": codes[0], **SEEN})

    person = Person.objects.get(pk=person.pk)
    account = Account.objects.get(person=person)
    assert (wrong_code.status_code, right.status_code) == (409, 302)
    assert (person.phone, person.phone_evidence) == ("+8613700137000", Evidence.WINDOW)
    assert (account.phone, account.person_evidence) == ("+8613700137000", Evidence.WINDOW)


def test_a_telephone_is_taken_off_and_its_account_is_nobodys_own_any_more(manager, office):  # noqa: F811
    person = booked(office, "2026-03-11 09:00").person
    Account.objects.create(
        phone=person.phone, phone_index="own", created_at=TUESDAY_NINE, person=person, person_evidence=Evidence.WINDOW
    )

    manager.post(f"/office/town/people/{person.pk}/phone", {"act": "clear", **SEEN})

    person.refresh_from_db()
    assert (person.phone, Account.objects.get().person_id) == (None, None)


def test_a_clerk_puts_nobody_right(office):  # noqa: F811
    clerk = signed_in(office.clerk)

    assert clerk.get("/office/town/people/").status_code == 403
