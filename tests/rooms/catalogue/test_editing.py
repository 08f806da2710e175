"""A change of an item written in the office: kept at every step, never over another's, published by whoever wrote none of it."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.actions.drafts import import_records, publish_draft, publish_due
from banshi.rooms.catalogue.actions.editing import edit_change, open_change, take_as_base
from banshi.rooms.catalogue.models import Item, ItemDraft, ItemVersion, Material, MaterialRequirement
from banshi.rooms.catalogue.queries.drafts import looked_at, published_since
from tests.matters import matters_of
from tests.rooms.catalogue.handlings import document
from tests.rooms.catalogue.stores import CODE, a_draft, file, record
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town

LATER = TUESDAY_NINE + timedelta(hours=1)
EDITOR, SECOND = Actor(ActorKind.STAFF, "7"), Actor(ActorKind.STAFF, "900")


def modelled(town: Town) -> Item:
    item: Item = town.items["pension"]
    item.handling = document()
    item.save(update_fields=["handling"])
    return item


def begun(town: Town) -> ItemDraft:
    return open_change(item_id=modelled(town).pk, by=CLERK, now=TUESDAY_NINE)


def edited(draft: ItemDraft, by: Actor = EDITOR, seen: int | None = None, **parts: Any) -> ItemDraft:
    handling = {**deepcopy(draft.document["handling"]), **parts}
    return edit_change(
        draft_id=draft.pk,
        seen=draft.revision if seen is None else seen,
        handling=handling,
        part="minutes",
        by=by,
        now=LATER,
    )


def refused(draft: ItemDraft, by: Actor = SECOND, **more: Any) -> Refused:
    with pytest.raises(Refused) as no:
        publish_draft(draft_id=draft.pk, by=by, now=LATER, **more)
    return no.value


def test_it_begins_from_what_stands_and_is_one_for_all(town: Town) -> None:
    first = begun(town)
    again = open_change(item_id=town.items["pension"].pk, by=SECOND, now=LATER)

    assert first.document["handling"] == queries.handling_of(town.items["pension"]).model_dump(mode="json")
    assert (again.pk, again.entered_by, ItemDraft.objects.count()) == (first.pk, str(CLERK), 1)
    assert looked_at([first])[0].differences == ()


def test_an_item_that_nobody_modelled_begins_from_what_the_catalogue_says(town: Town) -> None:
    draft = open_change(item_id=town.items["medical"].pk, by=CLERK, now=TUESDAY_NINE)

    assert [each["code"] for each in draft.document["handling"]["fields"]] == ["name", "phone", "note"]


def test_both_kinds_of_draft_stand_beside_each_other(town: Town) -> None:
    Item.objects.filter(code="pension").update(task_code=CODE)
    store = a_draft()
    office = begun(town)
    import_records(file(record(task_version=4)), by=CLERK, now=LATER)

    states = dict(ItemDraft.objects.values_list("pk", "state"))
    assert (states[office.pk], states[store.pk], len(states)) == ("draft", "dropped", 3)


def test_what_is_half_done_is_kept_and_says_so(town: Town) -> None:
    draft = begun(town)
    question = {
        "id": "q-1",
        "text_zh": "新问题",
        "text_en": "",
        "help_zh": "",
        "help_en": "",
        "options": [],
        "asked_if": {},
    }

    kept = edited(draft, questions=[*draft.document["handling"]["questions"], question])

    (said,) = looked_at([kept])
    assert [each.where for each in said.faults] == ["questions.q-1.text_en", "questions.q-1.options"]
    assert (kept.revision, kept.editors, refused(kept).slug) == (2, f" {EDITOR} ", "invalid")
    entry = Entry.objects.get(action="changed-item-draft")
    assert (entry.subject, entry.facts) == ("item:pension", {"draft": kept.pk, "revision": 2, "part": "minutes"})


@pytest.mark.parametrize(
    "part",
    [
        {"minutes": -1},
        {"materials": [{"code": "有空格 的", "name_zh": "一", "name_en": "One"}]},
        {"questions": [{"id": "q-1", "text_zh": "长" * 201, "text_en": "Long", "options": []}]},
        {"unheard": 1},
    ],
)
def test_what_could_stand_in_no_handling_is_not_kept(town: Town, part: dict[str, Any]) -> None:
    draft = begun(town)

    with pytest.raises(Refused) as no:
        edited(draft, **part)

    draft.refresh_from_db()
    assert (no.value.slug, draft.revision) == ("invalid", 1)


def test_whoever_saw_an_older_revision_writes_over_nobody(town: Town) -> None:
    draft = begun(town)
    edited(draft, minutes=20)

    with pytest.raises(Refused) as no:
        edited(draft, by=SECOND, seen=1, minutes=30)

    draft.refresh_from_db()
    assert (no.value.slug, dict(no.value.facts)) == ("changed-meanwhile", {"revision": 2, "by": str(EDITOR)})
    assert draft.document["handling"]["minutes"] == 20


def test_another_person_than_any_editor_publishes_it(town: Town) -> None:
    draft = edited(begun(town), minutes=20, limits={**document()["limits"], "promised": {"value": 3, "unit": "day"}})

    assert [refused(draft, by).slug for by in (CLERK, EDITOR)] == ["same-person", "same-person"]
    assert refused(draft, seen=1).slug == "changed-meanwhile"
    item = publish_draft(draft_id=draft.pk, seen=2, by=SECOND, now=LATER).item

    assert item is not None
    assert (item.handling["minutes"], item.handling_minutes, item.promised_days) == (20, 20.0, 3)
    assert ItemVersion.objects.filter(item=item).order_by("version").values_list("made_by", flat=True).last() == str(
        SECOND
    )
    assert published_since() == {"pension"}


def test_the_table_lets_no_editor_publish(town: Town) -> None:
    draft = edited(begun(town), minutes=20)

    with pytest.raises(IntegrityError, match="nobody_publishes_what_they_edited"), transaction.atomic():
        ItemDraft.objects.filter(pk=draft.pk).update(published_by=str(EDITOR))

    assert ItemDraft.objects.filter(pk=draft.pk).update(published_by="staff:70") == 1


def test_what_the_library_supplies_is_not_asked_for(town: Town) -> None:
    draft = begun(town)
    papers = draft.document["handling"]["materials"]
    papers[1]["channels"] = ["paper"]

    no = refused(edited(draft, materials=papers))

    assert (no.slug, no.facts["what"]) == ("library-can-supply", ["材料card"])


def test_a_paper_of_its_own_joins_the_list(town: Town) -> None:
    draft = begun(town)
    paper = {"code": f"m-{draft.item_id}-1", "name_zh": "新材料", "name_en": "New paper", "originals": 1}

    item = publish_draft(
        draft_id=edited(draft, materials=[*draft.document["handling"]["materials"], paper]).pk, by=SECOND, now=LATER
    ).item

    rows = MaterialRequirement.objects.filter(item=item).values_list("material__name_zh", "originals")
    assert list(rows) == [("新材料", 1)]


def test_the_list_for_everybody_changes_only_where_the_papers_were_changed(town: Town) -> None:
    item = modelled(town)
    for order, code in enumerate(("old", "form", "letter", "card")):
        row = Material.objects.create(code=code, name_zh=code, name_en=code, kind="original", source="applicant")
        MaterialRequirement.objects.create(item=item, material=row, order=order, originals=9)
    draft = open_change(item_id=item.pk, by=CLERK, now=TUESDAY_NINE)
    _form, card, contract, letter = draft.document["handling"]["materials"]
    papers = [letter, {**card, "copies": 2}, {**contract, "needed_if": {}}]

    publish_draft(draft_id=edited(draft, minutes=3, materials=papers).pk, by=SECOND, now=LATER)

    rows = (
        MaterialRequirement.objects.filter(item=item)
        .order_by("order")
        .values_list("material__code", "originals", "copies")
    )
    assert list(rows) == [("old", 9, 0), ("letter", 9, 0), ("card", 1, 2), ("contract", 1, 0)]


def test_a_change_of_what_is_not_in_force_any_more_is_held_against_the_newest_first(town: Town) -> None:
    draft = edited(begun(town), minutes=20)
    Item.objects.filter(code="pension").update(name_en="Otherwise")
    keep_item_versions(by=SYSTEM, now=LATER)

    assert refused(draft).slug == "changed-meanwhile"
    draft = take_as_base(draft_id=draft.pk, seen=2, by=EDITOR, now=LATER)

    assert (draft.version, draft.revision) == (2, 3)
    assert publish_draft(draft_id=draft.pk, by=SECOND, now=LATER).state == "published"


def test_what_is_planned_comes_back_where_something_else_was_published_before_its_day(town: Town) -> None:
    draft = edited(begun(town), minutes=20)
    publish_draft(draft_id=draft.pk, from_day=date(2026, 3, 12), by=SECOND, now=LATER)
    Item.objects.filter(code="pension").update(name_en="Otherwise")
    keep_item_versions(by=SYSTEM, now=LATER)

    count = publish_due(now=LATER + timedelta(days=2))

    draft.refresh_from_db()
    assert (count, draft.state, draft.published_by) == (0, "draft", "")
    assert draft.notes["faults"][0]["where"] == "version"


def test_a_planned_change_is_published_on_its_day(town: Town) -> None:
    draft = edited(begun(town), minutes=20)
    publish_draft(draft_id=draft.pk, from_day=date(2026, 3, 12), by=SECOND, now=LATER)
    with pytest.raises(Refused, match="wrong-state"):
        edited(draft, minutes=25)

    assert publish_due(now=LATER + timedelta(days=2)) == 1
    assert Item.objects.get(code="pension").handling["minutes"] == 20


def test_a_case_keeps_the_version_it_was_begun_under(town: Town) -> None:
    case = matters_of(town).opened(TUESDAY_NINE)
    draft = open_change(item_id=case.item_id, by=CLERK, now=LATER)
    without_lease = [each for each in draft.document["handling"]["materials"] if each["code"] != "lease"]

    publish_draft(draft_id=edited(draft, materials=without_lease).pk, by=SECOND, now=LATER)

    case.refresh_from_db()
    kept, now = queries.pinned(case.item_id, case.item_version), queries.handling_of(Item.objects.get(pk=case.item_id))
    assert [[each.code for each in said.materials] for said in (kept, now)] == [
        ["id", "lease", "photo", "plan"], ["id", "photo", "plan"],
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(committed_town: Town) -> None:
    draft = begun(committed_town)

    results = together(2, lambda i: edited(draft, by=(EDITOR, SECOND)[i], minutes=20 + i))

    kept = [each for each in results if isinstance(each, ItemDraft)]
    told = [each for each in results if isinstance(each, Refused)]
    draft.refresh_from_db()
    assert (len(kept), [each.slug for each in told], draft.revision) == (1, ["changed-meanwhile"], 2)
    assert draft.document == kept[0].document


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_begin_one_change_and_two_who_publish_publish_once(committed_town: Town) -> None:
    item = modelled(committed_town)
    begun_by = together(2, lambda i: open_change(item_id=item.pk, by=(CLERK, CITIZEN)[i], now=TUESDAY_NINE))
    assert len({each.pk for each in begun_by}) == 1
    draft = edited(begun_by[0], minutes=20)

    results = together(2, lambda i: publish_draft(draft_id=draft.pk, by=Actor(ActorKind.STAFF, str(50 + i)), now=LATER))

    assert sorted(getattr(each, "slug", "published") for each in results) == ["published", "wrong-state"]
    assert ItemVersion.objects.filter(item=item, made_by__in=["staff:50", "staff:51"]).count() == 1
