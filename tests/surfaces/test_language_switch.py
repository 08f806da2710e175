"""The switch to the other language comes back to the page one is on, whatever that page is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from banshi.foundation import clock
from tests.matters import matters_of
from tests.rooms.tickets.conftest import open_town as opened
from tests.surfaces.desk.served import serve
from tests.surfaces.office.editing import signed_in
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_town(town: Town) -> Iterator[Town]:
    clock.set_clock(now=TUESDAY_NINE, speed=0)
    opened(town)
    yield town
    clock.forget()


def leads_back(client: Client, address: str) -> bool:
    page = client.get(address).content.decode()
    (back,) = set(re.findall(r'name="next" value="([^"]*)"', page))
    landed = client.post("/i18n/setlang/", {"language": "en", "next": back}, follow=True)
    return (
        landed.status_code == 200 and landed.request["PATH_INFO"] == address and 'lang="en"' in landed.content.decode()
    )


@pytest.mark.parametrize("address", ["/", "/halls/", "/halls/town", "/items/pension", "/together/"])
def test_on_pages_for_everybody(open_town: Town, address: str) -> None:
    assert leads_back(Client(), address)


def test_on_the_pages_of_a_window(open_town: Town) -> None:
    matters = matters_of(open_town)
    case = matters.opened()
    ticket = serve(open_town, 1)
    clerk = signed_in(open_town.clerk)

    thread = f"/desk/cases/{ticket.ref}/"
    assert [leads_back(clerk, each) for each in (thread, f"{thread}{case.no}/")] == [True, True]
