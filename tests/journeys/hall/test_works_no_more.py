"""A window is worked by a right that is held: as soon as no role gives it in that hall, the window is freed."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.hall import steer
from banshi.journeys.visit import serve
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.queries import trail
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import Service, Ticket, WindowSession
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import minutes, next_at, refused, take, work
from tests.together import together
from tests.town import TUESDAY_NINE, Town


def give(staff: Staff, role: str, kind: str = "hall", scope: str = "town") -> Role:
    return identity.give_role(staff=staff, role=role, scope_kind=kind, scope=scope, by=SYSTEM, now=TUESDAY_NINE)


def end(role: Role, n: float = 5) -> None:
    steer.end_role(role=role, by=SYSTEM, now=minutes(n))


def serving(town: Town, staff: Staff | None = None) -> Ticket:
    clerk = work(town, staff=staff)
    ticket = take(town)
    next_at(town, staff=clerk)
    return actions.start(ref=ticket.ref, staff_id=clerk.pk, now=minutes(1))


def at_work(staff: Staff) -> bool:
    return WindowSession.objects.filter(staff=staff, signed_out_at=None).exists()


@pytest.fixture
def hall(town: Town) -> Town:
    open_town(town)
    return town


@pytest.mark.parametrize(
    ("role", "kind", "scope"),
    [
        ("guide", "hall", "town"),
        ("hall_manager", "hall", "town"),
        ("clerk", "hall", "other"),
        ("senior_clerk", "hall", "other"),
        ("auditor", "region", "441900"),
        ("city_admin", "all", "*"),
    ],
)
def test_a_role_that_gives_no_window_of_this_hall_keeps_none(hall: Town, role: str, kind: str, scope: str):
    give(hall.clerk, role, kind, scope)
    ticket = serving(hall)

    end(hall.clerk.roles.get(role="clerk", scope="town"))
    work(hall, staff=hall.second_clerk, now=minutes(6))
    actions.resume_held(ref=ticket.ref, staff_id=hall.second_clerk.pk, now=minutes(6))

    ticket.refresh_from_db()
    assert (ticket.state, at_work(hall.clerk)) == ("serving", False)
    assert [each.facts for each in trail(action="freed-window")] == [{"staff": "clerk"}]


@pytest.mark.parametrize(
    ("role", "kind", "scope"),
    [
        ("senior_clerk", "hall", "town"),
        ("clerk", "region", "441900"),
        ("clerk", "region", "440000"),
        ("senior_clerk", "all", "*"),
    ],
)
def test_whom_another_role_lets_work_here_goes_on_serving(hall: Town, role: str, kind: str, scope: str):
    wider = give(hall.clerk, role, kind, scope)
    ticket = serving(hall)

    end(hall.clerk.roles.get(role="clerk", scope="town"))
    went_on = at_work(hall.clerk)
    end(wider, n=6)

    ticket.refresh_from_db()
    assert (went_on, at_work(hall.clerk), ticket.state) == (True, False, "held")


def test_a_lead_without_the_leads_role_goes_on_as_a_clerk(hall: Town):
    give(hall.second_clerk, "clerk")
    ticket = serving(hall, hall.second_clerk)

    end(hall.second_clerk.roles.get(role="senior_clerk"))
    serve.finish(ref=ticket.ref, staff_id=hall.second_clerk.pk, now=minutes(6))

    ticket.refresh_from_db()
    assert (ticket.state, at_work(hall.second_clerk)) == ("finished", True)


def test_a_role_elsewhere_that_ends_takes_nobody_from_the_window(hall: Town):
    elsewhere = give(hall.clerk, "clerk", scope="other")
    ticket = serving(hall)

    end(elsewhere)

    ticket.refresh_from_db()
    assert (ticket.state, at_work(hall.clerk)) == ("serving", True)


def test_nobody_opens_a_window_without_the_right_to_work_it(hall: Town):
    clerk, stranger = hall.clerk, hall.other_halls_clerk

    def sign_in(staff: Staff) -> Any:
        return refused(lambda: steer.sign_in(window_code="town-01", staff_id=staff.pk, now=minutes(1)))

    elsewhere = sign_in(stranger)
    give(clerk, "guide")
    end(clerk.roles.get(role="clerk"), n=0)
    ended = sign_in(clerk)
    steer.deactivate(staff=hall.second_clerk, by=SYSTEM, now=minutes(0))
    left = sign_in(hall.second_clerk)

    assert (elsewhere, ended) == (("not-your-hall", {"hall": "town"}), ("not-allowed", {"permission": "desk.work"}))
    assert (left[0], WindowSession.objects.count()) == ("unauthenticated", 0)


@pytest.fixture
def committed_hall(committed_town: Town) -> Town:
    open_town(committed_town)
    return committed_town


def slug(result: Any) -> str:
    return result.slug if isinstance(result, Refused) else type(result).__name__


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(3))
def test_a_role_of_several_that_ends_while_the_clerk_finishes_leaves_nobody_behind(committed_hall: Town, _again: int):
    clerk = committed_hall.clerk
    give(clerk, "guide")
    ticket = serving(committed_hall)
    role = clerk.roles.get(role="clerk")
    acts = [lambda: end(role), lambda: serve.finish(ref=ticket.ref, staff_id=clerk.pk, now=minutes(5))]

    ended, finished = together(2, lambda i: acts[i]())

    ticket.refresh_from_db()
    assert (ended, slug(finished), ticket.state) in [
        (None, "Ticket", "finished"),
        (None, "wrong-state", "held"),
        (None, "not-signed-in", "held"),
    ]
    assert (at_work(clerk), Service.objects.filter(ended_at=None).count()) == (False, 0)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(3))
def test_of_two_roles_that_end_at_once_the_last_one_frees_the_window(committed_hall: Town, _again: int):
    clerk = committed_hall.clerk
    roles = [clerk.roles.get(role="clerk"), give(clerk, "senior_clerk")]
    ticket = serving(committed_hall)

    together(2, lambda i: end(roles[i]))

    ticket.refresh_from_db()
    assert (ticket.state, at_work(clerk)) == ("held", False)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(3))
@pytest.mark.parametrize("how", ["role ended", "deactivated"])
def test_who_signs_in_while_the_right_ends_is_left_at_no_window(committed_hall: Town, how: str, _again: int):
    clerk = committed_hall.clerk
    role = clerk.roles.get()

    def leave() -> None:
        if how == "deactivated":
            steer.deactivate(staff=clerk, by=SYSTEM, now=minutes(5))
        else:
            end(role)

    acts = [leave, lambda: steer.sign_in(window_code="town-01", staff_id=clerk.pk, now=minutes(5))]

    left, came = together(2, lambda i: acts[i]())

    assert (left, at_work(clerk)) == (None, False)
    assert slug(came) in ("WindowSession", "not-allowed", "unauthenticated")
