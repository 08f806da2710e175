"""The door's page: in by card or code, shut doors say so, out by anything, help once; in production its own machine alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banshi.foundation import clock
from banshi.foundation.models import ClockSetting
from banshi.rooms.calendars.models import Closure
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.models import Device, DeviceOrder
from banshi.rooms.identity.models import Account
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones import actions, queries
from banshi.rooms.zones.models import Entry, HelpCall
from banshi.surfaces.zone.urls import urlpatterns
from tests.town import CLERK, Town
from tests.zones import MINUTE, NIGHT, a_zone, open_by_day, the_door

pytestmark = pytest.mark.django_db
DOOR = "/zone/town-zone/"


def stop_the_clock(now: Any = NIGHT) -> None:
    ClockSetting.objects.update_or_create(id=1, defaults={"wall_at": clock.wall(), "hall_at": now, "speed": 0})
    clock.forget()


@pytest.fixture
def night(town: Town) -> Iterator[Town]:
    open_by_day(town)
    a_zone(town)
    stop_the_clock()
    yield town
    clock.forget()


def card(person: Any) -> dict[str, str]:
    return {"chip": f"BC1|{person.id_number}|{person.name}|"}


def shown(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_card_opens_the_zones_door_and_the_page_waits_for_what_it_says(night: Town, client: Client):
    sent = client.post(DOOR + "enter", {**card(night.person(0)), "people": "2"})
    page = sent["Location"]
    opening = shown(client, page)
    the_door("done", now=clock.wall())
    part = client.get(page, headers={"HX-Request": "true"}).content.decode()

    assert (sent.status_code, Entry.objects.get().people) == (302, 2)
    assert ("正在开门" in opening, 'hx-trigger="every 1s"' in opening) == (True, True)
    assert ("门开了，进来吧" in part, "hx-trigger" in part, "<html" in part) == (True, False, False)
    assert part.strip() in shown(client, page)


def test_a_door_that_stays_shut_says_so_offers_help_and_counts_nobody(night: Town, client: Client):
    page = client.post(DOOR + "enter", card(night.person(0)))["Location"]
    the_door("failed", "stuck", now=clock.wall())

    said = shown(client, page)

    assert ("门没有打开" in said, DOOR + "help" in said, queries.inside(queries.with_doors()[0])) == (True, True, 0)


def test_a_code_from_the_phone_opens_and_a_wrong_one_is_refused_in_words(night: Town, client: Client):
    area = queries.with_doors()[0]
    mine = Account.objects.create(phone="13800138000", phone_index="x", created_at=NIGHT).pk
    code = actions.draw_code(area=area, account_id=mine, now=NIGHT)
    wrong = client.post(DOOR + "enter", {"code": f"{(int(code) + 1) % 10**6:06d}"})
    right = client.post(DOOR + "enter", {"code": code})

    assert (wrong.status_code, "这个码打不开这扇门" in wrong.content.decode()) == (409, True)
    assert (right.status_code, Entry.objects.get().way) == (302, "code")


def test_when_it_is_full_the_next_hears_how_many_until_when_and_how_many_stand_there(night: Town, client: Client):
    client.post(DOOR + "enter", {**card(night.person(0)), "people": "3"})

    no = client.post(DOOR + "enter", card(night.person(1)))

    assert (no.status_code, "里面有 3 人，最多 3 人" in no.content.decode()) == (409, True)
    assert "人满了，等有人出来" in shown(client, DOOR)


@pytest.mark.parametrize("people", ["0", "-1", "99", "x", "", "1e3", "²"])
def test_nonsense_for_how_many_is_one(night: Town, client: Client, people: str):
    assert client.post(DOOR + "enter", {**card(night.person(0)), "people": people}).status_code == 302
    assert Entry.objects.get().people == 1


def test_on_the_way_out_nothing_is_refused(night: Town, client: Client):
    client.post(DOOR + "enter", card(night.person(0)))
    answers = [
        client.post(DOOR + "out", said)
        for said in ({}, {"chip": "字" * 900}, card(night.person(1)), card(night.person(0)))
    ]

    assert [a.status_code for a in answers] == [200, 200, 200, 200]
    assert ["已记下你离开" in a.content.decode() for a in answers] == [False, False, False, True]
    assert ["直接出去就行" in a.content.decode() for a in answers] == [True, True, True, False]


def test_help_pressed_again_is_one_call_and_the_page_says_who_comes(night: Town, client: Client):
    for _ in range(3):
        assert client.post(DOOR + "help").status_code == 302
    heard = shown(client, DOOR)
    call = HelpCall.objects.get()
    actions.answer_help(area=call.area, call_id=call.pk, by=CLERK, now=NIGHT)

    assert ("已通知值守人员" in heard, "有人正在处理你的求助" in shown(client, DOOR)) == (True, True)


def test_by_day_the_door_stands_open_and_closed_for_today_it_says_why_and_lets_out(night: Town, client: Client):
    stop_the_clock(NIGHT.replace(hour=10))
    by_day = shown(client, DOOR)
    actions.close_for_today(area=queries.with_doors()[0], why="停电检修", by=CLERK, now=NIGHT.replace(hour=10))
    closed = shown(client, DOOR)

    assert ("门开着" in by_day, 'name="chip"' in by_day) == (True, False)
    assert ("停电检修" in closed, 'name="chip"' in closed, "推门就开" in closed) == (True, False, True)
    assert client.post(DOOR + "enter", card(night.person(0))).status_code == 409
    assert client.post(DOOR + "out").status_code == 200


def test_the_part_that_changes_is_the_pages(night: Town, client: Client):
    part = client.get(DOOR + "now").content.decode()

    assert part.strip() in shown(client, DOOR)


def test_another_areas_entry_or_none_is_not_found(night: Town, client: Client):
    a_zone(night, "town-zone-2")
    page = client.post(DOOR + "enter", card(night.person(0)))["Location"]

    assert client.get(page.replace("town-zone", "town-zone-2")).status_code == 404
    assert [client.get(DOOR + "entries/999999/").status_code, client.get("/zone/nowhere/").status_code] == [404, 404]


def paired(night: Town, code: str, kind: str = "door") -> Client:
    secret = devices.new_secret(code=code, by=CLERK, now=NIGHT)
    client = Client()
    answer = client.post("/kiosk/town/pair", {"code": code, "secret": secret})
    assert answer.status_code == 302
    if kind == "door":
        assert answer["Location"] == f"/zone/{code.removesuffix('-door')}/"
    return client


def test_in_production_only_the_areas_own_paired_door_gets_in(night: Town, settings: Any):
    a_zone(night, "town-zone-2")
    Device.objects.create(hall=night.hall, kind="kiosk", code="town-kiosk-9", name="9 号")
    clients = [
        Client(),
        paired(night, "town-kiosk-9", "kiosk"),
        paired(night, "town-zone-2-door"),
        paired(night, "town-zone-door"),
    ]
    settings.PRODUCTION = True

    found = {}
    for pattern in urlpatterns:
        path = reverse(
            f"zone:{pattern.name}", kwargs={"area": "town-zone", **({"entry": 1} if pattern.name == "entry" else {})}
        )
        found[pattern.name] = [
            answer["Location"] if answer.status_code == 302 else answer.status_code
            for answer in [
                client.get(path) if pattern.name not in ("enter", "help") else client.post(path)
                for client in clients[:3]
            ]
        ]

    assert found == {pattern.name: ["/kiosk/town/pair"] * 3 for pattern in urlpatterns}
    assert clients[3].get(DOOR).status_code == 200
    devices.retire(code="town-zone-door", by=CLERK, now=NIGHT)
    assert clients[3].get(DOOR).status_code == 410
    assert DeviceOrder.objects.count() == 0


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_breaks_in_either_language_whatever_is_sent(night: Town, client: Client, language: str):
    client.cookies["django_language"] = language
    garbage = {"chip": "\0" + "字" * 900, "code": "×" * 90, "people": "٣"}

    codes = set()
    for pattern in urlpatterns:
        path = reverse(
            f"zone:{pattern.name}", kwargs={"area": "town-zone", **({"entry": 1} if pattern.name == "entry" else {})}
        )
        codes |= {client.get(path, garbage).status_code, client.post(path, garbage).status_code}

    assert {code for code in codes if code >= 500} == set()


def evacuated(town: Town, **more: Any) -> None:
    Closure.objects.create(
        hall=town.hall, starts_at=NIGHT - MINUTE, ends_at=NIGHT + 60 * MINUTE, kind="evacuation", reason_zh="火警",
        reason_en="Fire alarm", made_by="staff:1", made_at=NIGHT, **more,
    )  # fmt: skip


def test_while_everybody_is_to_leave_nobody_is_let_in_and_the_way_out_is_as_open_as_ever(night: Town, client: Client):
    client.post(DOOR + "enter", {**card(night.person(0)), "people": "1"})
    the_door("done")
    evacuated(night)

    page = shown(client, DOOR)
    refused = client.post(DOOR + "enter", card(night.person(1)))
    out = client.post(DOOR + "out", card(night.person(0)))

    assert ("data-evacuated" in page, 'id="enter"' in page) == (True, False)
    assert (refused.status_code, queries.inside(zone_of(night))) == (409, 0)
    assert out.status_code == 200
    assert queries.zone(zone_of(night), now=NIGHT).lights


def test_when_a_part_of_the_hall_is_evacuated_the_zone_goes_on(night: Town, client: Client):
    evacuated(night, category=night.categories["A"])

    assert ("data-evacuated" in shown(client, DOOR), queries.zone(zone_of(night), now=NIGHT).mode) == (
        False,
        "card-or-code",
    )


def zone_of(town: Town) -> Any:
    return SelfServiceArea.objects.get(code="town-zone")
