import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from banshi.foundation import clock
from banshi.foundation.models import Event
from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit.models import Entry
from banshi.rooms.audit.queries import trail
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity.models import Role
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import WindowCategory
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries as line_queries
from banshi.rooms.tickets.models import Ticket, WindowSession
from tests.surfaces.office.editing import signed_in, staff_with
from tests.surfaces.office.hours import open_on_working_days
from tests.together import together
from tests.town import at

TEN = at("2026-03-10 10:00")


@pytest.fixture
def hall(town):
    """The town at ten on a Tuesday, open from nine to five."""
    clock.set_clock(now=TEN, speed=0)
    open_on_working_days(town.hall)
    yield town
    clock.forget()


@pytest.fixture
def manager(hall):
    client = Client()
    client.force_login(hall.manager)
    return client


@pytest.fixture
def clerk(hall):
    client = Client()
    client.force_login(hall.clerk)
    return client


def take(town, category="A", *, minutes_ago=0, person=None):
    return tickets.issue(
        tickets.Take(category_code=category, person_id=person, channel="kiosk", by=SYSTEM),
        hall=town.hall,
        now=TEN - timedelta(minutes=minutes_ago),
    )


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def served(window):
    return sorted(WindowCategory.objects.filter(window=window).values_list("category__code", flat=True))


def test_the_page_shows_who_waits_how_long_and_masks_names(hall, manager):
    person = hall.person(1)
    ticket = take(hall, minutes_ago=20, person=person.pk)

    page = manager.get("/office/town/live")

    assert page.status_code == 200
    words = text_of(page)
    assert ticket.number in words
    assert person.masked_name in words
    assert person.name not in words
    assert "20 分钟" in words


def test_the_fragment_is_the_same_part_as_on_a_fresh_page(hall, manager):
    take(hall, minutes_ago=5)

    page = manager.get("/office/town/live?floor=1&category=A").content.decode()
    fragment = manager.get("/office/town/live/now?floor=1&category=A").content.decode()

    def plain(html):
        return re.sub(r'value="[A-Za-z0-9]{64}"', "", html).strip()

    assert plain(fragment) in plain(page)


def test_a_clerk_sees_the_line_but_nothing_to_steer_with(hall, clerk):
    take(hall)

    page = clerk.get("/office/town/live").content.decode()
    panel = clerk.get("/office/town/live/windows/town-01").content.decode()

    assert "/first" not in page
    assert "<form" not in panel


@pytest.mark.parametrize(
    "what",
    [
        "windows/town-01/open",
        "windows/town-01/close",
        "windows/town-01/pause",
        "windows/town-01/resume",
        "windows/town-01/serves",
    ],
)
def test_a_clerk_may_not_steer(hall, clerk, what):
    answer = clerk.post(f"/office/town/live/{what}")

    assert answer.status_code == 403
    assert WindowSession.objects.count() == 0


def test_another_halls_clerk_does_not_see_this_hall(hall):
    client = Client()
    client.force_login(hall.other_halls_clerk)

    assert client.get("/office/town/live").status_code == 403
    assert client.get("/office/town/live/now").status_code == 403


def test_who_is_not_signed_in_is_asked_to(hall):
    answer = Client().get("/office/town/live")

    assert (answer.status_code, answer.url) == (302, "/staff/sign-in?next=/office/town/live")


def test_a_window_opens_in_one_click_with_the_first_free_clerk(hall, manager):
    answer = manager.post("/office/town/live/windows/town-01/open")

    session = WindowSession.objects.get(signed_out_at=None)
    assert answer.status_code == 302
    assert (session.window.code, session.staff.login) == ("town-01", "clerk")
    assert (
        Entry.objects.filter(action="opened-window", subject="window:town-01", actor=f"staff:{hall.manager.pk}").count()
        == 1
    )


def test_a_chosen_clerk_opens_the_window_and_the_panel_says_so(hall, manager):
    answer = manager.post(
        "/office/town/live/windows/town-02/open", {"staff": hall.second_clerk.pk}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 200
    assert WindowSession.objects.get(signed_out_at=None).staff == hall.second_clerk
    assert set(json.loads(answer["HX-Trigger"])) == {"toast", "liveChanged"}


@pytest.mark.parametrize("staff", ["999999", "-1", "x", "9" * 40, "' OR 1=1"])
def test_somebody_who_is_no_free_clerk_of_the_hall_opens_nothing(hall, manager, staff):
    answer = manager.post("/office/town/live/windows/town-01/open", {"staff": staff})

    assert answer.status_code == 422
    assert WindowSession.objects.count() == 0


def test_another_halls_clerk_cannot_be_put_to_a_window(hall, manager):
    answer = manager.post("/office/town/live/windows/town-01/open", {"staff": hall.other_halls_clerk.pk})

    assert answer.status_code == 422
    assert WindowSession.objects.count() == 0


def test_a_window_pauses_with_a_reason_resumes_and_closes(hall, manager):
    manager.post("/office/town/live/windows/town-01/open")

    manager.post("/office/town/live/windows/town-01/pause", {"why": "午餐"})
    paused = WindowSession.objects.get().pause_reason
    manager.post("/office/town/live/windows/town-01/resume")
    resumed = WindowSession.objects.get().paused_at
    manager.post("/office/town/live/windows/town-01/close")

    assert (paused, resumed) == ("午餐", None)
    assert WindowSession.objects.get().signed_out_at == TEN


def test_a_pause_without_a_reason_is_refused_on_the_page(hall, manager):
    manager.post("/office/town/live/windows/town-01/open")

    answer = manager.post("/office/town/live/windows/town-01/pause", {"why": "  "})

    assert answer.status_code == 422
    assert "填写暂停原因" in text_of(answer)
    assert WindowSession.objects.get().paused_at is None


def test_a_window_with_somebody_at_it_does_not_close(hall, manager):
    manager.post("/office/town/live/windows/town-01/open")
    take(hall)
    tickets.call_next(window_code="town-01", staff_id=hall.clerk.pk, now=TEN)

    answer = manager.post("/office/town/live/windows/town-01/close", headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert WindowSession.objects.get().signed_out_at is None


def test_a_long_queue_beside_an_idle_window_is_named_and_one_click_helps(hall, manager):
    tickets.sign_in(window_code="town-03", staff_id=hall.clerk.pk, now=TEN - timedelta(minutes=30))
    take(hall, "A", minutes_ago=23)

    before = text_of(manager.get("/office/town/live"))
    manager.post("/office/town/live/windows/town-03/serves", {"categories": "A", "also": "1"})

    assert "综合区有 1 个窗口空闲，A 类（社保）已等 23 分钟：让 03 号窗口也办 A 类。" in before
    assert served(hall.windows["03"]) == ["A", "B"]


def listed(page):
    """By number what each integrated window serves, as the windows page tells it."""
    rows = re.findall(r"<tr>.*?</tr>", page.content.decode(), re.S)[1:]
    cells = [
        [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows
    ]
    return {number[0]: serves for number, _, serves, _ in cells}


def test_what_was_taken_off_an_integrated_window_is_told_and_given_back_on_its_page(hall, manager):
    manager.post("/office/town/live/windows/town-01/serves", {"categories": ["A"]})

    told = listed(manager.get("/office/town/windows/?kind=integrated"))
    offered = manager.get("/office/town/windows/town-01/").content.decode()
    answer = manager.post("/office/town/windows/town-01/", {"category": ["A", "B"]}, follow=True)

    assert told == {"01": ["社保"], "02": ["全部业务"]}
    assert re.findall(r'name="category" value="(\w)"( checked)?', offered) == [("A", " checked"), ("B", "")]
    assert served(hall.windows["01"]) == ["A", "B"]
    assert "没有开着的窗口办了" not in text_of(answer)


@pytest.mark.parametrize("window", ["01", "03"])
def test_the_windows_page_says_whose_only_window_it_was_and_the_desk_hears_it(hall, manager, window):
    tickets.sign_in(window_code=f"town-{window}", staff_id=hall.clerk.pk, now=TEN - timedelta(minutes=30))
    for _ in range(2):
        take(hall, "B", minutes_ago=5)
    Event.objects.all().delete()

    answer = manager.post(f"/office/town/windows/town-{window}/", {"category": ["A"]}, follow=True)
    again = manager.post(f"/office/town/windows/town-{window}/", {"category": ["A"]}, follow=True)

    assert "B（户政）：2 人在等，没有开着的窗口办了。" in text_of(answer)
    assert "没有开着的窗口办了" not in text_of(again)
    said = Event.objects.filter(topic="windows").order_by("id").values_list("subject", flat=True)
    assert list(said) == [f"town-{window}"] * 2


def test_a_closed_window_was_nobodys_only_one(hall, manager):
    tickets.sign_in(window_code="town-01", staff_id=hall.clerk.pk, now=TEN - timedelta(minutes=30))
    take(hall, "B", minutes_ago=5)

    answer = manager.post("/office/town/windows/town-03/", {"category": ["A"]}, follow=True)

    assert "没有开着的窗口办了" not in text_of(answer)


@pytest.mark.parametrize("codes", [[], ["Z"], ["A", "Z"], ["x" * 300]])
def test_a_window_cannot_serve_nothing_or_what_the_hall_does_not_have(hall, manager, codes):
    answer = manager.post("/office/town/live/windows/town-03/serves", {"categories": codes})

    assert answer.status_code == 422
    assert served(hall.windows["03"]) == ["B"]


def test_a_number_goes_first_with_a_reason_that_stays(hall, manager):
    take(hall)
    second = take(hall)

    answer = manager.post(f"/office/town/live/tickets/{second.ref}/first", {"why": "身体不适"})

    assert answer.status_code == 302
    assert Ticket.objects.get(pk=second.pk).rank_class == 0
    assert trail(action="put_first")[0].facts == {"why": "身体不适"}


def test_without_a_reason_nobody_goes_first(hall, manager):
    ticket = take(hall)

    answer = manager.post(f"/office/town/live/tickets/{ticket.ref}/first", {"why": ""})

    assert answer.status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).rank_class == 4


def test_a_call_for_help_stands_on_top_until_somebody_saw_to_it(hall, manager):
    tickets.sign_in(window_code="town-02", staff_id=hall.clerk.pk, now=TEN)
    tickets.emergency(staff_id=hall.clerk.pk, now=TEN)

    alarm = manager.get("/office/town/live").content.decode()
    manager.post("/office/town/live/windows/town-02/resume")
    after = manager.get("/office/town/live").content.decode()

    assert alarm.count('role="alert"') - after.count('role="alert"') == 1
    assert WindowSession.objects.get().emergency_at is None


@pytest.mark.parametrize("path", ["windows/other-01", "windows/nowhere", "tickets/nothing", "tickets/nothing/first"])
def test_what_is_not_in_this_hall_is_not_found(hall, manager, path):
    answer = (
        manager.post(f"/office/town/live/{path}")
        if path.endswith("first")
        else manager.get(f"/office/town/live/{path}")
    )

    assert answer.status_code == 404


@pytest.mark.parametrize("query", ["floor=99", "category=Z", "state=x'", "window=", "floor=" + "9" * 500])
def test_odd_questions_show_the_page(hall, manager, query):
    assert manager.get(f"/office/town/live?{query}").status_code == 200


def test_what_no_text_can_hold_is_turned_away_and_changes_nothing(hall, manager):
    served_by = manager.post("/office/town/live/windows/town-03/serves", {"categories": ["\x00"]})
    asked = manager.get("/office/town/live?category=%00")

    assert (served_by.status_code, asked.status_code) == (400, 400)
    assert served(hall.windows["03"]) == ["B"]


def test_a_closed_day_says_when_the_hall_opens_next(hall, manager):
    clock.set_clock(now=at("2026-03-14 10:00"), speed=0)  # a Saturday

    words = text_of(manager.get("/office/town/live"))

    assert "未开放" in words
    assert "下次开门：后天 9:00–17:00" in words


def test_in_english_the_page_has_no_chinese_labels(hall, manager):
    take(hall)

    words = text_of(manager.get("/office/town/live", headers={"Accept-Language": "en"}))

    assert "The hall now" in words
    assert "大厅现况" not in words


@pytest.mark.parametrize("people", [1, 3])
def test_the_moving_part_costs_the_same_with_one_and_three_people(hall, manager, people):
    for n in range(people):
        take(hall, person=hall.person(n + 1).pk)
    Role.objects.filter(staff=hall.other_halls_clerk).update(scope="town")
    manager.get("/office/town/live/now")

    with CaptureQueriesContext(connection) as done:
        manager.get("/office/town/live/now")

    assert len(done) == QUERIES


QUERIES = 23


def test_the_first_page_says_of_each_hall_who_waits_how_long_and_how_many_windows_work(hall, manager):
    take(hall, minutes_ago=12)
    take(hall, minutes_ago=3)

    text = text_of(manager.get("/office/"))

    assert "2 人在等 最久 12 分钟 0 个窗口在办" in text


def help_at(hall):
    tickets.sign_in(window_code="town-02", staff_id=hall.clerk.pk, now=TEN)
    tickets.emergency(staff_id=hall.clerk.pk, now=TEN)


def test_every_page_of_the_hall_asks_for_calls_for_help(hall, manager):
    pages = [manager.get(f"/office/town/{path}").content.decode() for path in ("", "slots/", "policy/", "staff/")]

    assert ['hx-get="/office/town/help"' in page for page in pages] == [True] * 4


def test_pages_of_no_hall_ask_for_calls_for_help_in_all_my_halls(hall, manager):
    help_at(hall)
    pages = [manager.get(path).content.decode() for path in ("/office/", "/staff/me")]

    bar = text_of(manager.get("/office/help"))
    answer = manager.post("/office/town/help/town-02/seen?mine", headers={"HX-Request": "true"})

    assert ['hx-get="/office/help"' in page for page in pages] == [True] * 2
    assert "求助" in bar
    assert f"{hall.manager.name_zh} 已看到 10:00" in text_of(answer)
    assert 'hx-get="/office/help"' in answer.content.decode()


def test_an_auditor_reads_a_call_for_help_and_answers_none(hall):
    auditor = signed_in(staff_with("auditor", "auditor"))
    help_at(hall)

    bar = auditor.get("/office/town/help").content.decode()

    assert ("求助" in bar, "<form" in bar) == (True, False)
    assert auditor.post("/office/town/help/town-02/seen").status_code == 403


def test_calls_for_help_of_halls_that_are_not_mine_are_not_told(hall, manager):
    other = Client()
    other.force_login(hall.other_halls_clerk)
    help_at(hall)

    assert (other.get("/office/help").status_code, "求助" in text_of(other.get("/office/help"))) == (200, False)


def test_a_call_for_help_names_its_hall_to_whoever_has_several(hall, manager):
    help_at(hall)
    of_one = text_of(manager.get("/office/help"))
    Role.objects.create(
        staff=hall.manager, role="clerk", scope_kind="hall", scope="other", given_at=TEN, given_by="staff:1"
    )

    of_two = text_of(manager.get("/office/help"))

    assert (hall.hall.name_zh in of_one, hall.hall.name_zh in of_two) == (False, True)


def test_the_first_who_saw_a_call_for_help_is_named_once(hall, manager):
    help_at(hall)
    bar = text_of(manager.get("/office/town/help"))
    answer = manager.post("/office/town/help/town-02/seen", headers={"HX-Request": "true"})
    clock.set_clock(now=TEN + timedelta(minutes=5), speed=0)
    manager.post("/office/town/help/town-02/seen")

    session = WindowSession.objects.get()
    assert ("求助" in bar, "看到了" in bar) == (True, True)
    assert f"{hall.manager.name_zh} 已看到 10:00" in text_of(answer)
    assert (session.emergency_seen_at, session.emergency_seen_by_id) == (TEN, hall.manager.pk)
    assert Entry.objects.filter(action="saw-help", subject="window:town-02").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_see_a_call_for_help_together_one_is_named(hall):
    help_at(hall)
    window = hall.windows["02"]

    first = together(8, lambda i: tickets.see_emergency(window=window, staff_id=hall.manager.pk, now=TEN))

    assert sum(first) == 1


def test_a_call_for_help_that_is_over_cannot_be_seen_any_more(hall, manager):
    help_at(hall)
    manager.post("/office/town/help/town-02/seen")
    manager.post("/office/town/live/windows/town-02/resume")

    late = manager.post("/office/town/help/town-02/seen")

    session = WindowSession.objects.get()
    assert (late.status_code, session.emergency_seen_at, session.emergency_seen_by_id) == (302, None, None)
    assert "求助" not in text_of(manager.get("/office/town/help"))


def test_calls_for_help_of_another_hall_are_neither_seen_nor_answered(hall, manager):
    other = Client()
    other.force_login(hall.other_halls_clerk)
    help_at(hall)

    assert (other.get("/office/town/help").status_code, other.post("/office/town/help/town-02/seen").status_code) == (
        403,
        403,
    )
    assert manager.post("/office/town/help/other-01/seen").status_code == 404


def closed_category(hall, letter):
    return Closure.objects.create(
        hall=hall.hall, category=hall.categories[letter], starts_at=TEN - timedelta(minutes=30),
        ends_at=TEN + timedelta(minutes=90), reason_zh="读卡器坏了", reason_en="The card reader is broken",
        made_by="system", made_at=TEN,
    )  # fmt: skip


def test_a_line_that_is_closed_gets_no_suggestion(hall):
    take(hall, minutes_ago=50)
    closed_category(hall, "A")

    line = line_queries.line(hall.hall.pk, TEN)
    found = insight.hints(line=line, categories=places.categories_of(hall.hall), free=3, now=TEN)

    assert ([c.stopped for c in line.categories if c.code == "A"], found) == ([True], [])


def test_what_needs_me_says_which_part_is_closed_and_why(hall, manager):
    closed_category(hall, "A")

    words = text_of(manager.get("/office/"))

    assert ("读卡器坏了" in words, hall.categories["A"].name_zh in words, "9:30–11:30" in words) == (True, True, True)
