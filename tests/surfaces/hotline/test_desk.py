"""The desk of the hotline and its lines, as pages: found, taken down, passed on, replied to, rung up, closed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.rooms.audit.models import Entry
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.hotline import actions, queries
from banshi.rooms.hotline.actions import Opening
from banshi.rooms.hotline.models import Order
from banshi.rooms.identity.models import Role, Staff
from tests.rooms.hotline.conftest import DESK
from tests.surfaces.api.conftest import stop_the_clock
from tests.surfaces.office.editing import signed_in
from tests.town import Town, at

AT = "/hotline-desk/town/"
TEXT = "三号窗口的叫号屏坏了两天"
FORM = {
    "phone": "13800138000",
    "name": "李雷雷",
    "kind": "complaint",
    "subject": "machines",
    "text": TEXT,
    "line": "subject",
}


@pytest.fixture(autouse=True)
def _stopped(town: Town) -> None:
    stop_the_clock()


def worker(role: str, *, scope: str = "town", department: str = "") -> Client:
    born = at("2026-01-05 09:00")
    one = Staff.objects.create_staff(
        login=f"{role}-{scope}-{department}", password="town-password", name_zh="坐席", name_en="Agent", created_at=born,
        department=department,
    )  # fmt: skip
    kind = "all" if scope == "*" else "hall"
    Role.objects.create(staff=one, role=role, scope_kind=kind, scope=scope, given_at=born, given_by="system")
    return signed_in(one)


@pytest.fixture
def agent(town: Town) -> Client:
    return worker("hotline_agent")


def opened(town: Town, **more: Any) -> Order:
    asked = {
        "hall": town.hall,
        "kind": "complaint",
        "subject": "machines",
        "text": TEXT,
        "phone": "13800138000",
        "name": "李雷雷",
    }
    return actions.open_order(Opening(**{**asked, **more}), by=DESK, now=clock.now())


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_order_is_taken_down_and_goes_to_the_line_of_its_subject(agent: Client, town: Town):
    done = agent.post(f"{AT}open", FORM)

    order = Order.objects.get()
    page = text(agent.get(done.url))
    assert (done.status_code, order.state, str(queries.line_of(order)), order.phone) == (
        302,
        "assigned",
        "hall:town",
        "+8613800138000",
    )
    assert (TEXT in page, "李**" in page, "李雷雷" in page, "13800138000" in page) == (True, True, False, False)


def test_a_matter_is_named_by_its_whole_name_and_answered_at_once(agent: Client, town: Town):
    agent.post(f"{AT}open", {**FORM, "item": "养老保险参保登记", "answer": "带身份证来。"})

    order = Order.objects.get()
    assert (order.item.code if order.item else "", order.state, order.line) == ("pension", "replied", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"phone": "12"},
        {"item": "没有的事"},
        {"kind": "x"},
        {"line": "moon"},
        {"subject": ""},
        {"name": "名" * 61},
    ],
)
def test_what_cannot_be_taken_down_is_refused_and_kept(agent: Client, town: Town, wrong: dict[str, str]):
    done = agent.post(f"{AT}open", {**FORM, "name": "李雷雷", **wrong})

    assert (done.status_code, {**FORM, **wrong}["text"] in text(done)) == (422, True)
    assert Order.objects.count() == 0


def test_one_field_finds_a_caller_with_their_thread_and_leaves_a_trace(agent: Client, town: Town):
    order, person = opened(town, phone="13800130001"), town.person(1)

    page = text(agent.post(f"{AT}find", {"q": "138 0013 0001"}))

    assert (order.no in page, person.masked_name in page, person.name in page) == (True, True, False)
    assert Entry.objects.filter(action="looked", subject=f"person:{person.pk}").count() == 1


def test_the_same_field_finds_orders_and_matters(agent: Client, town: Town):
    order = opened(town)

    by_number, by_word, nothing = [text(agent.post(f"{AT}find", {"q": q})) for q in (order.no[-4:], "养老保险", "zzzz")]

    assert (order.no in by_number, f"{AT}new?item=pension" in by_word, "没有找到" in nothing) == (True, True, True)
    assert "养老保险参保登记" in text(agent.get(f"{AT}new?item=pension"))


def test_name_and_number_are_shown_whole_to_who_asks_and_leave_a_trace(agent: Client, town: Town):
    order = opened(town)

    page = text(agent.post(f"{AT}orders/{order.no}/whole"))

    assert ("李雷雷" in page, "+8613800138000" in page) == (True, True)
    assert Entry.objects.filter(action="looked", subject=f"hotline:{order.no}").count() == 1


def test_from_the_desk_to_a_line_and_back_and_to_the_end(agent: Client, town: Town):
    order, clerk = opened(town), worker("reviewer", department="hrss")
    at_desk, at_line = f"{AT}orders/{order.no}/", f"{AT}line/{order.no}/"

    agent.post(f"{at_desk}assign", {"line": "department:hrss"})
    listed = text(clerk.get(f"{AT}line/"))
    seen = text(clerk.get(at_line))
    clerk.post(f"{at_line}return", {"reason": "不是本局的事"})
    back = Order.objects.get().state
    agent.post(f"{at_desk}assign", {"line": "department:hrss"})
    clerk.post(f"{at_line}reply", {"text": "已经修好。"})
    agent.post(f"{at_desk}revisit", {"said": "satisfied"})
    closed = agent.post(f"{at_desk}close")

    assert (order.no in listed, TEXT in listed, TEXT in seen, "13800138000" in seen) == (True, False, True, False)
    assert (back, closed.status_code, Order.objects.get().state) == ("open", 302, "closed")
    assert "不是本局的事" in text(agent.get(at_desk))


def test_the_desk_reminds_joins_and_writes_down_a_reply(agent: Client, town: Town):
    first, second = opened(town, line="hall:town"), opened(town)

    agent.post(f"{AT}orders/{first.no}/remind", {"text": "又打来"})
    agent.post(f"{AT}orders/{second.no}/join", {"first": first.no})
    agent.post(f"{AT}orders/{first.no}/reply", {"text": "电话答复：已修好"})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.reminders, second.state, second.first_id) == ("replied", 1, "joined", first.pk)
    assert second.no in text(agent.get(f"{AT}orders/{first.no}/"))


@pytest.mark.parametrize(
    ("verb", "fields", "status"),
    [
        ("assign", {"line": "nowhere"}, 422), ("answer", {"text": ""}, 422), ("join", {"first": "RX-0"}, 404),
        ("reply", {"text": "好了"}, 409),
        ("revisit", {"said": "satisfied"}, 409), ("close", {}, 409), ("remind", {}, 409),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_on_its_page(
    agent: Client, town: Town, verb: str, fields: dict[str, str], status: int
):
    order = opened(town)

    done = agent.post(f"{AT}orders/{order.no}/{verb}", fields)

    assert (done.status_code, TEXT in text(done), Order.objects.get().state) == (status, True, "open")


@pytest.mark.parametrize("verb", ["reply", "return"])
def test_a_line_that_says_nothing_is_refused_on_the_page(town: Town, verb: str):
    order = opened(town, line="department:hrss")

    done = worker("reviewer", department="hrss").post(f"{AT}line/{order.no}/{verb}", {})

    assert (done.status_code, TEXT in text(done), Order.objects.get().state) == (422, True, "assigned")


@pytest.mark.parametrize(
    ("role", "scope", "department", "line", "status"),
    [
        ("reviewer", "town", "hrss", "department:hrss", 200),
        ("reviewer", "town", "police", "department:hrss", 404),
        ("reviewer", "other", "hrss", "department:hrss", 403), ("hall_manager", "town", "", "hall:town", 200),
        ("hall_manager", "town", "", "city", 404), ("city_admin", "*", "", "city", 200),
        ("hotline_agent", "town", "", "city", 403),
    ],
)  # fmt: skip
def test_a_line_sees_what_is_with_it(town: Town, role: str, scope: str, department: str, line: str, status: int):
    Department.objects.create(code="police", name_zh="公安局", name_en="Public Security")
    order = opened(town, line=line)

    assert worker(role, scope=scope, department=department).get(f"{AT}line/{order.no}/").status_code == status


def test_the_desk_of_another_hall_does_not_find_it(town: Town):
    order = opened(town)

    found = worker("hotline_agent", scope="other").get(f"/hotline-desk/other/orders/{order.no}/")

    assert found.status_code == 404


def test_a_manager_sees_the_desk_and_takes_nothing_down(town: Town):
    order, manager = opened(town), worker("hall_manager")

    page = text(manager.get(f"{AT}orders/{order.no}/"))

    assert (order.no in text(manager.get(AT)), "/assign" in page, manager.post(f"{AT}open", FORM).status_code) == (
        True,
        False,
        403,
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(
    agent: Client, town: Town, rows: int, django_assert_num_queries: Any
):
    Item.objects.filter(code="pension").update(department=Department.objects.get(code="hrss"))
    for _ in range(rows):
        opened(town, line="department:hrss")
    agent.get(AT)

    with django_assert_num_queries(13):  # what rises is one
        page = text(agent.get(AT))

    assert page.count("RX-") >= rows


@pytest.mark.parametrize("which", ["all", "open", "assigned", "replied", "late", "closed", "x"])
def test_each_list_opens(agent: Client, town: Town, which: str):
    order = opened(town)

    assert (order.no in text(agent.get(f"{AT}?list={which}"))) is (which in ("all", "open", "x"))


def test_what_many_ring_up_about_stands_on_the_first_page_and_leads_to_it(agent: Client, town: Town):
    for _ in range(5):
        opened(town, subject="waiting")
    other = opened(town)

    page, about = (text(agent.get(AT + query)) for query in ("", "?list=all&about=waiting"))

    assert ("近期热点" in page, "24 小时内 5 件" in page, other.no in page) == (True, True, True)
    assert (other.no in about, "查看全部主题" in about, "about=waiting" in about) == (False, True, True)
    assert [agent.get(f"{AT}?about={said}").status_code for said in ("item:", "x" * 300, "item:none")] == [200] * 3
