"""How an item is handled: with the item, frozen with its version, read once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import actions, queries
from banshi.rooms.catalogue.models import DataElement, Item, ItemVersion, Material, MaterialRequirement
from tests.rooms.catalogue.handlings import document, handling, paper
from tests.town import CLERK, TUESDAY_NINE, Town

LATER = TUESDAY_NINE + timedelta(hours=1)


def pension() -> Item:
    return Item.objects.get(code="pension")


def model(**more: object) -> None:
    Item.objects.filter(code="pension").update(handling=handling(**more).model_dump(mode="json"))


@pytest.fixture
def kept(town: Town) -> Town:
    card = Material.objects.create(
        code="id-card", name_zh="身份证", name_en="ID card", kind="certificate", source="own"
    )
    MaterialRequirement.objects.create(item=town.items["pension"], material=card, order=0, originals=1, copies=2)
    actions.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    return town


def test_an_item_that_nobody_modelled_is_handled_in_general_now_and_in_its_version(kept: Town) -> None:
    now, then = queries.handling_of(pension()), queries.pinned(pension().pk, 1)

    assert now == then
    assert [(each.code, each.originals, each.copies) for each in now.materials] == [("id-card", 1, 2)]
    assert now.questions == ()


def test_a_handling_that_changes_is_a_new_version_and_the_old_one_stands(kept: Town) -> None:
    general = queries.pinned(pension().pk, 1)

    model()
    assert actions.keep_item_versions(by=CLERK, now=LATER) == ["pension"]
    model(materials=[paper("form")])
    assert actions.keep_item_versions(by=CLERK, now=LATER) == ["pension"]

    queries.forget_handlings()
    item = pension()
    assert (item.version, [len(queries.pinned(item.pk, v).materials) for v in (1, 2, 3)]) == (3, [1, 4, 1])
    assert queries.pinned(item.pk, 1) == general
    assert queries.pinned(item.pk, 3) == queries.handling_of(item)
    assert actions.keep_item_versions(by=CLERK, now=LATER) == []


def test_a_version_from_before_items_were_modelled_is_handled_in_general(kept: Town) -> None:
    old = ItemVersion.objects.get(item__code="pension")
    before = {name: value for name, value in old.document.items() if name != "handling"}
    ItemVersion.objects.create(
        item=old.item, version=9, document=before, valid_from=LATER, made_by="system", made_at=LATER
    )

    assert queries.pinned(old.item_id, 9) == queries.pinned(old.item_id, 1)


def test_a_version_that_there_is_not_is_not_found(kept: Town) -> None:
    with pytest.raises(Refused) as no:
        queries.pinned(pension().pk, 7)

    assert no.value.slug == "nothing-found"


def test_a_handling_is_read_once(kept: Town) -> None:
    model()
    actions.keep_item_versions(by=CLERK, now=LATER)
    item = pension()
    first = (queries.handling_of(item), queries.pinned(item.pk, 2))

    with CaptureQueriesContext(connection) as asked:
        again = (queries.handling_of(item), queries.pinned(item.pk, 2))

    assert (len(asked), again[0] is first[0], again[1] is first[1]) == (0, True, True)


def test_what_an_item_says_counts_before_what_is_remembered(kept: Town) -> None:
    model()
    queries.handling_of(pension())
    model(minutes=7)

    assert queries.handling_of(pension()).minutes == 7


def test_the_data_dictionary_is_read_as_rules_ask_it(town: Town) -> None:
    DataElement.objects.create(
        code="mobile", name_zh="手机", name_en="Mobile", type="phone", sensitivity="personal",
        source_precedence="library;applicant",
    )  # fmt: skip

    [element] = queries.elements()

    assert (element.code, element.type, element.from_library) == ("mobile", "phone", True)
    with pytest.raises(IntegrityError, match="a_data_element_says_how_sensitive_it_is"), transaction.atomic():
        DataElement.objects.update(sensitivity="secret")


def test_a_new_item_has_no_handling_of_its_own_in_the_table_either(town: Town) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_default FROM information_schema.columns"
            " WHERE table_name = 'catalogue_item' AND column_name = 'handling'"
        )
        [default] = cursor.fetchone()

    assert (str(default).startswith("'{}'"), pension().handling, document()["minutes"]) == (True, {}, 12)
