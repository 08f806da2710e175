"""What is known of somebody fills in a form with their consent alone; each use is written down as the form is sent, once, with
what became of it; taken back before, nothing is used.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from banshi.journeys.case import bundles, changing, consenting
from banshi.journeys.case.carried import carried, of_case, of_case_at_window
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import case_by_no, cases_of, form_of, handling_of_case
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries
from banshi.rooms.library.models import FactCarried, FactConsent, FactUse
from tests.bundles import FORM as JOINT_FORM
from tests.bundles import opened as opened_jointly
from tests.bundles import sign_of
from tests.journeys.case.test_learning import LATER, matters  # noqa: F401 – a fixture
from tests.matters import FORM, SHOP, Matters, matters_of
from tests.surfaces.citizen.cases import retell
from tests.together import meanwhile, together
from tests.town import TUESDAY_NINE, Town

PAPERS = ("id", "lease", "photo")
HOME = "residence-address"


def told(matters: Matters, value: str = FORM["address"], **more: Any) -> None:  # noqa: F811
    """By an authority, of the applicant."""
    library.learn(
        person_id=matters.person.pk,
        element=HOME,
        value=value,
        trust="A",
        source="import:police",
        now=TUESDAY_NINE,
        **more,
    )


def draft(matters: Matters) -> Case:  # noqa: F811
    """With its name filled in, and no address."""
    return matters.opened(form={"name": FORM["name"]})


def agree(matters: Matters, case: Case) -> Case:  # noqa: F811
    return consenting.agree(case_no=case.no, consent=True, by=matters.applicant, now=TUESDAY_NINE)


def received(matters: Matters, case: Case) -> Case:  # noqa: F811
    counted = [cases.Counted(code) for code in PAPERS]
    return cases.receive(case_no=case.no, materials=counted, by=matters.by["receiver"], now=TUESDAY_NINE)


def address(case: Case) -> object:
    return form_of(case_by_no(case.no)).get("address")


# --- Nothing without consent --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_before_they_agree_nothing_is_carried_over(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)
    fields, today = handling_of_case(case).fields, TUESDAY_NINE.date()
    account, person = matters.account.pk, matters.person.pk

    found = [
        carried(fields, account_id=account, person_id=person, name="", today=today),
        of_case(fields, case, account_id=account, today=today),
        of_case_at_window(fields, case, today=today),
    ]

    assert [{code for code, said in each.items() if said.source == "library"} for each in found] == [set()] * 3
    assert list(consenting.offered(case, today=today)) == ["address"]


@pytest.mark.django_db
def test_who_does_not_agree_gets_nothing_filled_in(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)

    with pytest.raises(Refused, match="consent-missing"):
        consenting.agree(case_no=case.no, consent=False, by=matters.applicant, now=TUESDAY_NINE)

    assert (address(case), FactConsent.objects.count()) == (None, 0)


@pytest.mark.django_db
def test_what_they_typed_stays_and_only_what_is_empty_is_filled_in(matters: Matters) -> None:  # noqa: F811
    told(matters, "九号路 9 号")
    case = matters.opened()

    agree(matters, case)

    assert (address(case), FactCarried.objects.count(), FactConsent.objects.count()) == (FORM["address"], 0, 1)


# --- The trace ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_use_says_which_fact_in_what_by_whom_and_how_they_agreed(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)
    agree(matters, case)
    before = (address(case), FactUse.objects.count())

    received(matters, case)

    (use,) = queries.fact_uses_of(matters.person.pk)
    assert before == (FORM["address"], 0)
    assert (use.element, use.source, use.said_at, use.trust) == (HOME, "import:police", TUESDAY_NINE, "A")
    assert (use.subject, use.purpose, use.became) == (f"case:{case.no}", "pension", "kept")
    assert (use.by, use.at) == (str(matters.by["receiver"]), TUESDAY_NINE)
    assert (use.consent.words, use.consent.by) == ("own-1", str(matters.applicant))
    assert (use.says(FORM["address"]), use.says("九号路 9 号")) == (True, False)
    assert list(Entry.objects.filter(action__startswith="facts_").order_by("id").values_list("action", flat=True)) == [
        "facts_agreed", "facts_used",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "became"), [("二号路 9 号", "corrected"), ("", "taken_out")])
def test_what_became_of_it_is_said(matters: Matters, typed: str, became: str) -> None:  # noqa: F811
    told(matters)
    fields = [{**field, "required": False} for field in SHOP["fields"]]
    fields[1]["element"] = HOME
    retell(matters, fields=fields)
    case = draft(matters)
    agree(matters, case)

    changing.change(case_no=case.no, form={"address": typed}, by=matters.applicant, now=TUESDAY_NINE)
    received(matters, case)

    assert [each.became for each in queries.fact_uses_of(matters.person.pk)] == [became]


@pytest.mark.django_db
def test_at_a_window_the_clerk_takes_it_down(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)

    consenting.agree(case_no=case.no, consent=True, by=matters.by["receiver"], now=TUESDAY_NINE)
    received(matters, case)

    (use,) = queries.fact_uses_of(matters.person.pk)
    assert (use.consent.words, use.consent.by) == ("window-1", str(matters.by["receiver"]))


@pytest.mark.django_db
def test_a_fact_said_otherwise_meanwhile_is_still_the_one_that_was_used(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)
    agree(matters, case)
    library.learn(person_id=matters.person.pk, element=HOME, value="九号路 9 号", trust="B", source="case:X", now=LATER)

    received(matters, case)

    (use,) = queries.fact_uses_of(matters.person.pk)
    assert (use.source, use.became) == ("import:police", "kept")


@pytest.mark.django_db
def test_what_an_answer_asks_for_later_is_carried_and_traced_too(matters: Matters) -> None:  # noqa: F811
    told(matters)
    fields = [dict(field) for field in SHOP["fields"]]
    fields[1] |= {"element": HOME, "show_if": {"eq": ["food", "yes"]}}
    retell(matters, fields=fields)
    case = draft(matters)
    agree(matters, case)
    account, today = matters.account.pk, TUESDAY_NINE.date()

    changing.change(
        case_no=case.no, answers={"food": "yes"}, by=matters.applicant, now=TUESDAY_NINE,
        known=lambda asked: of_case(asked, case_by_no(case.no), account_id=account, today=today),
    )  # fmt: skip
    received(matters, case)

    assert [each.became for each in queries.fact_uses_of(matters.person.pk)] == ["kept"]


@pytest.mark.django_db
def test_other_people_see_nothing_of_it(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)
    agree(matters, case)
    received(matters, case)

    assert queries.fact_uses_of(matters.town.person(2).pk) == []
    assert queries.fact_uses_of(None, organisation_id=5) == []


# --- Taken back ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_taken_back_it_leaves_the_form_and_nothing_is_used(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)
    agree(matters, case)

    consenting.take_back(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert (address(case), consenting.agreed(case), FactCarried.objects.count()) == (None, False, 0)
    changing.change(case_no=case.no, form={"address": "三号路"}, by=matters.applicant, now=TUESDAY_NINE)
    received(matters, case)
    assert FactUse.objects.count() == 0


@pytest.mark.django_db
def test_what_they_wrote_themselves_stays_as_it_is_taken_back(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)
    agree(matters, case)
    changing.change(case_no=case.no, form={"address": "三号路 3 号"}, by=matters.applicant, now=TUESDAY_NINE)

    consenting.take_back(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert address(case) == "三号路 3 号"


@pytest.mark.django_db
def test_taken_back_and_agreed_again_there_are_two_consents_of_which_one_stands(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)
    agree(matters, case)
    consenting.take_back(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    agree(matters, case)

    assert (address(case), FactConsent.objects.count()) == (FORM["address"], 2)
    assert FactConsent.objects.filter(withdrawn_at=None).count() == 1


@pytest.mark.django_db
def test_once_it_is_sent_it_is_not_taken_back(matters: Matters) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)
    agree(matters, case)
    received(matters, case)

    with pytest.raises(Refused, match="wrong-state"):
        consenting.take_back(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert FactUse.objects.count() == 1


# --- All at once --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_of_a_bundle_each_case_has_its_own_consent_and_uses(town: Town) -> None:
    matters = matters_of(town)  # noqa: F811
    sign_of(town)
    library.learn(
        person_id=matters.person.pk, element="business-address", value=FORM["address"], trust="A",
        source="import:police", now=TUESDAY_NINE,
    )  # fmt: skip
    form = {name: said for name, said in JOINT_FORM.items() if name != "business-address"}
    bundle = opened_jointly(matters, form=form)

    consenting.agree_jointly(bundle_no=bundle.no, consent=True, by=matters.applicant, now=TUESDAY_NINE)
    counted = [cases.Counted("id"), cases.Counted("lease"), cases.Counted("photo")]
    bundles.receive_bundle(
        bundle_no=bundle.no, brought=bundles.WholeBrought(counted), by=matters.by["receiver"], now=TUESDAY_NINE
    )

    rows = cases_of(bundle)
    assert {form_of(case)["address"] for case in rows} == {FORM["address"]}
    assert sorted(each.subject for each in queries.fact_uses_of(matters.person.pk)) == sorted(
        f"case:{case.no}" for case in rows
    )
    assert sorted(each.purpose for each in queries.fact_uses_of(matters.person.pk)) == ["pension", "sign"]
    assert FactConsent.objects.count() == 2


@pytest.mark.django_db
def test_of_a_bundle_it_is_taken_back_in_all_of_it(town: Town) -> None:
    matters = matters_of(town)  # noqa: F811
    sign_of(town)
    library.learn(
        person_id=matters.person.pk, element="business-address", value=FORM["address"], trust="A",
        source="import:police", now=TUESDAY_NINE,
    )  # fmt: skip
    bundle = opened_jointly(matters, form={"pension.name": "小镇书店", "sign.words": "书"})
    consenting.agree_jointly(bundle_no=bundle.no, consent=True, by=matters.applicant, now=TUESDAY_NINE)

    consenting.take_back(case_no=cases_of(bundle)[0].no, by=matters.applicant, now=TUESDAY_NINE)

    assert [form_of(case).get("address") for case in cases_of(bundle)] == [None, None]
    assert FactConsent.objects.filter(withdrawn_at=None).count() == 0


# --- Races --------------------------------------------------------------------------------------------------------


@pytest.fixture
def at_once(transactional_db: None, town: Town) -> Matters:
    return matters_with_home(town)


def matters_with_home(town: Town) -> Matters:
    found = matters_of(town)
    fields = [dict(field) for field in SHOP["fields"]]
    fields[1]["element"] = HOME
    retell(found, fields=fields)
    return found


@pytest.mark.django_db(transaction=True)
def test_two_who_send_it_at_once_write_one_use(at_once: Matters) -> None:
    told(at_once)
    case = draft(at_once)
    agree(at_once, case)

    results = together(4, lambda i: received(at_once, case))

    assert sum(isinstance(each, Case) for each in results) == 1
    assert FactUse.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_agrees_many_times_at_once_agreed_once(at_once: Matters) -> None:
    told(at_once)
    case = draft(at_once)

    results = together(4, lambda i: agree(at_once, case))

    assert [each for each in results if isinstance(each, Exception)] == []
    assert (FactConsent.objects.count(), FactCarried.objects.count(), address(case)) == (1, 1, FORM["address"])


@pytest.mark.django_db(transaction=True)
def test_taken_back_while_it_is_sent_one_of_the_two_comes_first(at_once: Matters) -> None:
    told(at_once)
    case = draft(at_once)
    agree(at_once, case)

    late = meanwhile(
        lambda: received(at_once, case),
        lambda: consenting.take_back(case_no=case.no, by=at_once.applicant, now=TUESDAY_NINE),
    )

    assert isinstance(late, Refused)
    assert (late.slug, FactUse.objects.count(), consenting.agreed(case)) == ("wrong-state", 1, True)


@pytest.mark.django_db(transaction=True)
def test_taken_back_first_what_is_sent_then_uses_nothing(at_once: Matters) -> None:
    told(at_once)
    case = draft(at_once)
    agree(at_once, case)

    late = meanwhile(
        lambda: consenting.take_back(case_no=case.no, by=at_once.applicant, now=TUESDAY_NINE),
        lambda: received(at_once, case),
    )

    assert isinstance(late, Refused)
    assert (late.slug, FactUse.objects.count()) == ("form-invalid", 0)  # the address is not said any more


# --- It stands ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE library_fact_use SET became = 'corrected'",
        "DELETE FROM library_fact_use",
        "UPDATE library_fact_consent SET words = 'window-1'",
        "UPDATE library_fact_carried SET trust = 'D'",
        "DELETE FROM library_fact_consent",
    ],
)
def test_consents_and_uses_stand_also_against_sql(matters: Matters, wrong: str) -> None:  # noqa: F811
    told(matters)
    case = draft(matters)
    agree(matters, case)
    received(matters, case)

    with pytest.raises(DatabaseError, match="the library stands"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(wrong)


@pytest.mark.django_db
def test_whoever_another_system_speaks_for_agreed_there(matters: Matters) -> None:  # noqa: F811
    told(matters)
    channel = Actor(ActorKind.CHANNEL, "9", "town")
    case = cases.open_case(
        cases.Opening(
            hall=matters.town.hall, item_code="pension", person_id=matters.person.pk, channel="api",
            answers={"premises": "rented", "food": "no"}, form={"name": FORM["name"]},
        ),
        by=channel, now=TUESDAY_NINE,
    )  # fmt: skip

    consenting.agree(case_no=case.no, consent=True, by=channel, now=TUESDAY_NINE)

    assert FactConsent.objects.get().words == "channel-1"
