"""A demo's people: two for each step of a case in three halls, each with a key of their own that does what they may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from banshi.journeys.hall import demo_seeds
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.identity import queries
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.places.models import Hall
from banshi.rooms.remote.models import Seat
from tests.town import Town

STEPS = ["pre_reviewer", "receiver", "reviewer", "approver", "issue_clerk", "supervisor"]
API_STEPS = ["pre_review", "accept", "review", "approve", "issue", "supervise"]


@pytest.fixture
def dongcheng(town: Town) -> Hall:
    """The town's hall as one of a demo, with the two items whose departments are worked."""
    Hall.objects.filter(pk=town.hall.pk).update(code="dongcheng")
    for code, item in (("market", "sole-trader-licence-new"), ("land", "land-and-house-reg")):
        department = Department.objects.create(code=code, name_zh=code, name_en=code)
        Item.objects.create(
            code=item, catalog_code="1", task_code="1", name_zh=item, name_en=item, department=department,
            audience="both", service_object="1", item_type="01", exercise_level="4", case_kind="2",
        )  # fmt: skip
    return Hall.objects.get(pk=town.hall.pk)


@pytest.fixture
def sown(dongcheng: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.delenv("BANSHI_DEMO_PASSWORD", raising=False)
    demo_seeds.sow("http://x", tmp_path / "demo.json")
    found: dict[str, Any] = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
    return found


def test_each_step_of_a_case_has_its_people_with_a_key_each(sown: dict[str, Any]) -> None:
    keys = sown["keys"]["staff"]
    held = {role: [queries.key_by_secret(secret) for secret in secrets] for role, secrets in keys["dongcheng"].items()}

    assert (list(keys), list(held)) == (["dongcheng"], [*API_STEPS, *STEPS, "video", "hotline"])
    people = dict(Staff.objects.order_by("id").values_list("id", "login"))
    assert {role: [people[key.staff_id or 0] for key in each if key] for role, each in held.items()} == {
        "pre_review": ["dongcheng-pre-review", "dongcheng-pre-review2"],
        "accept": ["dongcheng-accept", "dongcheng-accept2"],
        "review": ["dongcheng-review3", "dongcheng-review4"],
        "approve": ["dongcheng-approve3", "dongcheng-approve4"],
        "issue": ["dongcheng-issue", "dongcheng-issue2"],
        "supervise": ["dongcheng-supervise", "dongcheng-supervise2"],
        "pre_reviewer": ["dongcheng-pre-review", "dongcheng-pre-review2"],
        "receiver": ["dongcheng-accept", "dongcheng-accept2"],
        "reviewer": ["dongcheng-review", "dongcheng-review2", "dongcheng-review3"],
        "approver": ["dongcheng-approve", "dongcheng-approve2", "dongcheng-approve3"],
        "issue_clerk": ["dongcheng-issue", "dongcheng-issue2"],
        "supervisor": ["dongcheng-supervise", "dongcheng-supervise2"],
        "video": ["dongcheng-video", "dongcheng-video2"],
        "hotline": ["dongcheng-hotline", "dongcheng-hotline2"],
    }
    assert {(key.scope, key.hall) for each in held.values() for key in each if key} == {("staff", "dongcheng")}


def test_who_takes_calls_has_a_seat_and_a_second_run_makes_no_other(sown: dict[str, Any], tmp_path: Any) -> None:
    rows = Seat.objects.order_by("id").values_list("staff__login", "kind", "hall__code", "languages")
    first = list(rows)

    demo_seeds.sow("http://x", tmp_path / "again.json")

    assert first[:2] == [
        ("dongcheng-video", "dedicated", "dongcheng", ["en", "zh"]),
        ("dongcheng-video2", "dedicated", "dongcheng", ["sign", "zh"]),
    ]
    assert {kind for _, kind, _, _ in first[2:]} <= {"window"}
    assert list(rows) == first


def test_they_hold_that_role_in_their_hall_alone(sown: dict[str, Any]) -> None:
    rows = Role.objects.filter(role__in=STEPS).order_by("id")

    found = list(rows.values_list("role", "scope_kind", "scope"))
    two_each = [(role, "hall", "dongcheng") for role in STEPS for _ in range(2)]
    of_all = [(role, "hall", "dongcheng") for role in ("reviewer", "approver")]
    assert found == [*two_each, *of_all, *of_all]
    assert set(STEPS) <= set(ROLES)


def test_reviewers_and_approvers_work_two_departments_of_the_catalogue(sown: dict[str, Any]) -> None:
    rows = Staff.objects.exclude(department="").order_by("login")

    assert dict(rows.values_list("login", "department")) == {
        "dongcheng-approve": "market",
        "dongcheng-approve2": "land",
        "dongcheng-review": "market",
        "dongcheng-review2": "land",
    }


def test_a_third_of_them_works_the_cases_of_all_departments(sown: dict[str, Any]) -> None:
    thirds = Staff.objects.filter(login__endswith="3", login__startswith="dongcheng-").order_by("login")

    assert dict(thirds.values_list("login", "department")) == {"dongcheng-approve3": "", "dongcheng-review3": ""}


def test_the_logins_told_are_there(sown: dict[str, Any]) -> None:
    told = {each["user"] for role, each in sown["logins"].items() if role in STEPS}

    assert told == set(Staff.objects.filter(login__in=told).values_list("login", flat=True).order_by("login"))
    assert len(told) == len(STEPS)


def test_the_items_worked_are_in_the_catalogue_that_is_loaded() -> None:
    lines = (Path(__file__).parents[3] / "presets/catalogue/items.csv").read_text(encoding="utf-8").splitlines()
    listed = {line.split(",", 1)[0] for line in lines}

    assert set(demo_seeds.ITEMS_WORKED) - listed == set()


def test_a_second_start_makes_nobody_and_no_key_anew(sown: dict[str, Any], tmp_path: Path) -> None:
    people = Staff.objects.count()

    again = demo_seeds.sow("http://x", tmp_path / "demo.json")

    assert (again["keys"], Staff.objects.count()) == (sown["keys"], people)
