"""Members of an organisation by matter: who appoints limits them; each sees, fills in and sends what is theirs alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Organisation, OrganisationMember
from banshi.rooms.identity.rules import Limits
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant, handed_in
from tests.surfaces.citizen.conftest import Phone, text
from tests.surfaces.citizen.test_organisations import CODE, NAME, UNTIL, appoint, begun, firm
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
ONLY = Limits(items=("medical",))


@pytest.fixture
def me(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


def agent_of(phone: Phone, limits: Limits) -> tuple[Organisation, OrganisationMember]:
    """The organisation whose agent, so limited, this account is; somebody else represents it."""
    made = identity.enrol_organisation(uscc=CODE, name=NAME, by=CLERK, now=TUESDAY_NINE)
    return made, identity.authorise_member(
        organisation_id=made.pk, person_id=phone.person.pk, role="agent", valid_until=UNTIL, limits=limits, by=CLERK,
        now=TUESDAY_NINE,
    )  # fmt: skip


def boss_of(made: Organisation, matters: Matters):
    person = matters.town.person(5)
    identity.authorise_member(organisation_id=made.pk, person_id=person.pk, role="legal", by=CLERK, now=TUESDAY_NINE)
    return person


def test_an_agent_is_appointed_for_some_matters_and_changed_and_the_words_before_stay(me):
    matters, phone = me
    made, _ = firm(phone)
    other = matters.town.person(5)

    found = text(phone.client.post(f"/me/organisations/{made.pk}/appoint/matters", {"q": "医保", "name": "王"}))
    status = appoint(phone, made, other, may="fill", scope="some", items=["pension", "no-such"])
    first = OrganisationMember.objects.get(person=other)
    said = {"valid_until": UNTIL.isoformat(), "may": "appoint", "scope": "all"}
    both = phone.client.post(f"/me/organisations/{made.pk}/members/{first.pk}/", said | {"items": ["pension"]})
    changed = phone.client.post(f"/me/organisations/{made.pk}/members/{first.pk}/", said)
    now_is = OrganisationMember.objects.get(person=other, ended_at=None)
    page = text(phone.get(f"/me/organisations/{made.pk}/"))

    assert ('value="王"' in found, OrganisationMember.objects.filter(person=other).count()) == (True, 2)
    assert (status, first.limits) == (302, Limits(items=("pension",), sends=False))
    assert (both.status_code, changed.status_code, now_is.limits) == (422, 302, Limits(appoints=True))
    assert ("以前的经办人" in page, "只填写" in page) == (True, True)


@pytest.mark.parametrize(
    ("said", "field"),
    [({"scope": "some"}, "items"), ({"may": "appoint", "scope": "some", "items": ["pension"]}, "appoints")],
)
def test_what_cannot_be_given_is_said_at_its_field(me, said, field):
    matters, phone = me
    made, _ = firm(phone)

    who = matters.town.person(5)
    asked = {"name": who.name, "id_type": who.id_type, "id_number": who.id_number, "valid_until": UNTIL.isoformat()}
    answer = phone.client.post(f"/me/organisations/{made.pk}/appoint", {**asked, "may": "send", **said})

    assert (answer.status_code, f'id="{field}-error"' in text(answer)) == (422, True)
    assert OrganisationMember.objects.count() == 1


def test_who_was_let_appoint_limits_others_but_hands_that_on_to_nobody(me):
    matters, phone = me
    made, mine = agent_of(phone, Limits(appoints=True))
    boss_of(made, matters)
    six, seven = matters.town.person(6), matters.town.person(7)

    tried = [
        appoint(phone, made, six, may="fill"),
        appoint(phone, made, seven, may="appoint"),
        appoint(phone, made, seven, valid_until=(UNTIL + timedelta(days=1)).isoformat()),
        appoint(phone, made, matters.town.person(5)),
    ]
    fills = OrganisationMember.objects.get(person=six)
    ended = phone.post(f"/me/organisations/{made.pk}/members/{fills.pk}/end").status_code

    assert (tried, ended) == ([302, 422, 422, 422], 302)
    assert phone.get(f"/me/organisations/{made.pk}/members/{mine.pk}/").status_code == 404


def test_a_limited_agent_begins_and_sees_what_is_theirs_alone(me):
    matters, phone = me
    made, mine = agent_of(phone, Limits())
    boss = boss_of(made, matters)
    case = begun(phone, made)
    Case.objects.filter(pk=case.pk).update(account_id=None)

    seen = [phone.get(f"/cases/{case.no}/").status_code]
    identity.authorise_member(
        organisation_id=made.pk, person_id=phone.person.pk, role="agent", valid_until=UNTIL, limits=ONLY, by=CLERK,
        now=TUESDAY_NINE,
    )  # fmt: skip
    seen.append(phone.get(f"/cases/{case.no}/").status_code)
    said = {"who": f"org-{made.pk}", "a": ["premises:rented", "food:no"], "hall": "town", "anyway": "1"}
    refused = phone.client.post("/matters/pension/begin", said)
    Case.objects.filter(pk=case.pk).update(account_id=phone.account.pk)
    listed = [case.no in text(phone.get(page)) for page in (f"/me/organisations/{made.pk}/", "/cases/")]

    assert (seen, refused.status_code, listed) == ([200, 404], 409, [False, False])
    assert ("你在别的事项上代表这个单位" in text(refused), boss.masked_name in text(refused)) == (True, True)
    assert Item.objects.get(code="medical").name_zh in text(refused)


def test_who_only_fills_in_does_not_send(me):
    matters, phone = me
    made, _ = agent_of(phone, Limits(sends=False))
    boss = boss_of(made, matters)
    case = begun(phone, made)
    phone.client.post(f"/cases/{case.no}/form/", {"f-name": "店", "f-address": "一号路", "go": "on"})
    handed_in(phone, case, "id", "lease")

    check = text(phone.get(f"/cases/{case.no}/check/"))
    sent = phone.post(f"/cases/{case.no}/check/")

    case.refresh_from_db()
    assert (sent.status_code, case.phase) == (409, "draft")
    assert ("你替这个单位填写" in check, boss.masked_name in text(sent)) == (True, True)
