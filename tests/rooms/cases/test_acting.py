"""Who acts for somebody else, asked as they act: limits of members; a standing, or a mandate, that ends while they send."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from banshi.journeys.person import mandates
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import OrganisationMember
from banshi.rooms.identity.rules import UNLIMITED, Limits
from tests.agents import agent
from tests.matters import SHOP, Matters
from tests.surfaces.citizen.cases import retell
from tests.together import meanwhile
from tests.town import CLERK, TUESDAY_NINE

UNTIL = TUESDAY_NINE.date() + timedelta(days=30)


def firm_of(matters: Matters, limits: Limits = UNLIMITED) -> OrganisationMember:
    made = identity.enrol_organisation(
        uscc="91350100M000100Y43", name="东莞市南城糖水铺有限公司", by=CLERK, now=TUESDAY_NINE
    )
    return identity.authorise_member(
        organisation_id=made.pk, person_id=matters.person.pk, role="agent", valid_until=UNTIL, limits=limits, by=CLERK,
        now=TUESDAY_NINE,
    )  # fmt: skip


def ready(matters: Matters, **more: object) -> Case:
    """A draft with all that is asked."""
    case = matters.opened(**more)
    for code in ("id", "lease"):
        cases.add_material(case_no=case.no, code=code, channel="paper", by=matters.by["receiver"], now=TUESDAY_NINE)
    found: Case = case
    return found


def sends(case: Case, by: Actor) -> str:
    try:
        return str(cases.submit(case_no=case.no, by=by, now=TUESDAY_NINE).phase)
    except Refused as no:
        return no.slug


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limits", "opens"),
    [
        (Limits(), True),
        (Limits(items=("pension",)), True),
        (Limits(items=("medical",)), False),
        (Limits(items=("medical",), sends=False), False),
    ],
)
def test_a_member_begins_what_is_theirs(matters, limits, opens):
    member = firm_of(matters, limits)

    try:
        matters.opened(organisation_id=member.organisation_id)
        found = "opened"
    except Refused as no:
        found = no.slug

    assert found == ("opened" if opens else "member-limited")


@pytest.mark.django_db
def test_a_department_stands_for_all_its_matters(matters):
    member = firm_of(matters)
    case = ready(matters, organisation_id=member.organisation_id)
    identity.authorise_member(
        organisation_id=member.organisation_id, person_id=member.person_id, role="agent", valid_until=UNTIL,
        limits=Limits(departments=(case.item.department.code,)), by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip

    assert sends(case, matters.applicant) == "pre_review"


@pytest.mark.django_db
def test_what_is_for_people_is_not_opened_for_an_organisation(matters):
    member = firm_of(matters)
    Item.objects.filter(code="pension").update(audience="person")

    with pytest.raises(Refused, match="invalid"):
        matters.opened(organisation_id=member.organisation_id)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"role": "legal"}, {"appoints": True}])
def test_the_table_keeps_whoever_appoints_without_limits(matters, wrong):
    member = firm_of(matters)
    OrganisationMember.objects.filter(pk=member.pk).update(valid_until=None)

    with pytest.raises(IntegrityError, match="limited"), transaction.atomic():
        OrganisationMember.objects.filter(pk=member.pk).update(sends=False, **wrong)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["ended", "narrowed"])
def test_a_member_ended_while_sending_sends_nothing(committed_matters, how):
    matters = committed_matters
    member = firm_of(matters)
    case = ready(matters, organisation_id=member.organisation_id)

    def ends() -> None:
        if how == "ended":
            identity.end_member(member_id=member.pk, by=CLERK, now=TUESDAY_NINE)
        else:
            identity.authorise_member(
                organisation_id=member.organisation_id, person_id=member.person_id, role="agent", valid_until=UNTIL,
                limits=Limits(sends=False), by=CLERK, now=TUESDAY_NINE,
            )  # fmt: skip

    told = meanwhile(ends, lambda: sends(case, matters.applicant))

    assert told == {"ended": "mandate-missing", "narrowed": "member-limited"}[how]
    assert Case.objects.get(pk=case.pk).phase == "draft"


@pytest.mark.django_db(transaction=True)
def test_an_agent_whose_mandate_ends_while_sending_sends_nothing(committed_matters):
    matters = committed_matters
    acting, client = agent(), matters.town.person(7)
    by = Actor(ActorKind.CITIZEN, str(acting.account_id))
    mandate = identity.give_mandate(
        agent_id=acting.pk, name=client.name, id_type=client.id_type, id_number=client.id_number, valid_until=UNTIL,
        paper="委托书", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    case = ready(matters, person_id=client.pk, account_id=acting.account_id)

    told = meanwhile(
        lambda: mandates.end(mandate_id=mandate.pk, by=CLERK, now=TUESDAY_NINE), lambda: sends(case, by)
    )  # fmt: skip

    assert (told, Case.objects.get(pk=case.pk).phase) == ("mandate-missing", "draft")


@pytest.mark.django_db(transaction=True)
def test_an_agent_whose_mandate_ends_begins_nothing_anew(committed_matters):
    matters = committed_matters
    acting, client = agent(), matters.town.person(7)
    by = Actor(ActorKind.CITIZEN, str(acting.account_id))
    mandate = identity.give_mandate(
        agent_id=acting.pk, name=client.name, id_type=client.id_type, id_number=client.id_number, valid_until=UNTIL,
        paper="委托书", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    case = ready(matters, person_id=client.pk, account_id=acting.account_id)
    retell(matters, materials=SHOP["materials"][:1])

    def renews() -> str:
        with pytest.raises(Refused) as refused:
            cases.renew(case_no=case.no, by=by, now=TUESDAY_NINE)
        return refused.value.slug

    told = meanwhile(lambda: mandates.end(mandate_id=mandate.pk, by=CLERK, now=TUESDAY_NINE), renews)

    assert (told, Case.objects.get(pk=case.pk).item_version) == ("mandate-missing", case.item_version)
