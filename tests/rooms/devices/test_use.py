"""What machines did: counted once, never changed, as matters where they are; every split adds up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.rooms.devices import actions
from banshi.rooms.devices.actions.use import Used, used, used_by
from banshi.rooms.devices.models import Device, MachineUse
from banshi.rooms.devices.queries.use import BYS, Count, figures
from banshi.rooms.devices.rules.use import DEEDS, NO_MATTERS, is_matter
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import ApiKey
from banshi.rooms.places.models import Hall
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at, build_town

TUESDAY = date(2026, 3, 10)


def device(hall: Any, code: str = "k-1") -> Device:
    return Device.objects.create(hall=hall, code=code, kind="kiosk", name=code)


def kiosk(code: str = "k-1") -> Actor:
    return Actor(ActorKind.KIOSK, code, "town")


def kept() -> list[tuple[str, str, str, bool]]:
    return list(MachineUse.objects.order_by("id").values_list("device__code", "deed", "key", "matter"))


def test_numbers_and_doors_are_no_matters():
    assert {deed for deed in DEEDS if not is_matter(deed)} == NO_MATTERS == {"ticket", "entry"}


@pytest.mark.django_db
def test_pressed_twice_is_done_once(town: Town):
    machine = device(town.hall)

    for minute in (0, 1):
        used(device=machine, deed="pickup", key="N1:7", now=TUESDAY_NINE + timedelta(minutes=minute))
    used(device=None, deed="pickup", key="N1:7", now=TUESDAY_NINE)

    row = MachineUse.objects.get()
    assert (row.device, row.deed, row.key, row.at, row.day) == (machine, "pickup", "N1:7", TUESDAY_NINE, TUESDAY)


@pytest.mark.django_db
def test_people_clerks_and_unknown_machines_count_nothing(town: Town):
    device(town.hall)

    for by in (
        SYSTEM,
        CLERK,
        Actor(ActorKind.CITIZEN, "k-1"),
        kiosk(""),
        kiosk("evaluator:k-1"),
        kiosk("k-9"),
        kiosk("9" * 30),
    ):
        used_by([Used(by, "apply", "N1")], now=TUESDAY_NINE)
    used_by([], now=TUESDAY_NINE)

    assert kept() == []


@pytest.mark.django_db
def test_a_key_made_for_a_machine_counts_for_it(town: Town):
    device(town.hall)
    create_key(name="its own", scope="kiosk", hall="town", device="k-1", now=TUESDAY_NINE)
    create_key(name="nobody's", scope="kiosk", hall="town", now=TUESDAY_NINE)

    for key in ApiKey.objects.order_by("id"):
        used_by([Used(kiosk(str(key.pk)), "apply", f"N{key.device}")], now=TUESDAY_NINE)

    assert kept() == [("k-1", "apply", "Nk-1", True)]


@pytest.mark.django_db
def test_what_a_machine_did_of_one_case_on_one_day_is_one_matter(town: Town):
    machine, other = device(town.hall), device(town.hall, "k-2")

    for deed, key in (("ticket", "N1"), ("apply", "N1"), ("decided", "N1"), ("print", "N1:1"), ("apply", "N10")):
        used(device=machine, deed=deed, key=key, now=TUESDAY_NINE)
    used(device=other, deed="print", key="N1:2", now=TUESDAY_NINE)
    used(device=machine, deed="print", key="N1:3", now=TUESDAY_NINE + timedelta(days=1))

    assert kept() == [
        ("k-1", "ticket", "N1", False), ("k-1", "apply", "N1", True), ("k-1", "decided", "N1", False),
        ("k-1", "print", "N1:1", False), ("k-1", "apply", "N10", True), ("k-2", "print", "N1:2", True),
        ("k-1", "print", "N1:3", True),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_day_is_the_halls(town: Town):
    machine = device(town.hall)

    for n, moment in enumerate(("2026-03-10 23:59:59", "2026-03-11 00:00:00")):
        used(device=machine, deed="apply", key=f"N{n}", now=at(moment))

    assert list(MachineUse.objects.order_by("id").values_list("day", flat=True)) == [TUESDAY, date(2026, 3, 11)]


@pytest.mark.django_db
def test_what_a_machine_did_stands(town: Town):
    used(device=device(town.hall), deed="apply", key="N1", now=TUESDAY_NINE)

    for change in (lambda: MachineUse.objects.update(deed="print"), lambda: MachineUse.objects.all().delete()):
        with pytest.raises(IntegrityError, match="what a machine did stands"), transaction.atomic():
            change()

    assert kept() == [("k-1", "apply", "N1", True)]


@pytest.mark.django_db
@pytest.mark.parametrize(("deed", "matter"), [("dance", False), ("ticket", True), ("entry", True)])
def test_the_table_knows_deeds_and_which_are_matters(town: Town, deed: str, matter: bool):
    with pytest.raises(IntegrityError), transaction.atomic():
        MachineUse.objects.create(
            device=device(town.hall), deed=deed, key="N1", matter=matter, at=TUESDAY_NINE, day=TUESDAY
        )
    with pytest.raises(ValueError, match="dance"):
        used_by([Used(kiosk(), "dance", "N1")], now=TUESDAY_NINE)


@pytest.mark.django_db(transaction=True)
def test_those_who_press_together_count_once_and_as_one_matter():
    town = build_town()
    machine = device(town.hall)

    together(8, lambda i: used(device=machine, deed=("apply", "print")[i % 2], key="N1", now=TUESDAY_NINE))

    assert sorted(deed for _code, deed, _key, _matter in kept()) == ["apply", "print"]
    assert [matter for *_, matter in kept()].count(True) == 1


@pytest.mark.django_db(transaction=True)
def test_batches_that_cross_never_wait_for_each_other():
    town = build_town()
    for code in ("k-1", "k-2"):
        device(town.hall, code)
    deeds = [Used(kiosk(code), "apply", f"N{n}") for code in ("k-1", "k-2") for n in range(5)]

    together(6, lambda i: used_by(deeds if i % 2 else deeds[::-1], now=TUESDAY_NINE))

    assert len(kept()) == 10
    assert all(matter for *_, matter in kept())


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_does_not_wait_for_who_counts():
    town = build_town()
    machine = device(town.hall)

    with transaction.atomic():
        used(device=machine, deed="apply", key="N1", now=TUESDAY_NINE)
        heard = together(1, lambda _i: actions.heartbeat(code="k-1", state={"page": "start"}, now=TUESDAY_NINE))

    assert heard == [True]


def did(hall: Hall, code: str, *deeds: tuple[str, str, Any, str]) -> None:
    machine = Device.objects.filter(code=code).first() or device(hall, code)
    for deed, key, item, moment in deeds:
        used(device=machine, deed=deed, key=key, item_id=item, now=at(moment))


@pytest.mark.django_db
def test_every_split_adds_up(town: Town):
    pension, card = (town.items[code].pk for code in sorted(town.items)[:2])
    did(
        town.hall, "k-1",
        ("ticket", "t1", None, "2026-03-10 08:59"), ("apply", "N1", pension, "2026-03-10 09:00"),
        ("decided", "N1", pension, "2026-03-10 10:00"), ("print", "N2:1", card, "2026-03-11 23:59"),
        ("apply", "N9", card, "2026-03-12 00:00"),
    )  # fmt: skip
    did(town.other_hall, "k-2", ("apply", "N3", pension, "2026-03-10 09:30"))

    found = figures([town.hall, town.other_hall], TUESDAY, date(2026, 3, 11), bys=BYS)

    assert found == {
        ("", None): Count(5, 3),
        ("machine", "k-1"): Count(4, 2), ("machine", "k-2"): Count(1, 1),
        ("item", None): Count(1, 0), ("item", pension): Count(3, 2), ("item", card): Count(1, 1),
        ("hour", 8): Count(1, 0), ("hour", 9): Count(2, 2), ("hour", 10): Count(1, 0), ("hour", 23): Count(1, 1),
        ("deed", "ticket"): Count(1, 0), ("deed", "apply"): Count(2, 2), ("deed", "decided"): Count(1, 0),
        ("deed", "print"): Count(1, 1),
        ("day", TUESDAY): Count(4, 2), ("day", date(2026, 3, 11)): Count(1, 1),
        ("hall", town.hall.code): Count(4, 2), ("hall", town.other_hall.code): Count(1, 1),
    }  # fmt: skip
    assert figures([town.hall], TUESDAY, TUESDAY, bys=["deed"], device="k-2") == {("", None): Count(0, 0)}
    assert figures([town.hall], TUESDAY, TUESDAY, bys=[])["", None] == Count(3, 1)
    with pytest.raises(ValueError, match="window"):
        figures([town.hall], TUESDAY, TUESDAY, bys=["window"])


@pytest.mark.django_db
@pytest.mark.parametrize("machines", [1, 3])
def test_one_statement_however_many_machines(town: Town, machines: int):
    for n in range(machines):
        did(town.hall, f"k-{n}", ("apply", f"N{n}", None, "2026-03-10 09:00"))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        figures([town.hall], TUESDAY, TUESDAY, bys=BYS)

    assert len(asked) == 1
