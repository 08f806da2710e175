"""Certificates: one valid of a kind per holder, used with consent alone, each use for ever; facts, of which the newest counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.library import actions, queries
from banshi.rooms.library.models import Certificate, CertificateUse, Fact
from tests.together import meanwhile, together
from tests.town import TUESDAY_NINE, Town, at

CLERK = Actor(ActorKind.STAFF, "7", "town")
DAY = date(2026, 3, 10)


def issue(person_id: int | None = None, **more: Any) -> Certificate:
    asked = {
        "type": "business-licence", "number": "92441900MA4W0001X1", "name_zh": "营业执照", "name_en": "Business licence",
        "issuer_zh": "市场监管局", "issuer_en": "Market Regulation", "issued_on": DAY, "trust": "A",
        "source": "case:1", "by": CLERK, "now": TUESDAY_NINE, "person_id": person_id, **more,
    }  # fmt: skip
    return actions.issue_certificate(**asked)


def use(row: Certificate, person_id: int | None = None, **more: Any) -> CertificateUse:
    asked = {
        "ref": row.ref, "purpose": "licence-copy", "subject": "case:DG1", "consent": True, "by": CLERK,
        "now": TUESDAY_NINE, "person_id": person_id, **more,
    }  # fmt: skip
    return actions.use_certificate(**asked)


def slug_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value.slug


# --- Issued and ended ---------------------------------------------------------------------------------------------


def test_a_certificate_is_its_holders(town: Town):
    person = town.person(1).pk

    row = issue(person, number=" 92441900ma4w0001x1 ", case_no="DG1", valid_until=date(2030, 1, 1))

    (found,) = queries.certificates_of(person_id=person)
    assert (found.ref, found.number, found.type, found.trust, found.case_no, found.status) == (
        row.ref, "92441900MA4W0001X1", "business-licence", "A", "DG1", "valid",
    )  # fmt: skip
    assert (found.valid_until, found.person_id, found.organisation_id) == (date(2030, 1, 1), person, None)
    assert (queries.certificate(row.ref), queries.certificates_of(person_id=town.person(2).pk)) == (found, [])
    assert queries.certificate("0" * 20) is None


def test_the_number_is_sealed(town: Town):
    issue(town.person(1).pk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM library_certificate c")
        assert "MA4W0001X1" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    "again", [{}, {"number": "92441900 MA4W 0001x1"}, {"number": "９２４４１９００MA4W0001X1"}, {"trust": "C"}]
)
def test_a_holder_has_the_same_certificate_once(town: Town, again: dict[str, Any]):
    issue(town.person(1).pk)

    assert slug_of(issue, town.person(1).pk, **again) == "changed-meanwhile"
    assert Certificate.objects.count() == 1


def test_others_are_others(town: Town):
    issue(town.person(1).pk)

    issue(town.person(2).pk)
    issue(organisation_id=5)
    issue(organisation_id=6)
    issue(town.person(1).pk, number="another")
    issue(town.person(1).pk, type="food-licence")

    assert Certificate.objects.count() == 6
    assert slug_of(issue, organisation_id=5) == "changed-meanwhile"


def test_of_two_who_issue_the_same_in_one_instant_one_stands(committed_town: Town):
    person = committed_town.person(1).pk

    results = together(4, lambda i: issue(person, case_no=f"DG{i}"))

    slugs = [each.slug for each in results if isinstance(each, Refused)]
    assert (slugs, Certificate.objects.count()) == (["changed-meanwhile"] * 3, 1)
    assert Entry.objects.filter(action="certificate_issued").count() == 1


def test_what_ended_makes_room_and_stays_to_be_read(town: Town):
    person = town.person(1).pk
    first = issue(person)

    ended = actions.end_certificate(ref=first.ref, why="换发", by=CLERK, now=at("2026-03-11 09:00"))
    second = issue(person)

    assert (ended.status, ended.ended_at, ended.ended_by) == ("ended", at("2026-03-11 09:00"), "staff:7")
    assert [each.ref for each in queries.certificates_of(person_id=person)] == [second.ref]
    assert queries.certificate(first.ref).status == "ended"
    assert slug_of(actions.end_certificate, ref=first.ref, by=CLERK, now=TUESDAY_NINE) == "wrong-state"
    assert slug_of(actions.end_certificate, ref="0" * 20, by=CLERK, now=TUESDAY_NINE) == "nothing-found"


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": ""}, {"number": " \u3000 "}, {"number": "9" * 81}, {"trust": "E"}, {"trust": ""},
        {"valid_until": DAY - timedelta(days=1)},
    ],
)  # fmt: skip
def test_what_cannot_be_is_invalid(town: Town, wrong: dict[str, Any]):
    assert slug_of(issue, town.person(1).pk, **wrong) == "invalid"
    assert Certificate.objects.count() == 0


def test_it_may_last_for_one_day(town: Town):
    assert issue(town.person(1).pk, valid_until=DAY).valid_until == DAY


def test_it_has_one_holder(town: Town):
    for holders in ({}, {"person_id": town.person(1).pk, "organisation_id": 5}):
        with pytest.raises(ValueError, match="either"):
            issue(**holders)
    assert slug_of(issue, 404404) == "nothing-found"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE library_certificate SET valid_until = '2099-01-01'",
        "UPDATE library_certificate SET number = 'x'",
        "UPDATE library_certificate SET status = 'ended', ended_at = made_at, trust = 'B'",
        "UPDATE library_certificate SET trust = 'A' WHERE status = 'ended'",
        "UPDATE library_certificate SET status = 'valid', ended_at = NULL WHERE status = 'ended'",
        "UPDATE library_certificate SET ended_for = 'DG1' WHERE status = 'ended'",
        "UPDATE library_certificate_use SET subject = 'case:other'",
        "DELETE FROM library_certificate_use",
        "UPDATE library_fact SET value = 'x'",
    ],
)
def test_what_was_entered_stands(town: Town, sql: str):
    person = town.person(1).pk
    use(issue(person), person)
    actions.end_certificate(ref=issue(person, number="2").ref, by=CLERK, now=TUESDAY_NINE)
    learn(person)

    with pytest.raises(DatabaseError, match="stands"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("sql", "stands"),
    [
        ("status = 'valid', ended_at = NULL, ended_by = '', ended_for = ''", False),
        ("ended_for = 'DG2'", False),
        ("ended_for = ''", False),
        ("ended_at = made_at - interval '1 day'", True),
        ("ended_by = 'staff:8'", True),
        ("status = 'valid', ended_at = NULL, ended_for = '', trust = 'B'", True),
    ],
)
def test_what_ended_for_a_case_may_be_given_back_and_nothing_else(town: Town, sql: str, stands: bool):
    holder = {"person_id": town.person(1).pk, "organisation_id": None}
    issue(**holder)
    wanted = actions.Wanted("business-licence", "all")
    actions.end_for_case(case_no="DG1", wanted=wanted, **holder, by=CLERK, now=TUESDAY_NINE)

    def change() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE library_certificate SET {sql}")

    if stands:
        with pytest.raises(DatabaseError, match="stands"):
            change()
    else:
        change()


def test_only_what_ended_was_ended_for_a_case(town: Town):
    issue(town.person(1).pk)

    with pytest.raises(DatabaseError, match="only_an_ended_certificate"), connection.cursor() as cursor:
        cursor.execute("UPDATE library_certificate SET ended_for = 'DG1'")


@pytest.mark.parametrize(
    ("today", "there"), [(None, True), (DAY, True), (DAY + timedelta(days=1), False)], ids=["any", "last day", "after"]
)
def test_its_last_day_counts(town: Town, today: date | None, there: bool):
    issue(town.person(1).pk, valid_until=DAY)

    assert bool(queries.certificates_of(person_id=town.person(1).pk, today=today)) == there


def test_certificates_are_asked_for_by_type_newest_first(town: Town):
    person = town.person(1).pk
    for no, (kind, day) in enumerate([("a", 1), ("b", 3), ("a", 2)]):
        issue(person, type=kind, number=str(no), issued_on=date(2026, 1, day))

    def numbers(types: Any) -> list[str]:
        return [each.number for each in queries.certificates_of(person_id=person, types=types)]

    assert [numbers(None), numbers(["a"]), numbers(["a", "b"]), numbers([])] == [
        ["1", "2", "0"], ["2", "0"], ["1", "2", "0"], [],
    ]  # fmt: skip


# --- Used ---------------------------------------------------------------------------------------------------------


def test_a_use_is_traced_and_told_to_the_holder(town: Town):
    person = town.person(1).pk
    row = issue(person)

    use(row, person, note="办理食品经营许可")

    (told,) = queries.uses_of(person)
    assert (told.certificate, told.type, told.name_zh, told.purpose, told.subject, told.by, told.at, told.note) == (
        row.ref, "business-licence", "营业执照", "licence-copy", "case:DG1", "staff:7", TUESDAY_NINE, "办理食品经营许可",
    )  # fmt: skip
    assert queries.uses_of(town.person(2).pk) == []
    entry = Entry.objects.get(action="certificate_used")
    assert (entry.subject, entry.facts) == (f"certificate:{row.ref}", {"case": "DG1"})


def test_nothing_is_used_without_consent(town: Town):
    person = town.person(1).pk
    row = issue(person)

    assert slug_of(use, row, person, consent=False) == "consent-missing"
    assert (CertificateUse.objects.count(), Entry.objects.filter(action="certificate_used").count()) == (0, 0)


def test_nor_for_somebody_else(town: Town):
    row = issue(town.person(1).pk)

    assert slug_of(use, row, town.person(2).pk) == "nothing-found"
    assert slug_of(use, row, organisation_id=5) == "nothing-found"
    assert slug_of(use, row, town.person(2).pk, consent=False) == "nothing-found"
    assert use(issue(organisation_id=5), organisation_id=5).subject == "case:DG1"


@pytest.mark.parametrize(
    ("now", "slug"), [("2026-03-10 23:59", None), ("2026-03-11 00:00", "wrong-state")], ids=["last minute", "over"]
)
def test_nor_after_its_last_day(town: Town, now: str, slug: str | None):
    person = town.person(1).pk
    row = issue(person, valid_until=DAY)

    assert (slug_of(use, row, person, now=at(now)) if slug else use(row, person, now=at(now)).purpose) == (
        slug or "licence-copy"
    )


def test_nor_once_it_ended(town: Town):
    person = town.person(1).pk
    row = issue(person)
    actions.end_certificate(ref=row.ref, by=CLERK, now=TUESDAY_NINE)

    assert slug_of(use, row, person) == "wrong-state"


def test_a_use_is_one_however_often_the_button_is_pressed(town: Town):
    person = town.person(1).pk
    row = issue(person)

    first = use(row, person)
    assert use(row, person, note="again").pk == first.pk

    use(row, person, purpose="other")
    use(row, person, subject="case:DG2")
    assert [(each.subject, each.purpose) for each in queries.uses_of(person)] == [
        ("case:DG2", "licence-copy"), ("case:DG1", "other"), ("case:DG1", "licence-copy"),
    ]  # fmt: skip
    assert Entry.objects.filter(action="certificate_used").count() == 3


def test_two_who_use_it_at_once_leave_one_trace(committed_town: Town):
    person = committed_town.person(1).pk
    row = issue(person)

    results = together(3, lambda i: use(row, person).pk)

    assert (len(set(results)), CertificateUse.objects.count()) == (1, 1)


def test_who_uses_what_is_being_ended_waits_and_is_refused(committed_town: Town):
    person = committed_town.person(1).pk
    row = issue(person)

    result = meanwhile(
        lambda: actions.end_certificate(ref=row.ref, by=CLERK, now=TUESDAY_NINE), lambda: use(row, person)
    )

    assert (getattr(result, "slug", result), CertificateUse.objects.count()) == ("wrong-state", 0)


def test_a_person_of_two_documents_uses_what_either_holds(town: Town):
    old, new = town.person(1), town.person(2)
    row = issue(old.pk)
    type(old).objects.filter(pk=old.pk).update(same_as=new)

    use(row, new.pk)

    assert [each.ref for each in queries.certificates_of(person_id=new.pk)] == [row.ref]
    assert len(queries.uses_of(new.pk)) == len(queries.uses_of(old.pk)) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_uses_cost_as_many_queries_however_many(town: Town, django_assert_num_queries: Any, count: int):
    person = town.person(1).pk
    row = issue(person)
    for no in range(count):
        use(row, person, subject=f"case:{no}")

    with django_assert_num_queries(3):
        assert len(queries.uses_of(person)) == count


# --- Facts --------------------------------------------------------------------------------------------------------


def learn(person_id: int | None = None, **more: Any) -> Fact:
    asked = {
        "element": "address",
        "value": "一号路 1 号",
        "trust": "B",
        "source": "case:DG1",
        "now": TUESDAY_NINE,
        **more,
    }
    return actions.learn(person_id=person_id, **asked)


def test_of_facts_the_newest_counts(town: Town):
    person = town.person(1).pk
    learn(person, value="new", now=at("2026-03-10 09:00"))
    learn(person, value="old", trust="A", now=at("2026-03-09 09:00"))
    learn(person, element="job", value="first")
    learn(person, element="job", value="second")
    learn(town.person(2).pk, value="another's")
    learn(organisation_id=5, value="a firm's")

    found = queries.facts_of(person_id=person, today=DAY)

    assert {element: (fact.value, fact.trust) for element, fact in found.items()} == {
        "address": ("new", "B"), "job": ("second", "B"),
    }  # fmt: skip
    assert list(queries.facts_of(person_id=person, elements=["job", "none"], today=DAY)) == ["job"]
    assert queries.facts_of(person_id=person, elements=[], today=DAY) == {}
    assert [fact.value for fact in queries.facts_of(organisation_id=5, today=DAY).values()] == ["a firm's"]


def test_facts_are_sealed_and_checked(town: Town):
    learn(town.person(1).pk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT f::text FROM library_fact f")
        assert "一号路" not in cursor.fetchone()[0]
    assert slug_of(learn, town.person(1).pk, trust="Z") == "invalid"
    assert slug_of(learn, 404404) == "nothing-found"
    with pytest.raises(ValueError, match="either"):
        learn()
