from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.journeys.hall import change_items, load_presets, steer
from banshi.journeys.hall.load_presets import Otherwise
from banshi.journeys.hours import change_hours, follow_up
from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking.models import Waiting
from banshi.rooms.calendars.models import NationalDay
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.actions.drafts import publish_draft
from banshi.rooms.catalogue.models import HallItem, Item, Synonym
from banshi.rooms.identity import actions as identity
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Category, Hall, Window, WindowCategory
from tests.house.test_presets_catalogue import PRESETS
from tests.journeys.hours.test_change_hours import document
from tests.journeys.hours.test_follow_up import NINE35, booked, opened
from tests.rooms.catalogue.stores import a_draft
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town


def test_a_fresh_city_finds_what_people_say_and_shows_what_they_ask_for(db):
    load_presets.load(PRESETS, TUESDAY_NINE)
    queries.forget()

    assert [line.code for line in queries.search("房产证", hall="dongguan", limit=2)] == [
        "land-and-house-reg",
        "registration-house-sale-transfer",
    ]
    assert [line.code for line in queries.search("社保卡丢了", limit=1)] == ["social-card-lost"]
    for hall in ("nancheng", "dongcheng", "dongguan"):
        assert "id-card-first" in [line.code for line in queries.popular(hall, 12)]


def test_the_planner_knows_the_tables_that_were_just_filled(db):
    load_presets.load(PRESETS, TUESDAY_NINE)

    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = current_schema()")
        known = {name for (name,) in cursor.fetchall()}
    assert {"places_hall", "places_category", "catalogue_item", "catalogue_hall_item", "places_policy_version"} <= known


def test_an_empty_table_is_not_planned_for_as_if_it_stayed_empty(db):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE booking_hold CASCADE")

    with CaptureQueriesContext(connection) as asked:
        load_presets.load(PRESETS, TUESDAY_NINE)

    looked_at = [each["sql"] for each in asked if each["sql"].startswith("ANALYZE ")]
    assert len(looked_at) == 1
    assert '"places_hall"' in looked_at[0]
    assert '"booking_hold"' not in looked_at[0]


def test_synonyms_that_left_the_file_are_forgotten_and_a_wrong_code_stops_the_load(town, tmp_path):
    Synonym.objects.create(words="旧话", items="pension", source="spoken")
    (tmp_path / "catalogue").mkdir()
    file = tmp_path / "catalogue" / "synonyms.csv"
    file.write_text("words,items,means,source\n退休金,pension,,spoken\n", encoding="utf-8")

    load_presets._synonyms(tmp_path)

    assert list(Synonym.objects.values_list("words", flat=True)) == ["退休金"]
    file.write_text("words,items,means,source\n退休金,pensoin,,spoken\n", encoding="utf-8")
    with pytest.raises(ValueError, match="unknown item: pensoin"):
        load_presets._synonyms(tmp_path)


HALL = "dongcheng"


@pytest.fixture
def loaded(db: None, tmp_path: Path) -> Path:
    """One hall of the presets, loaded; its files."""
    return _loaded(tmp_path)


def _loaded(folder: Path) -> Path:
    for part in PRESETS.iterdir():
        if part.name not in ("halls", "areas.csv"):  # areas name halls that are not there
            (folder / part.name).symlink_to(part)
    (folder / "halls").mkdir()
    (folder / "halls" / HALL).symlink_to(PRESETS / "halls" / HALL)
    assert load_presets.load(folder, TUESDAY_NINE) == []
    return folder


def serves(window: Window) -> set[str]:
    return set(WindowCategory.objects.filter(window=window).values_list("category__code", flat=True))


def matter() -> HallItem:
    return HallItem.objects.filter(hall__code=HALL, bookable=True, walk_in=True).order_by("item__code").first()


def decide() -> tuple[HallItem, Window, NationalDay]:
    """What an office decided: a matter by walk-in alone, a window stripped to one category, a day off taken back."""
    row = matter()
    change_items.change(
        hall_item_id=row.pk, category=row.category, bookable=False, walk_in=True, extended=row.extended,
        most_persons=row.most_persons, by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    window = next(w for w in Window.objects.filter(hall__code=HALL).order_by("code") if len(serves(w)) > 1)
    steer.let_serve(window=window, codes=sorted(serves(window))[:1], by=CLERK, now=TUESDAY_NINE)
    day = NationalDay.objects.filter(kind="restday", state="confirmed").latest("day")
    NationalDay.objects.filter(pk=day.pk).update(kind="workday")
    return row, window, day


def otherwise(row: HallItem, window: Window, day: NationalDay) -> list[Otherwise]:
    return [
        Otherwise("", "day", day.day.isoformat()),
        Otherwise(HALL, "matter", row.item.code),
        Otherwise(HALL, "window", window.number),
    ]


def test_what_an_office_decided_stays_and_is_listed(loaded: Path) -> None:
    row, window, day = decide()
    kept = serves(window)

    left = load_presets.load(loaded, TUESDAY_NINE)

    row.refresh_from_db()
    assert left == otherwise(row, window, day)
    assert (row.bookable, serves(window)) == (False, kept)
    assert NationalDay.objects.get(pk=day.pk).kind == "workday"


def test_what_is_missing_is_filled(loaded: Path) -> None:
    row, (window, *_) = matter(), Window.objects.filter(hall__code=HALL).order_by("code")
    served, day, item = serves(window), NationalDay.objects.latest("day").day, row.item.code
    row.delete()
    NationalDay.objects.filter(day=day).delete()
    window.delete()

    assert load_presets.load(loaded, TUESDAY_NINE) == []

    assert HallItem.objects.filter(hall__code=HALL, item__code=item).exists()
    assert serves(Window.objects.get(code=window.code)) == served
    assert NationalDay.objects.filter(day=day).exists()


def test_a_category_that_comes_is_served_where_the_file_says_and_no_other_is_given_back(loaded: Path) -> None:
    hall = Hall.objects.get(code=HALL)
    everywhere = [w for w in Window.objects.filter(hall=hall) if len(serves(w)) == hall.categories.count()]
    window, code = everywhere[0], _unused_category(hall)
    steer.let_serve(window=window, codes=serves(window) - {_other(hall, code)}, by=CLERK, now=TUESDAY_NINE)
    Category.objects.get(hall=hall, code=code).delete()

    load_presets.load(loaded, TUESDAY_NINE)

    assert (code in serves(window), _other(hall, code) in serves(window)) == (True, False)


def _unused_category(hall: Hall) -> str:
    HallItem.objects.filter(hall=hall, category=hall.categories.order_by("code").last()).delete()
    return hall.categories.order_by("code").last().code


def _other(hall: Hall, code: str) -> str:
    return hall.categories.exclude(code=code).order_by("code").first().code


def test_the_files_word_is_taken_as_if_the_office_had_decided(loaded: Path) -> None:
    row, window, day = decide()
    before = set(Entry.objects.values_list("pk", flat=True))
    wanted = {each.code for each in otherwise(row, window, day)[1:]}

    changed = load_presets.take_over(loaded, HALL, by=SYSTEM, now=TUESDAY_NINE)

    row.refresh_from_db()
    trail = set(Entry.objects.exclude(pk__in=before).values_list("action", "subject", "actor"))
    assert ({each.code for each in changed}, row.bookable) == (wanted, True)
    assert trail == {
        ("changed-item", f"item:{row.item.code}", "system"),
        ("changed-window", f"window:{window.code}", "system"),
    }
    assert load_presets.load(loaded, TUESDAY_NINE) == [Otherwise("", "day", day.day.isoformat())]
    assert load_presets.take_over(loaded, HALL, by=SYSTEM, now=TUESDAY_NINE) == []


def test_whoever_waits_goes_with_a_matter_to_the_category_of_the_files(loaded: Path) -> None:
    row = matter()
    other = row.hall.categories.exclude(pk=row.category_id).order_by("code")[0]
    own = row.category.code
    change_items.change(
        hall_item_id=row.pk, category=other, bookable=True, walk_in=True, extended=row.extended,
        most_persons=row.most_persons, by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    person = identity.enrol(name="王伟", id_type="resident_id", id_number="11010519491231002X", now=TUESDAY_NINE)
    waits = Waiting.objects.create(
        hall=row.hall, item=row.item, business=f"cat:{other.code}", day=date(2026, 3, 12), person=person,
        made_at=TUESDAY_NINE, state="waiting",
    )  # fmt: skip

    load_presets.take_over(loaded, HALL, by=SYSTEM, now=TUESDAY_NINE)

    waits.refresh_from_db()
    assert waits.business == f"cat:{own}"


def test_the_version_of_an_item_is_not_told_back_by_a_load(loaded: Path) -> None:
    item = Item.objects.earliest("code")
    Item.objects.filter(pk=item.pk).update(version=3, name_en="Another")

    load_presets.load(loaded, TUESDAY_NINE)

    item.refresh_from_db()
    assert (item.version, item.name_en != "Another") == (3, True)


def test_what_was_published_from_the_item_store_is_not_taken_back_by_a_load(loaded: Path) -> None:
    item = Item.objects.filter(handling={}).earliest("code")
    draft = a_draft(task_code=item.task_code, task_name="改名的事项", promise_day=7)
    publish_draft(draft_id=draft.pk, by=CLERK, now=TUESDAY_NINE)

    load_presets.load(loaded, TUESDAY_NINE)

    before, item = item, Item.objects.get(pk=item.pk)
    assert (item.name_zh, item.name_en, item.promised_days) == ("改名的事项", before.name_en, 7)
    assert [each.material.name_zh for each in item.requirements.order_by("order").select_related("material")] == [
        "登记申请书", "经营者身份证明", "经营场所使用文件",
    ]  # fmt: skip


def test_a_day_that_was_only_expected_is_settled_by_the_files(loaded: Path) -> None:
    day = NationalDay.objects.filter(kind="restday", state="confirmed").latest("day")
    NationalDay.objects.filter(pk=day.pk).update(kind="workday", state="provisional")

    left = load_presets.load(loaded, TUESDAY_NINE)

    settled = NationalDay.objects.get(day=day.day)
    assert (left, settled.kind, settled.state) == ([], "restday", "confirmed")


def test_whoever_booked_on_a_day_off_that_the_files_bring_is_followed_up(town: Town, tmp_path: Path) -> None:
    """A release brings the notice of a year for which people have booked."""
    open_town = opened(town)
    change_hours.publish(
        hall=open_town.hall, document=document(("09:00", "17:00")), valid_from=date(2026, 3, 10), note="", choices={},
        by=CLERK, now=NINE35,
    )  # fmt: skip
    row = booked(open_town, "2026-03-11 10:00")
    notice = "day,kind,name_zh,name_en,notice,state\n2026-03-11,restday,新节,New day,国办发〔2026〕1号,confirmed\n"
    (tmp_path / "calendar").mkdir()
    (tmp_path / "calendar" / "national.csv").write_text(notice, encoding="utf-8")

    left = load_presets._national_days(tmp_path, NINE35)
    follow_up.work_off(now=NINE35)

    row.refresh_from_db()
    assert (left, NationalDay.objects.get(day="2026-03-11").kind) == ([], "restday")
    assert row.day != date(2026, 3, 11)
    assert Message.objects.filter(key="moved_by_hall", subject=f"appointment:{row.code}").exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_say_what_a_window_serves_at_once_wait_for_each_other(committed_town: Town) -> None:
    window = Window.objects.get(code="town-01")

    done = together(
        4, lambda i: steer.let_serve(window=window, codes={"A"} if i % 2 else {"A", "B"}, by=CLERK, now=TUESDAY_NINE)
    )

    assert [each for each in done if isinstance(each, Exception)] == []
    assert serves(window) in ({"A"}, {"A", "B"})


@pytest.mark.django_db(transaction=True)
def test_two_loads_and_an_office_at_once_break_nothing(transactional_db: None, tmp_path: Path) -> None:
    folder = _loaded(tmp_path)
    row = matter()

    def act(i: int) -> object:
        if i < 2:
            return load_presets.load(folder, TUESDAY_NINE)
        return change_items.change(
            hall_item_id=row.pk, category=row.category, bookable=False, walk_in=True, extended=row.extended,
            most_persons=row.most_persons, by=CLERK, now=TUESDAY_NINE,
        )  # fmt: skip

    results = together(3, act)

    assert [each for each in results if isinstance(each, Exception)] == []
    assert not HallItem.objects.get(pk=row.pk).bookable
