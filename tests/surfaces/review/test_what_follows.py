"""A paper that was to follow (容缺) is handed in at the office of whoever reviews the case."""

from __future__ import annotations

import pytest

from tests.matters import Matters
from tests.surfaces.desk.test_what_follows import came, owing

pytestmark = pytest.mark.django_db


def test_it_is_handed_in_at_the_office_of_who_reviews_it(matters: Matters, client_of):
    case = owing(matters)
    client, page = client_of("reviewer"), f"/review/town/cases/{case.no}/"

    shown = client.get(page).content.decode()
    empty = client.post(f"{page}settle", {"code": "photo", "copies": "0"})
    wrong = client.post(f"{page}settle", {"code": "photo", "copies": "x"})
    before = came(case)
    client.post(f"{page}settle", {"code": "photo", "copies": "2"})

    assert ('id="owed-photo"' in shown, empty.status_code, wrong.status_code) == (True, 409, 422)
    assert (before, came(case)) == (["photo", "0 receipts", "tolerant True"], ["1 receipts", "tolerant False"])
