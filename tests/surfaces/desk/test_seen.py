"""Nothing is granted on the spot to somebody whose document nobody saw."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from tests.matters import ANSWERS, FORM, Matters
from tests.surfaces.desk.served import FILLED, HTMX, here, press, serve
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
BROUGHT = FILLED | {f"here-{code}": "on" for code in ("id", "lease", "photo")}


def at_the_window(matters: Matters) -> Case:
    """An instant matter that the window opened: no account and no machine says who they are."""
    case = matters.opened(channel="window", account_id=None)
    Case.objects.filter(pk=case.pk).update(instant=True)
    return case


def test_whoever_was_not_compared_is_granted_nothing_until_the_clerk_says_what_was_seen(clerk, matters):
    case, ticket = at_the_window(matters), serve(matters.town, 1)

    refused = press(clerk, ticket, case, "grant", htmx=True, **BROUGHT)
    nonsense = press(clerk, ticket, case, "grant", htmx=True, **BROUGHT, seen="a smile")
    granted = press(clerk, ticket, case, "grant", htmx=True, **BROUGHT, seen="passport")

    case.refresh_from_db()
    assert ("data-refusal" in refused.content.decode(), 'name="seen"' in refused.content.decode()) == (True, True)
    assert [each.status_code for each in (refused, nonsense, granted)] == [409, 422, 200]
    assert (case.phase, case.events.get(verb="decide").facts["seen"]) == ("decided", "passport")


def test_a_card_that_was_compared_is_not_asked_for_again(clerk, matters):
    case, ticket = at_the_window(matters), serve(matters.town, 1)
    ticket.identity_ok = True
    ticket.save(update_fields=["identity_ok"])

    page = clerk.get(here(ticket, case), headers=HTMX).content.decode()
    granted = press(clerk, ticket, case, "grant", **BROUGHT)

    assert ('name="seen"' in page, granted.status_code) == (False, 302)


def test_who_opened_it_with_a_proven_account_counts_as_seen(clerk, matters):
    case, ticket = matters.opened(), serve(matters.town, 1)
    Case.objects.filter(pk=case.pk).update(instant=True)

    assert press(clerk, ticket, case, "grant", **BROUGHT).status_code == 302


def test_a_no_needs_no_document(clerk, matters):
    case, ticket = at_the_window(matters), serve(matters.town, 1)

    assert press(clerk, ticket, case, "deny", **BROUGHT, deny="没有带证件").status_code == 302


@pytest.mark.parametrize(("days", "asks", "status"), [(0, False, 302), (1, True, 409)])
def test_a_card_that_a_machine_read_says_who_stands_there_on_that_day_alone(clerk, matters, days, asks, status):
    machine, read = Actor(ActorKind.KIOSK, "town-kiosk-1", "town"), TUESDAY_NINE - timedelta(days=days)
    opening = cases.Opening(
        hall=matters.town.hall, item_code="pension", person_id=matters.person.pk, channel="kiosk", contact="13800138000",
        answers=ANSWERS, form=FORM, seen=True,
    )  # fmt: skip
    case, ticket = cases.open_case(opening, by=machine, now=read), serve(matters.town, 1)
    Case.objects.filter(pk=case.pk).update(instant=True)

    page = clerk.get(here(ticket, case), headers=HTMX).content.decode()
    granted = press(clerk, ticket, case, "grant", htmx=days > 0, **BROUGHT)

    assert ('name="seen"' in page, granted.status_code) == (asks, status)
