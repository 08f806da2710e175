"""Seats and callers that ask the API in the same instant: what is given to others comes after each request's own transaction."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import Staff
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import RemoteSession
from tests.rooms.remote.conftest import Video, video_of
from tests.surfaces.api.conftest import Calls, person
from tests.together import together
from tests.town import TUESDAY_NINE

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
SEATS = 6


@pytest.fixture
def seats(committed_calls: Calls) -> list[str]:
    """Names of keys of six who take calls; nobody is ready yet."""
    video: Video = video_of(committed_calls.town)
    for i in range(SEATS):
        staff = Staff.objects.create_staff(
            login=f"agent-{i}", password="town-password", name_zh="坐席", name_en="Agent", created_at=TUESDAY_NINE
        )
        staff.roles.create(
            role="video_agent", scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
        )
        video.seat(staff, ready=False)
        committed_calls.keys[f"agent-{i}"] = create_key(name="agent", scope="staff", staff=staff, now=TUESDAY_NINE)
    return [f"agent-{i}" for i in range(SEATS)]


def asked(calls: Calls, i: int) -> Any:
    return calls("post", "/remote/sessions", "channel", {"hall": "town", "person": person(i)})


def test_seats_that_end_their_calls_together_get_the_next_callers_each_once(committed_calls: Calls, seats: list[str]):
    calls = committed_calls
    for i in range(2 * SEATS):
        assert asked(calls, i).status_code == 201
    for name in seats:
        ringing = calls("post", "/remote/seats/ready", name).json()["session"]["id"]
        assert calls("post", f"/remote/sessions/{ringing}/answer", name).status_code == 200
    mine = [calls("get", "/remote/seats/mine", name).json()["session"]["id"] for name in seats]

    answers = together(SEATS, lambda i: calls("post", f"/remote/sessions/{mine[i]}/end", seats[i]))

    assert [each.status_code for each in answers] == [200] * SEATS
    next_ones = [calls("get", "/remote/seats/mine", name).json()["session"] for name in seats]
    assert {each["state"] for each in next_ones} == {"ringing"}
    assert len({each["id"] for each in next_ones} | set(mine)) == 2 * SEATS


def test_callers_who_ask_together_each_get_a_seat_of_their_own(committed_calls: Calls, seats: list[str]):
    for name in seats:
        committed_calls("post", "/remote/seats/ready", name)

    answers = together(SEATS + 2, lambda i: asked(committed_calls, i))

    assert [each.status_code for each in answers] == [201] * (SEATS + 2)
    given = RemoteSession.objects.filter(state="ringing").values_list("seat_id", flat=True)
    assert len(set(given)) == SEATS
    assert RemoteSession.objects.filter(state="waiting").count() == 2


def test_no_seat_is_given_within_the_transaction_of_a_request(
    committed_calls: Calls, seats: list[str], monkeypatch: pytest.MonkeyPatch
):
    """Else a request holds the rows of others' calls until its end, and two of them wait for each other's."""
    calls, within = committed_calls, []
    given = actions.assign

    def watched(*hall: Any, **more: Any) -> Any:
        within.append(connection.in_atomic_block)
        return given(*hall, **more)

    monkeypatch.setattr(actions, "assign", watched)
    first, second = (asked(calls, i).json()["id"] for i in range(2))
    calls("post", "/remote/seats/ready", seats[0])
    calls("post", f"/remote/sessions/{first}/answer", seats[0])
    calls("post", f"/remote/sessions/{first}/transfer", seats[0], {"skills": ["A"]})
    calls("post", "/remote/seats/ready", seats[1])
    held = calls("get", "/remote/seats/mine", seats[1]).json()["session"]["id"]
    calls("post", f"/remote/sessions/{held}/answer", seats[1])
    calls("post", f"/remote/sessions/{held}/end", seats[1])
    calls("post", f"/remote/sessions/{second}/leave", "channel")

    assert within == [False] * 7
