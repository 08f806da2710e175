"""The fleet: machines heard, faults opened and ended once, silence, alarms step by step, maintenance, and how it all is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.devices import actions
from banshi.rooms.devices import queries as queries_of_devices
from banshi.rooms.devices.actions import fleet
from banshi.rooms.devices.actions.fleet import Said
from banshi.rooms.devices.models import Alarm, Device, Fault, MachineType, Maintenance
from banshi.rooms.devices.queries import fleet as queries
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.places.models import SelfServiceArea
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, build_town

PARTS = ["screen", "page_printer", "reader"]
MINUTE = timedelta(minutes=1)


def machines(town: Town, count: int = 2) -> list[Device]:
    kind, _ = MachineType.objects.get_or_create(
        code="all-in-one", defaults={"name_zh": "综合自助终端", "name_en": "All-in-one terminal", "parts": PARTS}
    )
    area, _ = SelfServiceArea.objects.get_or_create(
        code="town-area-1",
        defaults={
            "hall": town.hall,
            "name_zh": "河边自助区",
            "name_en": "Riverside",
            "place_zh": "河边",
            "place_en": "River",
        },
    )
    Device.objects.bulk_create(
        Device(hall=town.hall, area=area, type=kind, kind="machine", code=f"town-area-1-{no}", name=f"{no} 号")
        for no in range(1, count + 1)
    )
    return list(Device.objects.filter(type=kind).order_by("id"))


def hear(code: str = "town-area-1-1", after: timedelta = timedelta(0), **parts: str) -> list[Fault]:
    return fleet.report(code=code, said=Said(parts), at=TUESDAY_NINE + after, now=TUESDAY_NINE + after)


def open_faults() -> list[tuple[str, str]]:
    return list(Fault.objects.filter(ended_at=None).order_by("part").values_list("part", "kind"))


def shown(town: Town, after: timedelta = timedelta(0)) -> dict[str, str]:
    now = TUESDAY_NINE + after
    return {each.code: each.health for each in queries.fleet([town.hall], at=now, now=now).machines}


def told() -> list[tuple[str, list[str]]]:
    rows = Alarm.objects.order_by("at", "step")
    return [(row.step, [name["zh"] for name in row.told]) for row in rows]


@pytest.mark.django_db
def test_a_part_that_is_worse_and_better_again_has_one_fault_after_the_other(town: Town):
    machines(town)

    for minute, state in enumerate(["ok", "low", "low", "out", "ok"]):
        hear(after=minute * MINUTE, page_printer=state)

    rows = Fault.objects.order_by("id").values_list("part", "kind", "opened_at", "ended_at")
    assert list(rows) == [
        ("page_printer", "low", TUESDAY_NINE + MINUTE, TUESDAY_NINE + 3 * MINUTE),
        ("page_printer", "out", TUESDAY_NINE + 3 * MINUTE, TUESDAY_NINE + 4 * MINUTE),
    ]


@pytest.mark.django_db
def test_of_a_part_that_is_not_spoken_of_nothing_is_known_anew(town: Town):
    machines(town)
    hear(page_printer="out")

    still = hear(after=MINUTE, reader="jam")

    assert [(fault.part, fault.kind) for fault in still] == [("page_printer", "out"), ("reader", "jam")]


@pytest.mark.django_db(transaction=True)
def test_two_heartbeats_that_come_together_open_one_fault():
    machines(build_town())

    results = together(8, lambda i: hear(page_printer="out", reader="jam"))

    assert [len(each) for each in results] == [2] * 8
    assert open_faults() == [("page_printer", "out"), ("reader", "jam")]
    assert Fault.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_batches_in_another_order_wait_and_never_for_each_other():
    rows = machines(build_town(), 20)
    codes = [row.code for row in rows]

    def batch(i: int) -> int:
        order = codes if i % 2 else codes[::-1]
        said = {code: Said({"reader": "jam"}) for code in order}
        return fleet.heard(said, at=TUESDAY_NINE, now=TUESDAY_NINE)

    assert together(6, batch) == [20] * 6
    assert Fault.objects.count() == 20


@pytest.mark.django_db
def test_a_batch_of_four_hundred_takes_as_many_statements_as_one_of_one(town: Town):
    rows = machines(town, 400)

    def statements(codes: list[str], after: timedelta, state: str) -> int:
        at = TUESDAY_NINE + after
        with CaptureQueriesContext(connection) as asked:
            fleet.heard({code: Said({"reader": state}) for code in codes}, at=at, now=at)
        return len(asked)

    codes = [row.code for row in rows]
    first = [statements(codes[:1], timedelta(0), "jam"), statements(codes, MINUTE, "jam")]
    again = [statements(codes[:1], 2 * MINUTE, "jam"), statements(codes, 3 * MINUTE, "jam")]

    assert (first, again) == ([7, 7], [5, 5])


@pytest.mark.django_db
def test_a_part_that_its_type_need_not_have_opens_no_fault(town: Town):
    """A machine's program says how all its parts are, whatever the city counts of them: it is heard all the same."""
    machines(town)
    MachineType.objects.update(parts=["reader"])

    said = [hear(reader="ok", evaluator="broken", page_printer="out"), hear(after=MINUTE, reader="jam", evaluator="ok")]

    assert [[(fault.part, fault.kind) for fault in each] for each in said] == [[], [("reader", "jam")]]
    assert Device.objects.get(code="town-area-1-1").last_seen_at is not None


@pytest.mark.django_db
def test_a_card_that_was_left_is_a_fault_until_it_is_taken(town: Town):
    machines(town)

    for minute, state in enumerate(["ok", "left", "left", "ok"]):
        hear(after=minute * MINUTE, reader=state)
        seen = queries_of_devices.card_left("town-area-1-1"), shown(town, minute * MINUTE)["town-area-1-1"]
        assert seen == ((True, "trouble") if state == "left" else (False, "ok"))

    assert list(Fault.objects.values_list("part", "kind")) == [("reader", "left")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said({"wheel": "ok"}), "parts"),
        (Said({"reader": "tired"}), "parts"),
        (Said({"reader": "silent"}), "parts"),
        (Said({}, version="1.0\n"), "version"),
        (Said({}, version="1" * 41), "version"),
    ],
)
def test_what_a_machine_cannot_say_is_refused_and_nothing_is_written(town: Town, said: Said, field: str):
    machines(town)

    with pytest.raises(Refused) as no:
        fleet.report(code="town-area-1-1", said=said, at=TUESDAY_NINE, now=TUESDAY_NINE)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", field)
    assert Device.objects.exclude(last_seen_at=None).count() == 0


@pytest.mark.django_db
def test_a_kiosk_of_a_hall_is_no_machine_of_the_fleet_nor_is_one_out_of_use(town: Town):
    machines(town)
    Device.objects.create(hall=town.hall, code="town-kiosk-1", kind="kiosk", name="取号机")
    hear("town-area-1-2", reader="jam")
    actions.retire(code="town-area-1-2", by=CLERK, now=TUESDAY_NINE)

    for code in ("town-kiosk-1", "town-area-1-2", "nobody"):
        with pytest.raises(Refused) as no:
            hear(code)
        assert no.value.slug == "nothing-found"
    assert open_faults() == []
    assert shown(town) == {"town-area-1-1": "never", "town-area-1-2": "retired"}


@pytest.mark.django_db
def test_who_is_not_heard_for_ninety_seconds_is_silent_until_heard_again(town: Town):
    machines(town)
    hear()

    at_ninety = fleet.note_silent(at=TUESDAY_NINE + timedelta(seconds=90), now=TUESDAY_NINE + timedelta(seconds=90))
    later = TUESDAY_NINE + timedelta(seconds=91)
    found = [fleet.note_silent(at=later, now=later), fleet.note_silent(at=later, now=later)]
    silent = open_faults()
    hear(after=2 * MINUTE)

    assert (at_ninety, found, silent, open_faults()) == (0, [1, 0], [("", "silent")], [])


@pytest.mark.django_db(transaction=True)
def test_who_is_heard_while_the_silent_are_noted_is_not_left_silent():
    machines(build_town(), 10)
    for no in range(1, 11):
        hear(f"town-area-1-{no}")
    late = TUESDAY_NINE + timedelta(minutes=2)

    def one(i: int) -> Any:
        if i == 0:
            return fleet.note_silent(at=late, now=late)
        return fleet.report(code=f"town-area-1-{i}", said=Said({}), at=late, now=late)

    together(11, one)
    fleet.note_silent(at=late, now=late)

    assert open_faults() == []


def keep(login: str, role: str, kind: str, scope: str) -> None:
    who = Staff.objects.create(login=login, name_zh=login, name_en=login, badge=login, created_at=TUESDAY_NINE)
    Role.objects.create(
        staff=who, role=role, scope_kind=kind, scope=scope, given_at=TUESDAY_NINE, given_by="system"
    )  # fmt: skip


@pytest.fixture
def people(town: Town) -> Town:
    Role.objects.all().delete()
    keep("看机器的", "hall_manager", "hall", "town")
    keep("邻镇的", "hall_manager", "hall", "other")
    keep("负责人", "head", "hall", "town")
    keep("市里的", "city_admin", "region", "441900")
    machines(town)
    return town


@pytest.mark.django_db
def test_each_step_is_told_in_its_time_and_once(people: Town):
    hear(reader="jam")

    counts = [fleet.tell(now=TUESDAY_NINE + minute * MINUTE) for minute in (0, 0, 14, 15, 15, 59, 60, 600)]

    assert counts == [1, 0, 0, 1, 0, 0, 1, 0]
    assert told() == [("keepers", ["看机器的"]), ("head", ["负责人"]), ("region", ["市里的"])]


@pytest.mark.django_db
def test_little_paper_is_for_whoever_looks_after_the_machines_alone(people: Town):
    hear(page_printer="low")

    for minute in (0, 15, 60, 600):
        fleet.tell(now=TUESDAY_NINE + minute * MINUTE)

    assert told() == [("keepers", ["看机器的"])]


@pytest.mark.django_db
def test_of_what_somebody_looks_after_nobody_else_is_told(people: Town):
    hear(reader="jam")
    fleet.tell(now=TUESDAY_NINE)

    seen = [fleet.see_to(code="town-area-1-1", by=CLERK, now=TUESDAY_NINE + MINUTE) for _ in range(2)]
    fleet.tell(now=TUESDAY_NINE + 60 * MINUTE)

    assert (seen, told()) == ([1, 0], [("keepers", ["看机器的"])])
    assert Entry.objects.filter(action="device_seen_to").count() == 1


@pytest.mark.django_db
def test_a_hall_says_itself_who_is_told_when(people: Town):
    people.policy(machines={"keepers_after": 5, "head_after": None, "region_after": 10})
    hear(reader="jam")

    counts = [fleet.tell(now=TUESDAY_NINE + minute * MINUTE) for minute in (4, 5, 9, 10)]

    assert (counts, [step for step, _names in told()]) == ([0, 1, 0, 1], ["keepers", "region"])


@pytest.mark.django_db(transaction=True)
def test_two_who_tell_at_once_tell_it_once():
    machines(build_town())
    hear(reader="jam", page_printer="out")

    together(6, lambda i: fleet.tell(now=TUESDAY_NINE))

    assert Alarm.objects.count() == 2


def maintain(town: Town, first: int, last: int, **what: Any) -> Maintenance:
    return fleet.maintain(
        hall=town.hall, from_at=TUESDAY_NINE + first * MINUTE, until_at=TUESDAY_NINE + last * MINUTE, why="换打印头",
        by=CLERK, now=TUESDAY_NINE, **what,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["device", "area", "hall"])
def test_in_a_maintenance_nobody_is_told_and_afterwards_one_step_at_a_time(people: Town, what: str):
    first = Device.objects.get(code="town-area-1-1")
    more = {"device": {"device": first}, "area": {"area": first.area}, "hall": {}}[what]
    maintain(people, 0, 120, **more)
    hear(reader="jam")

    counts = [fleet.tell(now=TUESDAY_NINE + minute * MINUTE) for minute in (0, 60, 119, 120, 134, 135, 179, 180)]

    assert counts == [0, 0, 0, 1, 0, 1, 0, 1]


@pytest.mark.django_db
def test_what_is_maintained_is_shown_so_and_no_longer_than_it_lasts(people: Town):
    maintain(people, 0, 2, device=Device.objects.get(code="town-area-1-1"))
    hear(reader="jam")
    hear("town-area-1-2", reader="jam")

    shown_at = [shown(people, seconds * timedelta(seconds=1))["town-area-1-1"] for seconds in (0, 60)]
    hear(after=2 * MINUTE)

    assert shown_at == ["maintenance", "maintenance"]
    assert shown(people, 2 * MINUTE)["town-area-1-1"] == "trouble"
    assert shown(people)["town-area-1-2"] == "trouble"


@pytest.mark.django_db
def test_a_maintenance_that_is_ended_early_is_over_at_once_and_on_the_record_once(people: Town):
    row = maintain(people, 0, 120)
    hear(reader="jam")

    for _ in range(2):
        fleet.end_maintenance(hall=people.hall, maintenance_id=row.pk, by=CLERK, now=TUESDAY_NINE + MINUTE)

    assert fleet.tell(now=TUESDAY_NINE + MINUTE) == 1
    assert [Entry.objects.filter(action=f"maintenance_{verb}").count() for verb in ("planned", "ended")] == [1, 1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "last", "why", "field"),
    [(10, 10, "修", "until_at"), (-20, -10, "修", "until_at"), (0, 30 * 24 * 60 + 1, "修", "until_at"),
     (0, 10, "  ", "why"), (0, 10, "修" * 201, "why")],
)  # fmt: skip
def test_a_maintenance_that_cannot_be_is_refused(people: Town, first: int, last: int, why: str, field: str):
    with pytest.raises(Refused) as no:
        fleet.maintain(
            hall=people.hall, from_at=TUESDAY_NINE + first * MINUTE, until_at=TUESDAY_NINE + last * MINUTE, why=why,
            by=CLERK, now=TUESDAY_NINE,
        )  # fmt: skip

    assert (no.value.facts["field"], Maintenance.objects.count()) == (field, 0)


@pytest.mark.django_db
def test_another_halls_machine_is_not_maintained_nor_its_maintenance_ended(people: Town):
    first = Device.objects.get(code="town-area-1-1")
    row = maintain(people, 0, 10)

    with pytest.raises(Refused) as no:
        fleet.maintain(
            hall=people.other_hall, from_at=TUESDAY_NINE, until_at=TUESDAY_NINE + MINUTE, why="修", by=CLERK,
            now=TUESDAY_NINE, device=first,
        )  # fmt: skip
    with pytest.raises(Refused) as neither:
        fleet.end_maintenance(hall=people.other_hall, maintenance_id=row.pk, by=CLERK, now=TUESDAY_NINE)

    assert (no.value.slug, neither.value.slug) == ("not-your-hall", "nothing-found")


@pytest.mark.django_db
def test_whom_nobody_looks_after_yet_is_counted_where_it_stands(people: Town):
    hear(reader="jam", page_printer="out")
    hear("town-area-1-2", reader="jam")
    fleet.tell(now=TUESDAY_NINE)

    before = dict(queries.waiting(["town", "other"], now=TUESDAY_NINE))
    fleet.see_to(code="town-area-1-1", by=CLERK, now=TUESDAY_NINE)
    maintain(people, 0, 10, device=Device.objects.get(code="town-area-1-2"))

    assert (before, dict(queries.waiting(["town"], now=TUESDAY_NINE))) == ({"town": 2}, {})


@pytest.mark.django_db
def test_the_fleet_takes_as_many_statements_for_four_hundred_machines_as_for_three(town: Town):
    def statements(states: Mapping[str, Said]) -> int:
        fleet.heard(states, at=TUESDAY_NINE, now=TUESDAY_NINE)
        fleet.tell(now=TUESDAY_NINE)
        with CaptureQueriesContext(connection) as asked:
            queries.fleet([town.hall, town.other_hall], at=TUESDAY_NINE, now=TUESDAY_NINE)
        return len(asked)

    few = statements({row.code: Said({"reader": "jam"}) for row in machines(town, 3)})
    Device.objects.all().delete()
    many = statements({row.code: Said({"reader": "jam"}) for row in machines(town, 400)})

    assert (few, many) == (5, 5)


@pytest.mark.django_db
def test_also_by_sql_a_part_has_one_open_fault_and_only_a_machine_is_silent(town: Town):
    first = machines(town)[0]
    hear(reader="jam")

    for part, kind in (("reader", "out"), ("reader", "silent"), ("", "jam"), ("screen", "tired")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Fault.objects.create(device=first, part=part, kind=kind, opened_at=TUESDAY_NINE)


@pytest.mark.django_db
def test_a_clock_that_was_set_back_ends_no_fault_before_it_began(town: Town):
    machines(town)
    hear(reader="jam")

    fleet.report(
        code="town-area-1-1", said=Said({"reader": "ok"}), at=TUESDAY_NINE + MINUTE, now=TUESDAY_NINE - 60 * MINUTE
    )

    assert list(Fault.objects.values_list("ended_at", flat=True)) == [TUESDAY_NINE]


@pytest.mark.django_db
def test_availability_counts_what_serves_nobody_and_neither_little_paper_nor_maintenance(people: Town):
    hear(reader="ok")
    hear("town-area-1-2", page_printer="low")
    hear(after=10 * MINUTE, reader="jam", page_printer="out")
    hear(after=20 * MINUTE, reader="ok")
    hear(after=30 * MINUTE, page_printer="ok")
    maintain(people, 25, 30, area=SelfServiceArea.objects.get())

    now = TUESDAY_NINE + 55 * MINUTE
    found = {each.code: each.available for each in queries.fleet([people.hall], at=now, now=now).machines}

    assert found == {"town-area-1-1": pytest.approx(1 - 15 / 50), "town-area-1-2": 1.0}


@pytest.mark.django_db
def test_one_machine_is_shown_as_in_the_fleet(people: Town):
    hear("town-area-1-2", reader="jam")

    one = queries.machine("town-area-1-2", at=TUESDAY_NINE, now=TUESDAY_NINE)

    assert one is not None
    assert (one.no, one.health, one.parts) == (2, "trouble", {"screen": "", "page_printer": "", "reader": "jam"})
    assert queries.machine("nobody", at=TUESDAY_NINE, now=TUESDAY_NINE) is None
