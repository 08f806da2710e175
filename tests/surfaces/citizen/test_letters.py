"""Letters on a citizen's own pages: who acts for them, ended by them alone; the agent sees how the client's case stands."""

from __future__ import annotations

import pytest

from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import PaperMandate
from tests.firms import CODE, NAME, member
from tests.letters import letter, ref
from tests.matters import matters_of
from tests.surfaces.citizen.conftest import Phone
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


def test_the_client_sees_who_acts_for_them_and_ends_it_and_nobody_else_does(
    mine: Phone, theirs: Phone, open_town: Town
) -> None:
    row = letter(open_town.person(3), mine.person, number="2026-9")
    proven(mine)
    proven(theirs)

    stranger = theirs.post(f"/me/letters/{row.pk}/end")
    page = mine.client.get("/me/").content.decode()
    ended = mine.post(f"/me/letters/{row.pk}/end")
    again = mine.post(f"/me/letters/{row.pk}/end")

    row.refresh_from_db()
    assert (stranger.status_code, ended.status_code, again.status_code) == (404, 302, 404)
    assert (open_town.person(3).masked_name in page, "2026-9" in page) == (True, True)
    assert (row.ended_by, PaperMandate.objects.count()) == (f"citizen:{mine.account.pk}", 1)


def test_client_and_agent_read_who_acts_for_whom_and_the_agent_only_while_it_holds(
    mine: Phone, theirs: Phone, open_town: Town
) -> None:
    row = letter(theirs.person, mine.person)
    matters = matters_of(open_town)
    case = matters.opened(
        person_id=mine.person.pk, channel="window", account_id=None, contact="13800130002", mandate=ref(row)
    )
    before = theirs.client.get(f"/cases/{case.no}/").status_code
    proven(mine)
    proven(theirs)

    pages = [phone.client.get(f"/cases/{case.no}/").content.decode() for phone in (mine, theirs)]
    listed = case.no in theirs.client.get("/cases/").content.decode()
    mine.post(f"/me/letters/{row.pk}/end")
    after = [phone.client.get(f"/cases/{case.no}/").status_code for phone in (mine, theirs)]

    assert all(f"{case.masked_agent} 代 {case.masked_applicant} 办理" in page for page in pages)
    assert (before, listed, "/withdraw" in pages[1], after) == (404, True, False, [200, 404])


def test_the_members_of_a_firm_see_who_acts_for_it_by_letter_and_who_appoints_ends_it(
    mine: Phone, theirs: Phone, open_town: Town
) -> None:
    proven(mine)
    proven(theirs)
    head = member(mine.person, "legal")
    member(theirs.person, sends=False, items=("pension",))
    entry = identity.enrol(name=NAME, id_type="uscc", id_number=CODE, now=TUESDAY_NINE)
    row = letter(open_town.person(3), entry, number="2026-9")
    whole = f"/me/organisations/{head.organisation_id}/"

    pages = [phone.client.get(whole).content.decode() for phone in (mine, theirs)]
    stranger = theirs.post(f"/me/letters/{row.pk}/end")
    ended = mine.post(f"/me/letters/{row.pk}/end")
    after = mine.client.get(whole).content.decode()

    row.refresh_from_db()
    assert ["2026-9" in each for each in (*pages, after)] == [True, False, False]
    assert (stranger.status_code, ended["Location"]) == (404, f"{whole}#by-letter")
    assert row.ended_by == f"citizen:{mine.account.pk}"


def proven(phone: Phone) -> None:
    phone.account.person, phone.account.person_evidence = phone.person, 3
    phone.account.save(update_fields=["person", "person_evidence"])
