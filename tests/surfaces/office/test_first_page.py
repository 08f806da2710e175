"""The hall's first page: persons, not matters; and on how many appointments they come."""

from __future__ import annotations

from django.test import Client

from banshi.rooms.booking.models import Appointment
from banshi.surfaces.office.home import Booked
from tests.surfaces.office.editing import booked, manager, office  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town


def test_who_comes_for_two_matters_is_one_person_and_three_on_one_booking_are_three(manager: Client, office: Town):  # noqa: F811
    rows = [booked(office, "2026-03-11 09:00", n) for n in range(2)]
    rows += [booked(office, "2026-03-11 10:00", n) for n in (2, 3)]
    Appointment.objects.update(day=TUESDAY_NINE.date())
    Appointment.objects.filter(pk__in=[row.pk for row in rows[:2]]).update(visit_group="v", state="checked_in")
    Appointment.objects.filter(pk=rows[2].pk).update(persons=3)
    Appointment.objects.filter(pk=rows[3].pk).update(state="no_show")

    page = manager.get("/office/town/", headers={"accept-language": "zh-CN"})

    assert page.context["booked"] == Booked(expected=5, arrived=1, missing=1, appointments=4)
    assert "共 4 个预约" in page.content.decode()
