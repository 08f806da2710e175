"""The key of one member of staff: what it may do, and where, follows from the roles that person holds now."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.actors import ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.identity.rules import PERMISSIONS
from banshi.surfaces.api import keys
from banshi.surfaces.api.keys import ANY, PERMISSION_OF, SCOPES_OF, Caller, permissions_of
from tests.surfaces.api.conftest import Calls
from tests.town import CLERK, TUESDAY_NINE, Town

REVIEW, APPROVE, UNNAMED = "review_a_case", "approve_a_case", "says_no_permission"


@pytest.fixture(autouse=True)
def _operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two operations that take a permission, and one that was forgotten in the table."""
    for name in (REVIEW, APPROVE, UNNAMED):
        monkeypatch.setitem(SCOPES_OF, name, frozenset({"staff"}))
    monkeypatch.setitem(PERMISSION_OF, REVIEW, "cases.review")
    monkeypatch.setitem(PERMISSION_OF, APPROVE, "cases.approve")


def works(login: str, role: str, *scopes: str, kind: str = "hall") -> Staff:
    one = Staff.objects.create_staff(
        login=login, password="town-password", name_zh=login, name_en=login, created_at=TUESDAY_NINE
    )
    for scope in scopes:
        Role.objects.create(
            staff=one, role=role, scope_kind=kind, scope=scope, given_at=TUESDAY_NINE, given_by="system"
        )
    return one


def key_of(staff: Staff, **bound: Any) -> str:
    return create_key(name="业务系统", scope="staff", staff=staff, now=TUESDAY_NINE, **bound)


def caller(secret: str) -> Caller:
    keys.forget()
    return keys.caller_of(f"Bearer {secret}")


def said(secret: str, operation: str, hall: str | None = None) -> Any:
    """What is refused, with the permission that is missing; "" where nothing is."""
    try:
        caller(secret).must(operation, hall)
    except Refused as no:
        return no.slug, no.facts.get("permission") or no.facts.get("hall")
    return ""


def test_it_may_what_its_persons_roles_hold_and_nothing_else(town: Town) -> None:
    key = key_of(works("reviewer", "reviewer", "town"))

    assert [said(key, REVIEW, "town"), said(key, REVIEW), said(key, "list_halls")] == ["", "", ""]
    assert said(key, APPROVE, "town") == ("not-allowed", "cases.approve")
    assert said(key, UNNAMED, "town") == ("not-allowed", "staff")
    assert said(key, "call_next", "town") == ("not-allowed", "desk")


def test_it_acts_as_its_person(town: Town) -> None:
    person = works("reviewer", "reviewer", "town")

    found = caller(key_of(person))

    assert (found.by.kind, found.by.id, found.staff_id) == (ActorKind.STAFF, str(person.pk), person.pk)


def test_a_permission_held_in_another_hall_opens_nothing_here(town: Town) -> None:
    person = works("reviewer", "reviewer", "other")
    Role.objects.create(
        staff=person, role="guide", scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
    )
    key = key_of(person)

    assert [said(key, REVIEW, "other"), said(key, REVIEW, "town")] == ["", ("not-your-hall", "town")]
    assert caller(key).halls == {"town", "other"}  # what is public is read in both


def test_a_role_of_the_region_or_of_everywhere_reaches_its_halls(town: Town) -> None:
    regional = key_of(works("regional", "reviewer", "441900", kind="region"))
    everywhere = key_of(works("everywhere", "reviewer", "*", kind="all"))

    assert [said(regional, REVIEW, hall) for hall in ("town", "other")] == ["", ""]
    assert said(regional, REVIEW, "elsewhere") == ("not-your-hall", "elsewhere")
    assert said(everywhere, REVIEW, "elsewhere") == ""


def test_a_key_bound_to_one_hall_stays_there(town: Town) -> None:
    person = works("reviewer", "reviewer", "town", "other")
    bound, beyond = key_of(person, hall="town"), key_of(person, hall="elsewhere")

    assert [said(bound, REVIEW, "town"), said(bound, REVIEW, "other")] == ["", ("not-your-hall", "other")]
    assert (said(beyond, REVIEW, "elsewhere"), caller(beyond).halls) == (("not-allowed", "cases.review"), frozenset())


def test_a_role_that_ended_opens_nothing(town: Town) -> None:
    person = works("reviewer", "reviewer", "town")
    key = key_of(person)
    before = said(key, REVIEW, "town")

    identity.end_role(role_id=person.roles.get().pk, by=CLERK, now=TUESDAY_NINE)

    assert (before, said(key, REVIEW, "town")) == ("", ("not-allowed", "cases.review"))
    assert said(key, "list_halls") == ""
    assert said(key, "get_hall", "town") == ("not-your-hall", "town")


def test_a_role_given_opens_at_once(town: Town) -> None:
    person = works("reviewer", "reviewer", "town")
    key = key_of(person)

    identity.give_role(staff=person, role="approver", scope_kind="hall", scope="town", by=CLERK, now=TUESDAY_NINE)

    assert said(key, APPROVE, "town") == ""


@pytest.mark.parametrize("change", [{"is_active": False}, {"must_change_password": True}])
def test_whoever_works_here_no_more_has_no_key(town: Town, change: dict[str, bool]) -> None:
    person = works("reviewer", "reviewer", "town")
    key = key_of(person)
    Staff.objects.filter(pk=person.pk).update(**change)

    with pytest.raises(Refused, match="unauthenticated"):
        caller(key)


def test_keys_that_arrive_together_are_read_as_one_by_one(town: Town) -> None:
    secrets = [key_of(works(f"r{n}", "reviewer", hall)) for n, hall in enumerate(("town", "other"))]
    keys.forget()

    keys.remember_many([f"Bearer {secret}" for secret in secrets])

    assert [keys._remembered[secret][1].grants[REVIEW] for secret in secrets] == [{"town"}, {"other"}]


def test_lists_hold_the_halls_where_its_person_works(calls: Calls) -> None:
    def halls(key: str) -> list[str]:
        return [hall["code"] for hall in calls("get", "/halls", key).json()["data"]]

    assert (halls("staff"), halls("other-staff")) == (["town"], ["other"])
    assert calls("get", "/halls/town", "other-staff").json()["type"] == "not-your-hall"


def test_every_operation_of_staff_names_a_permission_that_exists() -> None:
    named = {name: permissions_of(name) for name, scopes in SCOPES_OF.items() if "staff" in scopes and scopes != ANY}

    assert {name for name, needed in named.items() if not needed or not set(needed) <= set(PERMISSIONS)} == {UNNAMED}
    assert set(PERMISSION_OF) - set(named) == set()
