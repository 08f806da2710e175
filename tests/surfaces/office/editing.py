"""The town for tests of the office's editors: open nine to noon and two to five, with slots, at nine on a Tuesday."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.kernel.actors import SYSTEM
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.calendars import rules as calendar_rules
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.catalogue.actions.editing import open_change
from banshi.rooms.catalogue.models import DataElement, ItemDraft
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Role, Staff
from tests.agents import agent as an_accepted_agent
from tests.remembered import Added
from tests.rooms.catalogue.handlings import paper
from tests.town import CITIZEN, CLERK, TOWN, TUESDAY_NINE, Town, at


def document(*hours: tuple[str, str]) -> dict[str, Any]:
    return {
        "timezone": "Asia/Shanghai",
        "period_minutes": 60,
        "rules": [
            {
                "code": "regular",
                "name": {"zh": "工作日服务", "en": "Regular"},
                "when": "working",
                "hours": [list(each) for each in hours],
            }
        ],
    }


def _opened(town: Town) -> None:
    """Two people a period and one at the counter, with hours and slots."""
    town.policy(booking={"quotas": [{"target": "category", "code": "*", "public": 2, "internal": 1}]})
    CalendarVersion.objects.create(
        hall=town.hall,
        version=1,
        document=calendar_rules.load(document(("09:00", "12:00"), ("14:00", "17:00"))).model_dump(mode="json"),
        valid_from=date(2020, 1, 1),
        made_by="system",
        made_at=TUESDAY_NINE,
    )
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)


OPENED = Added(TOWN, _opened)


@pytest.fixture
def office(town: Town) -> Iterator[Town]:
    OPENED(town)
    clock.set_clock(now=TUESDAY_NINE, speed=0)
    yield town
    clock.forget()


@pytest.fixture
def manager(office: Town) -> Client:
    return signed_in(office.manager)


def signed_in(staff: Any) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def staff_with(login: str, role: str, scope_kind: str = "hall", scope: str = "town") -> Any:
    made = Staff.objects.create_staff(
        login=login, password="town-password", name_zh=login, name_en=login, created_at=TUESDAY_NINE
    )
    Role.objects.create(
        staff=made, role=role, scope_kind=scope_kind, scope=scope, given_at=TUESDAY_NINE, given_by="system"
    )
    return made


def slot_at(town: Town, starts: str, business: str = "cat:A") -> Slot:
    return Slot.objects.get(hall=town.hall, business=business, starts_at=at(starts))


def booked(town: Town, starts: str, person: int = 0, item: str = "pension") -> Appointment:
    return booking.place(
        slot_id=slot_at(town, starts).pk,
        item_code=item,
        person_id=town.person(person).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )


def an_agent(office: Any) -> Any:
    """The mandate of a person of the town for a registered agent."""
    agent = an_accepted_agent()
    who = office.person(1)
    return identity.give_mandate(
        agent_id=agent.pk, name=who.name, id_type=who.id_type, id_number=who.id_number, paper="委托书", by=CLERK,
        valid_until=TUESDAY_NINE.date() + timedelta(days=30), now=TUESDAY_NINE,
    )  # fmt: skip


def change_with_blank(office: Any) -> ItemDraft:
    """A change of a matter that hands out a blank of its paper `form`; all its new words are Chinese."""
    change = open_change(item_id=office.items["pension"].pk, by=SYSTEM, now=TUESDAY_NINE)
    signs = [{"text_zh": "申请人（签名）", "text_en": "申请人（签名）"}]
    listed = change.document["handling"]["materials"]
    form = paper("form", name_zh="申请表", name_en="申请表", form={"signatures": signs}, needed_if={})
    change.document["handling"]["materials"] = [*listed, form]
    change.save(update_fields=["document"])
    return change


def elements_asked_for() -> str:
    """The dictionary has those that the drafts of these tests ask for. :returns: the code of one."""
    for code, name, kind in (("person-name", "姓名", "name"), ("mobile", "手机号码", "phone")):
        DataElement.objects.create(
            code=code, name_zh=name, name_en="Of a person", type=kind, sensitivity="personal",
            source_precedence="card;applicant",
        )  # fmt: skip
    return "person-name"
