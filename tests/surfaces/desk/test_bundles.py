"""一件事 at the window: what lies on the counter is ticked once and received for all of it; nobody else's."""

from __future__ import annotations

import pytest

from banshi.rooms.cases.models import CaseMaterial
from banshi.rooms.cases.queries import cases_of
from tests.bundles import opened, sign_of
from tests.surfaces.desk.served import serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(matters):
    sign_of(matters.town)
    return matters


def test_all_of_it_is_received_in_one_press(clerk, two):
    bundle = opened(two)
    ticket = serve(two.town, 1)

    page = clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()
    answer = clerk.post(f"/desk/cases/{ticket.ref}/together/{bundle.no}", {"paper": ["id", "lease", "photo"]})

    assert page.count('value="lease"') == 1
    assert answer.status_code == 302
    assert [(case.phase, case.visit_id) for case in cases_of(bundle)] == [("received", ticket.visit_id)] * 2
    assert CaseMaterial.objects.filter(gone_at=None, verdict="ok").count() == 5


def test_what_is_not_filled_in_receives_none_of_it(clerk, two):
    bundle = opened(two, form={})
    ticket = serve(two.town, 1)

    answer = clerk.post(f"/desk/cases/{ticket.ref}/together/{bundle.no}", {"paper": ["id", "lease"]})

    assert answer.status_code == 422
    assert [case.phase for case in cases_of(bundle)] == ["draft", "draft"]


def test_a_bundle_of_somebody_else_is_not_there(clerk, two):
    bundle = opened(two)
    ticket = serve(two.town, 2)

    answer = clerk.post(f"/desk/cases/{ticket.ref}/together/{bundle.no}", {"paper": ["id"]})

    assert answer.status_code == 404
    assert [case.phase for case in cases_of(bundle)] == ["draft", "draft"]
