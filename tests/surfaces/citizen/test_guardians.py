"""A guardian's own pages: children declared and proven, their cases followed, and over when it is over."""

from __future__ import annotations

from datetime import date

import pytest

from banshi.foundation import clock
from banshi.journeys.case.conclude import is_their_own
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Guardianship, Person
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant, handed_in
from tests.surfaces.citizen.conftest import Phone, stop_the_clock, text
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
CHILD = {"name": "测试娃", "id_type": "resident_id", "id_number": generate_resident_id("441900", date(2018, 5, 6), 7)}


@pytest.fixture
def me(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


def proven(me: Phone, child: Person) -> Guardianship:
    mine = me.person
    return identity.prove_guardian(
        child_id=child.pk, relation="parent", name=mine.name, id_type=mine.id_type, id_number=mine.id_number,
        paper="户口簿", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip


def child() -> Person:
    return identity.enrol(now=TUESDAY_NINE, **CHILD)


def begun(me: Phone, child: Person) -> Case:
    said = {"who": child.pk, "a": ["premises:rented", "food:no"], "hall": "town"}
    answer = me.client.post("/matters/pension/begin", said)
    assert answer.status_code == 302, text(answer)[-2000:]
    return Case.objects.latest("id")


def test_a_child_is_declared_and_waits_for_a_window(me):
    phone = me[1]

    phone.client.post("/me/family/add", CHILD | {"relation": "parent"})

    shown = text(phone.get("/me/family/"))
    row = Guardianship.objects.get()
    assert (row.guardian_id, row.proven_at, "到窗口出示材料" in shown, "测试娃" in shown) == (
        phone.person.pk,
        None,
        True,
        True,
    )
    assert "测试娃" not in text(phone.get("/me/"))
    phone.post(f"/me/family/{row.pk}/drop")
    assert Guardianship.objects.get().ended_at is not None


def test_what_a_window_entered_and_anothers_is_not_dropped_here(me):
    phone = me[1]
    row = proven(phone, child())

    assert [phone.post(f"/me/family/{pk}/drop").status_code for pk in (row.pk, row.pk + 1)] == [404, 404]


def test_a_guardian_begins_follows_and_may_have_the_result(me):
    matters, phone = me
    row = proven(phone, child())

    case = begun(phone, row.child)

    assert (case.guardian_id, case.person_id, is_their_own(case, now=clock.now())) == (row.pk, row.child_id, True)
    assert case.no in text(phone.get("/cases/"))


def test_the_other_guardian_sees_what_one_began(me):
    phone = me[1]
    row = proven(phone, child())
    case = begun(phone, row.child)
    Case.objects.filter(pk=case.pk).update(account=None)  # as of the other's account: only the child leads here

    assert (phone.get(f"/cases/{case.no}/").status_code, case.no in text(phone.get("/cases/"))) == (200, True)


def test_ended_while_a_case_runs_it_opens_nothing_and_nobody_is_told(me):
    phone = me[1]
    row = proven(phone, child())
    case = begun(phone, row.child)
    handed_in(phone, case, "id", "lease")

    identity.end_guardian(guardianship_id=row.pk, why="判决变更", by=CLERK, now=TUESDAY_NINE)

    answers = [
        phone.get(f"/cases/{case.no}/"),
        phone.post(f"/cases/{case.no}/check/"),
        phone.get(f"/cases/{case.no}/papers/"),
    ]
    case.refresh_from_db()
    assert ([each.status_code for each in answers], case.phase) == ([409] * 3, "draft")
    assert ("已不是监护人" in text(answers[0]), is_their_own(case, now=clock.now())) == (True, False)
    assert Message.objects.filter(subject=f"case:{case.no}").count() == 0


@pytest.mark.parametrize(("day", "status"), [("2036-05-05 23:59", 200), ("2036-05-06 00:00", 409)])
def test_over_on_the_eighteenth_birthday(me, day, status):
    phone = me[1]
    case = begun(phone, proven(phone, child()).child)

    stop_the_clock(at(day))

    assert phone.get(f"/cases/{case.no}/").status_code == status


def test_a_guardians_look_at_a_childs_case_is_written_down_and_the_other_guardian_sees_it(me):
    phone, one = me[1], child()
    proven(phone, one)
    case = begun(phone, one)

    for _ in range(2):
        phone.get(f"/cases/{case.no}/")
    family = text(phone.get("/me/family/"))

    looks = Entry.objects.filter(action="looked", subject=f"person:{one.pk}", actor__startswith="citizen:")
    assert [each.facts["why"] for each in looks] == [f"guardian:{case.no}:2026-03-10"]
    assert ("谁看过测试娃的资料" in family, "监护人查看" in family, case.no in family) == (True, True, True)


def test_nobody_leaves_a_trace_at_their_own(me):
    phone = me[1]
    case = begun(phone, phone.person)
    phone.get(f"/cases/{case.no}/")

    assert not Entry.objects.filter(action="looked", subject=f"person:{phone.person.pk}").exists()
