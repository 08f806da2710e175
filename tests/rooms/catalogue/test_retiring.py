"""停办: asked by one and agreed to by another, from a day to come; what is retired does not come back by a file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.foundation import clock
from banshi.journeys.hall.load_presets import _upsert
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.actions.drafts import import_records, publish_draft, publish_due
from banshi.rooms.catalogue.actions.retiring import (
    agree_to_retire,
    ask_back,
    ask_to_retire,
    put_back,
    stay_retired,
    undo_retirement,
)
from banshi.rooms.catalogue.models import Item, ItemDraft, ItemVersion, OneMatter, Retirement
from banshi.rooms.catalogue.rules.retiring import retired
from tests.rooms.catalogue.stores import CODE, file, record
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at

SECOND = Actor(ActorKind.STAFF, "2")
FRIDAY = date(2026, 3, 13)
THURSDAY_LATE, FRIDAY_EARLY = at("2026-03-12 23:59"), at("2026-03-13 00:00")


def asked(town: Town, **more: Any) -> Retirement:
    said = {
        "item": town.items["pension"],
        "from_day": FRIDAY,
        "reason_zh": "并入灵活就业登记",
        "by": CLERK,
        "now": TUESDAY_NINE,
    }
    return ask_to_retire(**{**said, **more})


def agreed(town: Town, **more: Any) -> Retirement:
    return agree_to_retire(retirement_id=asked(town, **more).pk, by=SECOND, now=TUESDAY_NINE)


def refused(act: Any, *args: Any, **more: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value.slug, str(no.value.facts.get("field", ""))


def pension() -> Item:
    return Item.objects.get(code="pension")


def found() -> list[str]:
    queries.forget()
    return [line.code for line in queries.search("养老保险")]


@pytest.mark.parametrize(
    ("day", "says"),
    [(date(2026, 3, 12), None), (FRIDAY, "item-retired"), (date(2026, 3, 14), "item-retired")],
)
def test_it_is_begun_until_the_day_before(day: date, says: str | None) -> None:
    rule = retired("pension", FRIDAY, "medical", "医保登记", "Medical insurance")
    assert rule is not None

    no = rule.refusal(day)

    assert (no.slug if no else None) == says
    if no is not None:
        assert no.facts == {
            "item": "pension", "from": FRIDAY, "successor": "medical", "link": "/items/medical",
            "reason": {
                "zh": "2026年3月13日起停止办理，改办“医保登记”。",
                "en": "It is no longer handled from 13 March 2026; apply for “Medical insurance” instead.",
            },
        }  # fmt: skip


def test_asking_changes_nothing_before_a_second_person_agrees(town: Town) -> None:
    row = asked(town, successor="medical")

    before = pension().retired_on
    same = refused(agree_to_retire, retirement_id=row.pk, by=CLERK, now=TUESDAY_NINE)
    agree_to_retire(retirement_id=row.pk, by=SECOND, now=TUESDAY_NINE)

    assert (before, same) == (None, ("same-person", ""))
    assert (pension().retired_on, pension().successor) == (FRIDAY, town.items["medical"])
    deeds = Entry.objects.filter(subject="item:pension").order_by("id").values_list("action", "actor")
    assert list(deeds) == [("asked-to-retire", str(CLERK)), ("agreed-to-retire", str(SECOND))]


def test_the_database_takes_no_word_of_one_person_alone(town: Town) -> None:
    row = asked(town)

    with pytest.raises(IntegrityError, match="another_person_agrees_to_retire"), transaction.atomic():
        Retirement.objects.filter(pk=row.pk).update(state="agreed", agreed_by=str(CLERK), agreed_at=TUESDAY_NINE)
    with pytest.raises(IntegrityError, match="an_agreed_retirement_says_by_whom"), transaction.atomic():
        Retirement.objects.filter(pk=row.pk).update(state="agreed")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"from_day": date(2026, 3, 10)}, "from_day"),
        ({"from_day": date(2029, 3, 10)}, "from_day"),
        ({"reason_zh": " \n"}, "reason_zh"),
        ({"reason_zh": "长" * 201}, "reason_zh"),
        ({"successor": "pension"}, "successor"),
        ({"successor": "id-card"}, "successor"),
    ],
)
def test_what_is_asked_is_looked_at(town: Town, more: dict[str, Any], field: str) -> None:
    agreed(town, item=town.items["id-card"])

    assert refused(asked, town, **more) == ("invalid", field)


def test_two_items_do_not_lead_to_each_other(town: Town) -> None:
    there = asked(town, successor="medical")
    back = asked(town, item=town.items["medical"], successor="pension")
    agree_to_retire(retirement_id=there.pk, by=SECOND, now=TUESDAY_NINE)

    assert refused(agree_to_retire, retirement_id=back.pk, by=SECOND, now=TUESDAY_NINE) == ("invalid", "successor")


def test_it_is_taken_back_until_the_day_before_and_may_be_asked_again(town: Town) -> None:
    first = agreed(town)
    twice = refused(asked, town)
    undo_retirement(retirement_id=first.pk, by=CLERK, now=THURSDAY_LATE)

    kept = pension().retired_on
    second = agreed(town)

    assert (twice, kept) == (("wrong-state", ""), None)
    assert refused(undo_retirement, retirement_id=second.pk, by=CLERK, now=FRIDAY_EARLY) == ("too-late", "")
    assert pension().retired_on == FRIDAY


def test_what_nobody_agreed_to_in_time_has_to_be_asked_again(town: Town) -> None:
    row = asked(town)

    assert refused(agree_to_retire, retirement_id=row.pk, by=SECOND, now=FRIDAY_EARLY) == ("invalid", "from_day")


def test_after_its_day_two_people_put_it_back(town: Town) -> None:
    row = agreed(town)
    early = refused(ask_back, retirement_id=row.pk, by=CLERK, now=THURSDAY_LATE)
    ask_back(retirement_id=row.pk, by=CLERK, now=FRIDAY_EARLY)
    alone = refused(put_back, retirement_id=row.pk, by=CLERK, now=FRIDAY_EARLY)
    meanwhile = pension().retired_on
    put_back(retirement_id=row.pk, by=SECOND, now=FRIDAY_EARLY)

    assert (early, alone, meanwhile) == (("wrong-state", ""), ("same-person", ""), FRIDAY)
    assert (pension().retired_on, Retirement.objects.get().state) == (None, "undone")
    assert refused(put_back, retirement_id=row.pk, by=SECOND, now=FRIDAY_EARLY) == ("wrong-state", "")


def test_what_is_not_put_back_stays_retired_and_may_be_asked_for_again(town: Town) -> None:
    row = agreed(town)
    ask_back(retirement_id=row.pk, by=CLERK, now=FRIDAY_EARLY)
    stay_retired(retirement_id=row.pk, by=SECOND, now=FRIDAY_EARLY)

    assert (pension().retired_on, Retirement.objects.get().state) == (FRIDAY, "agreed")
    ask_back(retirement_id=row.pk, by=SECOND, now=FRIDAY_EARLY)
    with pytest.raises(IntegrityError, match="another_person_agrees_to_put_back"), transaction.atomic():
        Retirement.objects.filter(pk=row.pk).update(state="undone", undone_by=str(SECOND), undone_at=FRIDAY_EARLY)


def test_put_back_and_left_at_once_the_item_is_as_the_row_says(committed_town: Town) -> None:
    row = agreed(committed_town)
    ask_back(retirement_id=row.pk, by=CLERK, now=FRIDAY_EARLY)

    def act(i: int) -> Any:
        verb = put_back if i % 2 else stay_retired
        return verb(retirement_id=row.pk, by=SECOND, now=FRIDAY_EARLY)

    together(4, act)

    row.refresh_from_db()
    assert (row.state, pension().retired_on) in [("undone", None), ("agreed", FRIDAY)]


def test_agreed_and_taken_back_at_once_the_item_is_as_the_row_says(committed_town: Town) -> None:
    row = asked(committed_town)

    def act(i: int) -> Any:
        if i % 2:
            return undo_retirement(retirement_id=row.pk, by=CLERK, now=TUESDAY_NINE)
        return agree_to_retire(retirement_id=row.pk, by=SECOND, now=TUESDAY_NINE)

    together(4, act)

    row.refresh_from_db()
    assert (row.state, pension().retired_on) == ("undone", None)


def test_lists_leave_it_out_from_its_day_on(town: Town) -> None:
    OneMatter.objects.create(code="both", name_zh="一件事", name_en="Both", audience="person", items="pension;medical")
    agreed(town)

    said = []
    for now in (THURSDAY_LATE, FRIDAY_EARLY):
        clock.set_clock(now=now, speed=0)
        popular = [line.code for line in queries.popular("town")]
        said.append((found(), "pension" in popular, [each.code for each in queries.one_matters()]))

    assert said == [(["pension"], True, ["both"]), ([], False, [])]
    assert [line.code for line in queries.search("养老保险", retired=True)] == ["pension"]


def test_what_is_out_of_season_today_is_not_offered_with_others(town: Town) -> None:
    OneMatter.objects.create(code="both", name_zh="一件事", name_en="Both", audience="person", items="pension;medical")
    spring = {**pension().handling, "seasons": [{"first": "03-01", "last": "03-31"}]}
    Item.objects.filter(code="pension").update(handling=spring)

    offered = []
    for day in ("2026-03-31", "2026-04-01"):
        clock.set_clock(now=at(f"{day} 09:00"), speed=0)
        queries.forget()
        offered.append([each.code for each in queries.one_matters()])
    clock.forget()

    assert offered == [["both"], []]


def test_it_makes_no_new_version_of_what_it_said(town: Town) -> None:
    keep_item_versions(by=CLERK, now=TUESDAY_NINE)
    agreed(town)

    assert keep_item_versions(by=CLERK, now=TUESDAY_NINE) == []
    assert "retired_on" not in ItemVersion.objects.get(item__code="pension").document


def test_presets_do_not_bring_it_back(town: Town) -> None:
    agreed(town, successor="medical")

    again = pension()
    again.pk, again.retired_on, again.successor, again.fee_zh = None, None, None, "免费"
    _upsert(Item, [again], unique=["code"])

    assert (pension().fee_zh, pension().retired_on, pension().successor) == ("免费", FRIDAY, town.items["medical"])


@pytest.mark.parametrize(("now", "result"), [(THURSDAY_LATE, "newer"), (FRIDAY_EARLY, "refused")])
def test_a_file_of_the_item_store_says_that_it_is_retired(town: Town, now: Any, result: str) -> None:
    Item.objects.filter(code="pension").update(task_code=CODE)
    agreed(town)

    (said,) = import_records(file(record()), by=CLERK, now=now)

    assert (said.result, said.why.zh if said.why else None) == (
        result, "我们这里已经停办" if result == "refused" else None,
    )  # fmt: skip
    assert ItemDraft.objects.count() == (result == "newer")


def test_a_draft_of_it_is_neither_published_nor_planned_beyond_its_day(town: Town) -> None:
    Item.objects.filter(code="pension").update(task_code=CODE)
    import_records(file(record()), by=CLERK, now=TUESDAY_NINE)
    draft = ItemDraft.objects.get()
    planned = publish_draft(draft_id=draft.pk, from_day=FRIDAY, by=SECOND, now=TUESDAY_NINE)
    agreed(town)

    published = publish_due(now=FRIDAY_EARLY)

    draft.refresh_from_db()
    assert (planned.state, published, draft.state) == ("planned", 0, "draft")
    assert draft.notes["faults"] == [{"where": "item", "zh": "我们这里已经停办", "en": "It is retired here"}]
    assert refused(publish_draft, draft_id=draft.pk, by=SECOND, now=FRIDAY_EARLY) == ("item-retired", "")
