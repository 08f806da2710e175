"""Answers for everybody: written by one, published by another, found by words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.consulting import actions, queries
from banshi.rooms.consulting.actions import Writing
from banshi.rooms.consulting.models import PublicAnswer
from tests.rooms.consulting.conftest import Asking
from tests.together import together
from tests.town import TUESDAY_NINE

LATER = TUESDAY_NINE + timedelta(hours=1)
SAID = Writing(
    "没有营业执照能开店吗？", "可以，先带受理通知书。", "May I open without a licence?", "Yes, bring the notice."
)


def written(asking: Asking, writing: Writing = SAID, who: str = "reviewer") -> PublicAnswer:
    enquiry = asking.answered()
    return actions.write_up(no=enquiry.no, writing=writing, department="hrss", by=asking.by[who], now=TUESDAY_NINE)


def published(asking: Asking, writing: Writing = SAID) -> PublicAnswer:
    return publish(asking, written(asking, writing))


def publish(asking: Asking, row: PublicAnswer, who: str = "approver") -> PublicAnswer:
    return actions.publish(answer_id=row.pk, hall=asking.town.hall, department="hrss", by=asking.by[who], now=LATER)


def refused(act) -> Refused:
    with pytest.raises(Refused) as found:
        act()
    return found.value


def test_nobody_reads_it_before_a_second_person_published_it(asking: Asking):
    row, item = written(asking), asking.town.items["pension"]

    before = queries.answers_of(item)
    own = refused(lambda: publish(asking, row, "reviewer"))
    publish(asking, row)

    (found,) = queries.answers_of(item)
    assert (before, own.slug) == ([], "same-person")
    assert (found.question_zh, found.answer_en, found.department_zh) == (
        "没有营业执照能开店吗？", "Yes, bring the notice.", "人社局",
    )  # fmt: skip


def test_the_database_refuses_what_its_writer_publishes(asking: Asking):
    row = written(asking)

    with pytest.raises(IntegrityError, match="another_person_publishes_an_answer"), transaction.atomic():
        PublicAnswer.objects.filter(pk=row.pk).update(
            state="published", published_by=row.written_by_id, published_at=LATER
        )
    with pytest.raises(IntegrityError, match="a_published_answer_says_by_whom"), transaction.atomic():
        PublicAnswer.objects.filter(pk=row.pk).update(state="published")


def test_two_who_publish_and_drop_at_once_do_one_of_it(committed_asking: Asking):
    row = written(committed_asking)
    hall, by = committed_asking.town.hall, committed_asking.by

    results = together(2, lambda i: (
        publish(committed_asking, row) if i
        else actions.take_down(answer_id=row.pk, hall=hall, department="", by=by["receiver"], now=LATER)
    ))  # fmt: skip

    state = PublicAnswer.objects.get().state
    slugs = [each.slug for each in results if isinstance(each, Refused)]
    assert (state, slugs) in [("withdrawn", ["wrong-state"]), ("withdrawn", [])]


def test_what_was_published_is_withdrawn_at_any_time(asking: Asking):
    row = published(asking)

    actions.take_down(answer_id=row.pk, hall=asking.town.hall, department="hrss", by=asking.by["reviewer"], now=LATER)

    assert queries.answers_of(asking.town.items["pension"]) == []


def test_another_department_or_hall_publishes_nothing(asking: Asking):
    row, by = written(asking), asking.by["receiver"]

    other = refused(
        lambda: actions.publish(answer_id=row.pk, hall=asking.town.hall, department="police", by=by, now=LATER)
    )
    elsewhere = refused(
        lambda: actions.publish(answer_id=row.pk, hall=asking.town.other_hall, department="", by=by, now=LATER)
    )

    assert (other.slug, elsewhere.slug) == ("nothing-found", "nothing-found")


@pytest.mark.parametrize(
    ("writing", "field"),
    [
        (Writing("", "答"), "question_zh"),
        (Writing("问" * 201, "答"), "question_zh"),
        (Writing("打 13800138000 行吗？", "行"), "question_zh"),
        (Writing("怎么办？", "打 138 0013 8000 问"), "answer_zh"),
        (Writing("怎么办？", "44190019900101123X 的材料"), "answer_zh"),
        (Writing("怎么办？", "来窗口", "How?", ""), "answer_en"),
    ],
)
def test_what_everybody_reads_is_whole_and_nobodys(asking: Asking, writing: Writing, field: str):
    no = refused(lambda: written(asking, writing))

    assert (no.slug, no.facts["field"]) == ("invalid", field)


def test_a_halls_own_telephone_may_stand_in_it(asking: Asking):
    row = written(asking, Writing("电话是多少？", "0769-22223333，编号 ZX-260310-000001"))

    assert row.state == "draft"


def test_nothing_is_written_from_what_nobody_answered(asking: Asking):
    enquiry = asking.asked()

    no = refused(
        lambda: actions.write_up(
            no=enquiry.no, writing=SAID, department="hrss", by=asking.by["reviewer"], now=TUESDAY_NINE
        )
    )

    assert no.slug == "wrong-state"


def test_writing_again_takes_the_place_of_what_waits(asking: Asking):
    first = written(asking)

    again = actions.write_up(no=first.enquiry.no, writing=SAID, department="hrss", by=asking.by["approver"], now=LATER)

    assert [view.id for view in queries.written_of(first.enquiry)] == [again.pk]


def test_answers_are_found_by_the_words_of_a_question(asking: Asking):
    published(asking)
    published(asking, Writing("租来的店面要带租约吗？", "要带租约。"))
    item = asking.town.items["pension"]

    found = {
        q: [view.question_zh for view in queries.answers_of(item, q)]
        for q in ("租约", "我没有营业执照能办吗", "licence", "zuyue", "天气")
    }

    assert found == {
        "租约": ["租来的店面要带租约吗？"],
        "我没有营业执照能办吗": ["没有营业执照能开店吗？"],
        "licence": ["没有营业执照能开店吗？"],
        "zuyue": ["租来的店面要带租约吗？"],
        "天气": [],
    }
    assert [view.question_zh for view in queries.answers_of(item)] == [
        "租来的店面要带租约吗？",
        "没有营业执照能开店吗？",
    ]
    assert queries.answers_of(asking.town.items["id-card"]) == []


def test_words_nobody_reads_any_more_are_deleted(asking: Asking):
    down, lying, stands = published(asking), written(asking), published(asking)
    actions.take_down(answer_id=down.pk, hall=asking.town.hall, department="", by=asking.by["reviewer"], now=LATER)

    actions.forget_words(before={asking.town.hall.pk: LATER + timedelta(seconds=1)}, most=10)

    said = {row.pk: (row.state, row.question_zh) for row in PublicAnswer.objects.order_by("id")}
    assert said == {
        down.pk: ("withdrawn", ""), lying.pk: ("withdrawn", ""), stands.pk: ("published", SAID.question_zh),
    }  # fmt: skip
