"""Questions to a department: asked, answered by a day, asked further once, forwarded once, over."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.calendars.models import NationalDay
from banshi.rooms.consulting import actions, queries
from banshi.rooms.consulting.models import Answer, Enquiry, Question
from banshi.rooms.messaging.models import Message
from tests.rooms.consulting.conftest import TEXT, Asking
from tests.together import together
from tests.town import TUESDAY_NINE, at

LATER = TUESDAY_NINE + timedelta(hours=1)


def refused(act) -> Refused:
    with pytest.raises(Refused) as found:
        act()
    return found.value


def test_a_question_goes_to_the_department_of_the_item_with_a_number_and_a_day(asking: Asking):
    enquiry = asking.asked()

    found = queries.enquiry_by_no(enquiry.no)
    (line,) = queries.lines([found], now=TUESDAY_NINE)
    assert enquiry.no.startswith("ZX-260310-")
    assert (line.department, line.state, line.due_on, line.left, line.light) == (
        "hrss", "open", date(2026, 3, 13), 3, "green",
    )  # fmt: skip
    assert [(q.seq, q.text, q.answer) for q in queries.questions_of(found)] == [(1, TEXT, None)]


def test_days_over_a_holiday_are_not_counted(asking: Asking):
    for day in (date(2026, 3, 11), date(2026, 3, 12)):
        NationalDay.objects.create(day=day, kind="restday", name_zh="节", name_en="Feast", state="confirmed")

    enquiry = asking.asked()

    assert enquiry.due_on == date(2026, 3, 17)


def test_a_hall_gives_its_departments_other_days(asking: Asking):
    asking.town.policy(consulting={"answer_working_days": 5})

    assert asking.asked().due_on == date(2026, 3, 17)


@pytest.mark.parametrize("text", ["", "四个字吗", "  四个字吗  ", "问" * 1001])
def test_a_question_has_five_to_a_thousand_characters(asking: Asking, text: str):
    no = refused(lambda: asking.asked(text))

    assert (no.slug, no.facts["field"]) == ("invalid", "text")
    assert Enquiry.objects.count() == 0


def test_unseen_characters_are_refused_and_odd_ones_kept(asking: Asking):
    hostile = "<script>alert('1')</script> {{ settings }} '; DROP TABLE consulting_enquiry; --"

    no = refused(lambda: asking.asked("换\u202e个地址怎么办？"))
    kept = asking.asked(hostile)

    assert (no.slug, no.facts["field"]) == ("invalid", "text")
    assert queries.questions_of(kept)[0].text == hostile


def test_an_item_of_no_department_here_is_refused(asking: Asking):
    assert refused(lambda: asking.asked(hall=asking.town.other_hall)).slug == "item-not-here"
    assert refused(lambda: asking.asked(item="nothing")).slug == "nothing-found"


def test_five_questions_wait_at_a_time_and_the_next_chance_is_the_first_answer(asking: Asking):
    first = asking.asked(now=TUESDAY_NINE)
    for _ in range(4):
        asking.asked(now=TUESDAY_NINE)

    no = refused(lambda: asking.asked(now=LATER))
    asking.answered(enquiry=first, now=LATER)

    assert (no.slug, dict(no.facts), no.next) == ("too-many-enquiries", {"limit": 5}, at("2026-03-13 00:00"))
    assert asking.asked(now=LATER).state == "open"


def test_a_day_has_an_end_to_questions_and_the_next_day_begins_anew(asking: Asking):
    asking.town.policy(consulting={"a_day_each": 2})
    for _ in range(2):
        actions.withdraw(no=asking.asked().no, by=asking.asker, now=TUESDAY_NINE)

    no = refused(lambda: asking.asked(now=at("2026-03-10 23:59")))

    assert (no.slug, dict(no.facts), no.next) == (
        "too-many-enquiries", {"limit": 2, "day": True}, at("2026-03-11 00:00"),
    )  # fmt: skip
    assert asking.asked(now=at("2026-03-11 00:00")).state == "open"


def test_who_asks_through_another_system_is_counted_by_their_telephone(asking: Asking):
    asking.town.policy(consulting={"open_each": 1})
    channel = Actor(ActorKind.CHANNEL, "7")
    asking.asked(account_id=None, contact="13800138001", by=channel)

    no = refused(lambda: asking.asked(account_id=None, contact="+86 138 0013 8001", by=channel))
    other = asking.asked(account_id=None, contact="13800138002", by=channel)

    assert (no.slug, other.state) == ("too-many-enquiries", "open")


def test_many_taps_together_ask_no_more_than_may_wait(committed_asking: Asking):
    results = together(8, lambda i: committed_asking.asked(f"第 {i} 个问题怎么办？"))

    assert sum(isinstance(each, Enquiry) for each in results) == 5
    assert Enquiry.objects.count() == 5


def test_an_answer_is_told_without_its_words(asking: Asking):
    enquiry = asking.answered("带租约来，周五前都行。")

    told = Message.objects.get(key="enquiry_answered")
    (question,) = queries.questions_of(enquiry)
    assert (told.subject, told.params["enquiry"], told.sealed) == (f"enquiry:{enquiry.no}", enquiry.no, None)
    assert "租约" not in json.dumps(told.params, ensure_ascii=False)
    assert (question.answer.text, question.answer.by) == ("带租约来，周五前都行。", asking.matters.staff["reviewer"].pk)
    assert (enquiry.state, enquiry.due_on) == ("answered", None)


def test_nobody_who_does_not_work_here_answers(asking: Asking):
    enquiry = asking.asked()

    assert refused(lambda: asking.answered(enquiry=enquiry, by=asking.asker)).slug == "not-allowed"


def test_of_two_who_answer_at_once_one_does(committed_asking: Asking):
    enquiry = committed_asking.asked()
    people = ["reviewer", "approver"]

    results = together(
        2, lambda i: committed_asking.answered(f"答复 {i}", enquiry=enquiry, by=committed_asking.by[people[i]])
    )

    no = next(each for each in results if isinstance(each, Refused))
    assert (no.slug, no.facts["state"]) == ("wrong-state", "answered")
    assert Answer.objects.count() == 1


def test_what_was_withdrawn_while_it_was_answered_is_not_answered(committed_asking: Asking):
    enquiry = committed_asking.asked()

    results = together(2, lambda i: (
        actions.withdraw(no=enquiry.no, by=committed_asking.asker, now=LATER)
        if i == 0 else committed_asking.answered(enquiry=enquiry, now=LATER)
    ))  # fmt: skip

    refusals = [each for each in results if isinstance(each, Refused)]
    assert [no.slug for no in refusals] == ["wrong-state"]
    assert Answer.objects.count() == (1 if Enquiry.objects.get().state == "answered" else 0)


def test_a_correction_keeps_what_was_said_before(asking: Asking):
    enquiry = asking.answered("不行。")

    actions.correct(no=enquiry.no, seq=1, text="可以。", department="hrss", by=asking.by["approver"], now=LATER)

    (question,) = queries.questions_of(enquiry)
    assert (question.answer.text, [one.text for one in question.earlier]) == ("可以。", ["不行。"])
    assert Message.objects.filter(key="enquiry_answered").count() == 2


def test_one_asks_further_once_with_days_of_its_own(asking: Asking):
    enquiry = asking.answered()
    monday = at("2026-03-16 10:00")

    further = actions.ask_further(no=enquiry.no, text="受理通知书在哪里领？", by=asking.asker, now=monday)
    again = actions.answer(
        no=enquiry.no, seq=2, text="窗口领。", department="hrss", by=asking.by["reviewer"], now=monday
    )
    no = refused(lambda: actions.ask_further(no=enquiry.no, text="还有一个问题？", by=asking.asker, now=monday))

    assert (further.state, further.due_on) == ("open", date(2026, 3, 19))
    assert (again.state, [q.answer.text for q in queries.questions_of(again)]) == (
        "answered", ["可以，带受理通知书来。", "窗口领。"],
    )  # fmt: skip
    assert (no.slug, no.facts["field"]) == ("invalid", "text")
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(enquiry=enquiry, seq=3, text="第三个", asked_at=monday)


def test_an_answer_to_the_first_question_is_no_answer_to_the_further_one(asking: Asking):
    enquiry = asking.answered()
    actions.ask_further(no=enquiry.no, text="受理通知书在哪里领？", by=asking.asker, now=LATER)

    no = refused(lambda: asking.answered("可以。", enquiry=enquiry, now=LATER))

    assert no.slug == "changed-meanwhile"


def test_another_department_answers_what_was_forwarded_and_the_clock_goes_on(asking: Asking):
    enquiry = asking.asked()

    moved = actions.forward(
        no=enquiry.no, to="police", reason="户口的事", department="hrss", by=asking.by["reviewer"], now=LATER
    )
    late = refused(lambda: asking.answered(enquiry=enquiry, now=LATER))
    twice = refused(
        lambda: actions.forward(
            no=enquiry.no, to="hrss", reason="不是我们的", department="police", by=asking.by["receiver"], now=LATER
        )
    )

    assert (moved.department.code, moved.due_on) == ("police", enquiry.due_on)
    assert (late.slug, twice.slug, twice.facts["field"]) == ("changed-meanwhile", "invalid", "to")
    assert [each.no for each in queries.worklist(halls=["town"], department="hrss")] == []
    assert [each.no for each in queries.worklist(halls=["town"], department="police")] == [enquiry.no]


@pytest.mark.parametrize("to", ["hrss", "nowhere", ""])
def test_forwarding_goes_to_another_department_of_the_hall(asking: Asking, to: str):
    enquiry = asking.asked()

    no = refused(
        lambda: actions.forward(
            no=enquiry.no, to=to, reason="别的部门", department="hrss", by=asking.by["reviewer"], now=LATER
        )
    )

    assert (no.slug, no.facts["field"]) == ("invalid", "to")


def test_who_asked_says_whether_it_helped_and_closes_it(asking: Asking):
    enquiry = asking.answered()

    marked = actions.mark(no=enquiry.no, helped=False, by=asking.asker, now=LATER)
    closed = actions.close(no=enquiry.no, by=asking.asker, now=LATER)

    assert (marked.helped, closed.state, closed.closed_at) == (False, "closed", LATER)
    assert refused(lambda: actions.mark(no=enquiry.no, helped=True, by=asking.asker, now=LATER)).slug == "wrong-state"


def test_what_nobody_asked_further_about_closes_after_fifteen_days(asking: Asking):
    old, new = asking.answered(), asking.answered(now=TUESDAY_NINE + timedelta(seconds=1))

    done = actions.close_silent(hall=asking.town.hall, by=SYSTEM, now=TUESDAY_NINE + timedelta(days=15))

    assert done == 1
    assert [Enquiry.objects.get(pk=each.pk).state for each in (old, new)] == ["closed", "answered"]


def test_late_ones_come_first_and_show_red(asking: Asking):
    asking.asked(now=at("2026-03-12 09:00"))
    late = asking.asked()
    friday, monday = at("2026-03-13 23:59"), at("2026-03-14 00:00")

    rows = queries.worklist(halls=["town"], department="hrss")

    assert [line.light for line in queries.lines(rows, now=friday)] == ["yellow", "green"]
    assert [line.light for line in queries.lines(rows, now=monday)] == ["red", "green"]
    assert [each.no for each in queries.worklist(halls=["town"], late_on=date(2026, 3, 14))] == [late.no]


def test_only_the_department_and_the_hall_see_an_enquiry(asking: Asking):
    enquiry = asking.asked()
    rows = queries.all_enquiries()

    seen = {
        (halls, department): queries.visible_to(rows, halls=[halls], department=department)
        .filter(pk=enquiry.pk)
        .exists()
        for halls in ("town", "other", "*")
        for department in ("", "hrss", "police")
    }

    assert {where for where, there in seen.items() if there} == {
        ("town", ""),
        ("town", "hrss"),
        ("*", ""),
        ("*", "hrss"),
    }


def test_no_word_of_anybody_stands_in_the_trail_or_in_clear(asking: Asking):
    enquiry = asking.answered("带租约来，周五前都行。")
    actions.ask_further(no=enquiry.no, text="租约丢了怎么办呢？", by=asking.asker, now=LATER)
    actions.forward(no=enquiry.no, to="police", reason="户口的事", department="", by=asking.by["receiver"], now=LATER)

    facts = [(e.action, e.facts) for e in Entry.objects.filter(subject=f"enquiry:{enquiry.no}").order_by("id")]

    assert facts == [
        ("enquiry_asked", {"item": "pension"}),
        ("enquiry_answered", {"question": 1, "late": False}),
        ("enquiry_asked_further", {}),
        ("enquiry_forwarded", {"department": "police"}),
    ]
    with transaction.atomic():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT text FROM consulting_question UNION SELECT text FROM consulting_answer"
                " UNION SELECT reason FROM consulting_forwarding"
            )
            assert [row[0][:10] for row in cursor.fetchall()] == ["v1:aesgcm:"] * 4


def test_words_of_what_ended_are_deleted_and_days_stay(asking: Asking):
    ended, running = asking.answered(), asking.answered()
    actions.close(no=ended.no, by=asking.asker, now=LATER)
    hall = asking.town.hall

    early = actions.forget_words(before={hall.pk: LATER}, most=100)
    done = actions.forget_words(before={hall.pk: LATER + timedelta(seconds=1)}, most=100)
    again = actions.forget_words(before={hall.pk: LATER + timedelta(seconds=1)}, most=100)

    assert (early, done, again) == (0, 1, 0)
    assert [(q.text, q.answer.text) for q in queries.questions_of(ended)] == [("", "")]
    assert queries.questions_of(running)[0].text == TEXT
    assert Enquiry.objects.get(pk=ended.pk).answered_at == TUESDAY_NINE
