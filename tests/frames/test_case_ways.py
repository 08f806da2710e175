"""Who holds a step's permission finds its page from the office, from the lists, from the issue window and from the desk."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.frames.test_staff import page, ways
from tests.surfaces.office.editing import signed_in, staff_with
from tests.town import Town

pytestmark = pytest.mark.django_db
STEPS = {
    "pre_reviewer": ["/review/town/pre-review"],
    "receiver": ["/review/town/acceptance", "/review/town/to-hand-over"],
    "reviewer": ["/review/town/review"],
    "approver": ["/review/town/approval"],
    "issue_clerk": ["/issue/town/", "/issue/town/cabinets/", "/issue/town/parcels/"],
    "head": ["/review/town/extension"],
    "supervisor": [],
    "hall_manager": [],
}
WAITING = "/review/town/waiting"
FOLDERS = "/review/town/folders"
OVERSEEN = {
    role: ["/review/town/supervision", "/review/town/rules/", "/review/town/rounds/"]
    for role in ("supervisor", "hall_manager")
}
QUESTIONS = ["/review/town/enquiries", "/review/town/answers"]


def signed_in_as(role: str) -> Client:
    return signed_in(staff_with("somebody", role, "hall", "town"))


def to_cases(text: str) -> list[str]:
    return [href for href, _here in ways(text) if href.startswith(("/review/town/", "/issue/town/"))]


@pytest.mark.parametrize("role", STEPS)
def test_the_office_shows_the_way_to_what_one_works_on(town: Town, role: str):
    client = signed_in_as(role)

    shown = to_cases(page(client, "/office/town/"))

    questions = [] if role in ("issue_clerk", "head") else QUESTIONS
    assert shown == [WAITING, *STEPS[role], FOLDERS, *OVERSEEN.get(role, []), *questions, "/review/town/find"]
    assert [client.get(href).status_code for href in shown] == [200] * len(shown)


def test_a_clerk_who_may_not_open_a_case_is_shown_folders_and_no_list_of_cases(town: Town):
    assert to_cases(page(signed_in(town.clerk), "/office/town/")) == [FOLDERS]


@pytest.mark.parametrize("address", ["/office/town/", "/review/town/find", "/issue/town/"])
def test_the_ways_are_the_same_everywhere(town: Town, address: str):
    client = signed_in_as("issue_clerk")

    text = page(client, address)

    assert to_cases(text) == [WAITING, *STEPS["issue_clerk"], FOLDERS, "/review/town/find"]
    assert "/office/town/" in [href for href, _here in ways(text)]


@pytest.mark.parametrize(
    ("role", "first"),
    [("reviewer", "/review/town/"), ("issue_clerk", "/issue/town/"), ("hall_manager", "/review/town/")],
)
def test_a_day_with_cases_begins_where_ones_work_lies(town: Town, role: str, first: str):
    answer = signed_in_as(role).get("/review/")

    assert (answer.status_code, answer["Location"]) == (302, first)


@pytest.mark.parametrize(
    ("role", "first"), [("reviewer", "/review/"), ("clerk", "/desk/"), ("hall_manager", "/office/")]
)
def test_signing_in_leads_to_ones_own_work(town: Town, role: str, first: str):
    staff = staff_with("somebody", role, "hall", "town")
    staff.set_password("a-long-password")
    staff.save()

    answer = Client().post("/staff/sign-in", {"login": "somebody", "password": "a-long-password"})

    assert answer["Location"] == first


def test_the_desk_leads_to_the_lists_for_whoever_may_open_a_case(town: Town):
    from banshi.rooms.identity.models import Role

    client = signed_in(town.clerk)
    client.post("/desk/sign-in", {"hall": "town", "window": next(iter(town.windows.values())).code})
    before = client.get("/desk/").content.decode()
    Role.objects.create(
        staff=town.clerk,
        role="receiver",
        scope_kind="hall",
        scope="town",
        given_at=town.clerk.created_at,
        given_by="system",
    )

    after = client.get("/desk/").content.decode()

    assert ('href="/review/"' in before, 'href="/review/"' in after) == (False, True)
