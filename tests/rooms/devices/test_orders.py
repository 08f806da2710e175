"""Orders to machines: given once, handed out once, ended once; what nobody answered is never done again by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from banshi.foundation import clock
from banshi.kernel.actors import SYSTEM
from banshi.kernel.machine_orders import KINDS, ORDER, PARTS, SAID, WHYS, fault
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.devices import actions
from banshi.rooms.devices.actions import orders
from banshi.rooms.devices.models import Device, DeviceOrder
from banshi.rooms.identity.models import ApiKey
from tests.together import together
from tests.town import TUESDAY_NINE, Town

AT = TUESDAY_NINE
A_SECOND = timedelta(seconds=1)
SLIP: dict[str, Any] = {
    "hall": "小镇大厅", "kind": "号票", "number": "A001", "lines": [["业务", "养老"]], "qr": "", "qr_says": "", "foot": []
}  # fmt: skip


@pytest.fixture
def device(town: Town) -> Device:
    return Device.objects.create(hall=town.hall, code="k-1", kind="kiosk", name="一号机")


def given(
    device: Device, key: str = "t-1", kind: str = "print_slip", body: Any = None, at: datetime = AT
) -> DeviceOrder:
    body = SLIP if body is None else body
    return orders.give(device=device, key=key, kind=kind, body=body, by=SYSTEM, at=at, now=TUESDAY_NINE)


def fetched(at: datetime = AT, device: str = "k-1") -> list[str]:
    return [each.key for each in orders.hand_out(device=device, at=at)]


def said(order: DeviceOrder, state: str, why: str = "", device: str = "k-1", at: datetime = AT) -> tuple[str, str]:
    row = orders.ended(device=device, order=order.pk, state=state, why=why, at=at)
    return row.state, row.why


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


@pytest.mark.django_db
def test_the_same_key_at_the_same_machine_is_the_same_order(town: Town, device: Device):
    other = Device.objects.create(hall=town.hall, code="k-2", kind="kiosk", name="二号机")

    first, again, elsewhere = given(device), given(device, body={**SLIP, "number": "A002"}), given(other)

    assert (first.pk == again.pk, first.pk == elsewhere.pk) == (True, False)
    assert [(each.key, each.body["number"]) for each in orders.hand_out(device="k-1", at=AT)] == [("t-1", "A001")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_those_who_give_the_same_order_together_give_one(device: Device):
    made = together(8, lambda _i: given(device))

    assert (len({each.pk for each in made}), DeviceOrder.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_programs_with_one_key_never_get_one_order_twice(device: Device):
    for i in range(12):
        given(device, key=f"t-{i}")

    got = together(6, lambda _i: fetched())

    handed_out = [key for each in got for key in each]
    assert len(handed_out) == len(set(handed_out))
    while more := fetched():
        handed_out += more
    assert sorted(handed_out) == sorted(f"t-{i}" for i in range(12))
    assert set(DeviceOrder.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db
def test_a_machine_gets_its_own_orders_in_turn_and_a_few_at_a_time(town: Town, device: Device):
    other = Device.objects.create(hall=town.hall, code="k-2", kind="kiosk", name="二号机")
    for i in range(orders.AT_ONCE + 1):
        given(device, key=f"t-{i}")
    given(other, key="theirs")

    assert [fetched(), fetched(), fetched()] == [[f"t-{i}" for i in range(orders.AT_ONCE)], ["t-5"], []]
    assert fetched(device="k-2") == ["theirs"]


@pytest.mark.django_db
def test_what_nobody_fetched_in_time_is_expired_and_comes_no_more(device: Device):
    order, waits = given(device), KINDS["print_slip"].waits

    assert fetched(AT + waits) == []  # its time is over, whether or not the job has come
    assert (orders.end_due(at=AT + waits - A_SECOND), orders.end_due(at=AT + waits)) == (0, 1)
    order.refresh_from_db()
    assert (order.state, order.why, order.ended_at, fetched()) == ("expired", "late", AT + waits, [])


@pytest.mark.django_db
def test_what_was_handed_out_and_not_answered_is_unsure_and_comes_no_more(device: Device):
    order, takes = given(device), KINDS["print_slip"].takes
    fetched()

    assert (orders.end_due(at=AT + takes - A_SECOND), orders.end_due(at=AT + takes)) == (0, 1)
    order.refresh_from_db()
    assert (order.state, order.why, fetched(AT + takes)) == ("unsure", "not_answered", [])


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "why"), [("done", ""), ("failed", "paper_out"), ("unsure", "restarted")])
def test_an_answer_said_again_is_the_same_and_another_is_refused(device: Device, state: str, why: str):
    order = given(device)
    early = refused(lambda: said(order, state, why))
    fetched()

    answers = [said(order, state, why), said(order, state, why, at=AT + A_SECOND)]
    other = {"done": ("failed", "jam"), "failed": ("done", ""), "unsure": None}[state]

    assert early == "wrong-state"
    assert answers == [(state, why)] * 2
    assert DeviceOrder.objects.get().ended_at == AT
    assert other is None or refused(lambda: said(order, *other)) == "wrong-state"


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "why"), [("done", ""), ("failed", "jam")])
def test_the_machine_is_believed_after_it_was_given_up(device: Device, state: str, why: str):
    order = given(device)
    fetched()
    orders.end_due(at=AT + timedelta(hours=1))

    assert said(order, state, why, at=AT + timedelta(hours=2)) == (state, why)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_an_answer_and_the_end_of_its_time_one_is_first_and_the_answer_stands(device: Device):
    order = given(device)
    fetched()
    late = AT + KINDS["print_slip"].takes

    together(2, lambda i: said(order, "done", at=late) if i else orders.end_due(at=late))

    order.refresh_from_db()
    assert (order.state, order.why) == ("done", "")


@pytest.mark.django_db
def test_another_machines_order_is_not_there(town: Town, device: Device):
    Device.objects.create(hall=town.hall, code="k-2", kind="kiosk", name="二号机")
    order = given(device)
    fetched()

    assert refused(lambda: said(order, "done", device="k-2")) == "nothing-found"


@pytest.mark.django_db
def test_what_an_order_says_is_sealed_and_goes_when_it_is_done(device: Device):
    order = given(device)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM devices_order")
        kept = cursor.fetchone()[0]
    fetched()
    said(order, "done")

    assert (kept.startswith("v1:aesgcm:"), "A001" in kept) == (True, False)
    assert DeviceOrder.objects.get().body is None


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["failed", "expired", "unsure"])
def test_a_person_has_it_repeated_once(device: Device, how: str):
    order = given(device)
    if how == "expired":
        orders.end_due(at=AT + timedelta(hours=1))
    else:
        fetched()
        said(order, how, "jam")

    repeated = [orders.again(order=order.pk, by=SYSTEM, at=AT, now=TUESDAY_NINE) for _ in range(2)]

    assert len({each.pk for each in repeated} | {order.pk}) == 2
    assert [(each.key, each.body) for each in orders.hand_out(device="k-1", at=AT)] == [(f"again:{order.pk}", SLIP)]
    assert (repeated[0].repeats_id, Entry.objects.filter(action="device_order_repeated").count()) == (order.pk, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_people_who_have_it_repeated_together_get_one(device: Device):
    order = given(device)
    orders.end_due(at=AT + timedelta(hours=1))

    together(5, lambda _i: orders.again(order=order.pk, by=SYSTEM, at=AT, now=TUESDAY_NINE))

    assert DeviceOrder.objects.count() == 2
    assert Entry.objects.filter(action="device_order_repeated").count() == 1


@pytest.mark.django_db
def test_what_may_still_come_out_or_did_or_is_kept_no_longer_is_not_repeated(device: Device):
    def again(order: DeviceOrder) -> str:
        return refused(lambda: orders.again(order=order.pk, by=SYSTEM, at=AT, now=TUESDAY_NINE))

    waiting, gone = given(device), given(device, key="old")
    DeviceOrder.objects.filter(pk=gone.pk).update(state="expired", ended_at=AT, why="late")
    orders.forget_old(at=AT + orders.BODIES_KEPT + A_SECOND)
    words = [again(waiting)]
    fetched()
    words.append(again(waiting))
    said(waiting, "done")

    assert [*words, again(waiting), again(gone)] == ["wrong-state"] * 4
    assert refused(lambda: orders.again(order=0, by=SYSTEM, at=AT, now=TUESDAY_NINE)) == "nothing-found"


@pytest.mark.django_db
def test_orders_and_their_repetitions_are_kept_a_season(device: Device):
    order = given(device)
    orders.end_due(at=AT + timedelta(hours=1))
    orders.again(order=order.pk, by=SYSTEM, at=AT, now=TUESDAY_NINE)
    given(device, key="new", at=AT + timedelta(days=2))

    left = []
    for _ in range(3):
        orders.forget_old(at=AT + orders.ORDERS_KEPT + A_SECOND)
        left.append(DeviceOrder.objects.count())

    assert left == [2, 1, 1]


@pytest.mark.django_db
def test_a_retired_machine_is_given_nothing_and_gets_nothing(device: Device):
    given(device)
    actions.retire(code="k-1", by=SYSTEM, now=TUESDAY_NINE)

    assert (fetched(), refused(lambda: given(device, key="t-2"))) == ([], "invalid")


WRONG = [
    ("toast", {}, "kind"), ("print_slip", {}, "hall"), ("print_slip", [], "body"), ("print_slip", {**SLIP, "x": 1}, "body"),
    ("print_slip", {**SLIP, "number": 1}, "number"), ("print_slip", {**SLIP, "number": "x" * 401}, "number"),
    ("print_slip", {**SLIP, "lines": [["a"]]}, "lines"), ("print_slip", {**SLIP, "foot": ["a\0b"]}, "foot"),
    ("print_slip", {**SLIP, "foot": [""] * 41}, "foot"), ("print_pages", {"pdf": "JVBERi0="}, None),
    ("print_pages", {"pdf": "bm90"}, "pdf"), ("print_pages", {"pdf": "?"}, "pdf"), ("print_pages", {"pdf": None}, "pdf"),
    ("print_pages", {"pdf": "A" * 6_000_000}, "pdf"), ("open_cell", {"cell": 1}, None), ("open_cell", {"cell": 0}, "cell"),
    ("open_cell", {"cell": True}, "cell"), ("open_cell", {"cell": 1001}, "cell"), ("open_cell", {"cell": "1"}, "cell"),
    ("open_door", {}, None), ("open_door", {"door": 1}, "body"), ("show", {"lines": ["a"]}, None),
    ("show", {"lines": "a"}, "lines"), ("call", {"number": "A001", "window": "1"}, None),
    ("call", {"number": "A001"}, "window"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "wrong"), WRONG)
def test_an_order_says_what_its_kind_needs_and_nothing_else(kind: str, body: Any, wrong: str | None):
    assert fault(kind, body) == wrong


@pytest.mark.django_db
def test_an_order_that_is_none_is_refused_and_nothing_is_kept(device: Device):
    words = [
        refused(lambda: given(device, kind="toast")), refused(lambda: given(device, body={"number": "A001"})),
        refused(lambda: given(device, key="")), refused(lambda: given(device, key="k" * 81)),
        refused(lambda: given(device, key="号")),
    ]  # fmt: skip

    assert (words, DeviceOrder.objects.count()) == (["invalid"] * 5, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "why"), [("waiting", ""), ("sent", ""), ("expired", ""), ("failed", ""), ("done", "x"), ("done", "jam")]
)
def test_a_machine_says_only_what_a_machine_can(device: Device, state: str, why: str):
    order = given(device)
    fetched()

    assert refused(lambda: said(order, state, why)) == "invalid"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"state": "lost", "sent_at": AT, "ended_at": AT}, "device_order_state_is_known"),
        ({"state": "done", "sent_at": AT}, "an_order_that_ended_says_when"),
        ({"state": "sent", "sent_at": AT, "ended_at": AT}, "an_order_that_ended_says_when"),
        ({"state": "done", "ended_at": AT}, "only_what_was_handed_out_is_done"),
    ],
)
def test_the_table_keeps_its_promises(device: Device, change: dict[str, Any], name: str):
    given(device)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        DeviceOrder.objects.update(**change)


def test_all_kinds_name_a_part_and_what_a_machine_says_are_steps():
    assert {kind.part for kind in KINDS.values()} <= set(PARTS)
    assert set(SAID) <= set(ORDER.steps)
    assert len(set(WHYS)) == len(WHYS)


# --- Letting the machine's program in ---------------------------------------------------------------------------------


def secret_of(device: Device) -> str:
    return actions.new_secret(code=device.code, by=SYSTEM, now=TUESDAY_NINE)


def enrol(secret: str, code: str = "k-1") -> str:
    return actions.enrol(code=code, secret=secret, by=SYSTEM, now=TUESDAY_NINE)


def alive() -> int:
    return ApiKey.objects.filter(device="k-1", revoked_at=None).count()


@pytest.mark.django_db
def test_a_secret_lets_the_program_in_once_and_pairs_the_page_once(town: Town, device: Device):
    secret = secret_of(device)

    key = enrol(f"  {secret.upper()} ")
    token = actions.pair(hall=town.hall, code="k-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)

    assert (key.startswith("bs_kiosk_"), bool(token), alive()) == (True, True, 1)
    assert refused(lambda: enrol(secret)) == "code-wrong"
    row = ApiKey.objects.get(device="k-1")
    assert (row.scope, row.hall, Entry.objects.filter(action="device_enrolled").count()) == ("kiosk", "town", 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_programs_that_come_together_with_one_secret_one_is_let_in(device: Device):
    secret = secret_of(device)

    def come(_i: int) -> str:
        try:
            return enrol(secret)[:3]
        except Refused as no:
            return no.slug

    assert sorted(together(6, come)) == ["bs_", *["code-wrong"] * 5]
    assert alive() == 1


@pytest.mark.django_db
def test_a_wrong_old_or_late_secret_lets_nobody_in(town: Town, device: Device):
    Device.objects.create(hall=town.hall, code="k-2", kind="kiosk", name="二号机")
    old, secret = secret_of(device), secret_of(device)
    wrong = [refused(lambda: enrol(old)), refused(lambda: enrol(secret, "k-2")), refused(lambda: enrol("", "k-2"))]
    wrong += [refused(lambda: enrol(secret, "k-3")), refused(lambda: enrol("guessed"))]
    Device.objects.filter(code="k-1").update(enrol_until=clock.wall())

    assert [*wrong, refused(lambda: enrol(secret)), alive()] == ["code-wrong"] * 6 + [0]


@pytest.mark.django_db
def test_retired_brought_back_or_with_a_new_secret_the_key_of_before_opens_nothing(device: Device):
    enrol(secret_of(device))
    secret = secret_of(device)
    after_new_secret = alive()
    actions.retire(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    retired = refused(lambda: enrol(secret))
    actions.bring_back(code="k-1", by=SYSTEM, now=TUESDAY_NINE)

    assert (after_new_secret, retired, refused(lambda: enrol(secret)), alive()) == (0, "code-wrong", "code-wrong", 0)
