"""注销、换发: what the result of a case ends holds no more anywhere, and holds again where that case is terminated."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.journeys.case import charging, conclude
from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import verify
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.library import actions as actions_of_library
from banshi.rooms.library import queries as library
from banshi.rooms.library.models import Certificate
from tests.matters import FORM, Matters
from tests.together import meanwhile, together
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
NAMES = {"name_zh": "开店许可证", "name_en": "Shop licence"}


def ends(*endings: dict[str, Any], gives: str = "shop-licence", on: str = "2026-01-06 09:00") -> None:
    """From that day on the licence of a shop is one of its papers, and the result ends these."""
    item = Item.objects.get(code="pension")
    old = {
        "code": "old", "name_zh": "旧证", "name_en": "Licence so far", "necessity": "optional", "originals": 1,
        "channels": ["paper", "library"], "satisfied_by": ["shop-licence"],
    }  # fmt: skip
    papers = [each for each in item.handling["materials"] if each["code"] != "old"]
    listed = [{"type": "shop-licence", **NAMES, **each} for each in endings]
    result = {**item.handling["result"], "certificate_type": gives, "ends": listed}
    item.handling = {**item.handling, "materials": [*papers, old], "result": result}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at(on))


def issued(matters: Matters, case: Case) -> CasePaper:
    return conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)


def granted(matters: Matters, **more: Any) -> tuple[Case, CasePaper]:
    case = matters.decided(**more)
    return case, issued(matters, case)


def using(matters: Matters, ref: str, **more: Any) -> Case:
    """Decided with this certificate in place of the old licence."""
    case = matters.opened(**more)
    cases.add_material(
        case_no=case.no, code="old", channel="library", certificate=ref, consent=True, by=matters.applicant, now=TUESDAY_NINE
    )  # fmt: skip
    counted = [cases.Counted(code) for code in ("id", "lease", "photo")]
    cases.receive(case_no=case.no, materials=counted, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)
    return cases.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=TUESDAY_NINE)


def ended(matters: Matters, case: Case) -> Case:
    second = matters.staff["second_supervisor"].pk
    return charging.terminate(
        case_no=case.no, reason="材料是假的", second_by=second, second_may=True, by=matters.by["supervisor"], now=TUESDAY_NINE
    )  # fmt: skip


def valid(matters: Matters) -> list[str]:
    """Numbers of the cases whose licences hold in the library."""
    return sorted(each.case_no for each in library.certificates_of(person_id=matters.person.pk))


def holds(paper: CasePaper) -> bool:
    seen = verify(paper.code)
    assert seen is not None
    return seen.valid


def ref_of(case: Case) -> str:
    return Certificate.objects.get(case_no=case.no).ref


def other(matters: Matters, **more: Any) -> Certificate:
    """A licence that an authority gave."""
    given = {
        "type": "shop-licence", "number": "S-1", **NAMES, "issuer_zh": "镇政府", "issuer_en": "Town",
        "issued_on": date(2020, 1, 2), "trust": "A", "source": "import:town", "by": SYSTEM, "now": TUESDAY_NINE,
        "person_id": matters.person.pk,
    }  # fmt: skip
    return actions_of_library.issue_certificate(**{**given, **more})


def test_a_new_licence_takes_the_place_of_every_other_and_of_its_paper(matters: Matters) -> None:
    ends({"which": "all"})
    others = other(matters, type="resident-id"), other(matters, person_id=matters.town.person(2).pk)
    first, paper = granted(matters)
    imported = other(matters)

    second, now = granted(matters)

    assert valid(matters) == ["", second.no]
    assert (holds(paper), holds(now)) == (False, True)
    assert [library.certificate(each.ref).status for each in (*others, imported)] == ["valid", "valid", "ended"]
    told = Entry.objects.get(action="certificate_ended", subject=f"certificate:{ref_of(first)}")
    assert (told.facts["case"], told.facts.keys()) == (second.no, {"why", "case"})


def test_what_a_result_ends_is_said_before_it_is_made_and_after(matters: Matters) -> None:
    ends({"which": "all"})
    first, _ = granted(matters)
    second = matters.decided()

    before = conclude.replaced_by(second)
    issued(matters, second)
    after = conclude.replaced_by(Case.objects.get(pk=second.pk))
    alone = conclude.replaced_by(Case.objects.get(pk=first.pk))

    assert before is not None
    assert after is not None
    assert alone is not None
    assert (before.done, after.done) == (False, True)
    assert [each.name_zh for each in before.gone] == [each.name_zh for each in after.gone]
    assert before.gone[0].number == after.gone[0].number != ""
    assert [each.number for each in alone.gone] == [""]  # there was none
    ends()
    assert conclude.replaced_by(matters.decided()) is None


def test_what_says_nothing_ends_nothing(matters: Matters) -> None:
    first, paper = granted(matters)

    second, now = granted(matters)

    assert (valid(matters), holds(paper), holds(now)) == (sorted([first.no, second.no]), True, True)


def test_the_one_that_was_used_ends_and_no_other(matters: Matters) -> None:
    ends({"which": "used"})
    first, paper = granted(matters)
    second, stays = granted(matters)

    third = using(matters, ref_of(first))
    before = holds(paper)
    issued(matters, third)

    assert valid(matters) == sorted([second.no, third.no])
    assert (before, holds(paper), holds(stays)) == (True, False, True)


def test_a_cancellation_leaves_none(matters: Matters) -> None:
    first, paper = granted(matters)
    ends({"which": "used"}, gives="", on="2026-01-07 09:00")

    issued(matters, using(matters, ref_of(first)))

    assert (valid(matters), holds(paper)) == ([], False)


@pytest.mark.parametrize(
    ("which", "there", "left"),
    [("used", 1, 1), ("only", 1, 0), ("only", 2, 2), ("only", 0, 0), ("all", 2, 0)],
)
def test_where_it_came_on_paper_the_only_one_is_meant(matters: Matters, which: str, there: int, left: int) -> None:
    for n in range(there):
        other(matters, number=f"S-{n}")
    ends({"which": which}, gives="")

    granted(matters)

    assert len(library.certificates_of(person_id=matters.person.pk, types=["shop-licence"])) == left


@pytest.mark.parametrize(
    ("said", "left"),
    [(" s-2 ", ["S-1"]), ("Ｓ-2", ["S-1"]), ("S-9", ["S-1", "S-2"]), ("", ["S-1", "S-2"]), ("S" * 81, ["S-1", "S-2"])],
)
def test_a_field_says_the_number(matters: Matters, said: str, left: list[str]) -> None:
    other(matters)
    other(matters, number="S-2")
    ends({"which": "only", "field": "name"}, gives="")

    granted(matters, form={**FORM, "name": said or "书店"})

    found = library.certificates_of(person_id=matters.person.pk, types=["shop-licence"])
    assert sorted(each.number for each in found) == left


def test_another_number_of_an_authority_is_another_and_ours_is_the_only_one_left(matters: Matters) -> None:
    first, paper = granted(matters)
    other(matters)
    ends({"which": "only", "field": "name"}, gives="", on="2026-01-07 09:00")

    granted(matters, form={**FORM, "name": "S-9"})

    assert (valid(matters), holds(paper)) == ([""], False)


@pytest.mark.parametrize(("answer", "left"), [("yes", 0), ("no", 1)])
def test_it_hangs_on_an_answer(matters: Matters, answer: str, left: int) -> None:
    other(matters)
    ends({"which": "all", "when": {"eq": ["food", "yes"]}}, gives="")

    granted(matters, answers={"premises": "rented", "food": answer})

    assert len(library.certificates_of(person_id=matters.person.pk)) == left


def test_terminated_it_gives_back_what_it_ended(matters: Matters) -> None:
    ends({"which": "all"})
    first, paper = granted(matters)
    second, now = granted(matters)

    ended(matters, second)

    held = Certificate.objects.get(case_no=first.no)
    assert (valid(matters), holds(paper), holds(now)) == ([first.no], True, False)
    assert (held.ended_at, held.ended_by, held.ended_for) == (None, "", "")
    assert Entry.objects.get(action="certificate_put_back").facts == {"case": second.no}


def test_what_was_terminated_itself_comes_back_with_nobody(matters: Matters) -> None:
    ends({"which": "all"})
    first, paper = granted(matters)
    second, _now = granted(matters)
    ended(matters, first)

    ended(matters, second)

    assert (valid(matters), holds(paper)) == ([], False)


def test_what_a_later_case_ended_too_waits_for_that_one(matters: Matters) -> None:
    ends({"which": "all"})
    first, paper = granted(matters)
    second, _ = granted(matters)
    third, stands = granted(matters)

    ended(matters, second)
    between = (valid(matters), holds(paper), holds(stands))
    ended(matters, third)

    assert between == ([third.no], False, True)
    assert (valid(matters), holds(paper), holds(stands)) == ([first.no], True, False)


def test_what_its_authority_said_again_meanwhile_stands_once(matters: Matters) -> None:
    other(matters)
    ends({"which": "all"}, gives="")
    case, _ = granted(matters)
    again = other(matters)

    ended(matters, case)

    assert [each.ref for each in library.certificates_of(person_id=matters.person.pk)] == [again.ref]


def test_two_that_replace_the_same_at_one_instant_leave_one(committed_matters: Matters) -> None:
    matters = committed_matters
    ends({"which": "all"})
    first, paper = granted(matters)
    both = [matters.decided(), matters.decided()]

    made = together(2, lambda i: issued(matters, both[i]))

    (stands,) = valid(matters)
    assert stands in [each.no for each in both]
    assert [isinstance(each, CasePaper) for each in made] == [True, True]
    assert sorted(holds(each) for each in (paper, *made)) == [False, False, True]
    assert Entry.objects.filter(action="certificate_ended").count() == 2


def test_two_that_cancel_the_same_at_one_instant_both_go_through(committed_matters: Matters) -> None:
    matters = committed_matters
    first, paper = granted(matters)
    ends({"which": "used"}, gives="", on="2026-01-07 09:00")
    both = [using(matters, ref_of(first)), using(matters, ref_of(first))]

    made = together(2, lambda i: issued(matters, both[i]))

    assert [isinstance(each, CasePaper) for each in made] == [True, True]
    assert (valid(matters), holds(paper)) == ([], False)
    assert Entry.objects.filter(action="certificate_ended").count() == 1


def test_whoever_terminates_the_earlier_one_meanwhile_waits(committed_matters: Matters) -> None:
    matters = committed_matters
    ends({"which": "all"})
    first, paper = granted(matters)
    second = matters.decided()

    done = meanwhile(lambda: issued(matters, second), lambda: ended(matters, first))
    ended(matters, second)

    assert (isinstance(done, Case), valid(matters), holds(paper)) == (True, [], False)
