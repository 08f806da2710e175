"""Times by video at the office: their places in the grid, staff who give one, and move one to a window and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Slot
from tests.surfaces.office.editing import manager, office, slot_at  # noqa: F401 – fixtures
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

DAY = "2026-03-11"


@pytest.fixture
def by_video(office: Town) -> Slot:  # noqa: F811
    office.policy(video={"booked_seats": 1})
    made: Slot = office.slot(business="video", starts=at("2026-03-11 15:00"))
    return made


def zh(client: Client, path: str) -> str:
    return client.get(f"/office/town/{path}", headers={"accept-language": "zh-CN"}).content.decode()


def booked(office: Town, slot: Slot) -> Appointment:  # noqa: F811
    return booking.place(
        slot_id=slot.pk, item_code="pension", person_id=office.person(1).pk, source="web", by=CITIZEN, now=TUESDAY_NINE
    )


def test_their_places_stand_in_the_grid_and_are_changed_there(manager: Client, by_video: Slot) -> None:  # noqa: F811
    page, cell = zh(manager, f"slots/?day={DAY}"), zh(manager, f"slots/{by_video.pk}/")
    manager.post(f"/office/town/slots/{by_video.pk}/", {"quota": "7", "internal": "0", "act": "save"})

    by_video.refresh_from_db()
    assert f'id="slot-{by_video.pk}"' in page
    assert "视频" in page
    assert "视频" in cell
    assert (by_video.quota, by_video.touched) == (7, True)


def test_staff_give_a_time_by_video(manager: Client, by_video: Slot) -> None:  # noqa: F811
    at_windows, video = (zh(manager, f"appointments/new?item=pension{more}") for more in ("", "&place=video"))

    assert [f"slot={by_video.pk}" in page for page in (at_windows, video)] == [False, True]
    assert "place=video" in at_windows


def test_staff_move_it_to_a_window_and_back(manager: Client, office: Town, by_video: Slot) -> None:  # noqa: F811
    row = booked(office, by_video)
    window = slot_at(office, "2026-03-12 15:00")

    def shown(place: str) -> list[bool]:
        page = zh(manager, f"appointments/{row.code}/move?place={place}")
        return [f'value="{slot.pk}"' in page for slot in (window,)]

    def moved(slot: Slot) -> str:
        answer: Any = manager.post(f"/office/town/appointments/{row.code}/move", {"slot": slot.pk, "why": "本人要求"})
        assert answer.status_code == 302
        row.refresh_from_db()
        return row.place

    assert (shown("window"), shown("video")) == ([True], [False])
    assert [moved(window), moved(by_video)] == ["window", "video"]


def test_the_list_of_a_day_says_which_are_by_video(manager: Client, office: Town, by_video: Slot) -> None:  # noqa: F811
    booked(office, by_video)

    assert '<span class="tag">视频</span>' in zh(manager, f"appointments/?day={DAY}")
