"""终止 after the result was made: what says so in writing holds no more, nobody gets it, and a carrier's word breaks nothing."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import cabinets, charging, conclude, courier
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import papers_of, verify
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet, Delivery, Parcel
from banshi.rooms.delivery.queries import code_for_applicant
from banshi.rooms.library import queries as library
from tests.journeys.case.test_cabinets import cabinet, fetched, made, put, slug_of  # noqa: F401 – a fixture
from tests.journeys.case.test_conclude import ready
from tests.journeys.case.test_courier import folder, parcelled, posted, told  # noqa: F401 – a fixture
from tests.journeys.case.test_kiosk_print import printed
from tests.journeys.case.test_kiosk_print import ready as printable
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def ended(matters: Matters, case: Case) -> Case:
    second = matters.staff["second_supervisor"].pk
    return charging.terminate(
        case_no=case.no, reason="材料是假的", second_by=second, second_may=True, by=matters.by["supervisor"], now=TUESDAY_NINE
    )  # fmt: skip


def slug(act: Any, **given: Any) -> str:
    with pytest.raises(Refused) as no:
        act(**given, now=TUESDAY_NINE)
    return no.value.slug


def test_what_was_granted_in_writing_holds_no_more(matters: Matters) -> None:
    case = ready(matters)
    held = library.certificates_of(person_id=matters.person.pk)

    ended(matters, case)

    holds = {paper.kind: seen.valid for paper in papers_of(case) if (seen := verify(paper.code)) is not None}
    assert len(held) == 1
    assert library.certificates_of(person_id=matters.person.pk) == []
    assert {kind for kind, valid in holds.items() if not valid} == {"grant", "licence", "pickup_notice"}


def test_neither_code_nor_card_gets_it(matters: Matters) -> None:
    case = ready(matters)
    code = Delivery.objects.get(case=case).open_code

    ended(matters, case)

    by = matters.by["issuer"]
    assert code
    assert slug(conclude.hand_over, case_no=case.no, code=code, by=by) == "code-used"
    assert slug(conclude.hand_over, case_no=case.no, identified=True, by=by) == "code-used"
    assert Delivery.objects.get(case=case).state == "ended"


def test_a_cabinet_keeps_its_door_shut_and_staff_take_it_out(cabinet: Cabinet, matters: Matters) -> None:  # noqa: F811
    case = made(matters)
    stay = put(cabinet, case, matters)
    code = code_for_applicant(case)

    ended(matters, case)

    shut = slug_of(fetched, cabinet, code)
    (lies,) = deliveries.lying(cabinet.hall, now=TUESDAY_NINE)
    cabinets.empty(stay_id=stay.pk, by=matters.by["issuer"], now=TUESDAY_NINE)
    assert (bool(code), shut) == (True, "nothing-found")
    assert (lies.over, deliveries.lying(cabinet.hall, now=TUESDAY_NINE)) == (True, [])


def test_no_machine_prints_it(matters: Matters, settings: Any, tmp_path: Any) -> None:
    settings.BANSHI_SPOOL = tmp_path
    case, code = printable(matters)

    ended(matters, case)

    assert slug_of(printed, matters, code) == "code-wrong"
    assert not (tmp_path / "pages").exists()


def test_a_parcel_not_yet_posted_goes_nowhere(matters: Matters) -> None:
    case = parcelled(matters)

    ended(matters, case)

    assert Parcel.objects.get().state == "void"
    assert slug(courier.post, case_no=case.no, by=matters.by["issuer"]) in ("changed-meanwhile", "nothing-found")


def test_one_on_its_way_is_heard_of_and_taken_back(matters: Matters) -> None:
    case = posted(matters)
    ended(matters, case)

    arrived = told(case, "delivered")

    assert (arrived.state, Case.objects.get(pk=case.pk).phase) == ("delivered", "terminated")


def test_one_that_comes_back_is_here_again(matters: Matters) -> None:
    case = posted(matters)
    ended(matters, case)
    told(case, "returning")

    back = courier.came_back(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)

    assert (back.phase, Parcel.objects.get().state, Delivery.objects.get().state) == ("terminated", "back", "ended")


def test_whoever_is_handed_it_in_that_instant_has_it_or_not_at_all(committed_matters: Matters) -> None:
    matters = committed_matters
    case = ready(matters)

    def act(n: int) -> Any:
        if n:
            return ended(matters, case)
        return conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)

    together(2, act)

    phase, state = Case.objects.get(pk=case.pk).phase, Delivery.objects.get().state
    standing = library.certificates_of(person_id=matters.person.pk)
    assert (phase, state, len(standing)) in [("closed", "delivered", 1), ("terminated", "ended", 0)]
