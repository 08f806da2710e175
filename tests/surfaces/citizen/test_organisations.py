"""My organisations: who acts for them, appointed and ended by the legal representative; their cases; applying for one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Organisation, OrganisationMember
from banshi.rooms.library import actions as library
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
CODE, NAME = "91350100M000100Y43", "东莞市南城糖水铺有限公司"
UNTIL = TUESDAY_NINE.date() + timedelta(days=90)


@pytest.fixture
def me(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


def firm(phone: Phone, role: str = "legal") -> tuple[Organisation, OrganisationMember]:
    made = identity.enrol_organisation(uscc=CODE, name=NAME, by=CLERK, now=TUESDAY_NINE)
    until = None if role == "legal" else UNTIL
    member = identity.authorise_member(
        organisation_id=made.pk, person_id=phone.person.pk, role=role, valid_until=until, by=CLERK, now=TUESDAY_NINE
    )
    return made, member


def appoint(phone: Phone, made: Organisation, person, **more) -> int:
    who = {"name": person.name, "id_type": person.id_type, "id_number": person.id_number}
    asked = who | {"valid_until": UNTIL.isoformat(), "may": "send", "scope": "all"} | more
    return int(phone.client.post(f"/me/organisations/{made.pk}/appoint", asked).status_code)


def begun(phone: Phone, made: Organisation) -> Case:
    said = {"who": f"org-{made.pk}", "a": ["premises:rented", "food:no"], "hall": "town"}
    answer = phone.client.post("/matters/pension/begin", said)
    assert answer.status_code == 302, text(answer)[-1500:]
    return Case.objects.latest("id")


def test_the_legal_representative_appoints_and_ends_an_agent(me):
    matters, phone = me
    made, _ = firm(phone)
    other = matters.town.person(5)

    status = appoint(phone, made, other)
    agent = OrganisationMember.objects.get(person=other)
    shown = text(phone.get(f"/me/organisations/{made.pk}/"))
    phone.post(f"/me/organisations/{made.pk}/members/{agent.pk}/end")

    agent.refresh_from_db()
    assert (status, agent.role, agent.valid_until, agent.ended_at is not None) == (302, "agent", UNTIL, True)
    assert (other.masked_name in shown, other.name in shown, NAME in shown) == (True, False, True)


def test_an_agent_appoints_nobody_and_ends_only_themselves(me):
    matters, phone = me
    made, mine = firm(phone, "agent")
    boss = identity.authorise_member(
        organisation_id=made.pk, person_id=matters.town.person(5).pk, role="legal", by=CLERK, now=TUESDAY_NINE
    )

    tried = [appoint(phone, made, matters.town.person(6))]
    tried += [phone.post(f"/me/organisations/{made.pk}/members/{pk}/end").status_code for pk in (boss.pk, mine.pk)]

    assert tried == [403, 404, 302]
    assert phone.get(f"/me/organisations/{made.pk}/").status_code == 404


def test_another_organisation_is_not_found(me):
    phone = me[1]
    made = identity.enrol_organisation(uscc=CODE, name=NAME, by=CLERK, now=TUESDAY_NINE)

    assert (phone.get(f"/me/organisations/{made.pk}/").status_code, appoint(phone, made, phone.person)) == (404, 404)


def test_a_representative_who_was_ended_meanwhile_appoints_nobody(me):
    matters, phone = me
    _, mine = firm(phone)
    identity.end_member(member_id=mine.pk, by=CLERK, now=TUESDAY_NINE)
    other = matters.town.person(5)

    with pytest.raises(Refused, match="not-allowed"):
        identity.appoint_agent(
            by_member_id=mine.pk, name=other.name, id_type=other.id_type, id_number=other.id_number,
            valid_until=UNTIL, by=CLERK, now=TUESDAY_NINE,
        )  # fmt: skip


def test_a_matter_is_begun_for_it_and_followed_as_long_as_one_acts_for_it(me):
    phone = me[1]
    made, mine = firm(phone)

    case = begun(phone, made)
    open_pages = [
        phone.get(f"/cases/{case.no}/").status_code,
        case.no in text(phone.get(f"/me/organisations/{made.pk}/")),
    ]
    identity.end_member(member_id=mine.pk, by=CLERK, now=TUESDAY_NINE)

    assert (case.organisation_id, case.person_id, case.applicant, open_pages) == (
        made.pk, phone.person.pk, NAME, [200, True],
    )  # fmt: skip
    assert phone.get(f"/cases/{case.no}/").status_code == 409


def test_nobody_begins_a_matter_for_another_organisation(me):
    phone = me[1]
    made = identity.enrol_organisation(uscc=CODE, name=NAME, by=CLERK, now=TUESDAY_NINE)

    said = {"who": f"org-{made.pk}", "a": ["premises:rented", "food:no"], "hall": "town"}

    assert (phone.client.post("/matters/pension/begin", said).status_code, Case.objects.count()) == (422, 0)


LICENCE = "441900600123456"


def on_record(made: Organisation, no: str) -> None:
    row = library.issue_certificate(
        organisation_id=made.pk, type="shop-licence", number=LICENCE, name_zh="营业执照", name_en="Business licence",
        issuer_zh="市场监管局", issuer_en="Market regulator", issued_on=TUESDAY_NINE.date(), trust="A", source="authority",
        by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    library.use_certificate(
        ref=row.ref,
        subject=f"case:{no}",
        purpose="id",
        consent=True,
        organisation_id=made.pk,
        by=CLERK,
        now=TUESDAY_NINE,
    )


def test_whoever_sends_for_it_sees_its_certificates_masked_and_each_use(me):
    phone = me[1]
    made, _ = firm(phone)
    case = begun(phone, made)
    on_record(made, case.no)

    shown = text(phone.get(f"/me/organisations/{made.pk}/"))

    assert ("市场监管局" in shown, LICENCE in shown, LICENCE[-4:] in shown) == (True, False, True)
    assert f'<a class="mono" href="/cases/{case.no}/">' in shown


def test_who_fills_in_only_sees_no_certificate_and_who_was_ended_finds_nothing(me):
    phone = me[1]
    made, mine = firm(phone, "agent")
    on_record(made, begun(phone, made).no)
    OrganisationMember.objects.filter(pk=mine.pk).update(sends=False)

    fills = phone.get(f"/me/organisations/{made.pk}/")
    identity.end_member(member_id=mine.pk, by=CLERK, now=TUESDAY_NINE)
    member_elsewhere = phone.get(f"/me/organisations/{made.pk}/")

    assert (fills.status_code, "市场监管局" in text(fills), member_elsewhere.status_code) == (200, False, 404)
