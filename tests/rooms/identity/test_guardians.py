"""Guardians of minors: declared, proven at a window, contested, ended; over on the 18th birthday."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from banshi.kernel.documents import generate_resident_id, last_day_minor
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity import actions, queries
from banshi.rooms.identity.models import Account, AccountPerson, Guardianship, Person
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

TODAY = TUESDAY_NINE.date()
BORN = date(2018, 5, 6)
CHILD = {"name": "测试娃", "id_type": "resident_id", "id_number": generate_resident_id("441900", BORN, 7)}
LAST = date(2036, 5, 5)


def child() -> Person:
    return actions.enrol(now=TUESDAY_NINE, **CHILD)


def account_of(person: Person, phone: str = "+8613800138000") -> Account:
    return Account.objects.create(
        phone=phone, phone_index=phone, person=person, person_evidence=Evidence.WINDOW, person_at=TUESDAY_NINE,
        created_at=TUESDAY_NINE,
    )  # fmt: skip


def declared(guardian: Person, **more: Any) -> Guardianship:
    asked: dict[str, Any] = {"relation": "parent", "by": CITIZEN, "now": TUESDAY_NINE, **CHILD, **more}
    return actions.declare_guardian(guardian_id=guardian.pk, **asked)


def proven(guardian: Person, of: Person, **more: Any) -> Guardianship:
    asked: dict[str, Any] = {"relation": "parent", "paper": "出生医学证明", "by": CLERK, "now": TUESDAY_NINE, **more}
    return actions.prove_guardian(
        child_id=of.pk, name=guardian.name, id_type=guardian.id_type, id_number=guardian.id_number, **asked
    )


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (date(2008, 3, 10), date(2026, 3, 9)),
        (date(2008, 1, 1), date(2025, 12, 31)),
        (date(2008, 2, 29), date(2026, 2, 28)),
    ],
)
def test_of_age_from_the_eighteenth_birthday_on(born: date, last: date) -> None:
    assert last_day_minor(born) == last


def test_what_is_only_declared_gives_no_right(town: Town) -> None:
    mother = town.person(0)
    account = account_of(mother)

    one, again = declared(mother), declared(mother)

    (shown,) = queries.children_of(account.pk, today=TODAY)
    assert (one.pk, shown.proven, shown.other, shown.valid_until) == (again.pk, False, "测试娃", LAST)
    assert (queries.wards_of(account.pk, today=TODAY), queries.opens_for(account.pk, one.child_id, today=TODAY)) == (
        [],
        False,
    )


def test_a_window_that_saw_the_papers_proves_what_was_declared(town: Town) -> None:
    mother = town.person(0)
    account = account_of(mother)
    row = declared(mother)

    held, again = proven(mother, row.child), proven(mother, row.child)

    assert (held.pk, again.pk, queries.wards_of(account.pk, today=TODAY)) == (row.pk, row.pk, [row.child_id])
    assert AccountPerson.objects.get(account=account).person_id == row.child_id
    subject = f"person:{row.child_id}"
    assert list(Entry.objects.filter(subject=subject).order_by("id").values_list("action", flat=True))[-2:] == [
        "guardian-declared",
        "guardian-proven",
    ]


def test_it_is_over_by_itself_on_the_birthday(town: Town) -> None:
    mother = town.person(0)
    account = account_of(mother)
    row = proven(mother, child())

    acts = [queries.guardianship_of(account.pk, row.child_id, today=LAST + timedelta(days=n)) for n in (0, 1)]
    over = [queries.guardianship_over(account.pk, row.child_id, today=LAST + timedelta(days=n)) for n in (0, 1)]

    assert (acts, over) == ([row.pk, None], [False, True])
    with pytest.raises(Refused) as no:
        proven(town.person(1), row.child, now=at("2036-05-06 00:00"))
    assert (no.value.slug, no.value.facts["field"]) == ("invalid", "id_number")


def test_a_document_without_a_birthday_needs_one_said_at_a_window(town: Town) -> None:
    mother = town.person(0)
    passport = {"id_type": "passport", "id_number": "E12345678"}
    with pytest.raises(Refused) as no:
        declared(mother, **passport)
    entry = actions.enrol(name="测试娃", now=TUESDAY_NINE, **passport)

    held = proven(mother, entry, born=BORN)

    assert (no.value.facts["field"], held.valid_until, queries.may_be_minor(entry.pk, today=TODAY)) == (
        "born",
        LAST,
        True,
    )


def test_an_account_that_is_nobody_by_proof_acts_for_no_child(town: Town) -> None:
    mother = town.person(0)
    row = proven(mother, child())
    stranger = Account.objects.create(phone="+8613800138009", phone_index="x", person=mother, created_at=TUESDAY_NINE)

    assert (queries.wards_of(stranger.pk, today=TODAY), queries.wards_of(None, today=TODAY)) == ([], [])
    assert queries.guardianship_over(stranger.pk, row.child_id, today=TODAY) is False


def test_a_contested_one_rests_until_it_is_upheld_and_an_ended_one_is_over(town: Town) -> None:
    mother = town.person(0)
    account = account_of(mother)
    row = proven(mother, child())
    steps = []
    for act, more in (
        (actions.contest_guardian, {"why": "父亲提出异议"}),
        (actions.uphold_guardian, {}),
        (actions.end_guardian, {"why": "判决变更监护人"}),
        (actions.end_guardian, {"why": "再点一次"}),
    ):
        act(guardianship_id=row.pk, by=CLERK, now=TUESDAY_NINE, **more)
        steps.append(queries.wards_of(account.pk, today=TODAY))

    row.refresh_from_db()
    assert (steps, row.why) == ([[], [row.child_id], [], []], "判决变更监护人")
    assert AccountPerson.objects.filter(removed_at=None).count() == 0
    with pytest.raises(Refused, match="nothing-found"):
        actions.contest_guardian(guardianship_id=row.pk, why="晚了", by=CLERK, now=TUESDAY_NINE)


@pytest.mark.parametrize("wrong", [{"relation": "king"}, {"paper": " "}])
def test_what_says_nothing_is_refused(town: Town, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused) as no:
        proven(town.person(0), child(), **wrong)

    assert (no.value.facts["field"], Guardianship.objects.count()) == (next(iter(wrong)), 0)


def test_nobody_waits_for_proof_of_many_children(town: Town) -> None:
    mother = town.person(0)
    for n in range(6):
        number = generate_resident_id("441900", BORN + timedelta(days=n), 7)
        if n < 5:
            declared(mother, id_number=number)
    with pytest.raises(Refused, match="too-many-people"):
        declared(mother, id_number=number)


@pytest.mark.race
def test_two_guardians_entered_at_once_by_several_windows_are_one_row_each(committed_town: Town) -> None:
    town, kid = committed_town, child()
    parents = [town.person(0), town.person(1)]

    together(4, lambda i: proven(parents[i % 2], kid))

    shown = queries.guardians_of(kid.pk, today=TODAY)
    assert sorted(each.guardian_id for each in shown) == sorted(each.pk for each in parents)


def test_the_table_takes_no_second_live_row_and_nobody_for_themselves(town: Town) -> None:
    mother, kid = town.person(0), child()
    proven(mother, kid)
    row: dict[str, Any] = {"guardian": mother, "relation": "parent", "valid_until": LAST, "proven_at": TUESDAY_NINE}

    for more, name in (({"child": kid}, "a_guardian_of_a_child_once"), ({"child": mother}, "nobody_is_their_own")):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Guardianship.objects.create(**row, **more)
    with connection.cursor() as cursor:
        cursor.execute("SELECT g::text FROM identity_guardianship g")
        assert "测试娃" not in cursor.fetchone()[0]


@pytest.mark.parametrize(("how", "acts"), [("renewed", True), ("mistyped", False)])
def test_guardians_follow_a_renewed_document_and_no_mistyped_one(town: Town, how: str, acts: bool) -> None:
    from banshi.rooms.identity.actions.guardians import hand_over_guardians

    mother, kid = town.person(0), child()
    account = account_of(mother)
    passport = actions.enrol(name="测试娃", id_type="passport", id_number="E12345678", now=TUESDAY_NINE)
    proven(mother, passport, born=BORN)

    hand_over_guardians(kid, passport, how=how, now=TUESDAY_NINE)

    assert queries.wards_of(account.pk, today=TODAY) == ([kid.pk] if acts else [])
