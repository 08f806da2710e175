"""一件事 in the office: two people publish and retire; nobody writes over another; the presets leave it alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.catalogue.actions import one_matters
from banshi.rooms.catalogue.models import Item, OneMatter, OneMatterDraft
from banshi.rooms.catalogue.queries import one_matter
from banshi.rooms.catalogue.queries import one_matters as offered
from banshi.rooms.catalogue.queries.matter_drafts import faults_of
from banshi.rooms.catalogue.rules.one_matters import EMPTY
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db
SECOND = Actor(ActorKind.STAFF, "901")
SAID = {**EMPTY, "name_zh": "退休", "name_en": "Retiring", "items": "pension;medical"}


def drafted(code: str = "retiring", **more: Any) -> OneMatterDraft:
    draft = one_matters.begin_draft(code=code, by=CLERK, now=TUESDAY_NINE)
    return one_matters.edit_draft(
        draft_id=draft.pk, seen=draft.revision, document={**SAID, **more}, by=CLERK, now=TUESDAY_NINE
    )


def publish(draft: OneMatterDraft, by: Actor = SECOND) -> OneMatterDraft:
    return one_matters.publish_draft(draft_id=draft.pk, seen=draft.revision, by=by, now=TUESDAY_NINE)


def refused(act: Any) -> str:
    try:
        act()
    except Refused as no:
        return no.slug
    return "done"


@pytest.mark.usefixtures("town")
def test_it_is_offered_once_a_second_person_publishes_it():
    draft = drafted()
    own, before = refused(lambda: publish(draft, CLERK)), [each.code for each in offered()]

    publish(draft)

    assert (own, before, [each.code for each in offered()]) == ("same-person", [], ["retiring"])
    deeds = Entry.objects.filter(subject="matter:retiring").order_by("id").values_list("action", flat=True)
    assert list(deeds) == ["began-matter", "changed-matter", "published-matter"]


@pytest.mark.usefixtures("town")
def test_whoever_edited_it_does_not_publish_it_and_the_table_says_so_too():
    draft = drafted()
    one_matters.edit_draft(
        draft_id=draft.pk, seen=draft.revision, document={**SAID, "joint_days": 5}, by=SECOND, now=TUESDAY_NINE
    )
    draft.refresh_from_db()

    assert refused(lambda: publish(draft)) == "same-person"
    with pytest.raises(IntegrityError, match="nobody_publishes_a_one_matter_they_edited"), transaction.atomic():
        OneMatterDraft.objects.filter(pk=draft.pk).update(
            state="published", published_by=str(SECOND), published_at=TUESDAY_NINE
        )


@pytest.mark.usefixtures("town")
def test_it_is_retired_by_two_and_can_be_written_anew():
    publish(drafted())
    leaving = one_matters.begin_draft(code="retiring", retires=True, by=CLERK, now=TUESDAY_NINE)
    there = one_matters.begin_draft(code="retiring", by=CLERK, now=TUESDAY_NINE)
    change = refused(
        lambda: one_matters.edit_draft(draft_id=leaving.pk, seen=1, document=SAID, by=CLERK, now=TUESDAY_NINE)
    )

    publish(leaving)
    gone = [each.code for each in offered()], one_matter("retiring").name_zh
    none = refused(lambda: one_matter("retiring", retired=False))
    publish(drafted(joint_days=9))

    assert (there.pk, change) == (leaving.pk, "nothing-found")
    assert (gone, none) == (([], "退休"), "nothing-found")
    assert [(each.code, each.joint_days) for each in offered()] == [("retiring", 9)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name_en": ""}, "name_en"),
        ({"summary_zh": "一次\u202e办完"}, "summary_zh"),
        ({"items": "pension"}, "items"),
        ({"items": "pension;moon"}, "items"),
        ({"items": "pension?colour=red;medical"}, "items"),
        ({"joint_days": 400}, "joint_days"),
        ({"audience": "cats"}, "audience"),
    ],
)
@pytest.mark.usefixtures("town")
def test_what_is_wrong_is_kept_and_not_published(wrong, field):
    draft = drafted(**wrong)

    assert [each.field for each in faults_of(draft.document, day=TUESDAY_NINE.date())] == [field]
    assert (refused(lambda: publish(draft)), OneMatter.objects.count()) == ("invalid", 0)


@pytest.mark.usefixtures("town")
def test_what_is_for_people_and_what_is_for_firms_is_not_one():
    Item.objects.filter(code="pension").update(audience="person")
    Item.objects.filter(code="medical").update(audience="firm")

    assert refused(lambda: publish(drafted())) == "invalid"


@pytest.mark.parametrize("code", ["", "Moving", "a b", "chosen", "of", "x" * 61])
@pytest.mark.usefixtures("town")
def test_what_is_no_address_is_no_code(code):
    assert refused(lambda: one_matters.begin_draft(code=code, by=CLERK, now=TUESDAY_NINE)) == "invalid"


@pytest.mark.usefixtures("town")
def test_a_draft_that_was_dropped_changes_nothing_and_another_may_begin():
    draft = drafted()

    one_matters.drop_draft(draft_id=draft.pk, by=SECOND, now=TUESDAY_NINE)

    assert (refused(lambda: publish(draft)), OneMatter.objects.count()) == ("wrong-state", 0)
    assert drafted().pk != draft.pk


def test_of_two_who_change_it_at_once_the_second_is_told_and_two_begin_one(committed_town):
    begun = together(3, lambda i: one_matters.begin_draft(code="retiring", by=CLERK, now=TUESDAY_NINE).pk)

    def edit(i: int) -> str:
        said = {**SAID, "joint_days": i + 1}
        return refused(
            lambda: one_matters.edit_draft(draft_id=begun[0], seen=1, document=said, by=CLERK, now=TUESDAY_NINE)
        )

    assert (len(set(begun)), sorted(together(3, edit))) == (1, ["changed-meanwhile", "changed-meanwhile", "done"])
