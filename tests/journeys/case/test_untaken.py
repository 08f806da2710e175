"""逾期不告知 of a supplement: it came by cabinet or by post, and nobody took it in. A permit counts as accepted all the same,
from the day it came, once; what lies here is still taken in, and nothing more is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banshi.journeys.case import taking_in
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import DayInfo
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper
from banshi.rooms.cases.queries import exceptions, still_owed
from banshi.rooms.catalogue.models import Item
from banshi.rooms.delivery.models import Cabinet
from banshi.rooms.messaging.models import Message
from tests.journeys.case.test_cabinets import cabinet, cabinet_of, dropped
from tests.journeys.case.test_taking_in import emptied, fresh, on_list, take_in, told
from tests.matters import Matters
from tests.rooms.cases.test_recounting import comes
from tests.together import together
from tests.town import at

__all__ = ["cabinet"]
pytestmark = pytest.mark.django_db
CAME = at("2026-03-12 10:00")  # a Thursday: five working days end on the 19th
LAST, OVER = at("2026-03-19 23:59"), at("2026-03-20 00:00")


def lying(matters: Matters, cabinet: Cabinet, *missing: str) -> Case:
    """A supplement whose papers lie in a cell since the twelfth."""
    case = told(matters, *missing)
    dropped(cabinet, case, now=CAME)
    return fresh(case)


def accepted_on(case: Case) -> date | None:
    """In the hall's time."""
    return case.accepted_at and case.accepted_at.astimezone(ZoneInfo(case.hall.timezone)).date()


def slug(act: Any) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


def messages(case: Case) -> list[str]:
    rows = Message.objects.filter(subject=f"case:{case.no}", key__startswith="case_deemed")
    return list(rows.values_list("key", flat=True))


def test_what_nobody_takes_in_counts_as_accepted_from_the_day_it_came_once(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)

    done = [cases.deem_due(now=now) for now in (LAST, OVER, OVER)]

    over = fresh(case)
    assert (case.notice_due_on, done) == (date(2026, 3, 19), [0, 1, 0])
    assert (over.phase, over.deemed, over.tolerant, over.supplement_due_on, over.notice_due_on) == (
        "accepted", True, False, None, None,
    )  # fmt: skip
    assert (accepted_on(over), over.due_promised) == (date(2026, 3, 12), date(2026, 3, 18))
    assert [row.verb for row in over.events.order_by("-seq")[:2]] == ["deem", "supplement"]
    assert list(CasePaper.objects.filter(case=case, kind="acceptance").values_list("kind", flat=True)) == ["acceptance"]
    assert messages(case) == ["case_deemed_late"]
    assert [each.case.no for each in exceptions(case.hall, now=OVER).deemed] == [case.no]
    assert cases.lapse_due(now=at("2026-05-20 09:00")) == 0


def test_what_lies_here_is_taken_in_after_it_and_goes_to_the_case(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)
    cases.deem_due(now=OVER)
    lies = fresh(case)
    listed, owed = on_list(case), [row.code for row in still_owed(lies, now=OVER)]

    early = slug(lambda: take_in(matters, case, OVER, lease=1))
    emptied(matters, case.stays.get(), at("2026-03-20 09:00"))
    other = slug(lambda: take_in(matters, case, at("2026-03-20 09:10"), photo=1))
    done = take_in(matters, case, at("2026-03-20 09:10"), lease=1)
    again = slug(lambda: take_in(matters, case, at("2026-03-20 09:20"), lease=1))

    assert (lies.brought_on, listed, owed) == (date(2026, 3, 12), True, ["lease"])
    assert (early, other, again) == ("papers-in-cabinet", "nothing-found", "wrong-state")
    assert (done.phase, fresh(case).brought_on, on_list(case)) == ("accepted", None, False)
    assert case.materials.filter(code="lease", channel="paper", gone_at=None).count() == 1
    assert CaseEvent.objects.filter(case=case, verb="settle").get().facts == {"material": "lease"}


def test_an_empty_cell_is_noted_and_nothing_is_asked_for_any_more(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)
    cases.deem_due(now=OVER)
    emptied(matters, case.stays.get(), at("2026-03-20 09:00"))

    done = take_in(matters, case, at("2026-03-20 09:10"))

    assert (done.phase, done.tolerant, fresh(case).brought_on) == ("accepted", False, None)


def test_once_its_day_is_over_nobody_says_that_something_lacks(matters: Matters, cabinet: Cabinet) -> None:
    """The worker has not deemed it yet; on the last day it may still be said."""
    case = lying(matters, cabinet)
    emptied(matters, case.stays.get(), at("2026-03-13 09:00"))

    late = slug(lambda: take_in(matters, case, OVER))
    still = fresh(case)
    in_time = take_in(matters, case, LAST)

    assert (late, still.phase, still.brought_on) == ("too-late", "supplement", date(2026, 3, 12))
    assert (in_time.phase, cases.deem_due(now=OVER)) == ("supplement", 0)


def test_all_of_it_may_be_taken_in_late_and_counts_as_accepted_since_it_came(
    matters: Matters, cabinet: Cabinet
) -> None:
    case = lying(matters, cabinet)
    emptied(matters, case.stays.get(), at("2026-03-13 09:00"))

    taken = take_in(matters, case, OVER, lease=1)
    deemed = cases.deem_due(now=OVER)

    over = fresh(case)
    assert (taken.phase, deemed, over.phase, accepted_on(over)) == (
        "received", 1, "accepted", date(2026, 3, 12),
    )  # fmt: skip


def test_what_is_no_permit_and_what_nobody_brought_does_not_count_as_accepted(
    matters: Matters, cabinet: Cabinet
) -> None:
    nothing = told(matters)
    Item.objects.filter(code="pension").update(item_type="07")
    other = lying(matters, cabinet)

    done = cases.deem_due(now=at("2026-03-23 09:00"))

    assert (done, fresh(nothing).phase, fresh(other).phase) == (0, "supplement", "supplement")


def test_a_calendar_that_came_meanwhile_moves_the_day(matters: Matters, cabinet: Cabinet) -> None:
    case = lying(matters, cabinet)
    comes(DayInfo(date(2026, 3, 16), "restday", "节", "Holiday"))

    done = [cases.deem_due(now=OVER), cases.deem_due(now=at("2026-03-21 00:00"))]

    assert (done, fresh(case).phase) == ([0, 1], "accepted")


def came(case: Case) -> list[str | None]:
    """By which day it is heard whether it is accepted, as it was told when it came."""
    rows = Message.objects.filter(subject=f"case:{case.no}", key="case_supplemented").order_by("id")
    return [row.params.get("day") for row in rows]


@pytest.mark.parametrize(("item_type", "now", "days"), [
    ("01", LAST, ["2026-03-19"]),  # its last day
    ("01", OVER, []),  # that it counts as accepted is told in a moment
    ("07", LAST, ["2026-03-19"]),
    ("07", OVER, [None]),  # no permit: it came, and no day is named
])  # fmt: skip
def test_no_day_that_is_over_is_told_of_what_is_taken_in_late(
    matters: Matters, cabinet: Cabinet, item_type: str, now: Any, days: list[str | None]
) -> None:
    Item.objects.filter(code="pension").update(item_type=item_type)
    case = lying(matters, cabinet)
    emptied(matters, case.stays.get(), at("2026-03-13 09:00"))

    done = take_in(matters, case, now, lease=1)

    assert (done.phase, came(case)) == ("received", days)


@pytest.mark.django_db(transaction=True)
def test_a_clerk_who_takes_it_in_as_it_is_deemed_loses_nothing(committed_matters: Matters) -> None:
    """Whoever is first: it is accepted once, since the day it came, and what lay there is counted."""
    case = lying(committed_matters, cabinet_of(committed_matters.town))
    assert case.notice_due_on is not None
    over, came = at(f"{case.notice_due_on + timedelta(days=1)} 00:00"), case.brought_on
    emptied(committed_matters, case.stays.get(), CAME + timedelta(days=1))
    Case.objects.filter(pk=case.pk).update(locked_by=None, locked_until=None)
    receiver = committed_matters.by["receiver"]

    def act(n: int) -> Any:
        if n % 2:
            return taking_in.take_in(case_no=case.no, copies={"lease": 1}, by=receiver, now=over)
        return cases.deem_due(now=over)

    done = together(4, act)
    cases.deem_due(now=over)

    after, slugs = fresh(case), sorted(str(getattr(each, "slug", "")) for each in done)
    assert slugs == ["", "", "", "wrong-state"]
    assert (after.phase, after.brought_on, accepted_on(after)) == ("accepted", None, came)
    assert [after.events.filter(verb=verb).count() for verb in ("supplement", "deem")] == [1, 1]
    assert case.materials.filter(code="lease", gone_at=None).count() == 1
    assert len(messages(case)) == 1
