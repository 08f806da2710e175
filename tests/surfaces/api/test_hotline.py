"""The hotline by the API: taken down, given to a line, replied to or returned, rung up about, closed; who works which."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from banshi.rooms.hotline import rules
from banshi.rooms.hotline.models import Order, PhoneCall
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import Staff
from banshi.surfaces.api import hotline
from tests.surfaces.api.conftest import Calls
from tests.town import TUESDAY_NINE

SAID = {
    "hall": "town", "subject": "service", "kind": "complaint", "text": "窗口让我跑了三趟。",
    "caller": {"phone": "13800138000", "name": "张三丰"},
}  # fmt: skip


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


@pytest.fixture
def desk(calls: Calls) -> Calls:
    """Keys: `desk-staff` of the town's desk, `line` of who replies for the hall itself, `other-line` elsewhere."""
    for name, role, hall in (
        ("desk-staff", "hotline_agent", "town"), ("line", "hall_manager", "town"), ("other-line", "hall_manager", "other"),
        ("city", "city_admin", "*"),
    ):  # fmt: skip
        staff = Staff.objects.create_staff(
            login=name, password="town-password", name_zh="员", name_en="Staff", created_at=TUESDAY_NINE
        )
        staff.roles.create(
            role=role, scope_kind="all" if hall == "*" else "hall", scope=hall, given_at=TUESDAY_NINE, given_by="system"
        )
        calls.keys[name] = create_key(name=name, scope="staff", staff=staff, now=TUESDAY_NINE)
    return calls


def opened(calls: Calls, key: str = "desk-staff", **more: Any) -> str:
    answer = calls("post", "/hotline/orders", key, {**SAID, **more})
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["no"])


def test_the_states_and_kinds_are_those_of_the_room() -> None:
    assert set(get_args(hotline.OrderState)) == set(rules.ORDER.states)
    assert get_args(hotline.OrderKind) == rules.KINDS


def test_an_order_from_call_to_close(desk: Calls) -> None:
    no = opened(desk)
    here = f"/hotline/orders/{no}"
    for path, key, body, state in (
        ("assign", "desk-staff", {"line": "hall:town"}, "assigned"),
        ("reply", "line", {"text": "已经道歉，窗口改了流程。"}, "replied"),
        ("revisit", "desk-staff", {"said": "satisfied"}, "replied"),
        ("close", "desk-staff", None, "closed"),
    ):
        answer = desk("post", f"{here}/{path}", key, body)
        assert (answer.status_code, answer.json()["state"]) == (200, state), (path, answer.content.decode())

    shown = desk("get", here, "desk-staff").json()

    assert [each["verb"] for each in shown["steps"]] == ["open", "assign", "reply", "revisit", "close"]
    assert (shown["caller"], "13800138000" in str(shown)) == ("张**", False)


def test_a_line_returns_what_is_not_its_own(desk: Calls) -> None:
    no = opened(desk, line="hall:town")

    answer = desk("post", f"/hotline/orders/{no}/return", "line", {"reason": "这是部门的事"})

    assert (answer.json()["state"], answer.json()["line"]) == ("open", None)


def test_the_subject_names_the_line(desk: Calls) -> None:
    no = opened(desk, line="subject")

    assert desk("get", f"/hotline/orders/{no}", "desk-staff").json()["line"] == "hall:town"


def test_who_sees_what_and_works_it(desk: Calls) -> None:
    at_desk, with_line = opened(desk), opened(desk, line="hall:town")
    city = opened(desk, "channel")

    seen = {
        key: [desk("get", f"/hotline/orders/{no}", key).status_code for no in (at_desk, with_line, city)]
        for key in ("desk-staff", "line", "other-line", "channel", "other-channel")
    }

    assert seen["desk-staff"] == [200, 200, 200]
    assert seen["other-line"] == seen["other-channel"] == [404, 404, 404]
    assert seen["channel"] == [404, 404, 200]
    assert told(desk("post", f"/hotline/orders/{city}/assign", "channel", {"line": "city"}))[0] == 403
    assert told(desk("post", f"/hotline/orders/{at_desk}/assign", "other-line", {"line": "city"}))[0] == 403


def test_a_list_says_no_word_of_what_was_said(desk: Calls) -> None:
    opened(desk)
    mine = opened(desk, line="hall:town")

    of_desk = desk("get", "/hotline/orders?hall=town", "desk-staff")
    of_line = desk("get", "/hotline/orders?list=line", "line")

    assert "跑了三趟" not in of_desk.content.decode()
    assert (len(of_desk.json()["data"]), [each["no"] for each in of_line.json()["data"]]) == (2, [mine])
    assert told(desk("get", "/hotline/orders?hall=town", "other-line"))[0] == 403


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"subject": "nothing"}, (422, "invalid")), ({"text": ""}, (422, "invalid")), ({"line": "moon"}, (422, "invalid")),
        ({"line": "department:nobody"}, (422, "invalid")), ({"item": "pension"}, (422, "invalid")),
        ({"subject": "matter", "item": "none"}, (404, "nothing-found")), ({"hall": "none"}, (404, "nothing-found")),
        ({"caller": {"phone": "12"}}, (422, "phone-invalid")), ({"kind": "x"}, (422, "invalid")),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_down_is_refused_and_nothing_is_there(
    desk: Calls, change: dict[str, Any], said: tuple[int, str]
) -> None:
    assert told(desk("post", "/hotline/orders", "desk-staff", {**SAID, **change})) == said
    assert Order.objects.count() == 0


def test_steps_out_of_turn_are_refused(desk: Calls) -> None:
    no = opened(desk)

    for path, body in (("close", None), ("revisit", {"said": "satisfied"}), ("return", {"reason": "不归这里"})):
        assert told(desk("post", f"/hotline/orders/{no}/{path}", "desk-staff", body)) == (409, "wrong-state")


def test_the_city_finds_what_a_halls_desk_gave_it_with_and_without_naming_the_hall(desk: Calls) -> None:
    mine = opened(desk, line="city")

    found = [desk("get", f"/hotline/orders?list=line{hall}", "city").json()["data"] for hall in ("", "&hall=town")]
    replied = desk("post", f"/hotline/orders/{mine}/reply", "city", {"text": "市里答复了。"})

    assert [[each["no"] for each in rows] for rows in found] == [[mine], [mine]]
    assert replied.json()["state"] == "replied"


def test_what_is_over_is_listed_when_it_is_asked_for(desk: Calls) -> None:
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.hotline import actions

    first, second = opened(desk), opened(desk)
    actions.join(no=second, first=first, by=SYSTEM, now=TUESDAY_NINE)

    listed = {
        state: [each["no"] for each in desk("get", f"/hotline/orders{state}", "desk-staff").json()["data"]]
        for state in ("", "?state=joined", "?state=closed")
    }

    assert listed == {"": [first], "?state=joined": [second], "?state=closed": []}


# --- The exchange -------------------------------------------------------------------------------------------------


def event(calls: Calls, key: str = "channel", **more: Any) -> Any:
    said = {"hall": "town", "call": "c-1", "event": "ringing", "phone": "13800138000", **more}
    return calls("post", "/hotline/calls", key, said)


def test_an_exchange_tells_what_becomes_of_a_call(desk: Calls) -> None:
    answered = {"event": "answered", "agent": "desk-staff"}
    said = [event(desk, **more) for more in ({}, {}, answered, {"event": "ended"}, answered)]

    assert [(each.status_code, each.json()["state"]) for each in said] == [
        (200, "ringing"), (200, "ringing"), (200, "talking"), (200, "ended"), (200, "ended"),
    ]  # fmt: skip
    assert PhoneCall.objects.get().phone == "+8613800138000"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"event": "sneezed"}, 422), ({"call": ""}, 422), ({"call": "x" * 65}, 422), ({"call": "号"}, 422),
        ({"phone": "12"}, 422),
        ({"hall": "none"}, 404), ({"event": "answered", "call": "never"}, 404), ({"event": "ended", "call": "never"}, 404),
    ],
)  # fmt: skip
def test_an_event_that_is_none_is_refused_and_nothing_rings(desk: Calls, said: dict[str, Any], status: int) -> None:
    assert (event(desk, **said).status_code, PhoneCall.objects.count()) == (status, 0)


def test_a_key_that_is_no_channels_tells_of_no_call(desk: Calls) -> None:
    assert [event(desk, key).status_code for key in ("desk-staff", "line", "kiosk")] == [403] * 3
    assert PhoneCall.objects.count() == 0
