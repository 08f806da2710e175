"""The waiting list on the pages: joined where it is offered, known wherever one looks, ended with a word."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.kernel.evidence import Evidence
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment, Slot, Waiting
from banshi.rooms.identity.models import AccountPerson
from banshi.rooms.messaging.models import Message
from tests.rooms.booking.test_place import book as book_for
from tests.rooms.booking.test_waiting import freed
from tests.surfaces.citizen.conftest import Phone, book, stop_the_clock, text
from tests.surfaces.citizen.test_refused_forms import PERSON
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
DAY = "/book/pension/?hall=town&day=2026-03-11"


@pytest.fixture
def full(open_town: Town) -> Slot:
    slot = open_town.slot(quota=1, starts=at("2026-03-11 14:00"))
    book_for(open_town, slot, 7)
    return slot


def joins(phone: Phone, /, **more: Any) -> Any:
    return phone.post("/book/pension/wait", hall="town", day="2026-03-11", **more)


def new_account(phone: Phone) -> None:
    AccountPerson.objects.filter(account_id=phone.account.pk).delete()


def test_whoever_books_for_nobody_yet_types_themselves_in_where_they_wait(mine: Phone, full: Slot) -> None:
    new_account(mine)

    page = text(mine.get(DAY))
    wrong = joins(mine, **PERSON)
    nobody = Waiting.objects.count(), AccountPerson.objects.count()
    answer = joins(mine, **PERSON | {"id_number": "E12345678"})

    assert 'name="id_number"' in page
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in text(wrong)
    assert PERSON["name"] in text(wrong)
    assert nobody == (0, 0)
    assert answer.url == "/appointments/#waiting"
    assert Waiting.objects.get().person_id == AccountPerson.objects.get().person_id


def test_the_day_that_is_waited_for_says_so_and_asks_nobody_again(mine: Phone, full: Slot) -> None:
    joins(mine, who=mine.person.pk)

    page = text(mine.get(DAY))
    one = Waiting.objects.get()

    assert "正在候补这一天" in page
    assert f'action="/waiting/{one.pk}/leave"' in page
    assert 'action="/book/pension/wait"' not in page


def test_another_of_my_people_can_wait_for_the_same_day(mine: Phone, full: Slot, open_town: Town) -> None:
    from banshi.rooms.identity.actions import add_to_account

    other = open_town.person(3)
    add_to_account(account_id=mine.account.pk, person_id=other.pk, name=other.name, now=TUESDAY_NINE)
    joins(mine, who=mine.person.pk)

    page = mine.get(DAY)

    assert [each.pk for each in page.context["waiting_people"]] == [other.pk]


@pytest.fixture
def offered(mine: Phone, full: Slot, open_town: Town) -> Waiting:
    joins(mine, who=mine.person.pk)
    freed(open_town, full, 7)
    return Waiting.objects.get(state="offered")


def test_what_is_kept_stands_on_the_day_and_on_the_first_page(mine: Phone, full: Slot, offered: Waiting) -> None:
    day, home, calm = text(mine.get(DAY)), text(mine.get("/")), None
    mine.client.cookies["elder"] = "1"
    calm = text(mine.get("/"))

    assert "为你留到 9:30" in day
    assert "候补给你留的" in day
    assert '<span class="note-line">留着</span>' in day
    assert "约满" not in day
    assert f'action="/waiting/{offered.pk}/take"' in day
    for page in (home, calm):
        assert "有位子留着" in page
        assert "14:00–15:00" in page
        assert "留到 9:30" in page


def test_two_browsers_with_one_offer_are_told_in_words_what_became_of_it(
    mine: Phone, full: Slot, offered: Waiting
) -> None:
    mine.post(f"/waiting/{offered.pk}/take")
    left_after = mine.post(f"/waiting/{offered.pk}/leave")
    Waiting.objects.filter(pk=offered.pk).update(state="left")

    taken_after = mine.post(f"/waiting/{offered.pk}/take")

    assert left_after.url == f"/a/{Appointment.objects.get(state='booked', person=mine.person).code}"
    assert ("候补已经取消" in text(taken_after), "已离开" in text(taken_after)) == (True, False)


def test_when_it_is_kept_no_longer_no_page_says_so(mine: Phone, full: Slot, offered: Waiting) -> None:
    stop_the_clock(TUESDAY_NINE + timedelta(minutes=31))

    assert "有位子留着" not in text(mine.get("/"))
    assert "候补给你留的" not in text(mine.get(DAY))
    assert "就要这个" not in text(mine.get("/appointments/"))


def test_nobody_else_sees_what_is_kept(theirs: Phone, full: Slot, offered: Waiting) -> None:
    assert "有位子留着" not in text(theirs.get("/"))
    assert "候补给你留的" not in text(theirs.get(DAY))


def test_a_place_taken_another_way_leaves_a_line(mine: Phone, full: Slot, offered: Waiting, open_town: Town) -> None:
    book_for(open_town, full, 1, source="api", evidence=Evidence.VOUCHED)

    page = text(mine.get("/appointments/"))

    assert "位子已在别处约好" in page
    assert "没有要办的预约" in page


def test_a_place_taken_here_stands_among_the_appointments_alone(mine: Phone, full: Slot, offered: Waiting) -> None:
    mine.post(f"/waiting/{offered.pk}/take")

    page = text(mine.get("/appointments/"))

    assert Appointment.objects.filter(account_id=mine.account.pk).count() == 1
    assert "位子已在别处约好" not in page


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("lapsed", "留位过期"),
        ("closed", "当天闭厅，不再等"),
        ("handed", "由本人接着候补"),
        ("over", "没等到位子"),
        ("unbooked", "不再预约，候补结束"),
        ("list_off", "不设候补，候补结束"),
        ("left", ""),
    ],
)
def test_how_a_wait_ended_is_said_for_a_week(mine: Phone, open_town: Town, state: str, said: str) -> None:
    Waiting.objects.create(
        hall=open_town.hall, item=open_town.items["pension"], business="cat:A", day=date(2026, 3, 9),
        person=mine.person, account_id=mine.account.pk, made_at=at("2026-03-06 09:00"), state=state,
    )  # fmt: skip

    now = text(mine.get("/appointments/"))
    stop_the_clock(at("2026-03-18 09:00"))
    later = text(mine.get("/appointments/"))

    assert [(said or "候补 ·") in page for page in (now, later)] == [bool(said), False]


@pytest.mark.parametrize("state", ["closed", "reopened"])
@pytest.mark.parametrize("shut", [True, False])
def test_whether_the_day_that_closed_can_be_booked_is_said_as_it_is_now(
    mine: Phone, open_town: Town, full: Slot, state: str, shut: bool
) -> None:
    Slot.objects.filter(pk=full.pk).update(closed=shut)
    Waiting.objects.create(
        hall=open_town.hall, item=open_town.items["pension"], business="cat:A", day=date(2026, 3, 11),
        person=mine.person, account_id=mine.account.pk, made_at=at("2026-03-06 09:00"), state=state,
    )  # fmt: skip

    page = text(mine.get("/appointments/"))

    assert ("当天闭厅，不再等" in page, "又能约了" in page) == (shut, not shut)
    assert ('hall=town&amp;day=2026-03-11"' in page) is not shut


@pytest.mark.parametrize(("now", "state"), [("2026-03-11 13:59", "waiting"), ("2026-03-11 14:00", "over")])
def test_a_day_that_goes_by_without_a_place_ends_the_wait(mine: Phone, full: Slot, now: str, state: str) -> None:
    joins(mine, who=mine.person.pk)

    ended = [actions.end_waiting_for_days_over(now=at(now)) for _ in range(2)]

    assert (ended, Waiting.objects.get().state) == ([int(state == "over"), 0], state)


@pytest.mark.parametrize(
    ("now", "due"), [("2026-03-11 14:00", "2026-03-11 14:00"), ("2026-03-11 23:30", "2026-03-12 07:30")]
)
def test_who_got_no_place_is_told_once_when_awake_and_when_the_first_free_time_is(
    mine: Phone, open_town: Town, full: Slot, now: str, due: str
) -> None:
    open_town.policy(booking={"waiting_from": "07:30", "waiting_until": "21:00"})
    joins(mine, who=mine.person.pk)
    nearly_full = open_town.slot(quota=20, starts=at("2026-03-12 10:00"))
    Slot.objects.filter(pk=nearly_full.pk).update(taken=19)
    open_town.slot(quota=20, starts=at("2026-03-12 10:30"))  # quieter, but not the first

    for _ in range(2):
        actions.end_waiting_for_days_over(now=at(now))

    [told] = Message.objects.filter(key="waiting_missed")
    assert (told.due_at, told.params["next"]) == (at(due), at("2026-03-12 10:00").isoformat())
    assert told.params["link"] == "/book/pension/?hall=town"


def test_whoever_let_an_offer_go_reads_so_and_where_to_look(mine: Phone, full: Slot, offered: Waiting) -> None:
    now = TUESDAY_NINE + timedelta(minutes=31)
    stop_the_clock(now)
    actions.expire_holds(now=now)

    listed, day = text(mine.get("/appointments/")), text(mine.get(DAY))

    assert "没点，已让出" in listed
    assert 'href="/book/pension/?hall=town&amp;day=2026-03-11"' in listed
    assert "没点，已让出" in day


def test_earlier_places_that_are_free_now_are_offered_at_once(mine: Phone, open_town: Town) -> None:
    free = open_town.slot(quota=2)
    booked = book(mine, open_town.slot(quota=1, starts=at("2026-03-13 09:00")))

    answer = mine.post(f"/a/{booked.code}/earlier")
    page = text(answer)
    mine.post(f"/a/{booked.code}/move", slot=free.pk)

    assert (answer.status_code, Waiting.objects.count()) == (409, 0)
    assert ["现在就有更早的位子" in page, "余 2 个" in page] == [True, True]
    assert ["现在不能这样做" in page, "才能这样做" in page, f'action="/a/{booked.code}/earlier"' in page] == [False] * 3
    assert f"/a/{booked.code}/move?day=2026-03-11&amp;to={free.pk}#period-{free.pk}" in page
    booked.refresh_from_db()
    assert booked.slot_id == free.pk


@pytest.mark.parametrize("why", ["full", "less than two days", "own other visit", "closed"])
def test_where_none_is_free_that_one_could_have_the_wish_is_noted(mine: Phone, open_town: Town, why: str) -> None:
    starts = at("2026-03-12 09:00") if why.startswith("less") else at("2026-03-11 09:00")
    slot = open_town.slot(quota=2, taken=2 if why == "full" else 0, starts=starts, closed=why == "closed")
    booked = book(mine, open_town.slot(quota=1, starts=at("2026-03-13 09:00")))
    if why.startswith("own"):
        book(mine, open_town.slot(quota=1, category="B", starts=starts), "id-card")

    answer = mine.post(f"/a/{booked.code}/earlier")

    assert (answer.status_code, Waiting.objects.get().state) == (302, "waiting")
    assert Slot.objects.get(pk=slot.pk).taken == (2 if why == "full" else 0)


def test_asking_again_while_one_waits_changes_nothing(mine: Phone, open_town: Town) -> None:
    booked = book(mine, open_town.slot(quota=1, starts=at("2026-03-13 09:00")))
    one = actions.join_earlier(code=booked.code, by=CITIZEN, now=TUESDAY_NINE)
    open_town.slot(quota=1)

    assert actions.join_earlier(code=booked.code, by=CITIZEN, now=TUESDAY_NINE).pk == one.pk


# --- What is typed stays ------------------------------------------------------------------------------------------


def shown(page: Any) -> dict[str, str]:
    form = page.context["form"]
    return {name: str(form[name].value() or "") for name in ("who", "name", "id_number", "phone")}


TYPED = PERSON | {"who": "new", "id_number": "E12345678", "phone": "123"}


@pytest.mark.parametrize("go", ["more", "without:medical", "times"])
def test_what_is_typed_stays_on_the_way_to_another_matter_or_time(mine: Phone, open_town: Town, go: str) -> None:
    slot, other = open_town.slot(quota=5), open_town.slot(quota=5, starts=at("2026-03-11 14:00"))
    path = f"/book/pension/{slot.pk}/"
    mine.post(path, **TYPED | {"id_number": "110101198503036"})  # refused before

    on = mine.post(f"{path}typed", **TYPED, **{"with": "medical", "go": go})
    pages = [mine.get(each) for each in (on.url if go.startswith("without") else path, f"/book/pension/{other.pk}/")]

    assert on.url == {
        "more": f"{path}more?with=medical", "without:medical": path, "times": "/book/pension/?hall=town&day=2026-03-11",
    }[go]  # fmt: skip
    for page in pages:
        assert shown(page) == {name: TYPED[name] for name in ("who", "name", "id_number", "phone")}
        assert 'aria-invalid="true"' not in text(page)


@pytest.mark.parametrize("full", [False, True])
def test_another_period_taken_keeps_what_was_typed_for_the_first(mine: Phone, open_town: Town, full: bool) -> None:
    """Choosing a period sends a form, too: it must not pass for the one that was being filled in."""
    first = f"/book/pension/{open_town.slot(quota=5).pk}/"
    other = open_town.slot(quota=1, taken=1 if full else 0, starts=at("2026-03-11 14:00"))
    mine.post(f"{first}typed", **TYPED, go="times")

    taken = mine.post("/book/pension/take", slot=other.pk)

    assert taken.status_code == (409 if full else 302)
    for path in (f"/book/pension/{other.pk}/", first):
        assert shown(mine.get(path)) == {name: TYPED[name] for name in ("who", "name", "id_number", "phone")}


def test_the_same_typed_again_after_something_else_is_what_stays(mine: Phone, open_town: Town) -> None:
    path = f"/book/pension/{open_town.slot(quota=5).pk}/"
    once = str(mine.get(path).context["csrf_token"])
    for name in ("甲", "乙", "甲"):
        mine.post(f"{path}typed", **TYPED | {"name": name, "csrfmiddlewaretoken": once}, go="more")

    assert shown(mine.get(path))["name"] == "甲"


def test_what_was_typed_is_gone_once_it_is_booked(mine: Phone, open_town: Town) -> None:
    path = f"/book/pension/{open_town.slot(quota=5).pk}/"
    mine.post(f"{path}typed", **TYPED, go="more")
    mine.post(path, **TYPED | {"phone": ""})

    assert shown(mine.get(path)) | {"who": ""} == {"who": "", "name": "", "id_number": "", "phone": ""}
