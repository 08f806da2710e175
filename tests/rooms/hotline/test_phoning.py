"""The telephone of the hotline: told by the exchange, taken by one, rung back, rung up by a press; numbers are forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.hotline import actions, queries
from banshi.rooms.hotline.actions import Event
from banshi.rooms.hotline.models import PhoneCall
from banshi.rooms.hotline.ports import Unreachable
from tests.rooms.hotline.conftest import Hotline
from tests.together import together
from tests.town import TUESDAY_NINE

NOW = TUESDAY_NINE
EXCHANGE = Actor(ActorKind.CHANNEL, "9")
DIALLED: list[tuple[str, str, str]] = []


class Dials:
    """An exchange that writes down whom it was to ring."""

    def dial(self, *, call: str, agent: str, phone: str) -> None:
        DIALLED.append((call, agent, phone))


class Down:
    """One that does not answer."""

    def dial(self, *, call: str, agent: str, phone: str) -> None:
        raise Unreachable("down")


@pytest.fixture(autouse=True)
def exchange(settings: Any) -> None:
    DIALLED.clear()
    settings.BANSHI_TELEPHONY = f"{__name__}.Dials"


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


def agent(hotline: Hotline, *, second: bool = False) -> Actor:
    staff = hotline.town.second_clerk if second else hotline.town.clerk
    return Actor(ActorKind.STAFF, str(staff.pk))


def tell(
    hotline: Hotline, event: str, *, call: str = "c-1", phone: str | None = "13800138000", login: str = "", **more: Any
) -> PhoneCall:
    hall = more.get("hall", hotline.town.hall)
    return actions.heard(Event(call, event, phone, login), hall=hall, by=EXCHANGE, now=more.get("now", NOW))


def take(hotline: Hotline, call: str = "c-1", *, second: bool = False) -> PhoneCall:
    return actions.take_call(call=call, hall=hotline.town.hall, by=agent(hotline, second=second), now=NOW)


@pytest.mark.django_db
def test_it_rings_somebody_takes_it_and_it_is_over(hotline: Hotline) -> None:
    person = hotline.town.person(1)
    tell(hotline, "ringing", phone=person.phone)
    (ring,) = queries.ringing(hotline.town.hall)

    taken = take(hotline)
    mine = queries.call_of(hotline.town.clerk.pk, hotline.town.hall)
    ended = tell(hotline, "ended", now=NOW + timedelta(minutes=3))

    assert (ring.names, person.phone in ring.phone, "*" in ring.phone) == ((person.masked_name,), False, True)
    assert (taken.state, mine is not None and mine.call.pk == taken.pk, ended.state) == ("talking", True, "ended")
    assert (queries.ringing(hotline.town.hall), queries.call_of(hotline.town.clerk.pk, hotline.town.hall)) == ([], None)
    assert [each.action for each in Entry.objects.filter(subject=f"phone-call:{taken.pk}").order_by("id")] == [
        "phone_call_rang", "phone_call_taken",
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_is_told_twice_or_late_changes_nothing(hotline: Hotline) -> None:
    first, again = tell(hotline, "ringing"), tell(hotline, "ringing", phone="13900139000")
    tell(hotline, "answered", login=hotline.town.clerk.login)
    tell(hotline, "ended")
    late = tell(hotline, "answered", login=hotline.town.second_clerk.login)
    over = tell(hotline, "ended")

    assert (again.pk, again.phone, PhoneCall.objects.count()) == (first.pk, "+8613800138000", 1)
    assert (late.state, late.agent_id, over.state) == ("ended", hotline.town.clerk.pk, "ended")


@pytest.mark.django_db
def test_what_is_no_event_is_refused(hotline: Hotline) -> None:
    wrong = [
        refused(lambda: tell(hotline, "sneezed")),
        refused(lambda: tell(hotline, "answered", call="never-rang")),
        refused(lambda: tell(hotline, "ringing", call="")),
        refused(lambda: tell(hotline, "ringing", call="x" * 65)),
        refused(lambda: tell(hotline, "ringing", call="号")),
        refused(lambda: tell(hotline, "ringing", phone="12")),
    ]
    tell(hotline, "ringing")
    wrong += [
        refused(lambda: tell(hotline, "answered", login="nobody")),
        refused(lambda: tell(hotline, "ended", hall=hotline.town.other_hall)),
        refused(lambda: tell(hotline, "ringing", hall=hotline.town.other_hall)),
    ]

    assert wrong == [
        "invalid", "nothing-found", "invalid", "invalid", "invalid", "phone-invalid", "invalid", "nothing-found", "nothing-found",
    ]  # fmt: skip
    assert PhoneCall.objects.get().state == "ringing"


@pytest.mark.django_db
def test_who_takes_the_next_has_hung_up_the_one_before(hotline: Hotline) -> None:
    tell(hotline, "ringing")
    tell(hotline, "ringing", call="c-2", phone=None)
    take(hotline)

    take(hotline, "c-2")

    assert dict(PhoneCall.objects.values_list("call", "state")) == {"c-1": "ended", "c-2": "talking"}


@pytest.mark.django_db
def test_another_agent_takes_and_hangs_up_nothing_of_mine(hotline: Hotline) -> None:
    tell(hotline, "ringing")
    take(hotline)
    theirs = {"call": "c-1", "hall": hotline.town.hall, "by": agent(hotline, second=True), "now": NOW}

    assert [refused(lambda: take(hotline, second=True)), refused(lambda: actions.hang_up(**theirs))] == [
        "changed-meanwhile"
    ] * 2
    assert take(hotline).state == "talking"


@pytest.mark.django_db
def test_who_was_missed_is_rung_back_once(hotline: Hotline) -> None:
    tell(hotline, "ringing")
    tell(hotline, "ended")
    hall, by = hotline.town.hall, agent(hotline)
    missed = list(queries.to_ring_back(hall))

    row = actions.ring_up(hall=hall, missed="c-1", by=by, now=NOW)
    twice = refused(lambda: actions.ring_up(hall=hall, missed="c-1", by=agent(hotline, second=True), now=NOW))

    assert ([each.state for each in missed], list(queries.to_ring_back(hall)), twice) == (["missed"], [], "invalid")
    assert [(row.call, hotline.town.clerk.login, "+8613800138000")] == DIALLED
    assert (row.inward, row.state, actions.take_call(call=row.call, hall=hall, by=by, now=NOW).state) == (
        False,
        "ringing",
        "talking",
    )


@pytest.mark.django_db
def test_the_caller_of_an_order_is_rung_up_and_not_answered(hotline: Hotline) -> None:
    order, by = hotline.replied(), agent(hotline)

    row = actions.ring_up(hall=hotline.town.hall, order=order, by=by, now=NOW)
    done = actions.hang_up(call=row.call, hall=hotline.town.hall, by=by, now=NOW)

    assert (row.order_id, done.state, list(queries.to_ring_back(hotline.town.hall))) == (order.pk, "missed", [])


@pytest.mark.django_db
def test_where_the_exchange_is_silent_nobody_was_rung_up(hotline: Hotline, settings: Any) -> None:
    settings.BANSHI_TELEPHONY = f"{__name__}.Down"
    order = hotline.replied()
    up = {"hall": hotline.town.hall, "order": order, "by": agent(hotline), "now": NOW}

    down = refused(lambda: actions.ring_up(**up))
    settings.BANSHI_TELEPHONY = ""
    by_hand = refused(lambda: actions.ring_up(**up))

    assert (down, by_hand, [each.state for each in PhoneCall.objects.all()]) == (
        "telephony-down",
        "invalid",
        ["missed"],
    )


@pytest.mark.django_db
def test_a_withheld_number_is_rung_by_nobody(hotline: Hotline) -> None:
    tell(hotline, "ringing", phone=None)
    tell(hotline, "ended")
    hall, by = hotline.town.hall, agent(hotline)

    no = refused(lambda: actions.ring_up(hall=hall, missed="c-1", by=by, now=NOW))
    actions.settle(call="c-1", hall=hall, by=by, now=NOW)

    assert (no, list(queries.to_ring_back(hall)), PhoneCall.objects.count()) == ("invalid", [], 1)


@pytest.mark.django_db
def test_numbers_are_forgotten_with_time(hotline: Hotline) -> None:
    tell(hotline, "ringing")
    tell(hotline, "ended")
    tell(hotline, "ringing", call="c-2")
    hall = hotline.town.hall.pk

    for until in (NOW, NOW + timedelta(days=1)):
        actions.forget_words(before={hall: until}, most=9)

    assert dict(PhoneCall.objects.values_list("call", "phone_index")).keys() == {"c-1", "c-2"}
    assert [(each.call, each.phone) for each in PhoneCall.objects.order_by("id")] == [
        ("c-1", None),
        ("c-2", "+8613800138000"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("columns", [{"state": "lost"}, {"state": "talking"}, {"state": "ended"}, {"inward": False}])
def test_the_table_itself_refuses_what_cannot_be(hotline: Hotline, columns: dict[str, Any]) -> None:
    row = tell(hotline, "ringing")

    with pytest.raises(IntegrityError), transaction.atomic():
        PhoneCall.objects.filter(pk=row.pk).update(**columns)


@pytest.mark.race
def test_two_take_the_same_call_and_one_has_it(committed_hotline: Hotline) -> None:
    tell(committed_hotline, "ringing")

    done = together(2, lambda n: take(committed_hotline, second=bool(n)))

    assert sorted(getattr(each, "slug", "") or each.state for each in done) == ["changed-meanwhile", "talking"]
    assert PhoneCall.objects.get().state == "talking"


@pytest.mark.race
def test_two_ring_the_same_number_up_and_it_rings_once(committed_hotline: Hotline) -> None:
    order = committed_hotline.replied()
    hall = committed_hotline.town.hall

    done = together(
        2, lambda n: actions.ring_up(hall=hall, order=order, by=agent(committed_hotline, second=bool(n)), now=NOW)
    )

    assert sorted(getattr(each, "slug", "") or each.state for each in done) == ["invalid", "ringing"]
    assert len(DIALLED) == 1


@pytest.mark.race
def test_told_twice_at_once_it_rings_once(committed_hotline: Hotline) -> None:
    done = together(4, lambda _n: tell(committed_hotline, "ringing"))

    assert (len({each.pk for each in done}), PhoneCall.objects.count()) == (1, 1)
