"""Numbers before the windows open, by policy; and a word before a number that will probably not be served."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from banshi.journeys.visit.when import when
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.conftest import open_town
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


def number(town: Town, moment: str, person: int | None = None) -> Ticket:
    return tickets.issue(
        tickets.Take(
            item_code="pension", channel="kiosk", by=CITIZEN, person_id=town.person(person).pk if person else None
        ),
        hall=town.hall,
        now=at(f"2026-03-10 {moment}"),
    )


def refused(town: Town, moment: str) -> Refused:
    with pytest.raises(Refused) as no:
        number(town, moment)
    return no.value


def test_where_the_doors_open_earlier_numbers_are_given_so_long_before_the_windows_open(town: Town):
    open_town(town)
    town.policy(tickets={"numbers_before_opening": 15})

    early = refused(town, "08:44")
    given = number(town, "08:45")

    assert (early.slug, early.next) == ("closed", at("2026-03-10 09:00"))
    assert given.session_until == at("2026-03-10 17:00")


def test_without_that_rule_no_number_is_given_before_opening(town: Town):
    open_town(town)

    assert refused(town, "08:59").slug == "closed"


def test_a_closure_is_not_walked_round_by_coming_early(town: Town):
    open_town(town)
    town.policy(tickets={"numbers_before_opening": 15})
    calendars.close(
        hall=town.hall, starts_at=at("2026-03-10 08:00"), ends_at=at("2026-03-10 09:00"), reason_zh="消毒",
        reason_en="Cleaning", by=CLERK, now=at("2026-03-10 07:00"),
    )  # fmt: skip

    assert refused(town, "08:50").facts["reason"] == {"zh": "消毒", "en": "Cleaning"}


def test_the_kiosks_tiles_know_which_categories_get_numbers(town: Town):
    open_town(town)
    town.policy(tickets={"numbers_before_opening": 15})
    calendars.close(
        hall=town.hall, starts_at=at("2026-03-10 09:00"), ends_at=at("2026-03-10 12:00"), reason_zh="停电",
        reason_en="Power cut", category=town.categories["B"], by=CLERK, now=at("2026-03-10 07:00"),
    )  # fmt: skip
    policy = queries_policy(town)

    six = at("2026-03-10 18:00")  # an hour after numbers end
    asked: dict[str, Any] = {"hall": town.hall, "policy": policy, "codes": ["A", "B"]}
    assert queries.categories_open(now=at("2026-03-10 08:30"), **asked) == {}
    assert queries.categories_open(now=at("2026-03-10 08:50"), **asked) == {"A": six, "B": six}
    assert queries.categories_open(now=at("2026-03-10 09:30"), **asked) == {"A": six}


def queries_policy(town: Town) -> Any:
    from banshi.rooms.places.queries import policy_of

    return policy_of(town.hall.pk, now=TUESDAY_NINE).tickets


def crowded(town: Town, last_number: str) -> None:
    """One window, and far more people in line than it can serve before six, an hour after numbers end."""
    open_town(town)
    town.policy(tickets={"last_number": "off"})
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    for person in range(1, 13):
        number(town, "16:00", person)
    town.policy(tickets={"last_number": last_number})


def test_a_number_that_will_probably_not_be_served_is_not_given_where_the_hall_says_so(town: Town):
    crowded(town, "refuse")

    no = refused(town, "16:30")

    assert (no.slug, no.facts["until"]) == ("last-number", at("2026-03-10 18:00"))
    assert no.next == at("2026-03-11 09:00")


def test_where_it_only_warns_the_number_is_given_and_when_can_i_go_says_so(town: Town):
    crowded(town, "warn")

    (chance,) = when(item_code="pension", hall="town", now=at("2026-03-10 16:30"))

    assert chance.served_today is False
    assert number(town, "16:30").state == "waiting"


def test_nancheng_gives_numbers_from_8_15_when_its_doors_open(town: Town):
    nancheng = Path(__file__).resolve().parents[3] / "presets" / "halls" / "nancheng"
    policy, calendar = (
        yaml.safe_load((nancheng / f"{name}.yaml").read_text("utf-8")) for name in ("policy", "calendar")
    )
    town.policy(tickets=policy["tickets"])
    calendars.publish(hall=town.hall, document=calendar, valid_from=date(2020, 1, 1), by=CLERK, now=TUESDAY_NINE)

    early = refused(town, "08:14")

    assert (early.slug, early.next) == ("closed", at("2026-03-10 08:30"))
    assert number(town, "08:15").number == "A001"
