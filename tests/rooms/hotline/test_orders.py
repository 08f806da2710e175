"""Orders of the hotline: taken down, given to a line, replied to or returned, joined, the caller rung up, closed, rated."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from banshi.kernel.policy import HotlinePolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.calendars.models import NationalDay
from banshi.rooms.hotline import actions, queries, rules
from banshi.rooms.hotline.models import Handling, Order
from banshi.rooms.hotline.rules import Line
from tests.rooms.hotline.conftest import DESK, LINE, TEXT, Hotline
from tests.together import meanwhile, together
from tests.town import TUESDAY_NINE

LATER = TUESDAY_NINE + timedelta(hours=1)


def refused(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as found:
        act()
    return found.value


def test_an_order_has_a_number_a_day_and_a_masked_caller(hotline: Hotline):
    order = hotline.opened()

    (line,) = queries.lines([queries.by_no(order.no)], now=TUESDAY_NINE)
    assert (order.no, line.state, line.line, line.due_on, line.light) == (
        "RX-260310-0001", "open", "", date(2026, 3, 11), "yellow",
    )  # fmt: skip
    assert (line.caller, line.phone, line.subject_en) == ("李*", "138****8000", "Machines")


def test_from_desk_to_line_to_caller_to_the_end(hotline: Hotline):
    order = hotline.opened()

    assigned = actions.assign(no=order.no, line="department:hrss", by=DESK, now=TUESDAY_NINE)
    days = [assigned.due_on]
    days.append(actions.reply(no=order.no, text="已经修好了。", line="department:hrss", by=LINE, now=LATER).due_on)
    hotline.heard(order, "satisfied", now=LATER)
    closed = actions.close(no=order.no, by=DESK, now=LATER)
    rated = actions.rate(no=order.no, stars=5, by=DESK, now=LATER)

    assert (days, closed.state, closed.due_on, rated.stars) == (
        [date(2026, 3, 17), date(2026, 3, 12)],
        "closed",
        None,
        5,
    )
    steps = [(step.seq, step.verb, step.line) for step in queries.handlings(order)]
    assert steps == [
        (1, "open", ""), (2, "assign", "department:hrss"), (3, "reply", "department:hrss"), (4, "revisit", "department:hrss"),
        (5, "close", "department:hrss"), (6, "rate", "department:hrss"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "line", "days"),
    [("enquiry", "department", 1), ("help", "hall", 5), ("suggestion", "hall", 10), ("enquiry", "city", 3)],
)
def test_a_line_has_days_by_its_kind_and_the_orders(kind: str, line: str, days: int):
    assert rules.reply_days(kind, line, HotlinePolicy()) == days


def test_days_over_a_holiday_are_not_counted(hotline: Hotline):
    for day in (date(2026, 3, 11), date(2026, 3, 12)):
        NationalDay.objects.create(day=day, kind="restday", name_zh="节", name_en="Feast", state="confirmed")

    assert hotline.opened().due_on == date(2026, 3, 13)


def test_a_hall_gives_its_lines_other_days(hotline: Hotline):
    hotline.town.policy(hotline={"complaint_working_days": 2})

    assert hotline.assigned().due_on == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": "坏"}, "text"), ({"text": "坏" * 2001}, "text"), ({"kind": "wish"}, "kind"), ({"subject": "moon"}, "subject"),
        ({"subject": "matter"}, "item"), ({"item": "pension"}, "item"), ({"line": "department"}, "line"),
        ({"line": "department:nobody"}, "line"), ({"line": "city:here"}, "line"), ({"name": "名" * 41}, "name"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_down_is_refused_and_takes_no_number(hotline: Hotline, more: dict[str, Any], field: str):
    no = refused(lambda: hotline.opened(**more))

    assert (no.slug, no.facts["field"], hotline.opened().no) == ("invalid", field, "RX-260310-0001")


def test_a_caller_may_withhold_number_and_name(hotline: Hotline):
    order = hotline.opened(phone=None, name="")

    assert (order.phone, order.phone_index, order.caller_name) == (None, "", None)


@pytest.mark.parametrize(
    ("subject", "item", "line"),
    [("matter", "pension", "department:hrss"), ("waiting", "", "hall:town"), ("rules", "", "city")],
)
def test_a_subject_says_whose_it_is(hotline: Hotline, subject: str, item: str, line: str):
    order = hotline.opened(subject=subject, item=item)

    assert str(queries.line_for(subject, item=order.item, hall=hotline.town.hall)) == line


@pytest.mark.parametrize("text", ["", "department", "department:", "city:x", "moon:x"])
def test_what_names_no_line_is_none(text: str):
    assert Line.parse(text) is None


def test_returned_it_is_at_the_desk_with_why_and_whose_it_was(hotline: Hotline):
    order = hotline.assigned()

    back = actions.give_back(no=order.no, reason="不是本局的事", line="department:hrss", by=LINE, now=LATER)

    last = queries.handlings(order)[-1]
    assert (back.state, back.line, back.due_on) == ("open", "", date(2026, 3, 11))
    assert (last.verb, last.line, last.text) == ("return", "department:hrss", "不是本局的事")


def test_another_line_neither_replies_nor_returns(hotline: Hotline):
    order = hotline.assigned("hall:town")

    found = [
        refused(lambda: actions.reply(no=order.no, text="好了", line="city", by=LINE, now=LATER)).slug,
        refused(lambda: actions.give_back(no=order.no, reason="不是", line="city", by=LINE, now=LATER)).slug,
    ]

    assert found == ["changed-meanwhile", "changed-meanwhile"]


def test_the_desk_answers_itself(hotline: Hotline):
    order = hotline.opened(kind="enquiry")

    answered = actions.answer(no=order.no, text="九点开门。", by=DESK, now=TUESDAY_NINE)

    assert (answered.state, answered.line) == ("replied", "")


def test_a_reminder_is_counted_and_moves_no_day(hotline: Hotline):
    order = hotline.assigned()

    reminded = actions.remind(no=order.no, text="来电人又打来", by=DESK, now=LATER)

    assert (reminded.reminders, reminded.due_on) == (1, order.due_on)
    no = refused(lambda: actions.remind(no=hotline.opened().no, by=DESK, now=LATER))
    assert (no.slug, no.facts["needs"]) == ("wrong-state", "assigned")


def test_without_the_callers_word_nothing_is_closed(hotline: Hotline):
    order = hotline.replied()

    no = refused(lambda: actions.close(no=order.no, by=DESK, now=LATER))

    assert (no.slug, no.facts["field"]) == ("invalid", "revisit")


def test_who_is_not_content_is_helped_once_more_with_days_of_its_own(hotline: Hotline):
    order = hotline.replied()

    again = hotline.heard(order, "dissatisfied", now=LATER + timedelta(days=1))
    unheard = hotline.replied("换了新屏。", order=order, now=LATER + timedelta(days=2))
    no = refused(lambda: actions.close(no=order.no, by=DESK, now=LATER + timedelta(days=2)))
    hotline.heard(order, "dissatisfied", now=LATER + timedelta(days=2))
    closed = actions.close(no=order.no, by=DESK, now=LATER + timedelta(days=2))

    assert (again.state, again.due_on, unheard.state) == ("assigned", date(2026, 3, 18), "replied")
    assert (no.slug, closed.state, closed.redone) == ("invalid", "closed", 1)


def test_what_the_desk_answered_comes_back_to_the_desk(hotline: Hotline):
    order = actions.answer(no=hotline.opened().no, text="九点开门。", by=DESK, now=TUESDAY_NINE)

    assert hotline.heard(order, "dissatisfied").state == "open"


def test_who_cannot_be_reached_three_times_is_let_be(hotline: Hotline):
    order = hotline.replied()
    for _ in range(2):
        hotline.heard(order, "unreachable")

    early = refused(lambda: actions.close(no=order.no, by=DESK, now=LATER))
    hotline.heard(order, "unreachable")

    assert (early.slug, actions.close(no=order.no, by=DESK, now=LATER).state) == ("invalid", "closed")


def test_a_joined_order_follows_the_first_and_brings_its_own_along(hotline: Hotline):
    first, second, third = hotline.assigned(), hotline.opened(), hotline.opened()

    actions.join(no=third.no, first=second.no, by=DESK, now=LATER)
    joined = actions.join(no=second.no, first=first.no, by=DESK, now=LATER)

    third.refresh_from_db()
    assert (joined.state, joined.first_id, third.first_id, third.due_on) == ("joined", first.pk, first.pk, None)
    assert [each.no for each in queries.at_desk(halls=["town"])] == [first.no]


@pytest.mark.parametrize("what", ["itself", "closed", "joined"])
def test_only_what_goes_on_is_joined_to(hotline: Hotline, what: str):
    order, other = hotline.opened(), hotline.replied()
    if what == "closed":
        hotline.heard(other, "satisfied")
        actions.close(no=other.no, by=DESK, now=LATER)
    if what == "joined":
        actions.join(no=(other := hotline.opened()).no, first=hotline.opened().no, by=DESK, now=LATER)

    no = refused(
        lambda: actions.join(no=order.no, first=order.no if what == "itself" else other.no, by=DESK, now=LATER)
    )

    assert no.slug == ("invalid" if what == "itself" else "wrong-state")


def test_the_caller_of_a_joined_order_rates_what_came_of_the_first(hotline: Hotline):
    first, second = hotline.assigned(), hotline.opened()
    actions.join(no=second.no, first=first.no, by=DESK, now=LATER)

    early = refused(lambda: actions.rate(no=second.no, stars=4, by=DESK, now=LATER)).slug
    hotline.replied(order=first)
    rated = actions.rate(no=second.no, stars=4, by=DESK, now=LATER)
    again = refused(lambda: actions.rate(no=second.no, stars=1, by=DESK, now=LATER)).slug

    assert (early, rated.stars, again) == ("wrong-state", 4, "already-rated")


def test_an_order_that_is_none_is_not_found(hotline: Hotline):
    assert refused(lambda: actions.remind(no="RX-0", by=DESK, now=LATER)).slug == "nothing-found"


@pytest.mark.parametrize("stars", [0, 6])
def test_there_are_one_to_five_stars(hotline: Hotline, stars: int):
    assert refused(lambda: actions.rate(no=hotline.replied().no, stars=stars, by=DESK, now=LATER)).slug == "invalid"


def test_lists_are_due_first_and_each_line_sees_its_own(hotline: Hotline):
    late = hotline.assigned(now=TUESDAY_NINE - timedelta(days=10))
    of_hall, of_city = hotline.assigned("hall:town"), hotline.assigned("city")
    desk = hotline.opened()

    lists = [
        queries.at_desk(halls=["town"]), queries.of_line(hall="town", department="hrss"), queries.of_line(hall="town"),
        queries.of_line(hall="town", city=True), queries.at_desk(halls=["other"]),
    ]  # fmt: skip

    assert [[each.no for each in rows] for rows in lists] == [
        [late.no, desk.no, of_hall.no, of_city.no], [late.no], [of_hall.no], [of_hall.no, of_city.no], [],
    ]  # fmt: skip
    assert [line.light for line in queries.lines([late, of_city], now=TUESDAY_NINE)] == ["red", "green"]


def test_a_callers_orders_are_found_by_telephone_or_person(hotline: Hotline):
    person = hotline.town.person(0)
    mine, known = hotline.opened(), hotline.opened(phone="13900139000", person_id=person.pk)

    assert [each.no for each in queries.of_caller("+8613800138000", person.pk)] == [known.no, mine.no]
    assert [each.no for each in queries.of_phone("+8613900139000")] == [known.no]


@pytest.mark.parametrize(("asked", "found"), [("0001", True), ("自助", True), ("machines", True), ("叫号屏", False)])
def test_an_order_is_found_by_number_and_topic_and_not_by_what_was_said(hotline: Hotline, asked: str, found: bool):
    hotline.opened()

    assert queries.all_orders().filter(queries.found_by(asked)).exists() is found


def test_orders_alike_go_on_and_are_of_one_subject(hotline: Hotline):
    first, order = hotline.opened(), hotline.opened()
    hotline.opened(subject="rules")

    assert [each.no for each in queries.alike(order)] == [first.no]


def test_the_trail_and_the_tables_hold_no_word_in_clear(hotline: Hotline):
    order = hotline.replied("李雷的屏修好了")
    hotline.heard(order, "dissatisfied")

    trail = json.dumps([[entry.subject, entry.facts] for entry in Entry.objects.order_by("id")], ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, caller_name, phone FROM hotline_order")
        stored = list(cursor.fetchone())
        cursor.execute("SELECT text FROM hotline_handling ORDER BY id")
        stored += [text for (text,) in cursor.fetchall()]
    assert ("屏" in trail, "李雷" in trail, "138" in trail, order.no in trail) == (False, False, False, True)
    assert [each for each in stored if each and not each.startswith("v1:aesgcm:")] == []


def test_words_and_caller_are_deleted_once_the_order_is_over_for_long_enough(hotline: Hotline):
    order, goes_on = hotline.replied(person_id=hotline.town.person(0).pk), hotline.opened()
    hotline.heard(order, "satisfied")
    actions.close(no=order.no, by=DESK, now=LATER)
    hall = hotline.town.hall.pk

    done = [actions.forget_words(before={hall: until}, most=9) for until in (LATER, LATER + timedelta(seconds=1))]

    order.refresh_from_db()
    goes_on.refresh_from_db()
    assert (done, order.text, order.phone, order.caller_name, order.person_id) == ([0, 1], "", None, None, None)
    assert ([step.text for step in queries.handlings(order)], goes_on.text) == ([""] * 5, TEXT)


def test_a_step_is_never_changed(hotline: Hotline):
    step = Handling.objects.get(order=hotline.opened())

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Handling.objects.filter(pk=step.pk).update(verb="close")


def test_the_table_itself_allows_no_chain_of_joined_orders(hotline: Hotline):
    first, second, third = hotline.opened(), hotline.opened(), hotline.opened()
    actions.join(no=second.no, first=first.no, by=DESK, now=LATER)

    over = {"state": "joined", "due_on": None, "closed_at": LATER}
    for row, to in ((third, second), (first, third)):
        with pytest.raises(DatabaseError, match="follows no other"), transaction.atomic():
            Order.objects.filter(pk=row.pk).update(first=to, **over)


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "lost"}, {"kind": "wish"}, {"subject": "matter"}, {"line": "city"}, {"line": "hall"}, {"due_on": None},
        {"state": "closed"}, {"state": "joined", "due_on": None, "closed_at": LATER}, {"stars": 5},
        {"stars": 6, "rated_at": LATER},
    ],
)  # fmt: skip
def test_the_table_itself_refuses_what_cannot_be(hotline: Hotline, columns: dict[str, Any]):
    order = hotline.opened()

    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**columns)


@pytest.mark.race
def test_orders_of_the_same_instant_are_numbered_without_a_gap(committed_hotline: Hotline):
    asked = ["坏"] + [TEXT] * 7  # one of them is refused

    results = together(8, lambda i: committed_hotline.opened(asked[i]))

    assert sorted(each.no for each in results if isinstance(each, Order)) == [f"RX-260310-{n:04d}" for n in range(1, 8)]


@pytest.mark.race
def test_given_to_two_lines_at_once_one_has_it(committed_hotline: Hotline):
    order, lines = committed_hotline.opened(), ["department:hrss", "hall:town"]

    results = together(2, lambda i: actions.assign(no=order.no, line=lines[i], by=DESK, now=LATER))

    assert sorted(getattr(each, "slug", "given") for each in results) == ["given", "wrong-state"]
    assert [step.verb for step in queries.handlings(order)] == ["open", "assign"]


@pytest.mark.race
def test_replied_to_and_returned_at_once_one_of_them_counts(committed_hotline: Hotline):
    order = committed_hotline.assigned()
    acts = [
        lambda: actions.reply(no=order.no, text="好了。", line="department:hrss", by=LINE, now=LATER),
        lambda: actions.give_back(no=order.no, reason="不是", line="department:hrss", by=LINE, now=LATER),
    ]

    results = together(2, lambda i: acts[i]())

    assert sorted(getattr(each, "slug", "done") for each in results) == ["done", "wrong-state"]


@pytest.mark.race
@pytest.mark.parametrize("closes_first", [True, False])
def test_closed_or_sent_back_by_its_caller_never_both(committed_hotline: Hotline, closes_first: bool):
    order = committed_hotline.replied()
    committed_hotline.heard(order, "satisfied")

    def closing() -> Any:
        return actions.close(no=order.no, by=DESK, now=LATER)

    def sending_back() -> Any:
        return committed_hotline.heard(order, "dissatisfied", now=LATER)

    result = meanwhile(closing, sending_back) if closes_first else meanwhile(sending_back, closing)

    order.refresh_from_db()
    assert (result.slug, order.state) == ("wrong-state", "closed" if closes_first else "assigned")


@pytest.mark.race
@pytest.mark.parametrize("joins_first", [True, False])
def test_joined_or_replied_to_never_both(committed_hotline: Hotline, joins_first: bool):
    first, order = committed_hotline.opened(), committed_hotline.assigned()

    def joining() -> Any:
        return actions.join(no=order.no, first=first.no, by=DESK, now=LATER)

    def replying() -> Any:
        return committed_hotline.replied(order=order, now=LATER)

    result = meanwhile(joining, replying) if joins_first else meanwhile(replying, joining)

    order.refresh_from_db()
    assert (result.slug, order.state) == ("wrong-state", "joined" if joins_first else "replied")


@pytest.mark.race
def test_two_orders_joined_to_each_other_are_one(committed_hotline: Hotline):
    numbers = [committed_hotline.opened().no, committed_hotline.opened().no]

    results = together(2, lambda i: actions.join(no=numbers[i], first=numbers[1 - i], by=DESK, now=LATER))

    assert sorted(getattr(each, "slug", "joined") for each in results) == ["joined", "wrong-state"]
    assert Order.objects.filter(state="joined").count() == 1
