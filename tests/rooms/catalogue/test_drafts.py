"""Files of the item store become drafts whole or not at all, and a second person publishes them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.actions.drafts import drop_draft, import_records, publish_draft, publish_due
from banshi.rooms.catalogue.models import Department, Item, ItemDraft, ItemVersion, Material
from banshi.rooms.catalogue.queries.drafts import draft_by_id, drafts, looked_at, published_since
from banshi.rooms.catalogue.rules.handling import Limit, Paper
from banshi.rooms.catalogue.rules.store_answers import Unreadable
from tests.rooms.catalogue.stores import CODE, file, material, numbered, record
from tests.together import held, meanwhile, together
from tests.town import CLERK, TUESDAY_NINE, Town

LATER = TUESDAY_NINE + timedelta(hours=1)
SECOND = Actor(ActorKind.STAFF, "2")
TODAY = date(2026, 3, 10)


def results(content: bytes, **more: Any) -> list[tuple[str, str]]:
    said = import_records(content, **{"by": CLERK, "now": TUESDAY_NINE, **more})
    return [(each.task_code, each.result) for each in said]


def entered(**item: Any) -> ItemDraft:
    import_records(file(record(**item)), by=CLERK, now=TUESDAY_NINE)
    return ItemDraft.objects.get(task_code=item.get("task_code", CODE), state="draft")


def published(**item: Any) -> Item:
    item_of = publish_draft(draft_id=entered(**item).pk, by=SECOND, now=LATER).item
    assert item_of is not None
    return item_of


def refused(draft: ItemDraft, by: Actor = SECOND, **more: Any) -> Refused:
    with pytest.raises(Refused) as no:
        publish_draft(draft_id=draft.pk, by=by, now=LATER, **more)
    return no.value


def test_a_file_becomes_a_draft_and_changes_no_item(town: Town) -> None:
    before = Item.objects.count()

    (said,) = import_records(file(record(link_way="<b>12345</b>")), by=CLERK, now=TUESDAY_NINE)

    draft = ItemDraft.objects.get()
    assert (said.task_code, said.name, said.result, said.why) == (CODE, "个体工商户登记——设立登记", "new", None)
    assert {"where": "AUDIT_ITEM.link_way", "what": "html", "times": 1} in said.as_json()["mended"]
    assert (draft.state, draft.version, draft.entered_by, draft.item) == ("draft", 3, str(CLERK), None)
    assert json.loads(draft.raw)["AUDIT_ITEM"][0]["link_way"] == "<b>12345</b>"
    assert (Item.objects.count(), ItemVersion.objects.count()) == (before, 0)
    entry = Entry.objects.get(action="imported-items")
    assert (entry.subject, entry.facts) == ("catalogue:items", {"new": 1, "newer": 0, "refused": 0})


def test_the_same_file_again_changes_nothing(town: Town) -> None:
    content = file(record(), numbered(2))
    results(content)
    before = list(ItemDraft.objects.order_by("id").values())

    again = results(content, now=LATER, by=SECOND)

    assert [each for _, each in again] == ["unchanged", "unchanged"]
    assert list(ItemDraft.objects.order_by("id").values()) == before
    assert Entry.objects.filter(action="imported-items").count() == 1


def test_a_field_that_handlings_did_not_have_makes_no_record_new(town: Town) -> None:
    content = file(record(), numbered(2))
    results(content)
    for draft in ItemDraft.objects.all():  # as it was entered before there were handling items
        del draft.document["handling"]["handling_items"]
        ItemDraft.objects.filter(pk=draft.pk).update(document=draft.document, content_hash=f"{draft.pk:064}")

    again = results(content, now=LATER, by=SECOND)
    other = results(file(record(promise_day=5), numbered(2)), now=LATER, by=SECOND)

    assert [each for _, each in again + other] == ["unchanged", "unchanged", "newer", "unchanged"]


def test_as_which_handling_item_a_store_lists_a_record_is_published(town: Town) -> None:
    below = published(task_handle_item="1144190000000000XX400013112800101").handling["handling_items"]
    (said,) = import_records(file(numbered(2, task_handle_item="<b>1</b>")), by=CLERK, now=TUESDAY_NINE)

    assert below == [
        {"code": "1144190000000000XX400013112800101", "name_zh": "设立登记", "name_en": "设立登记", "when": {}}
    ]
    assert [(each.where, each.kept) for each in said.unknown] == [("AUDIT_ITEM.task_handle_item", "left out")]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"task_version": 4}, "newer"),
        ({"task_version": 4, "rowguid": "another"}, "newer"),
        ({"task_version": 3, "rowguid": "another"}, "unchanged"),
        ({"task_version": 3, "promise_day": 5}, "newer"),
        ({"task_version": 2, "promise_day": 5}, "unchanged"),
        ({"task_version": 4, "is_history": "1"}, "unchanged"),
    ],
)
@pytest.mark.parametrize("state", ["draft", "published", "dropped"])
def test_what_comes_again_is_held_against_the_newest_draft(
    town: Town, second: dict[str, Any], expected: str, state: str
) -> None:
    draft = entered()
    if state == "published":
        publish_draft(draft_id=draft.pk, by=SECOND, now=LATER)
    elif state == "dropped":
        drop_draft(draft_id=draft.pk, by=CLERK, now=LATER)

    found = results(file(record(**second)))

    states = [each.state for each in ItemDraft.objects.order_by("id")]
    gave_way = "dropped" if state == "draft" else state
    assert (found, states) == ([(CODE, expected)], [gave_way, "draft"] if expected == "newer" else [state])


def test_an_item_of_ours_with_this_code_is_newer_and_published_into(town: Town) -> None:
    Item.objects.filter(code="pension").update(task_code=CODE, keywords_zh="养老")

    found = results(file(record()))
    item = publish_draft(draft_id=ItemDraft.objects.get().pk, by=SECOND, now=LATER).item

    assert (found, item) == ([(CODE, "newer")], town.items["pension"])
    item.refresh_from_db()
    assert (item.name_zh, item.name_en, item.keywords_zh) == (
        "个体工商户登记——设立登记", "Pension enrolment", "养老",
    )  # fmt: skip


def test_of_one_item_several_times_in_a_file_the_highest_version_counts(town: Town) -> None:
    content = file(record(task_version=2), record(task_version=4), record(task_version=3), record(task_version=4))

    assert [each for _, each in results(content)] == ["unchanged", "new", "unchanged", "unchanged"]
    assert list(ItemDraft.objects.values_list("version", flat=True)) == [4]


def test_two_things_said_in_one_version_of_a_file_are_not_both_believed(town: Town) -> None:
    said = import_records(file(record(), record(promise_day=5)), by=CLERK, now=TUESDAY_NINE)

    assert [each.result for each in said] == ["new", "refused"]
    assert said[1].why is not None
    assert said[1].why.en == "The file says two different things of it"


def test_what_is_refused_keeps_no_other_item_from_coming(town: Town) -> None:
    said = import_records(file(record(promise_day=99), numbered(2)), by=CLERK, now=TUESDAY_NINE)

    assert [each.result for each in said] == ["refused", "new"]
    assert said[0].as_json()["why"] == {
        "row": "#1 AUDIT_ITEM 1", "field": "AUDIT_ITEM.promise_day", "value": "99 working_day > 15 working_day",
        "zh": "承诺时限长于法定时限", "en": "Promised later than the law allows",
    }  # fmt: skip


def test_a_half_read_file_changes_nothing(town: Town) -> None:
    whole = b"\n".join(file(numbered(n)) for n in range(3))

    with pytest.raises(Unreadable):
        import_records(whole[:-20], by=CLERK, now=TUESDAY_NINE)

    assert (ItemDraft.objects.count(), Entry.objects.filter(action="imported-items").count()) == (0, 0)


def test_a_file_that_breaks_while_it_is_written_leaves_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from banshi.rooms.catalogue.actions import drafts as acting

    monkeypatch.setattr(acting.audit, "record", lambda **_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        results(file(record(), numbered(2)))

    assert ItemDraft.objects.count() == 0


def test_thousands_of_items_take_as_many_queries_as_a_few(town: Town) -> None:
    def queries_of(first: int, n: int) -> int:
        content = file(*(numbered(first + i) for i in range(n)))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert {each for _, each in results(content)} == {"new"}
        return len(asked) - (n - 1) // 500  # drafts are written by the five hundred

    few, many = queries_of(1, 3), queries_of(100, 3000)

    assert (many, ItemDraft.objects.count()) == (few, 3003)


def test_publishing_writes_item_papers_and_handling_as_one_version(town: Town) -> None:
    item = published()

    assert (item.code, item.task_code, item.promised_days, item.statutory_days) == (CODE, CODE, 2, 15)
    assert (item.department.code, item.fee_zh, item.result_zh) == ("hrss", "不收费", "营业执照")
    handling = queries.handling_of(item)
    assert [paper.name_zh for paper in handling.materials] == ["登记申请书", "经营者身份证明", "经营场所使用文件"]
    assert [field.code for field in handling.fields] == ["name", "phone", "note"]
    assert [line.name_zh for line in queries.guide(item).materials] == [p.name_zh for p in handling.materials]
    version = ItemVersion.objects.get(item=item)
    assert (version.made_by, version.document["handling"]) == (str(SECOND), item.handling)
    draft = ItemDraft.objects.get()
    assert (draft.state, draft.published_by, draft.published_at, draft.item_version) == (
        "published", str(SECOND), LATER, version.version,
    )  # fmt: skip
    assert Entry.objects.get(action="published-item").subject == f"item:{CODE}"


def test_what_stood_before_is_a_version_and_so_is_what_a_newer_draft_says(town: Town) -> None:
    Item.objects.filter(code="pension").update(task_code=CODE)
    publish_draft(draft_id=entered().pk, by=SECOND, now=LATER)
    publish_draft(draft_id=entered(task_version=4, promise_day=1).pk, by=SECOND, now=LATER + timedelta(days=1))

    said = ItemVersion.objects.filter(item__code="pension").order_by("version")

    assert [(each.document["name_zh"], each.document["promised_days"]) for each in said] == [
        ("养老保险参保登记", 0), ("个体工商户登记——设立登记", 2), ("个体工商户登记——设立登记", 1),
    ]  # fmt: skip
    assert said[0].valid_from == catalogue.ALWAYS


def test_a_paper_of_the_shared_list_is_that_paper_and_stays_as_it_is(town: Town) -> None:
    Material.objects.create(code="form", name_zh="登记申请书", name_en="Form", kind="original", source="applicant")

    item = published()

    assert [line.code for line in queries.guide(item).materials][0] == "form"
    assert Material.objects.get(code="form").name_en == "Form"


def test_what_somebody_modelled_stays_and_takes_what_the_store_counts(town: Town) -> None:
    item = published()
    ours = {**item.handling, "minutes": 7.0}
    ours["fields"] = ours["fields"][:1]
    ours["materials"][0] |= {"name_en": "Form", "needed_if": {}, "channels": ["paper"]}
    Item.objects.filter(pk=item.pk).update(handling=ours)
    newer = record(task_version=4)
    newer["AUDIT_MATERIAL"][0] |= {"original_amount": 2}
    newer["AUDIT_MATERIAL"] = newer["AUDIT_MATERIAL"][:2]

    import_records(file(newer), by=CLERK, now=LATER)
    publish_draft(draft_id=ItemDraft.objects.get(state="draft").pk, by=SECOND, now=LATER)

    item.refresh_from_db()
    handling = queries.handling_of(item)
    assert (handling.minutes, len(handling.fields)) == (7.0, 1)
    assert [(p.name_en, p.originals, p.channels) for p in handling.materials][0] == ("Form", 2, ("paper",))
    assert len(handling.materials) == 2


def test_a_department_that_nobody_knows_is_made_and_one_with_its_city_is_known(town: Town) -> None:
    known, made = published(dept_name="东莞市人社局"), published(task_code="99", dept_name="海洋局", dept_code="x y")

    assert (known.department.code, made.department.name_zh) == ("hrss", "海洋局")
    assert Department.objects.count() == 2


def test_whoever_entered_it_does_not_publish_it(town: Town) -> None:
    draft = entered()

    assert refused(draft, by=CLERK).slug == "same-person"
    assert Item.objects.filter(task_code=CODE).count() == 0
    with pytest.raises(IntegrityError, match="another_person_publishes_a_draft"), transaction.atomic():
        ItemDraft.objects.update(state="published", published_by=str(CLERK))


def test_what_the_library_has_is_named_and_keeps_an_item_from_being_published(town: Town) -> None:
    draft = entered()
    for paper in draft.document["handling"]["materials"]:
        paper["channels"] = ["paper"]
    draft.save()

    no = refused(draft)

    assert (no.slug, no.facts) == ("library-can-supply", {"what": ["经营者身份证明"]})
    assert [each.where for each in looked_at([draft_by_id(draft.pk)])[0].faults] == [
        f"materials.{draft.document['handling']['materials'][1]['code']}.channels"
    ]


def test_other_faults_are_told_with_their_places(town: Town) -> None:
    draft = entered(promise_day="", anticipate_day="")

    no = refused(draft)

    assert (no.slug, [each["field"] for each in no.facts["errors"]]) == ("invalid", ["limits.promised"])
    assert ItemDraft.objects.get().state == "draft"


@pytest.mark.parametrize(("task_type", "wrong"), [("01", ["limits.notice_days"]), ("20", [])])
def test_more_days_than_the_law_gives_keep_a_permit_from_being_published(
    town: Town, task_type: str, wrong: list[str]
) -> None:
    draft = entered(task_type=task_type)
    draft.document["handling"]["limits"]["notice_days"] = 6
    draft.save()

    (seen,) = looked_at([draft_by_id(draft.pk)])

    assert [each.where for each in seen.faults] == wrong
    if wrong:
        assert [each["field"] for each in refused(draft).facts["errors"]] == wrong


def test_an_item_without_papers_can_be_published(town: Town) -> None:
    import_records(file({**record(), "AUDIT_MATERIAL": []}), by=CLERK, now=TUESDAY_NINE)

    publish_draft(draft_id=ItemDraft.objects.get().pk, by=SECOND, now=LATER)

    assert published_since() == {CODE}


@pytest.mark.parametrize("verb", [publish_draft, drop_draft])
def test_what_has_ended_is_neither_published_nor_dropped(town: Town, verb: Any) -> None:
    draft = entered()
    drop_draft(draft_id=draft.pk, by=CLERK, now=LATER)

    with pytest.raises(Refused) as no:
        verb(draft_id=draft.pk, by=SECOND, now=LATER)

    assert (no.value.slug, no.value.facts["state"]) == ("wrong-state", "dropped")
    assert list(drafts()) == []


@pytest.mark.parametrize("verb", [publish_draft, drop_draft])
def test_a_draft_that_is_not_there_is_not_found(town: Town, verb: Any) -> None:
    with pytest.raises(Refused, match="nothing-found"):
        verb(draft_id=1, by=SECOND, now=LATER)


def test_what_is_agreed_to_for_a_day_is_published_on_it(town: Town) -> None:
    draft = publish_draft(draft_id=entered().pk, from_day=TODAY + timedelta(days=2), by=SECOND, now=LATER)
    before = [publish_due(now=TUESDAY_NINE + timedelta(days=n)) for n in range(2)]
    states = [draft.state, Item.objects.filter(task_code=CODE).count()]

    on_its_day = [publish_due(now=TUESDAY_NINE + timedelta(days=2)) for _ in range(2)]

    draft.refresh_from_db()
    assert (before, states, on_its_day) == ([0, 0], ["planned", 0], [1, 0])
    assert (draft.state, ItemVersion.objects.get().made_by) == ("published", str(SECOND))


def test_a_day_that_has_come_is_now(town: Town) -> None:
    assert publish_draft(draft_id=entered().pk, from_day=TODAY, by=SECOND, now=LATER).state == "published"


def test_a_plan_gives_way_to_a_later_plan_and_to_what_is_published_since(town: Town) -> None:
    plans = [
        publish_draft(
            draft_id=entered(task_version=version).pk, from_day=TODAY + timedelta(days=9), by=SECOND, now=LATER
        )
        for version in (3, 4)
    ]
    published(task_version=5)

    assert [ItemDraft.objects.get(pk=plan.pk).state for plan in plans] == ["dropped", "dropped"]
    assert publish_due(now=LATER + timedelta(days=20)) == 0


def test_a_plan_that_has_become_wrong_is_a_draft_again_and_says_why(town: Town) -> None:
    draft = publish_draft(draft_id=entered().pk, from_day=TODAY + timedelta(days=1), by=SECOND, now=LATER)
    draft.document["handling"]["limits"]["promised"]["value"] = 0
    draft.save()

    assert publish_due(now=LATER + timedelta(days=1)) == 0

    draft.refresh_from_db()
    assert (draft.state, draft.published_by, draft.planned_from) == ("draft", "", None)
    assert [each["where"] for each in draft.notes["faults"]] == ["limits.promised"]


def test_a_draft_says_what_it_changes(town: Town) -> None:
    published()
    newer = record(task_version=4, promise_day=1)
    newer["AUDIT_MATERIAL"] = [*newer["AUDIT_MATERIAL"][:1], material(2, "经营者身份证明", original_amount=2)]
    newer["AUDIT_MATERIAL"].append(material(9, "承诺书"))
    import_records(file(newer), by=CLERK, now=LATER)

    (found,) = looked_at([draft_by_id(ItemDraft.objects.get(state="draft").pk)])

    assert [(each.kind, told(each.before), told(each.after)) for each in found.differences] == [
        ("promised", (2, "working_day"), (1, "working_day")),
        ("paper", ("经营者身份证明", 1), ("经营者身份证明", 2)),
        ("paper", None, ("承诺书", 1)),
        ("paper", ("经营场所使用文件", 0), None),
    ]
    assert found.faults == ()


def told(one: Any) -> Any:
    """A side of a difference, in short."""
    if isinstance(one, Paper):
        return one.name_zh, one.originals
    return (one.value, one.unit) if isinstance(one, Limit) else one


def test_of_a_new_item_everything_is_more(town: Town) -> None:
    (found,) = looked_at([entered()])

    assert {each.before for each in found.differences} == {None}
    assert [each.kind for each in found.differences] == [
        *("department", "name", "condition", "fee", "result", "promised", "statutory"), *["paper"] * 3,
    ]  # fmt: skip


def test_many_drafts_are_looked_at_in_as_many_queries_as_one(town: Town) -> None:
    import_records(file(*(numbered(n) for n in range(9))), by=CLERK, now=TUESDAY_NINE)
    for draft in ItemDraft.objects.order_by("id")[:4]:
        publish_draft(draft_id=draft.pk, by=SECOND, now=LATER)
    import_records(file(*(numbered(n, task_version=4) for n in range(9))), by=CLERK, now=LATER)

    def queries_of(n: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(looked_at(drafts()[:n])) == n
        return len(asked)

    assert queries_of(9) == queries_of(1)


@pytest.mark.race
def test_of_two_who_publish_one_does_and_the_other_is_told(committed_town: Town) -> None:
    draft = entered()
    third = Actor(ActorKind.STAFF, "3")

    done = together(2, lambda i: publish_draft(draft_id=draft.pk, by=(SECOND, third)[i], now=LATER))

    assert sorted(each.slug if isinstance(each, Refused) else each.state for each in done) == [
        "published", "wrong-state",
    ]  # fmt: skip
    assert (ItemVersion.objects.count(), Item.objects.filter(task_code=CODE).count()) == (1, 1)


@pytest.mark.race
def test_of_two_who_read_the_same_file_one_enters_it(committed_town: Town) -> None:
    content = file(record(), numbered(2))

    done = together(2, lambda i: results(content, by=(CLERK, SYSTEM)[i]))

    assert sorted([kind for _, kind in each] for each in done) == [["new", "new"], ["unchanged", "unchanged"]]
    assert ItemDraft.objects.count() == 2


def test_the_stages_of_a_store_are_the_flow_of_what_is_published(town: Town) -> None:
    """As far as their names tell which step each is; of a kind the first. What is unclear is said, and followed by nothing."""
    said = record()
    said["AUDIT_ITEM_FLOWSHEET"] = [
        {"ordernum": 2, "step_name": "2、审查", "handler": "科员", "time_limit": "3个工作日", "standard": "材料真实"},
        {"ordernum": 1, "step_name": "1、受理", "time_limit": "0"},
        {"ordernum": 3, "step_name": "复核"},
        {"ordernum": 4, "step_name": ""},
        {"ordernum": 5, "step_name": "审批决定"},
        {"ordernum": 6, "step_name": "制证送达"},
    ]
    import_records(file(said), by=CLERK, now=TUESDAY_NINE)

    flow = ItemDraft.objects.get().document["handling"]["flow"]

    assert [(each["name_zh"], each["act"], each["days"]) for each in flow] == [
        ("受理", "receive", None),
        ("审查", "review", 3),
        ("复核", "other", None),
        ("审批决定", "decide", None),
        ("制证送达", "issue", None),
    ]
    assert (flow[1]["who_zh"], flow[1]["standard_zh"]) == ("科员", "材料真实")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_files_of_two_authorities_do_not_wait_for_each_other_and_two_of_one_do(committed_town: Town) -> None:
    mine, others = file(record()), f"{CODE[:16]}YY{CODE[18:]}"

    with held(lambda: results(mine)):  # not committed yet
        (beside,) = together(1, lambda _: results(file(record(task_code=others, rowguid="guid-2")), by=SYSTEM))
    newer = file(record(task_version=4))
    again = meanwhile(lambda: results(newer), lambda: results(newer, by=SYSTEM))

    assert (beside, again) == ([(others, "new")], [(CODE, "unchanged")])
    assert sorted(ItemDraft.objects.values_list("task_code", "version", "state")) == [
        (CODE, 3, "dropped"), (CODE, 4, "draft"), (others, 3, "draft"),
    ]  # fmt: skip
