"""A number followed on the phone, and rating what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.foundation.crypto import rating_key
from banshi.journeys.hall import close_hall_day
from banshi.journeys.visit import check_in, serve
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking import actions as booking
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.tickets import actions as tickets
from tests.surfaces.citizen.conftest import Phone, stop_the_clock, text
from tests.town import TUESDAY_NINE, Town, at

KIOSK = Actor(ActorKind.KIOSK, "1", "town")


def number(town: Town, category: str | None = "A", **more: Any) -> Any:
    return tickets.issue(
        tickets.Take(category_code=category, channel="kiosk", by=KIOSK, **more), hall=town.hall, now=TUESDAY_NINE
    )


def at_window(town: Town) -> None:
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)


def called(town: Town) -> Any:
    at_window(town)
    return tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)


def served(town: Town) -> Any:
    one = called(town)
    tickets.start(ref=one.ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)
    return serve.finish(ref=one.ref, staff_id=town.clerk.pk, now=TUESDAY_NINE + timedelta(minutes=5))


ENDS = [
    ("done", "三天后来取", "办完了", "答复：三天后来取"),
    ("paper_missing", "户口本", "材料不齐", "缺：户口本"),
    ("advice_only", "先去社区开证明", "仅咨询", "答复：先去社区开证明"),
    ("refused", "超出受理范围", "不予办理", "原因：超出受理范围"),
]


@pytest.mark.parametrize(("outcome", "why", "word", "told"), ENDS)
def test_the_number_says_how_it_ended_and_what_the_window_said_to_its_holder_alone(
    anybody: Phone, open_town: Town, outcome: str, why: str, word: str, told: str
):
    one = number(open_town, category=None, item_code="pension")
    called(open_town)
    tickets.start(ref=one.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    serve.finish(ref=one.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE, outcome=outcome, why=why)

    strange = text(anybody.get(f"/t/{one.ref}"))
    mine = text(anybody.get(f"/t/{slip(anybody, one.ref)}"))

    other = {"办完了", "材料不齐"} - {word}
    assert [(word in page, told in page, any(each in page for each in other)) for page in (strange, mine)] == [
        (True, False, False), (True, True, False),
    ]  # fmt: skip
    assert (f"/r/{one.ref}" in mine, 'href="/book/pension/?hall=town"' in mine) == (True, outcome == "paper_missing")


@pytest.mark.parametrize(("outcome", "why", "word", "told"), ENDS[1:])
def test_the_appointment_and_the_list_say_how_it_ended(
    mine: Phone, open_town: Town, outcome: str, why: str, word: str, told: str
):
    row = booking.place(
        slot_id=open_town.slot(starts=at("2026-03-10 09:15")).id, item_code="pension", person_id=mine.person.id, source="web",
        by=Actor(ActorKind.CITIZEN, str(mine.account.pk)), account_id=mine.account.pk, now=at("2026-03-09 10:00"),
    )  # fmt: skip
    ticket = check_in.by_code(hall=open_town.hall, code=row.code, by=KIOSK, now=TUESDAY_NINE, channel="kiosk")
    called(open_town)
    tickets.start(ref=ticket.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    serve.finish(ref=ticket.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE, outcome=outcome, why=why)
    stop_the_clock(TUESDAY_NINE + timedelta(hours=3))

    one, every = text(mine.get(f"/a/{row.code}")), text(mine.get("/appointments/"))

    assert [(word in page, "办完了" in page) for page in (one, every)] == [(True, False)] * 2
    assert (told in one, f"/r/{ticket.ref}" in one) == (True, True)


@pytest.mark.parametrize("outcome", ["done", "paper_missing"])
def test_who_only_declared_the_document_reads_that_it_was_used_and_no_more(mine: Phone, open_town: Town, outcome: str):
    """The card made it the person's: how it ended is theirs, and nobody is told that it is done who may not know."""
    row = booking.place(
        slot_id=open_town.slot(starts=at("2026-03-10 09:15")).id, item_code="pension", person_id=open_town.person(2).id,
        source="web", by=Actor(ActorKind.CITIZEN, str(mine.account.pk)), account_id=mine.account.pk,
        name=open_town.person(2).name, contact="+8613900139000", now=at("2026-03-09 10:00"),
    )  # fmt: skip
    person = open_town.person(2)
    type(person).objects.filter(pk=person.pk).update(phone=None, phone_index=None)
    ticket = check_in.by_id(
        hall=open_town.hall, id_number=person.id_number, id_type=None, name=person.name, evidence=Evidence.CHIP, by=KIOSK,
        now=TUESDAY_NINE, channel="kiosk",
    )  # fmt: skip
    waiting = text(mine.get(f"/t/{slip(mine, ticket.ref)}"))
    called(open_town)
    tickets.start(ref=ticket.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    serve.finish(ref=ticket.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE, outcome=outcome, why="户口本")
    stop_the_clock(TUESDAY_NINE + timedelta(hours=3))

    pages = [text(mine.get(path)) for path in (f"/a/{row.code}", "/appointments/")]

    words = ("到过窗口", "已办", "办完了", "材料不齐", "户口本")
    assert [[word in page for word in words] for page in pages] == [[True, False, False, False, False]] * 2
    assert "手机号还没确认，收不到短信" in waiting


def slip(phone: Phone, ref: str) -> str:
    """Open the QR code of the slip: its key stays in this browser."""
    phone.get(f"/t/{ref}", k=rating_key(ref))
    return ref


def test_a_waiting_number_says_how_many_are_ahead(anybody: Phone, open_town: Town):
    at_window(open_town)
    for _ in range(2):
        number(open_town)
    mine = number(open_town)

    page = anybody.get(f"/t/{mine.ref}")

    assert (page.context["t"].state, page.context["t"].ahead) == ("waiting", 2)
    assert mine.number in text(page)
    assert "2 人" in text(page)
    assert f'data-live="/live/tickets/{mine.ref}"' in text(page)


def test_the_moving_part_is_that_of_the_page(anybody: Phone, open_town: Town):
    mine = number(open_town)

    part = text(anybody.part(f"/t/{mine.ref}/part")).strip()

    assert part in text(anybody.get(f"/t/{mine.ref}"))


def test_priority_stands_on_the_phone_and_none_where_there_is_none(anybody: Phone, open_town: Town):
    first, plain = number(open_town, lane="pregnant"), number(open_town)

    pages = [text(anybody.get(f"/t/{each.ref}")) for each in (first, plain)]

    assert [("孕妇或带婴儿" in page, "优先" in page) for page in pages] == [(True, True), (False, False)]


def test_a_called_number_says_where_to_go(anybody: Phone, open_town: Town):
    mine = number(open_town)
    called(open_town)

    page = text(anybody.get(f"/t/{mine.ref}"))

    assert "现在去1 楼 01 号窗口" in page
    assert "ticket is-called" in page
    assert 'href="/halls/town?window=01#plan"' in page


@pytest.mark.parametrize(
    ("missed", "advice"),
    [("behind_all", "这个大厅过号不候"), ("reissue", "不用重新排队")],
)
def test_a_missed_number_says_what_this_hall_does(anybody: Phone, open_town: Town, missed: str, advice: str):
    open_town.policy(tickets={"missed": missed})
    mine = number(open_town)
    called(open_town)
    tickets.miss(ref=mine.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE)

    assert advice in text(anybody.get(f"/t/{mine.ref}"))


@pytest.mark.parametrize("path", ["/t/{}", "/t/{}/part", "/r/{}"])
def test_an_unknown_reference_is_not_found(anybody: Phone, path: str):
    assert anybody.get(path.format("0" * 13)).status_code == 404


def test_a_number_followed_on_this_phone_is_the_next_thing(anybody: Phone, open_town: Town):
    mine = number(open_town)
    anybody.get(f"/t/{mine.ref}")

    page = anybody.get("/")

    assert page.context["next_thing"].ticket.ref == mine.ref
    assert f'href="/t/{mine.ref}"' in text(page)


def test_a_number_of_the_person_i_am_proven_to_be_is_the_next_thing(mine: Phone, open_town: Town):
    from banshi.rooms.identity.models import Account

    Account.objects.filter(pk=mine.account.pk).update(person_id=mine.person.pk, person_evidence=2)
    ticket = number(open_town, person_id=mine.person.pk)

    assert mine.get("/").context["next_thing"].ticket.ref == ticket.ref


def test_typing_somebodys_id_number_shows_nobodys_number(mine: Phone, open_town: Town):
    """Whoever knows a name and a number would see where that person stands in line."""
    number(open_town, person_id=mine.person.pk)

    assert mine.get("/").context["next_thing"].ticket is None


def test_the_plan_marks_the_window_to_go_to(anybody: Phone, open_town: Town):
    page = text(anybody.get("/halls/town", window="02"))

    assert page.count("is-mine") == 1
    assert 'data-state="calling"' in page


def test_a_service_is_rated_once_and_followed_up_once(anybody: Phone, open_town: Town):
    number(open_town)
    ref = slip(anybody, served(open_town).ref)

    first = anybody.post(f"/r/{ref}", stars="5", tags="quick", step="rate")
    thanks = text(anybody.get(first.url))
    second = anybody.post(f"/r/{ref}", stars="4", text="还行", step="follow_up")
    third = anybody.post(f"/r/{ref}", stars="1", step="follow_up")

    assert first.url == f"/r/{ref}?k={rating_key(ref)}&thanks=5"
    assert "谢谢，评价收到了。" in thanks
    assert (second.status_code, third.status_code) == (302, 409)
    assert list(Rating.objects.order_by("id").values_list("stars", "tags", "follow_up")) == [
        (5, ["quick"], False),
        (4, [], True),
    ]


def test_a_double_tap_does_not_use_up_the_follow_up(anybody: Phone, open_town: Town):
    number(open_town)
    ref = slip(anybody, served(open_town).ref)

    answers = [anybody.post(f"/r/{ref}", stars="5", step="rate").status_code for _ in range(2)]

    assert (answers, Rating.objects.count()) == ([302, 409], 1)


def test_a_bad_rating_says_who_looks_at_it(anybody: Phone, open_town: Town):
    number(open_town)
    ref = slip(anybody, served(open_town).ref)

    thanks = text(anybody.get(anybody.post(f"/r/{ref}", stars="1", tags="slow", text="等了两小时", step="rate").url))

    assert "负责人会看，1 个工作日内回复。" in thanks
    assert Task.objects.get().rating.text == "等了两小时"


def test_tags_of_another_face_do_not_stick(anybody: Phone, open_town: Town):
    number(open_town)
    ref = slip(anybody, served(open_town).ref)

    anybody.client.post(f"/r/{ref}", {"stars": "5", "tags": ["quick", "slow", "<b>"], "step": "rate"})

    assert Rating.objects.get().tags == ["quick"]


@pytest.mark.parametrize("given", [{}, {"stars": "6"}, {"stars": "x"}, {"stars": "5", "text": "长" * 501}])
def test_a_rating_that_is_none_is_refused(anybody: Phone, open_town: Town, given: dict[str, str]):
    number(open_town)
    ref = slip(anybody, served(open_town).ref)

    answer = anybody.post(f"/r/{ref}", **given)

    assert (answer.status_code, Rating.objects.count()) == (422, 0)


def test_nobody_rates_before_being_served(anybody: Phone, open_town: Town):
    mine = number(open_town)
    slip(anybody, mine.ref)

    page = anybody.get(f"/r/{mine.ref}")
    answer = anybody.post(f"/r/{mine.ref}", stars="5", step="rate")

    assert page.context["panel"].slug == "wrong-state"
    assert (answer.status_code, Rating.objects.count()) == (409, 0)


def test_the_message_is_known_as_the_way_in(anybody: Phone, open_town: Town):
    number(open_town)
    ref = slip(anybody, served(open_town).ref)

    page = text(anybody.get(f"/r/{ref}", **{"from": "message"}))
    anybody.post(f"/r/{ref}", stars="5", step="rate", **{"from": "message"})

    assert 'name="from" value="message"' in page
    assert Rating.objects.get().channel == "message"


def test_a_finished_number_leads_to_the_rating(anybody: Phone, open_town: Town):
    number(open_town)
    ref = slip(anybody, served(open_town).ref)
    stop_the_clock(TUESDAY_NINE + timedelta(minutes=6))

    assert f'href="/r/{ref}?from=web&amp;k={rating_key(ref)}"' in text(anybody.get(f"/t/{ref}"))


@pytest.mark.parametrize("key", ["", "AAAAAAAAAAAAAAAA", "short", "\u4e00" * 16])
def test_who_knows_only_the_ref_rates_nothing(anybody: Phone, open_town: Town, key: str):
    """Staff see the ref, at their desk and in the API."""
    number(open_town)
    ref = served(open_town).ref

    page = anybody.get(f"/r/{ref}", k=key)
    answer = anybody.post(f"/r/{ref}", stars="5", step="rate", k=key)

    assert (page.status_code, answer.status_code, Rating.objects.count()) == (403, 403, 0)
    assert "/r/" not in text(anybody.get(f"/t/{ref}"))


def test_the_key_of_one_number_opens_no_other(anybody: Phone, open_town: Town):
    number(open_town)
    ref = served(open_town).ref
    other = number(open_town).ref

    assert anybody.post(f"/r/{ref}", stars="5", step="rate", k=rating_key(other)).status_code == 403


def test_who_served_cannot_rate_even_with_the_slip_in_hand(open_town: Town, client: Any):
    number(open_town)
    ref = served(open_town).ref
    client.force_login(open_town.clerk)

    own = client.post(f"/r/{ref}", {"stars": "5", "step": "rate", "k": rating_key(ref)})
    client.force_login(open_town.second_clerk)
    another = client.post(f"/r/{ref}", {"stars": "4", "step": "rate", "k": rating_key(ref)})

    assert (own.status_code, another.status_code) == (403, 302)
    assert list(Rating.objects.values_list("stars", flat=True)) == [4]


def test_the_message_that_asks_for_a_rating_carries_the_key(open_town: Town):
    from banshi.rooms.messaging.models import Message

    number(open_town, person_id=open_town.person(1).pk)
    ref = served(open_town).ref

    for message in Message.objects.filter(key="rate"):
        assert rating_key(ref) not in str(message.params)  # made when it is sent, like every key


def test_who_declared_reads_what_to_do_and_what_became_of_it(mine: Phone, open_town: Town):
    person = open_town.person(2)
    row = booking.place(
        slot_id=open_town.slot(starts=at("2026-03-10 09:15")).id, item_code="pension", person_id=person.id, source="web",
        by=Actor(ActorKind.CITIZEN, str(mine.account.pk)), account_id=mine.account.pk, name=person.name,
        now=at("2026-03-09 10:00"),
    )  # fmt: skip
    check_in.by_id(
        hall=open_town.hall, id_number=person.id_number, id_type=None, name=person.name, evidence=Evidence.CHIP, by=KIOSK,
        now=TUESDAY_NINE, channel="kiosk",
    )  # fmt: skip
    in_the_hall = [text(mine.get(path)) for path in ("/", f"/a/{row.code}")]
    close_hall_day.close_due(now=at("2026-03-10 18:30"))
    stop_the_clock(at("2026-03-12 09:00"))
    after = [text(mine.get(path)) for path in ("/appointments/", f"/a/{row.code}")]

    assert ["号在本人手里：扫小票上的码看进度" in page for page in in_the_hall] == [True, True]
    assert [("当天没能办上" in page, "已签到" in page) for page in after] == [(True, False)] * 2


def test_a_number_given_up_says_so_and_leads_to_a_new_one(anybody: Phone, open_town: Town):
    ticket = tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=KIOSK), hall=open_town.hall, now=TUESDAY_NINE
    )
    anybody.get(f"/t/{slip(anybody, ticket.ref)}")
    tickets.leave(ref=ticket.ref, by=KIOSK, now=TUESDAY_NINE)

    page = anybody.get(f"/t/{ticket.ref}").content.decode()

    assert ["号退了" in page, "没计信用" in page, "大厅已收号" in page, 'href="/book/pension/?hall=town"' in page] == [
        True, True, False, True,
    ]  # fmt: skip
