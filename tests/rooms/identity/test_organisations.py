"""Organisations that apply, each entered once by its credit code; and who acts for them, until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import generate_resident_id
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity import actions, queries
from banshi.rooms.identity.models import Organisation, OrganisationMember, Person
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town

CODE = "91350100M000100Y43"
OTHER_CODE = "91440101MA59ABCD1D"
NAME = "东莞市南城糖水铺有限公司"
TODAY = TUESDAY_NINE.date()


def enrolled(**more: Any) -> Organisation:
    return actions.enrol_organisation(**{"uscc": CODE, "name": NAME, "by": CLERK, "now": TUESDAY_NINE, **more})


def member(town: Town, organisation: Organisation, person: int = 0, **more: Any) -> OrganisationMember:
    asked: dict[str, Any] = {"role": "agent", "by": CLERK, "now": TUESDAY_NINE, **more}
    return actions.authorise_member(organisation_id=organisation.pk, person_id=town.person(person).pk, **asked)


def deeds(subject: str) -> list[str]:
    return list(Entry.objects.filter(subject=subject).order_by("id").values_list("action", flat=True))


def test_an_organisation_is_entered_once_however_its_code_is_spelled(town: Town) -> None:
    first = enrolled()
    again = enrolled(uscc="９1350100 m000100y43")

    assert (again.pk, Organisation.objects.count()) == (first.pk, 1)
    assert (first.uscc, first.masked_name, deeds(f"organisation:{first.pk}")) == (
        CODE,
        "东莞****公司",
        ["organisation-enrolled"],
    )


def test_its_code_and_its_name_are_not_in_the_table(town: Town) -> None:
    enrolled()

    with connection.cursor() as cursor:
        cursor.execute("SELECT o::text FROM identity_organisation o")
        (row,) = cursor.fetchone()
    assert [CODE in row, "糖水铺" in row] == [False, False]


@pytest.mark.parametrize(
    ("wrong", "slug"),
    [
        ({"uscc": "91350100M000100Y44"}, "identity-invalid"),  # the check character
        ({"uscc": ""}, "identity-invalid"),
        ({"name": " "}, "invalid"),
        ({"name": "铺\u200b子"}, "invalid"),
    ],
)
def test_a_code_or_a_name_that_is_none_is_refused(town: Town, wrong: dict[str, str], slug: str) -> None:
    with pytest.raises(Refused) as no:
        enrolled(**wrong)

    assert (no.value.slug, Organisation.objects.count()) == (slug, 0)


def test_what_is_only_declared_changes_no_known_name(town: Town) -> None:
    known = enrolled()

    said = enrolled(name="别人的公司", by=CITIZEN)

    assert (said.name, deeds(f"organisation:{known.pk}")) == (NAME, ["organisation-enrolled"])


def test_staff_who_see_the_licence_put_the_name_right(town: Town) -> None:
    known = enrolled(name="旧名公司", by=CITIZEN)

    enrolled()

    known.refresh_from_db()
    assert (known.name, known.masked_name) == (NAME, "东莞****公司")
    assert deeds(f"organisation:{known.pk}") == ["organisation-enrolled", "organisation-renamed"]


@pytest.mark.race
def test_of_several_who_enter_the_same_code_at_once_all_have_one_entry(committed_town: Town) -> None:
    made = together(6, lambda _: enrolled())

    assert {each.pk for each in made} == {Organisation.objects.get().pk}
    assert deeds(f"organisation:{made[0].pk}") == ["organisation-enrolled"]


def test_a_person_acts_for_an_organisation_until_its_last_day(town: Town) -> None:
    organisation = enrolled()
    held = member(town, organisation, valid_until=TODAY + timedelta(days=1))
    who = held.person_id

    assert [queries.may_act_for(who, organisation.pk, TODAY + timedelta(days=n)) for n in (0, 1, 2)] == [
        True,
        True,
        False,
    ]
    assert queries.organisations_of(who) == (
        queries.ActsForOrganisation(held.pk, organisation.pk, NAME, CODE, "agent", TODAY + timedelta(days=1)),
    )
    assert queries.organisations_of(who, today=TODAY + timedelta(days=2)) == ()
    assert [queries.may_act_for(town.person(1).pk, organisation.pk, TODAY), queries.may_act_for(who, 0, TODAY)] == [
        False,
        False,
    ]


def test_a_legal_representative_stands_until_it_is_ended(town: Town) -> None:
    organisation = enrolled()
    held = member(town, organisation, role="legal")

    before = queries.may_act_for(held.person_id, organisation.pk, date(2040, 1, 1))
    for _ in range(2):
        actions.end_member(member_id=held.pk, by=CLERK, now=TUESDAY_NINE)

    assert (before, queries.may_act_for(held.person_id, organisation.pk, TODAY)) == (True, False)
    assert queries.organisations_of(held.person_id) == ()
    assert OrganisationMember.objects.get().ended_by == "staff:1"
    assert deeds(f"person:{held.person_id}")[-2:] == ["member-authorised", "member-ended"]


def test_the_same_word_again_changes_nothing_and_another_replaces_it(town: Town) -> None:
    organisation = enrolled()
    first = member(town, organisation)
    again = member(town, organisation)
    other = member(town, organisation, role="legal")

    assert (again.pk, other.pk == first.pk) == (first.pk, False)
    assert [each.role for each in queries.organisations_of(first.person_id)] == ["legal"]


@pytest.mark.parametrize("wrong", [{"role": "king"}, {"role": ""}, {"valid_until": TODAY - timedelta(days=1)}])
def test_a_standing_that_is_none_or_over_is_refused(town: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused) as no:
        member(town, enrolled(), **wrong)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", next(iter(wrong)))


@pytest.mark.parametrize("role", ["legal", "agent"])
def test_who_acts_for_an_organisation_is_of_age(town: Town, role: str) -> None:
    organisation, seq = enrolled(), iter((1, 3))

    def acts(born: date) -> OrganisationMember:
        number = generate_resident_id("441900", born, next(seq))
        someone = actions.enrol(name="测试某", id_type="resident_id", id_number=number, by=CLERK, now=TUESDAY_NINE)
        return actions.authorise_member(
            organisation_id=organisation.pk, person_id=someone.pk, role=role, by=CLERK, now=TUESDAY_NINE
        )

    with pytest.raises(Refused) as no:
        acts(TODAY.replace(year=TODAY.year - 18) + timedelta(days=1))
    of_age = acts(TODAY.replace(year=TODAY.year - 18))

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", "role")
    assert OrganisationMember.objects.get() == of_age


def test_nobody_acts_for_what_is_not_there(town: Town) -> None:
    organisation = enrolled()
    asked: dict[str, Any] = {"role": "agent", "by": CLERK, "now": TUESDAY_NINE}

    tried = [
        lambda: actions.authorise_member(organisation_id=0, person_id=town.person(0).pk, **asked),
        lambda: actions.authorise_member(organisation_id=organisation.pk, person_id=0, **asked),
        lambda: actions.end_member(member_id=0, by=CLERK, now=TUESDAY_NINE),
    ]

    for each in tried:
        with pytest.raises(Refused, match="nothing-found"):
            each()


@pytest.mark.race
def test_of_several_words_at_once_for_one_person_one_stands(committed_town: Town) -> None:
    organisation = enrolled()

    together(4, lambda i: member(committed_town, organisation, role=("legal", "agent")[i % 2]))

    assert OrganisationMember.objects.filter(ended_at=None).count() == 1


def test_the_table_takes_no_second_live_word_and_no_other_standing(town: Town) -> None:
    organisation, person = enrolled(), town.person(0)
    row: dict[str, Any] = {"organisation": organisation, "person": person, "given_at": TUESDAY_NINE, "given_by": "x"}
    member(town, organisation)

    for role, name in (
        ("agent", "a_person_acts_for_an_organisation_once"),
        ("x", "a_member_represents_or_is_an_agent"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            OrganisationMember.objects.create(role=role, **row)


def join(keep: Person, other: Person, how: str = "renewed") -> None:
    from banshi.journeys.person.join_entries import join

    join(
        keep_id=keep.pk, other_id=other.pk, how=how, why="本人带新旧证件来", card_seen=True,
        by=Actor(ActorKind.STAFF, "1", "town"), now=TUESDAY_NINE,
    )  # fmt: skip


def two_entries(town: Town, how: str = "renewed") -> tuple[Person, Person]:
    """A person, and the entry of another document of theirs."""
    keep = town.person(0)
    other = actions.enrol(name=keep.name, id_type="passport", id_number="E12345678", now=TUESDAY_NINE)
    return keep, other


@pytest.mark.parametrize(("theirs", "mine"), [("legal", "agent"), ("agent", "legal")])
def test_of_two_words_for_one_organisation_the_stronger_stays_when_entries_are_joined(
    town: Town, theirs: str, mine: str
) -> None:
    keep, other = two_entries(town)
    one, two = enrolled(), enrolled(uscc=OTHER_CODE)
    asked: dict[str, Any] = {"by": CLERK, "now": TUESDAY_NINE}
    actions.authorise_member(organisation_id=one.pk, person_id=other.pk, role=theirs, **asked)
    actions.authorise_member(organisation_id=one.pk, person_id=keep.pk, role=mine, **asked)
    actions.authorise_member(organisation_id=two.pk, person_id=other.pk, role="agent", **asked)

    join(keep, other)

    stand = {each.organisation_id: each.role for each in queries.organisations_of(keep.pk)}
    assert (stand, queries.organisations_of(other.pk)) == ({one.pk: "legal", two.pk: "agent"}, ())


def test_whoever_is_named_by_a_further_document_acts_as_the_entry_that_stands(town: Town) -> None:
    keep, other = two_entries(town)
    join(keep, other)

    held = actions.authorise_member(
        organisation_id=enrolled().pk, person_id=other.pk, role="agent", by=CLERK, now=TUESDAY_NINE
    )

    assert held.person_id == keep.pk


def test_a_number_typed_wrongly_leaves_nobody_acting_by_it(town: Town) -> None:
    keep, other = two_entries(town)
    held = actions.authorise_member(
        organisation_id=enrolled().pk, person_id=other.pk, role="agent", by=CLERK, now=TUESDAY_NINE
    )

    join(keep, other, how="mistyped")

    held.refresh_from_db()
    assert (held.ended_at, held.person_id, queries.organisations_of(keep.pk)) == (TUESDAY_NINE, other.pk, ())
