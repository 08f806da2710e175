"""What waits for a second person stands on the first page of whoever may, in every hall that handles it, and of nobody else."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import QuotaRound, RuleProposal
from banshi.rooms.cases.rules.quota import committed, listed
from banshi.rooms.catalogue.actions.editing import edit_change, finish_change, open_change
from banshi.rooms.catalogue.models import HallItem, ItemDraft
from banshi.rooms.places.models import Category
from tests.rooms.catalogue.handlings import document
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.together import together
from tests.town import TUESDAY_NINE, Town, build_town

NAME = "养老保险参保登记"


def by(staff: Any) -> Actor:
    return Actor(ActorKind.STAFF, str(staff.pk))


def changed(town: Town, staff: Any, item: str = "pension") -> ItemDraft:
    row = town.items[item]
    row.handling = document()
    row.save(update_fields=["handling"])
    draft = open_change(item_id=row.pk, by=by(staff), now=TUESDAY_NINE)
    return edited(draft, staff, 30)


def edited(draft: ItemDraft, staff: Any, minutes: int) -> ItemDraft:
    handling = deepcopy(draft.document["handling"])
    handling["minutes"] = minutes
    return edit_change(
        draft_id=draft.pk, seen=draft.revision, handling=handling, part="rest", by=by(staff), now=TUESDAY_NINE
    )


def first_page(staff: Any, language: str = "zh-hans") -> str:
    client = signed_in(staff)
    client.cookies["django_language"] = language
    return " ".join(client.get("/office/").content.decode().split())


def test_a_finished_change_is_found_by_whoever_may_publish_it(office: Town) -> None:  # noqa: F811
    draft = changed(office, office.manager)
    second, client = staff_with("second", "hall_manager"), signed_in(office.manager)
    before = first_page(second)

    answer = client.post(f"/office/town/items/changes/{draft.pk}/finish", {"seen": draft.revision})

    assert answer.status_code == 302
    assert f"待发布：{NAME}" not in before
    assert f"待发布：{NAME}" in first_page(second)
    assert "Publish: Pension enrolment" in first_page(second, "en")
    assert f"待发布：{NAME}" not in first_page(office.manager)
    assert f"待发布：{NAME}" not in first_page(office.second_clerk)
    assert "等另一个人发布" in client.get(f"/office/town/items/changes/{draft.pk}/").content.decode()


def test_a_hall_that_lacks_the_right_is_asked_nothing(office: Town) -> None:  # noqa: F811
    line = Category.objects.create(hall=office.other_hall, code="A", letter="A", name_zh="社保", name_en="Social")
    HallItem.objects.create(hall=office.other_hall, item=office.items["pension"], category=line)
    draft = changed(office, office.manager)
    finish_change(draft_id=draft.pk, seen=draft.revision, by=by(office.manager), now=TUESDAY_NINE)

    pages = [first_page(staff_with("second", "hall_manager")), first_page(staff_with("all", "city_admin", "all", "*"))]

    assert [f"待发布：{NAME}" in each for each in pages] == [False, True]


def test_whatever_is_changed_takes_it_back_and_whoever_wrote_in_it_is_not_asked(office: Town) -> None:  # noqa: F811
    draft = changed(office, office.manager)
    second, third = staff_with("second", "hall_manager"), staff_with("third", "hall_manager")
    draft = finish_change(draft_id=draft.pk, seen=draft.revision, by=by(office.manager), now=TUESDAY_NINE)

    draft = edited(draft, second, 40)
    taken_back = (draft.ready_at, draft.ready_by, f"待发布：{NAME}" in first_page(third))
    finish_change(draft_id=draft.pk, seen=draft.revision, by=by(second), now=TUESDAY_NINE)

    assert taken_back == (None, "", False)
    assert [f"待发布：{NAME}" in first_page(each) for each in (second, third)] == [False, True]


def test_nothing_that_is_the_same_or_faulty_is_ready(office: Town) -> None:  # noqa: F811
    office.items["pension"].handling = document()
    office.items["pension"].save(update_fields=["handling"])
    draft = open_change(item_id=office.items["pension"].pk, by=by(office.manager), now=TUESDAY_NINE)

    with pytest.raises(Refused) as same:
        finish_change(draft_id=draft.pk, seen=draft.revision, by=by(office.manager), now=TUESDAY_NINE)
    handling = deepcopy(draft.document["handling"])
    handling["result"]["name_en"] = ""
    draft = edit_change(
        draft_id=draft.pk, seen=1, handling=handling, part="rest", by=by(office.manager), now=TUESDAY_NINE
    )
    with pytest.raises(Refused) as faulty:
        finish_change(draft_id=draft.pk, seen=draft.revision, by=by(office.manager), now=TUESDAY_NINE)

    assert (same.value.slug, faulty.value.slug) == ("invalid", "invalid")


@pytest.mark.django_db(transaction=True)
def test_finished_and_changed_at_the_same_instant_it_is_not_ready() -> None:
    town = build_town()
    draft = changed(town, town.manager)

    def act(i: int) -> Any:
        if i == 0:
            return finish_change(draft_id=draft.pk, seen=draft.revision, by=by(town.manager), now=TUESDAY_NINE)
        return edited(draft, town.second_clerk, 50)

    finished, after = together(2, act)

    assert isinstance(finished, ItemDraft) or finished.slug == "changed-meanwhile"
    assert isinstance(after, ItemDraft)
    assert ItemDraft.objects.get(pk=draft.pk).ready_at is None


def test_rules_that_are_proposed_stand_there_too_but_not_for_who_proposed_them(office: Town) -> None:  # noqa: F811
    RuleProposal.objects.create(
        item=office.items["pension"],
        version=1,
        sample_percent=5,
        asked_at=TUESDAY_NINE,
        asked_by=str(by(office.manager)),
    )
    second = staff_with("second", "hall_manager")

    assert [f"待启用秒批：{NAME}" in first_page(each) for each in (second, office.manager)] == [True, False]


def test_many_drafts_cost_what_one_does_and_five_are_named(office: Town) -> None:  # noqa: F811
    second = staff_with("second", "hall_manager")
    draft = changed(office, office.manager)
    finish_change(draft_id=draft.pk, seen=draft.revision, by=by(office.manager), now=TUESDAY_NINE)
    client: Client = signed_in(second)
    client.get("/office/")
    with CaptureQueriesContext(connection) as one:
        client.get("/office/")
    for i in range(6):
        ItemDraft.objects.create(
            kind="store", task_code=f"s-{i}", version=1, name_zh=f"新事项{i}", document={}, content_hash="0" * 64,
            entered_by="system", entered_at=TUESDAY_NINE,
        )  # fmt: skip

    with CaptureQueriesContext(connection) as many:
        page = client.get("/office/").content.decode()

    assert len(many) <= len(one) + 1  # but for the names of who entered them
    assert (page.count("待发布：新事项"), "还有 2 份草稿待发布" in page) == (5, True)


def test_a_round_waits_for_whoever_did_not_propose_it_and_its_draw_for_whoever_did_not_close_the_list(
    office: Town,  # noqa: F811
) -> None:
    second = staff_with("second", "hall_manager")
    own, other = str(by(office.manager)), str(by(second))
    days = {"places": 3, "by": "draw", "opens_on": date(2026, 1, 5), "closes_on": date(2026, 2, 5)}
    asked = {"item": office.items["pension"], "year": 2026, "asked_at": TUESDAY_NINE, "asked_by": own}
    row = QuotaRound.objects.create(**asked, **days, number=1, draw_on=TUESDAY_NINE.date())
    proposed = [f"待公布一期名额（3 个）：{NAME}" in first_page(each) for each in (second, office.manager)]

    row.published_at, row.published_by = TUESDAY_NINE, other
    row.save()
    published = [f"待摇号：{NAME}" in first_page(each) for each in (second, office.manager)]
    row.closed_at, row.closed_by, row.seed = TUESDAY_NINE, other, "07" * 32
    row.commitment, row.list_hash, row.entrants = committed(row.seed), listed([]), 0
    row.save()
    closed = [f"待摇号：{NAME}" in first_page(each) for each in (second, office.manager)]

    assert (proposed, published, closed) == ([True, False], [False, False], [False, True])
