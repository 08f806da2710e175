"""The kiosk: doors, numbers, refusals that help, and nothing of anybody left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.kernel.actors import SYSTEM
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.booking import queries as bookings
from banshi.rooms.calendars.models import Closure
from banshi.rooms.catalogue.models import Item
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.models import Device
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import qr_text
from tests.surfaces.kiosk.cards import card, chip
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db

ELDERLY = generate_resident_id("441900", date(1950, 5, 5), 7)
ODD_INPUT = [
    "",
    " ",
    "\0",
    "x" * 5000,
    "'; drop table",
    "<script>",
    "🧓" * 50,
    "BS1.X.Y",
    "BT1.",
    "https://x/t/zzzzzzzz",
    "１２３",
    ",,,",
    "\t\t",
    "441900",
]


def number_of(person: Any) -> str:
    return str(type(person).objects.get(pk=person.pk).id_number)


# --- Walk-in numbers ---------------------------------------------------------------------------------------------


def test_a_category_leads_to_a_number_and_its_slip(opened: Town, machine: Client):
    answer = machine.post("/kiosk/town/confirm?category=A", {"lane": "", "presented": ""})

    ticket = Ticket.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/kiosk/town/slip/{ticket.ref}?new=1")
    assert (ticket.number, ticket.category.code, ticket.channel, ticket.kind) == ("A001", "A", "kiosk", "walk_in")


def test_a_matter_takes_the_number_of_its_category(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?item=id-card", {})

    ticket = Ticket.objects.select_related("item").get()
    assert ticket.item is not None
    assert (ticket.number, ticket.item.code) == ("B001", "id-card")


def test_a_lane_asked_for_is_the_tickets_lane(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?category=A", {"lane": "pregnant"})

    assert Ticket.objects.get().lane == "pregnant"


def test_an_old_persons_number_gives_the_elderly_lane_even_when_nobody_knows_the_person(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?category=A", {"presented": ELDERLY})

    ticket = Ticket.objects.get()
    assert (ticket.lane, ticket.person.number_last4, ticket.person.name) == ("elderly", ELDERLY[-4:], "")


def test_a_chip_reader_gives_the_name_and_the_person_is_enrolled(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?category=A", {"chip": card(ELDERLY, "周桂英")})

    person = Ticket.objects.select_related("person").get().person
    assert person is not None
    assert person.masked_name == "周**"


@pytest.mark.parametrize("known", [False, True])
def test_where_an_id_is_required_a_bare_number_is_not_enough_and_tells_not_who_is_known(
    opened: Town, machine: Client, known: bool
):
    opened.policy(tickets={"identity_required": True})
    number = opened.person(1).id_number if known else ELDERLY

    answer = machine.post("/kiosk/town/confirm?category=A", {"presented": number})

    assert answer.status_code == 422
    assert "放到读卡区" in answer.content.decode()
    assert Ticket.objects.count() == 0


def test_who_waits_already_is_shown_that_number(opened: Town, machine: Client):
    shown = chip(opened.person(1))
    machine.post("/kiosk/town/confirm?category=A", {"chip": shown})

    answer = machine.post("/kiosk/town/confirm?category=A", {"chip": shown})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "A001" in page
    assert f"/kiosk/town/slip/{Ticket.objects.get().ref}" in page


def test_before_opening_the_page_says_from_when(opened: Town, machine: Client, set_time: Callable[[datetime], None]):
    set_time(at("2026-03-10 08:00"))

    answer = machine.get("/kiosk/town/walk-in")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "未开放" in page
    assert "今天 8:30" in page


def test_a_closure_is_named_at_the_start_and_where_numbers_are_given(opened: Town, machine: Client):
    Closure.objects.create(
        hall=opened.hall, starts_at=at("2026-03-10 08:00"), ends_at=at("2026-03-10 11:00"), reason_zh="停电检修",
        reason_en="Power cut", made_by="system", made_at=TUESDAY_NINE,
    )  # fmt: skip

    pages = [machine.get(path).content.decode() for path in ("/kiosk/town/", "/kiosk/town/walk-in")]

    assert ["大厅关闭：停电检修。暂停叫号" in page for page in pages] == [True, True]


def test_after_the_daily_limit_booking_by_phone_is_offered(opened: Town, machine: Client):
    opened.policy(tickets={"daily_limits": {"A": 0}})

    answer = machine.post("/kiosk/town/confirm?category=A", {})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "今天的号取完了" in page
    assert "用手机预约" in page


def test_a_matter_by_appointment_only_is_refused_before_anybody_confirms(opened: Town, machine: Client):
    from banshi.rooms.catalogue.models import HallItem

    HallItem.objects.filter(item__code="pension", hall=opened.hall).update(walk_in=False)

    answer = machine.get("/kiosk/town/confirm?item=pension")

    assert answer.status_code == 409


@pytest.mark.parametrize("text", ODD_INPUT)
def test_odd_input_never_breaks_a_page(opened: Town, machine: Client, text: str):
    pages = [
        machine.post("/kiosk/town/check-in", {"presented": text}),
        machine.post("/kiosk/town/look-up", {"presented": text}),
        machine.post("/kiosk/town/confirm?category=A", {"presented": text, "lane": text}),
        machine.get("/kiosk/town/search", {"q": text}),
        machine.get("/kiosk/town/confirm", {"item": text, "category": text}),
        machine.post("/kiosk/town/pair", {"code": text, "secret": text}),
    ]

    assert [p.status_code for p in pages if p.status_code >= 500] == []


def test_an_unknown_lane_is_refused(opened: Town, machine: Client):
    answer = machine.post("/kiosk/town/confirm?category=A", {"lane": "royal"})

    assert (answer.status_code, Ticket.objects.count()) == (422, 0)


# --- Search ------------------------------------------------------------------------------------------------------


def test_initials_find_a_matter(opened: Town, machine: Client):
    page = machine.get("/kiosk/town/search", {"q": "jmsfz"}).content.decode()

    assert "居民身份证换领" in page
    assert "/kiosk/town/confirm?item=id-card" in page


def test_the_fragment_is_part_of_the_fresh_page(opened: Town, machine: Client):
    fragment = machine.get("/kiosk/town/search", {"q": "yanglao"}, headers={"HX-Request": "true"}).content.decode()

    page = machine.get("/kiosk/town/search", {"q": "yanglao"}).content.decode()

    assert fragment.strip() in page
    assert "<html" not in fragment


# --- Booked ------------------------------------------------------------------------------------------------------


def test_a_scanned_qr_code_checks_in(opened: Town, booked: Any, machine: Client):
    answer = machine.post("/kiosk/town/check-in", {"presented": bookings.qr_text(booked.code)})

    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/kiosk/town/slip/{ticket.ref}?new=1"
    assert (ticket.kind, ticket.appointment_id) == ("booked", booked.id)


def test_the_id_number_checks_in_too(opened: Town, booked: Any, machine: Client):
    machine.post("/kiosk/town/check-in", {"presented": number_of(opened.person(1)).lower(), "last4": "0001"})

    assert Ticket.objects.get().appointment_id == booked.id


def test_too_early_names_the_time(opened: Town, booked: Any, machine: Client, set_time: Callable[[datetime], None]):
    set_time(at("2026-03-10 08:40"))

    answer = machine.post("/kiosk/town/check-in", {"presented": bookings.qr_text(booked.code)})

    assert answer.status_code == 409
    assert "今天 9:00" in answer.content.decode()


def test_checking_in_twice_shows_the_number(opened: Town, booked: Any, machine: Client):
    machine.post("/kiosk/town/check-in", {"presented": booked.code})

    answer = machine.post("/kiosk/town/check-in", {"presented": bookings.qr_text(booked.code)})

    assert (answer.status_code, answer["Location"]) == (302, f"/kiosk/town/slip/{Ticket.objects.get().ref}")


def test_a_slips_own_code_shows_that_ticket(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?category=A", {})
    ref = Ticket.objects.get().ref
    another = Client(headers={"accept-language": "zh-CN"})

    answers = [
        another.post("/kiosk/town/check-in", {"presented": text})
        for text in (qr_text(ref, rating_key(ref)), f"https://banshi.example/t/{ref}?k={rating_key(ref)}")
    ]

    assert [a["Location"] for a in answers] == [f"/kiosk/town/slip/{ref}"] * 2


@pytest.mark.parametrize(
    ("missed", "said"),
    [("reissue", "11:00 前可以补号，不用重新排队。"), ("behind_all", "11:00 前可以补号，排在现在所有号的后面。")],
)
def test_a_missed_number_is_put_back_at_the_machine(opened: Town, machine: Client, missed: str, said: str):
    opened.policy(tickets={"missed": missed})
    machine.post("/kiosk/town/confirm?category=A", {})
    ref = Ticket.objects.get().ref
    Ticket.objects.filter(ref=ref).update(state="missed")

    page = machine.get(f"/kiosk/town/slip/{ref}").content.decode()
    answer = machine.post(f"/kiosk/town/slip/{ref}/back")

    assert said in page
    assert (answer.status_code, answer["Location"]) == (302, f"/kiosk/town/slip/{ref}")
    assert Ticket.objects.get().state == "waiting"


def test_a_number_that_was_set_aside_is_put_back_at_the_machine(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?category=A", {})
    ref = Ticket.objects.get().ref
    Ticket.objects.filter(ref=ref).update(state="parked")

    machine.post(f"/kiosk/town/slip/{ref}/back")

    assert Ticket.objects.get().state == "waiting"


def test_a_number_that_is_over_is_not_put_back(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?category=A", {})
    ref = Ticket.objects.get().ref
    Ticket.objects.filter(ref=ref).update(state="left")

    answer = machine.post(f"/kiosk/town/slip/{ref}/back")

    assert (answer.status_code, Ticket.objects.get().state) == (409, "left")


def test_looking_up_tells_no_name_and_changes_nothing(opened: Town, booked: Any, machine: Client):
    person = opened.person(1)

    page = machine.post("/kiosk/town/look-up", {"presented": number_of(person)}).content.decode()

    booked.refresh_from_db()
    assert person.masked_name not in page  # a number alone tells no name: its holder may not be who typed it
    assert "9:15" not in page
    assert "输证件号和预约手机的后四位签到" in page
    assert number_of(person) not in page
    assert person.name not in page
    assert booked.state == "booked"


def test_without_an_appointment_a_walk_in_number_is_offered(opened: Town, machine: Client):
    answer = machine.post("/kiosk/town/check-in", {"presented": ELDERLY, "last4": "0000"})

    assert answer.status_code == 404
    assert 'href="/kiosk/town/walk-in"' in answer.content.decode()


def test_id_numbers_cannot_be_tried_without_end(opened: Town, machine: Client):
    answers = [
        machine.post("/kiosk/town/check-in", {"presented": ELDERLY, "last4": "0000"}).status_code for _ in range(45)
    ]

    assert answers[0] == 404
    assert answers[-1] == 429


# --- Slips -------------------------------------------------------------------------------------------------------


def test_the_slip_is_printed_with_number_and_address(opened: Town, kiosk: Device, machine: Client, tmp_path: Path):
    machine.post("/kiosk/town/confirm?category=A", {})
    ticket = Ticket.objects.get()

    answer = machine.post(f"/kiosk/town/slip/{ticket.ref}/print")

    paper = (tmp_path / "slips").read_bytes()
    kiosk.refresh_from_db()
    assert "取走小票" in answer.content.decode()
    assert b"A001" in paper
    assert "社保".encode("gb18030") in paper
    assert f"/t/{ticket.ref}".encode() in paper
    assert kiosk.state == {"printer": "ok"}


def test_a_printer_that_is_away_costs_nobody_the_number(opened: Town, kiosk: Device, machine: Client):
    Device.objects.filter(pk=kiosk.pk).update(printer="tcp:127.0.0.1:9")
    machine.post("/kiosk/town/confirm?category=A", {})
    ticket = Ticket.objects.get()

    answer = machine.post(f"/kiosk/town/slip/{ticket.ref}/print")

    kiosk.refresh_from_db()
    assert answer.status_code == 200
    assert "打印机连不上" in answer.content.decode()
    assert Ticket.objects.get().state == "waiting"
    assert kiosk.state == {"printer": "offline"}


def test_another_halls_ticket_has_no_slip_here(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?category=A", {})

    assert machine.get(f"/kiosk/other/slip/{Ticket.objects.get().ref}").status_code == 404


def test_pages_are_not_kept(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?category=A", {})

    assert machine.get(f"/kiosk/town/slip/{Ticket.objects.get().ref}")["Cache-Control"] == "no-store"


def test_the_slip_speaks_english_when_the_kiosk_does(opened: Town):
    machine = Client(headers={"accept-language": "en"})
    machine.post("/kiosk/town/confirm?category=A", {})

    page = machine.get(f"/kiosk/town/slip/{Ticket.objects.get().ref}").content.decode()

    assert "Ahead of you" in page
    assert "Social security" in page


# --- The machine -------------------------------------------------------------------------------------------------


def test_an_unpaired_machine_is_sent_to_be_paired_in_production(
    opened: Town, kiosk: Device, machine: Client, settings: Any
):
    settings.PRODUCTION = True

    answer = machine.get("/kiosk/town/")

    assert (answer.status_code, answer["Location"]) == (302, "/kiosk/town/pair")


def test_a_paired_machine_gets_in_and_its_secret_works_once(
    opened: Town, kiosk: Device, machine: Client, settings: Any
):
    secret = devices.new_secret(code=kiosk.code, by=SYSTEM, now=TUESDAY_NINE)
    settings.PRODUCTION = True

    paired = machine.post("/kiosk/town/pair", {"code": "TOWN-kiosk-1", "secret": secret})

    again = Client().post("/kiosk/town/pair", {"code": kiosk.code, "secret": secret})
    assert (paired.status_code, paired["Location"]) == (302, "/kiosk/town/")
    assert machine.get("/kiosk/town/").status_code == 200
    assert machine.cookies["device"]["httponly"] is True
    assert again.status_code == 409


@pytest.mark.parametrize("kind", ["board", "zone_board", "window_display", "evaluator"])
def test_no_other_paired_device_opens_the_kiosks_pages(opened: Town, machine: Client, settings: Any, kind: str):
    """Whoever stands at a display and types an address is at no machine that takes numbers."""
    other = Device.objects.create(hall=opened.hall, code=f"town-{kind}-9", kind=kind, name="屏")
    secret = devices.new_secret(code=other.code, by=SYSTEM, now=TUESDAY_NINE)
    settings.PRODUCTION = True
    machine.post("/kiosk/town/pair", {"code": other.code, "secret": secret})

    answers = [machine.get("/kiosk/town/"), machine.post("/kiosk/town/confirm", {"category": "A"})]

    assert "device" in machine.cookies
    assert {(each.status_code, each["Location"]) for each in answers} == {(302, "/kiosk/town/pair")}


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", "这台机器是“屏一”，不是取号机"), ("en", "This machine is 屏一, no kiosk")],
)
def test_where_another_device_is_sent_says_what_it_is_and_the_way_back(
    opened: Town, settings: Any, language: str, said: str
):
    board = Device.objects.create(hall=opened.hall, code="town-board-9", kind="board", name="屏一")
    secret = devices.new_secret(code=board.code, by=SYSTEM, now=TUESDAY_NINE)
    settings.PRODUCTION = True
    machine = Client(headers={"accept-language": language})
    before = machine.get("/kiosk/town/pair").content.decode()
    machine.post("/kiosk/town/pair", {"code": board.code, "secret": secret})

    page = machine.get("/kiosk/town/", follow=True).content.decode()

    assert (said in page, 'href="/screens/town/board"' in page) == (True, True)
    assert (said in before, "/screens/" in before) == (False, False)


def test_another_hall_says_nothing_of_a_device_that_is_not_its_own(opened: Town, settings: Any):
    board = Device.objects.create(hall=opened.hall, code="town-board-9", kind="board", name="屏一")
    secret = devices.new_secret(code=board.code, by=SYSTEM, now=TUESDAY_NINE)
    machine = Client()
    machine.post("/kiosk/town/pair", {"code": board.code, "secret": secret})

    assert "屏一" not in machine.get("/kiosk/other/pair").content.decode()


def test_a_zone_board_without_a_zone_shows_the_halls_board_and_is_heard(opened: Town, settings: Any):
    board = Device.objects.create(hall=opened.hall, code="town-zone-9", kind="zone_board", name="屏")
    secret = devices.new_secret(code=board.code, by=SYSTEM, now=TUESDAY_NINE)
    settings.PRODUCTION = True
    machine = Client()

    paired = machine.post("/kiosk/town/pair", {"code": board.code, "secret": secret})

    shown = machine.get(paired["Location"])
    assert (paired["Location"], shown.status_code) == ("/screens/town/board", 200)
    assert 'data-device="town-zone-9"' in shown.content.decode()


def test_what_strangers_try_keeps_no_hall_from_pairing(opened: Town, kiosk: Device):
    secret = devices.new_secret(code=kiosk.code, by=SYSTEM, now=TUESDAY_NINE)
    stranger, hall = Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="198.51.100.9")

    tried = [stranger.post("/kiosk/town/pair", {"code": kiosk.code, "secret": "x"}).status_code for _ in range(11)]

    paired = hall.post("/kiosk/town/pair", {"code": kiosk.code, "secret": secret})
    assert (tried, paired.status_code) == ([409] * 10 + [429], 302)


def test_a_machine_of_another_hall_does_not_get_in(opened: Town, kiosk: Device, machine: Client, settings: Any):
    secret = devices.new_secret(code=kiosk.code, by=SYSTEM, now=TUESDAY_NINE)
    machine.post("/kiosk/town/pair", {"code": kiosk.code, "secret": secret})
    settings.PRODUCTION = True

    assert machine.get("/kiosk/other/")["Location"] == "/kiosk/other/pair"


def test_a_heartbeat_is_noted_in_machine_time(opened: Town, kiosk: Device, machine: Client):
    answer = machine.post("/kiosk/town/heartbeat", {"page": "start", "secret": "x"}, content_type="application/json")

    kiosk.refresh_from_db()
    assert answer.json()["speed"] == 0
    assert kiosk.state == {"page": "start"}
    assert kiosk.last_seen_at is not None
    assert kiosk.last_seen_at.year > TUESDAY_NINE.year - 1


def test_a_card_that_was_left_is_told_to_the_page(opened: Town, kiosk: Device, machine: Client):
    from banshi.rooms.devices.models import Fault

    def left() -> bool:
        answer = machine.post("/kiosk/town/heartbeat", {"page": "start"}, content_type="application/json")
        return bool(answer.json()["left"])

    before = left()
    Fault.objects.create(device=kiosk, part="reader", kind="left", opened_at=TUESDAY_NINE)
    now = left()
    Fault.objects.update(ended_at=TUESDAY_NINE)

    assert (before, now, left(), 'id="card-left"' in machine.get("/kiosk/town/").content.decode()) == (
        False,
        True,
        False,
        True,
    )


def test_the_tile_of_a_closed_category_says_what_the_board_says_and_from_when_it_goes_on(opened: Town, machine: Client):
    Closure.objects.create(
        hall=opened.hall, category=opened.categories["A"], starts_at=TUESDAY_NINE, ends_at=at("2026-03-10 11:30"),
        reason_zh="停电", reason_en="Power cut", made_by="staff:1", made_at=TUESDAY_NINE,
    )  # fmt: skip

    page = machine.get("/kiosk/town/walk-in").content.decode()

    assert ("暂停叫号，预计今天 11:30 恢复。" in page, "这个时段不办" in page) == (True, False)


def test_the_categories_cost_the_same_however_many_there_are(
    opened: Town, machine: Client, django_assert_num_queries: Any
):
    from banshi.rooms.places.models import Category

    def add(letter: str) -> None:
        Category.objects.create(hall=opened.hall, code=letter, letter=letter, name_zh=letter, name_en=letter)

    add("C")  # nobody serves it: the page looks up what to say of it, once for all such
    machine.get("/kiosk/town/walk-in")
    with django_assert_num_queries(21):
        machine.get("/kiosk/town/walk-in")
    for letter in "DEF":
        add(letter)

    with django_assert_num_queries(21):
        machine.get("/kiosk/town/walk-in")


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (["01", "02", "03"], "01–03"),
        (["01", "02"], "01、02"),
        (["01", "03", "04", "05", "12"], "01、03–05、12"),
        (["A1", "A2"], "A1、A2"),
        ([], ""),
    ],
)
def test_windows_are_said_in_few_words(numbers: list[str], said: str):
    from django.utils import translation

    from banshi.foundation.windows import windows_words

    with translation.override("zh-hans"):
        assert windows_words(numbers) == said


@pytest.fixture
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the test, no second passes on the machine's clock."""
    at_once = clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: at_once)


@pytest.mark.usefixtures("one_moment")
def test_nobody_empties_the_days_numbers_at_one_machine(kiosk: Device, machine: Client):
    """A queue of people uses one machine: thirty in a row get theirs."""
    answers = [machine.post("/kiosk/town/confirm?category=A", {"presented": ""}).status_code for _ in range(31)]

    assert answers == [302] * 30 + [429]
    assert Ticket.objects.count() == 30


@pytest.mark.usefixtures("one_moment")
@pytest.mark.parametrize(("given", "told"), [(15, False), (16, True)])
def test_the_guide_hears_of_a_machine_that_gives_many_numbers(kiosk: Device, machine: Client, given: int, told: bool):
    from tests.surfaces.office.editing import signed_in, staff_with

    for _ in range(given):
        machine.post("/kiosk/town/confirm?category=A", {"presented": ""})
    page = signed_in(staff_with("guide", "guide")).get("/office/town/guide/").content.decode()

    assert ("一号机刚连续取出很多号" in page) == told


def test_what_is_not_received_now_says_so_and_gives_no_number(opened: Town, machine: Client):
    row = Item.objects.get(code="pension")
    row.handling = {**row.handling, "seasons": [{"first": "09-01", "last": "10-15"}]}
    row.save(update_fields=["handling"])

    found = machine.get("/kiosk/town/search", {"q": "yanglao"}).content.decode()
    confirm = machine.get("/kiosk/town/confirm", {"item": "pension"})

    assert ("现在不受理" in found, confirm.status_code, "每年9月1日至10月15日" in confirm.content.decode()) == (
        True,
        409,
        True,
    )
