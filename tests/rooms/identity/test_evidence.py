"""A declaration is not evidence: what a stranger types changes nothing and is told nothing."""

from __future__ import annotations

from datetime import date

import pytest

from banshi.kernel.documents import generate_resident_id
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity.actions import Enrolled, PersonAsked, correct_name, enrol, enrol_many, prove_phone
from banshi.rooms.identity.models import Person
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE

NUMBER = generate_resident_id("441900", date(1990, 3, 7), 12)


def say(name: str, evidence: Evidence = Evidence.DECLARED) -> Person:
    return enrol(name=name, id_type="resident_id", id_number=NUMBER, evidence=evidence, by=CLERK, now=TUESDAY_NINE)


def stored() -> tuple[str, int]:
    row = Person.objects.get()
    return row.name, row.name_evidence


@pytest.mark.django_db
def test_sixty_one_names_in_a_row_get_the_same_answer() -> None:
    say("张三丰", Evidence.WINDOW)
    names = [f"{chr(0x4E00 + i)}三丰" for i in range(60)] + ["张三丰"]

    answers = [
        enrol_many([PersonAsked(name, "resident_id", NUMBER, "13900139000")], now=TUESDAY_NINE)[0] for name in names
    ]

    shapes = {(a.id, a.phone) for a in answers if isinstance(a, Enrolled)}
    assert (len(answers), shapes) == (61, {(Person.objects.get().pk, "+8613900139000")})
    assert [a.name for a in answers if isinstance(a, Enrolled)] == names
    assert stored() == ("张三丰", Evidence.WINDOW)


@pytest.mark.django_db
def test_no_declaration_gives_anybody_a_telephone() -> None:
    enrol_many([PersonAsked("张三丰", "resident_id", NUMBER, "13900139000")], now=TUESDAY_NINE)
    enrol_many([PersonAsked("张三丰", "resident_id", NUMBER, "13900139001")], now=TUESDAY_NINE)
    person = Person.objects.get()

    assert (person.phone, person.phone_index) == (None, None)
    with pytest.raises(ValueError, match="declaration"):
        prove_phone(person_id=person.pk, phone="13900139000", evidence=Evidence.DECLARED, by=CLERK, now=TUESDAY_NINE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second", "stays"),
    [
        (Evidence.DECLARED, Evidence.DECLARED, "李四光"),
        (Evidence.DECLARED, Evidence.VOUCHED, "张三丰"),
        (Evidence.DECLARED, Evidence.CHIP, "张三丰"),
        (Evidence.DECLARED, Evidence.WINDOW, "张三丰"),
        (Evidence.VOUCHED, Evidence.DECLARED, "李四光"),
        (Evidence.VOUCHED, Evidence.VOUCHED, "张三丰"),
        (Evidence.CHIP, Evidence.VOUCHED, "李四光"),
        (Evidence.CHIP, Evidence.WINDOW, "张三丰"),
        (Evidence.WINDOW, Evidence.CHIP, "李四光"),  # disputed: the window settles it
        (Evidence.CHIP, Evidence.CHIP, "李四光"),
        (Evidence.WINDOW, Evidence.DECLARED, "李四光"),
    ],
)
def test_stronger_or_newer_evidence_replaces_a_name(first: Evidence, second: Evidence, stays: str) -> None:
    say("李四光", first)
    say("张三丰", second)

    row = Person.objects.get()
    assert (row.name, row.masked_name) == (stays, f"{stays[0]}**")
    assert row.name_evidence == (second if stays == "张三丰" else first)


@pytest.mark.django_db
def test_a_replaced_name_leaves_a_trail_without_names() -> None:
    say("李四光", Evidence.VOUCHED)
    say("张三丰", Evidence.CHIP)

    entry = Entry.objects.get(action="name_replaced")
    person = Person.objects.get()
    assert (entry.subject, entry.actor, entry.facts) == (f"person:{person.pk}", str(CLERK), {"evidence": 2, "was": 1})


@pytest.mark.django_db
def test_another_spelling_of_the_name_is_no_other_name() -> None:
    say("JOHN SMITH", Evidence.CHIP)
    say("Smith, John", Evidence.CHIP)

    assert stored() == ("JOHN SMITH", Evidence.CHIP)
    assert Entry.objects.filter(action="name_replaced").count() == 0


@pytest.mark.django_db
def test_in_one_batch_the_name_with_evidence_is_kept() -> None:
    asked = [
        PersonAsked("李四光", "resident_id", NUMBER),
        PersonAsked("张三丰", "resident_id", NUMBER, evidence=Evidence.VOUCHED),
        PersonAsked("王五", "resident_id", NUMBER),
    ]

    found = enrol_many(asked, now=TUESDAY_NINE)

    assert {f.id for f in found if isinstance(f, Enrolled)} == {Person.objects.get().pk}
    assert stored() == ("张三丰", Evidence.VOUCHED)


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_together_the_chip_is_right() -> None:
    say("李四光")

    together(8, lambda i: say("张三丰", Evidence.CHIP) if i == 3 else say(f"{chr(0x4E00 + i)}五"))

    assert stored() == ("张三丰", Evidence.CHIP)


@pytest.mark.django_db
@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x00", "\ue000"])
def test_a_name_with_hidden_characters_is_refused(hidden: str) -> None:
    with pytest.raises(Refused) as refused:
        say(f"张{hidden}三")

    assert (refused.value.slug, refused.value.facts["field"]) == ("invalid", "name")


@pytest.mark.django_db
def test_a_chip_with_another_name_than_the_proven_one_is_for_the_window() -> None:
    say("李四光", Evidence.CHIP)
    say("张三丰", Evidence.CHIP)

    person = Person.objects.get()
    entry = Entry.objects.get(action="name_disputed")
    assert (person.name, person.name_disputed_at, entry.subject) == ("李四光", TUESDAY_NINE, f"person:{person.pk}")

    correct_name(person_id=person.pk, name="张三丰", why="改名", card_seen=True, by=CLERK, now=TUESDAY_NINE)

    person.refresh_from_db()
    assert (person.name, person.name_disputed_at) == ("张三丰", None)
