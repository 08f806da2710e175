"""A small town of fixed people: one hall with two categories, three windows, two citizens, two clerks, another hall."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.policy import HallPolicy
from tests.remembered import Remembered

CN = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """`2026-03-10 09:00` as local time of the town."""
    return datetime.fromisoformat(text).replace(tzinfo=CN)


TUESDAY_NINE = at("2026-03-10 09:00")
CITIZEN = Actor(ActorKind.CITIZEN, "1")
CLERK = Actor(ActorKind.STAFF, "1")


@dataclass
class Town:
    hall: Any
    other_hall: Any
    categories: dict[str, Any]
    windows: dict[str, Any]
    items: dict[str, Any]
    people: list[Any]
    clerk: Any
    second_clerk: Any
    other_halls_clerk: Any
    manager: Any
    extra: dict[str, Any] = field(default_factory=dict)

    def policy(self, **sections: Any) -> HallPolicy:
        """Publish a policy in force from long ago: `town.policy(tickets={"missed": "reissue"})`."""
        from banshi.rooms.places.models import PolicyVersion

        document = HallPolicy.model_validate(sections)
        last = PolicyVersion.objects.filter(hall=self.hall).count()
        PolicyVersion.objects.create(
            hall=self.hall,
            version=last + 1,
            document=document.model_dump(mode="json"),
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            made_by="system",
            made_at=datetime(2020, 1, 1, tzinfo=UTC),
        )
        return document

    def slot(
        self, *, quota: int = 3, starts: datetime | None = None, minutes: int = 60, category: str = "A", **more: Any
    ) -> Any:
        """A slot of a category on the day after TUESDAY_NINE at 9:00 unless said otherwise."""
        from banshi.rooms.booking.models import Slot

        start = starts or at("2026-03-11 09:00")
        day = start.astimezone(CN).date()
        return Slot.objects.create(
            hall=more.pop("hall", self.hall),
            business=more.pop("business", f"cat:{category}"),
            day=day,
            half="am" if start.astimezone(CN).hour < 12 else "pm",
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            quota=quota,
            **more,
        )

    def person(self, i: int) -> Any:
        """The i-th generated person, proven at a window with a telephone of their own; made when first asked for."""
        while len(self.people) <= i:
            self.people.append(_person(len(self.people)))
        return self.people[i]


def _person(i: int) -> Any:
    from banshi.kernel.documents import generate_resident_id
    from banshi.kernel.evidence import Evidence
    from banshi.rooms.identity.actions import enrol, prove_phone
    from banshi.rooms.identity.models import Person

    now = at("2026-01-05 09:00")
    made = enrol(
        name=f"测试{chr(0x4E00 + i)}",
        id_type="resident_id",
        id_number=generate_resident_id("441900", date(1960 + i % 45, 1 + i % 12, 1 + i % 28), i % 999 + 1),
        evidence=Evidence.WINDOW,
        by=CLERK,
        now=now,
    )
    prove_phone(person_id=made.pk, phone=f"1380013{i:04d}", evidence=Evidence.WINDOW, by=CLERK, now=now)
    return Person.objects.get(pk=made.pk)


def _build() -> Town:
    from banshi.rooms.catalogue.models import Department, HallItem, Item
    from banshi.rooms.identity.models import Role, Staff
    from banshi.rooms.places.models import Category, Floor, Hall, Region, Window, WindowCategory, Zone

    born = at("2026-01-05 09:00")
    province = Region(code="440000", level="province", name_zh="广东省", name_en="Guangdong", path="/440000/")
    city = Region(
        code="441900", parent=province, level="city", name_zh="东莞市", name_en="Dongguan", path="/440000/441900/"
    )
    Region.objects.bulk_create([province, city])
    hall, other = Hall.objects.bulk_create(
        Hall(
            code=code, region=city, name_zh=zh, name_en=en, address_zh="一号路", address_en="1 First Road", order=order
        )
        for order, (code, zh, en) in enumerate([("town", "小镇大厅", "Town Hall"), ("other", "邻镇大厅", "Other Hall")])
    )
    floor = Floor.objects.create(hall=hall, code="1", label_zh="1 楼", label_en="Floor 1")
    zone = Zone.objects.create(hall=hall, floor=floor, code="main", name_zh="综合区", name_en="Main zone")
    lines = [("A", "社保", "Social security"), ("B", "户政", "Household registration")]
    categories = {
        each.code: each
        for each in Category.objects.bulk_create(
            Category(hall=hall, code=letter, letter=letter, name_zh=zh, name_en=en, zone=zone, order=i)
            for i, (letter, zh, en) in enumerate(lines)
        )
    }
    desks = [("01", "integrated", "AB"), ("02", "integrated", "AB"), ("03", "special", "B")]
    windows = {
        each.number: each
        for each in Window.objects.bulk_create(
            Window(hall=hall, zone=zone, code=f"town-{number}", number=number, kind=kind) for number, kind, _ in desks
        )
    }
    WindowCategory.objects.bulk_create(
        WindowCategory(window=windows[number], category=categories[letter])
        for number, _, served in desks
        for letter in served
    )
    department = Department.objects.create(code="hrss", name_zh="人社局", name_en="Human Resources and Social Security")
    matters = [
        ("pension", "养老保险参保登记", "Pension enrolment", "A", False),
        ("medical", "医疗保险参保登记", "Medical insurance enrolment", "A", False),
        ("rent-invoice", "个人代开租金发票", "Invoice for individual rent", "A", True),
        ("id-card", "居民身份证换领", "ID card renewal", "B", False),
    ]
    items = {
        each.code: each
        for each in Item.objects.bulk_create(
            Item(
                code=code, catalog_code="1", task_code="1", name_zh=zh, name_en=en, department=department,
                audience="person", service_object="1", item_type="20", exercise_level="4", case_kind="1",
                exempt_half_day=exempt,
            )
            for code, zh, en, _, exempt in matters
        )
    }  # fmt: skip
    HallItem.objects.bulk_create(
        HallItem(hall=hall, item=items[code], category=categories[letter]) for code, _, _, letter, _ in matters
    )

    def staff(login: str, zh: str, en: str, role: str, scope: str) -> Any:
        one = Staff.objects.create_staff(login=login, password="town-password", name_zh=zh, name_en=en, created_at=born)
        Role.objects.create(staff=one, role=role, scope_kind="hall", scope=scope, given_at=born, given_by="system")
        return one

    town = Town(
        hall=hall,
        other_hall=other,
        categories=categories,
        windows=windows,
        items=items,
        people=[],
        clerk=staff("clerk", "工号一", "Clerk One", "clerk", "town"),
        second_clerk=staff("clerk2", "工号二", "Clerk Two", "senior_clerk", "town"),
        other_halls_clerk=staff("other-clerk", "工号三", "Clerk Three", "clerk", "other"),
        manager=staff("manager", "主任", "Manager", "hall_manager", "town"),
    )
    town.person(1)
    return town


TOWN = Remembered(_build)


def build_town() -> Town:
    """The town with its rows; for the fixtures, and for tests that begin anew."""
    return TOWN()


@pytest.fixture
def town(db: Any) -> Town:
    return build_town()


@pytest.fixture
def committed_town(transactional_db: Any) -> Town:
    """The town in committed rows, for races."""
    return build_town()
