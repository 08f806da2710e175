"""Search, browse, the guide, halls: what anybody may look at."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from banshi.rooms.calendars.models import Closure
from banshi.rooms.catalogue.models import Theme
from banshi.rooms.places.models import Hall
from tests.surfaces.citizen.conftest import Phone, book, give_hours, stop_the_clock, text
from tests.town import TUESDAY_NINE, Town, at


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("养老", "养老保险参保登记"),
        ("yanglao", "养老保险参保登记"),
        ("jmsfz", "居民身份证换领"),
        ("pension", "养老保险参保登记"),
    ],
)
def test_search_understands_words_pinyin_initials_and_english(anybody: Phone, typed: str, found: str):
    answer = anybody.part("/search", q=typed)

    assert [line.name_zh for line in answer.context["found"]][0] == found


def test_the_live_results_are_those_of_the_full_page(anybody: Phone):
    part = text(anybody.part("/search", q="身份证")).strip()
    whole = text(anybody.get("/search", q="身份证"))

    assert part in whole
    assert part.count("<li>") == 1


def test_a_search_without_result_says_how_to_go_on(anybody: Phone):
    answer = text(anybody.part("/search", q="量子传送"))

    assert "没找到“量子传送”" in answer
    assert 'href="/items/"' in answer


def test_what_is_typed_is_not_taken_for_markup(anybody: Phone):
    answer = text(anybody.part("/search", q="<script>alert(1)</script>"))

    assert "<script>" not in answer


def test_the_first_page_shows_halls_as_they_are_now(anybody: Phone):
    page = anybody.get("/")

    first = page.context["halls"][0]
    assert (page.status_code, first.is_open, first.open_until) == (200, True, at("2026-03-10 11:30"))
    assert "开到 11:30" in text(page)


def test_at_noon_a_hall_says_when_it_opens_again(anybody: Phone):
    stop_the_clock(at("2026-03-10 12:00"))

    page = anybody.get("/halls/")

    assert (page.context["halls"][0].is_open, page.context["halls"][0].opens_at) == (False, at("2026-03-10 14:00"))
    assert "今天 14:00 开门" in text(page)


def test_on_saturday_a_hall_says_why_it_is_closed(anybody: Phone):
    stop_the_clock(at("2026-03-14 10:00"))

    hall = anybody.get("/halls/").context["halls"][0]

    assert (hall.why.zh, hall.opens_at) == ("周末休息，大厅不开放。", at("2026-03-16 08:30"))


def test_a_hall_closed_for_an_hour_says_why_and_shows_it_on_its_page(anybody: Phone, open_town: Town):
    Closure.objects.create(
        hall=open_town.hall, starts_at=at("2026-03-11 08:30"), ends_at=at("2026-03-11 17:00"), reason_zh="消防演练",
        reason_en="Fire drill", made_by="system", made_at=TUESDAY_NINE,
    )  # fmt: skip

    page = anybody.get("/halls/town")

    assert [d.why and d.why.zh for d in page.context["week"]][1] == "临时关闭：消防演练"
    assert "消防演练" in text(page)


def test_the_list_of_halls_costs_the_same_for_one_and_for_many(
    anybody: Phone, open_town: Town, django_assert_num_queries: Any
):
    region = open_town.hall.region
    anybody.get("/halls/")  # calendars are parsed once
    with CaptureQueriesContext(connection()) as two:
        anybody.get("/halls/")
    for i in range(3):
        more = Hall.objects.create(
            code=f"more-{i}", region=region, name_zh=f"第{i}大厅", name_en=f"Hall {i}", order=9 + i
        )
        give_hours(more)
    anybody.get("/halls/")

    with CaptureQueriesContext(connection()) as five:
        page = anybody.get("/halls/")

    assert len(page.context["halls"]) == 5
    assert (len(two), len(five)) == (5, 5)


def test_a_guide_reads_its_matter_once_and_once_for_the_way_there(anybody: Phone, open_town: Town):
    open_town.slot(quota=3)
    anybody.get("/items/pension")
    with CaptureQueriesContext(connection()) as found:
        anybody.get("/items/pension")

    def read(table: str) -> int:
        return sum(f'FROM "{table}"' in each["sql"] for each in found.captured_queries)

    # The matter: by the page, and by the way there; its papers: as they are listed, and as they are needed.
    assert (read("catalogue_item"), read("catalogue_material_requirement")) == (2, 2)


def connection() -> Any:
    from django.db import connection as one

    return one


def test_matters_are_filtered_and_paged(anybody: Phone, open_town: Town):
    theme = Theme.objects.create(
        code="social", kind="theme", audience="person", name_zh="社会保障", name_en="Social security"
    )
    open_town.items["pension"].themes.add(theme)

    page = anybody.get("/items/", theme="social")

    assert [line.code for line in page.context["found"]] == ["pension"]
    assert text(page).count("<h1") == 1


def test_a_page_beyond_the_last_is_empty_and_says_so(anybody: Phone):
    page = anybody.get("/items/", page="499")

    assert (page.status_code, page.context["found"]) == (200, [])
    assert "没有符合的事项" in text(page)


def test_the_guide_says_what_to_bring_and_where(anybody: Phone, open_town: Town):
    open_town.slot(quota=3)

    page = anybody.get("/items/pension")

    chance = page.context["chances"][0]
    assert (chance.hall, chance.open_now, chance.free) == ("town", True, 3)
    assert "养老保险参保登记" in text(page)
    assert 'href="/book/pension/"' in text(page)


def test_an_unknown_matter_or_hall_is_not_found(anybody: Phone):
    assert [anybody.get(path).status_code for path in ("/items/nothing", "/halls/nothing", "/book/nothing/")] == [
        404
    ] * 3


def test_when_answers_for_another_day(anybody: Phone, open_town: Town):
    page = anybody.get("/when", item="pension", at="2026-03-14T10:00")

    chance = page.context["chances"][0]
    assert (chance.open_now, chance.opens_at) == (False, at("2026-03-16 08:30"))


@pytest.mark.parametrize("year", ["0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31", "1999-12-31T23:59"])
def test_a_year_nobody_can_mean_counts_as_no_time(anybody: Phone, open_town: Town, year: str) -> None:
    assert anybody.get("/when", item="pension", at=year).status_code == 200


@pytest.mark.parametrize("where", ["/when", "/items/pension"])
def test_when_calls_quiet_what_is_quieter_and_first_what_is_first(anybody: Phone, open_town: Town, where: str):
    """The nearest quiet time was called the earliest, and an earlier one, nearly full, was not said at all."""
    open_town.slot(quota=10, minutes=30, taken=9)
    open_town.slot(quota=10, minutes=30, starts=at("2026-03-11 09:30"))

    page = text(anybody.get(where, item="pension"))

    assert ("就近较空：明天 9:30–10:00，余 10 个" in page, "最早可约：明天 9:00–9:30，余 1 个" in page) == (True, True)


def test_when_says_first_alone_where_the_first_is_quiet(anybody: Phone, open_town: Town):
    open_town.slot(quota=10)
    open_town.slot(quota=10, starts=at("2026-03-11 10:00"))

    page = text(anybody.get("/when", item="pension"))

    assert ("最早可约：明天 9:00–10:00，余 10 个" in page, "较空：" in page) == (True, False)


def test_when_of_a_moment_says_what_lies_around_it(anybody: Phone, open_town: Town):
    open_town.slot(quota=10)

    page = text(anybody.get("/when", item="pension", at="2026-03-11T10:00"))

    assert ("那时前后：明天 9:00–10:00，余 10 个" in page, "最早可约" in page) == (True, False)


def test_the_hall_that_was_chosen_stays_chosen(anybody: Phone):
    page = text(anybody.get("/when", q="身份证", hall="other"))

    assert re.findall(r'<option value="(\w*)" selected', page) == ["other"]
    assert re.search(r'href="\?item=[\w-]+&amp;hall=other"', page)


def test_when_offers_matters_that_fit_the_words(anybody: Phone):
    page = anybody.get("/when", q="身份证")

    assert [line.code for line in page.context["found"]] == ["id-card"]


def test_pages_speak_english(anybody: Phone):
    anybody.client.cookies["django_language"] = "en"

    page = text(anybody.get("/items/pension"))

    assert "Pension enrolment" in page
    assert "What to bring" in page
    assert "要带什么" not in page


def test_elder_mode_is_remembered_by_the_browser(anybody: Phone):
    anybody.client.cookies["elder"] = "1"

    assert 'data-mode="elder"' in text(anybody.get("/"))


def test_large_type_has_a_first_page_of_three_doors_and_a_number_to_call(anybody: Phone):
    anybody.client.cookies["elder"] = "1"

    page = text(anybody.get("/"))

    assert re.findall(r'class="card door" href="([^"]+)"', page) == ["/items/", "/appointments/", "/halls/"]
    assert page.count('href="tel:') == 1


def called(phone: Phone, **data: str) -> tuple[str, bool]:
    """The number that large type's first page offers to call, and whether it names its hall."""
    phone.client.cookies["elder"] = "1"
    page = text(phone.get("/", **data))
    return re.findall(r'href="tel:([^"]+)"', page)[0], "政务服务便民热线" not in page


@pytest.fixture
def two_phones(open_town: Town) -> Town:
    for hall, phone, lat in ((open_town.hall, "0769-22000000", 23.0), (open_town.other_hall, "0769-33000000", 25.0)):
        hall.phone, hall.lat, hall.lon = phone, lat, 113.7
        hall.save()
    return open_town


def test_who_has_chosen_no_hall_is_given_the_citys_hotline(anybody: Phone, two_phones: Town):
    assert called(anybody) == ("12345", False)


def test_a_hall_looked_at_is_the_one_to_call(anybody: Phone, two_phones: Town):
    anybody.get(f"/halls/{two_phones.other_hall.code}")

    assert called(anybody) == ("0769-33000000", True)


def test_a_hall_chosen_for_booking_is_the_one_to_call(anybody: Phone, two_phones: Town):
    anybody.get("/book/pension/", hall=two_phones.hall.code)

    assert called(anybody) == ("0769-22000000", True)


def test_the_nearest_hall_goes_before_the_one_looked_at(anybody: Phone, two_phones: Town):
    anybody.get(f"/halls/{two_phones.hall.code}")

    assert called(anybody, near="24.9,113.7") == ("0769-33000000", True)


def test_the_hall_of_the_next_appointment_goes_before_all(mine: Phone, two_phones: Town):
    book(mine, two_phones.slot(quota=1))
    mine.get(f"/halls/{two_phones.other_hall.code}")

    assert called(mine, near="24.9,113.7") == ("0769-22000000", True)


def test_a_hall_without_telephone_is_asked_about_at_the_hotline(anybody: Phone, two_phones: Town):
    two_phones.hall.phone = ""
    two_phones.hall.save()
    anybody.get(f"/halls/{two_phones.hall.code}")

    assert called(anybody) == ("12345", False)


def test_the_line_of_a_hall_refreshes_as_a_part_of_its_page(anybody: Phone):
    part = text(anybody.part("/halls/town/line")).strip()

    assert part in text(anybody.get("/halls/town"))


def test_estimates_are_not_older_than_the_clock(anybody: Phone, open_town: Town):
    from banshi.surfaces.citizen.halls_now import line_lately

    before = line_lately(open_town.hall.pk, TUESDAY_NINE)
    later = line_lately(open_town.hall.pk, TUESDAY_NINE + timedelta(hours=1))

    assert (before.at, later.at) == (TUESDAY_NINE, TUESDAY_NINE + timedelta(hours=1))
