"""Who works here and what they may do; keys of other systems."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity import actions, queries
from banshi.rooms.identity.models import ApiKey, Staff
from banshi.rooms.identity.queries import keys as in_force
from banshi.rooms.identity.rules import ROLES
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town


def staff(**more: Any) -> Staff:
    asked = {"login": "New.Clerk ", "password": "first-word", "name_zh": "新人", "name_en": "New Clerk", **more}
    return actions.create_staff(by=CLERK, now=TUESDAY_NINE, **asked)


def key(**more: Any) -> str:
    return actions.create_key(**{"name": "系统", "scope": "channel", "now": TUESDAY_NINE, **more})


def deeds(subject: str) -> list[str]:
    return list(Entry.objects.filter(subject=subject).order_by("id").values_list("action", flat=True))


def test_a_new_member_chooses_a_password_of_their_own(town: Town) -> None:
    one = staff()

    assert (one.login, one.must_change_password, one.check_password("first-word")) == ("new.clerk", True, True)
    assert deeds(f"staff:{one.pk}") == ["created"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"login": ""}, "login"),
        ({"login": "a b"}, "login"),
        ({"login": "x" * 41}, "login"),
        ({"login": "CLERK"}, "login"),  # there already
        ({"name_zh": ""}, "name_zh"),
        ({"name_en": "Clerk\u200b"}, "name_en"),
    ],
)
def test_logins_and_names_that_are_none_are_refused(town: Town, wrong: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as no:
        staff(**wrong)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", field)


def test_a_password_that_is_reset_is_to_be_changed(town: Town) -> None:
    actions.reset_password(staff=town.clerk, password="another", by=CLERK, now=TUESDAY_NINE)

    town.clerk.refresh_from_db()
    assert (town.clerk.must_change_password, town.clerk.check_password("another")) == (True, True)
    assert deeds(f"staff:{town.clerk.pk}") == ["reset-password"]


def test_a_role_is_held_once_and_ends(town: Town) -> None:
    asked: dict[str, Any] = {"staff": town.clerk, "role": "guide", "scope_kind": "hall", "scope": "town"}
    held = actions.give_role(**asked, by=CLERK, now=TUESDAY_NINE)
    again = actions.give_role(**asked, by=CLERK, now=TUESDAY_NINE)

    assert (again.pk, deeds(f"staff:{town.clerk.pk}")) == (held.pk, ["gave-role"])
    assert queries.HeldRole("guide", "hall", "town") in queries.roles_of(town.clerk.pk)
    for _ in range(2):
        actions.end_role(role_id=held.pk, by=CLERK, now=TUESDAY_NINE)
    assert queries.HeldRole("guide", "hall", "town") not in queries.roles_of(town.clerk.pk)
    assert deeds(f"role:{held.pk}") == ["ended-role"]


@pytest.mark.parametrize("wrong", [{"role": "king"}, {"scope_kind": "moon"}])
def test_roles_nobody_knows_are_refused(town: Town, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused, match="invalid"):
        actions.give_role(
            **{"staff": town.clerk, "role": "clerk", "scope_kind": "hall", "scope": "town", **wrong},  # type: ignore[arg-type]
            by=CLERK, now=TUESDAY_NINE,
        )  # fmt: skip


def test_who_signs_in_is_listed_with_what_they_may_do(town: Town) -> None:
    actions.give_role(staff=town.manager, role="city_admin", scope_kind="all", scope="", by=CLERK, now=TUESDAY_NINE)

    listed = {member.login: member for member in queries.members()}
    assert listed["manager"].roles == ("city_admin", "hall_manager:town")
    assert queries.administrators() == ["manager"]
    actions.set_active(staff=town.manager, active=False, by=CLERK, now=TUESDAY_NINE)
    assert (queries.administrators(), deeds(f"staff:{town.manager.pk}")) == ([], ["gave-role", "deactivated"])


def test_a_key_opens_until_it_is_revoked_and_only_its_hash_is_kept(town: Town) -> None:
    secret = key(vouches=True)

    found = queries.key_by_secret(secret)
    assert found is not None
    assert (found.name, found.scope, found.vouches, secret in ApiKey.objects.get().key_hash) == (
        "系统",
        "channel",
        True,
        False,
    )
    assert [each.id for each in in_force()] == [found.id]
    ended = [actions.revoke_key(key_id=found.id, by=CLERK, now=TUESDAY_NINE) for _ in range(2)]
    assert (ended, queries.key_by_secret(secret), in_force()) == ([True, False], None, [])
    assert deeds(f"key:{found.id}") == ["revoked"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "all"},
        {"scope": "kiosk"},
        {"scope": "desk"},
        {"scope": "staff"},
        {"scope": "manage"},
        {"scope": "read", "vouches": True},
        {"device": "k1"},
        {"name": ""},
    ],
)
def test_a_key_is_bound_as_its_scope_asks(town: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        key(**wrong)

    assert ApiKey.objects.count() == 0


def test_a_clerks_key_opens_while_the_clerk_works_here_with_a_password_of_their_own(town: Town) -> None:
    secret = key(scope="desk", staff=town.clerk)

    def opens() -> bool:
        return queries.key_by_secret(secret) is not None

    assert opens()
    Staff.objects.filter(pk=town.clerk.pk).update(must_change_password=True)
    assert not opens()
    Staff.objects.filter(pk=town.clerk.pk).update(must_change_password=False, is_active=False)
    assert not opens()


def test_the_keys_of_a_machine_end_with_it(town: Town) -> None:
    for device in ("k1", "k1", "k2"):
        key(scope="kiosk", hall="town", device=device)

    assert actions.revoke_device_keys(device="k1", by=CLERK, now=TUESDAY_NINE) == 2
    assert [each.device for each in in_force()] == ["k2"]


@pytest.mark.race
def test_of_several_who_revoke_a_key_at_once_one_did(committed_town: Town) -> None:
    found = queries.key_by_secret(key())
    assert found is not None

    done = together(4, lambda _: actions.revoke_key(key_id=found.id, by=CLERK, now=TUESDAY_NINE))

    assert (sorted(done), deeds(f"key:{found.id}")) == ([False, False, False, True], ["revoked"])


def test_a_department_is_set_once_and_stands_in_the_trail(town: Town) -> None:
    for code in ("market", "market", ""):
        actions.set_department(staff=town.clerk, department=code, by=CLERK, now=TUESDAY_NINE)

    said = Entry.objects.filter(action="set-department").order_by("id").values_list("facts", flat=True)
    assert list(said) == [{"department": "market"}, {"department": ""}]
    assert Staff.objects.get(pk=town.clerk.pk).department == ""


STEPS = {"cases.pre_review", "cases.receive", "cases.review", "cases.approve", "cases.head", "cases.issue"}


def test_who_steers_a_hall_takes_no_step_of_a_case_and_each_other_role_one_at_most() -> None:
    taken = {role: sorted(may & STEPS) for role, may in ROLES.items()}

    assert {role: steps for role, steps in taken.items() if steps} == {
        "clerk": ["cases.receive"],
        "senior_clerk": ["cases.receive"],
        "pre_reviewer": ["cases.pre_review"],
        "receiver": ["cases.receive"],
        "reviewer": ["cases.review"],
        "approver": ["cases.approve"],
        "head": ["cases.head"],
        "issue_clerk": ["cases.issue"],
    }
    oversee = {"cases.supervise", "cases.look"}
    assert sorted(role for role, may in ROLES.items() if oversee <= may) == ["city_admin", "hall_manager", "supervisor"]
