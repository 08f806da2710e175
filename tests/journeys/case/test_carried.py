"""Each fact is asked once: numbers that were typed, shown or sent for whoever applies, and for who acts for them, by role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.frames.case_fields import known_by_card, lines_of
from banshi.journeys.case import bundles, changing
from banshi.journeys.case.carried import Firm, at_window, carried, of_case, of_case_at_window, of_firm
from banshi.kernel.actors import SYSTEM
from banshi.kernel.documents import generate_resident_id
from banshi.kernel.evidence import Evidence
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.queries import form_of, guided_case
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import forget, handling_of
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.actions.correcting import clear_phone, prove_account
from banshi.rooms.identity.models import Account, AccountPerson, Person
from tests.agents import agent as registered
from tests.letters import letter, ref
from tests.matters import ANSWERS, FORM, Matters
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db
LATER = TUESDAY_NINE + timedelta(minutes=5)
TODAY = TUESDAY_NINE.date()
MOTHER = generate_resident_id("441900", TODAY.replace(year=1960), 5)
RENEWED = generate_resident_id("441900", TODAY.replace(year=1960), 6)


@pytest.fixture
def asking(matters: Matters) -> Matters:
    matters.asks_who()
    return matters


def fields() -> tuple[Field, ...]:
    return handling_of(Item.objects.get(code="pension")).fields


def typed(matters: Matters, number: str = MOTHER, account: Account | None = None) -> Any:
    """An account types somebody it applies for (给谁办？)."""
    to = account or matters.account
    return identity.add_typed(account_id=to.pk, name="母亲", id_type="resident_id", id_number=number, now=TUESDAY_NINE)


def stranger() -> Account:
    """An account that nothing proves."""
    return Account.objects.create(phone="+8613900000001", phone_index="stranger", created_at=TUESDAY_NINE)


def said(known: Any) -> dict[str, tuple[object, str]]:
    return {code: (each.value, each.source) for code, each in known.items()}


def test_a_number_that_an_account_typed_is_not_asked_for_again(asking: Matters) -> None:
    account = stranger()
    mother = typed(asking, account=account)

    known = carried(
        fields(), account_id=account.pk, person_id=mother.id, name="母亲", phone="+8613900000002", today=TODAY
    )

    assert said(known) == {
        "buyer": ("母亲", "typed"), "buyer-no": (MOTHER, "typed"), "mobile": ("+8613900000002", "typed"),
    }  # fmt: skip


def test_whose_account_it_is_acts_for_somebody_else_by_their_own_number(asking: Matters) -> None:
    mother = typed(asking)

    known = carried(fields(), account_id=asking.account.pk, person_id=mother.id, name="母亲", today=TODAY)
    own = carried(fields(), account_id=asking.account.pk, person_id=asking.person.pk, name="", today=TODAY)

    me = asking.person
    assert (said(known)["agent-no"], said(known)["buyer-no"]) == ((me.id_number, "document"), (MOTHER, "typed"))
    assert ("agent-no" in own, said(own)["buyer-no"]) == (False, (me.id_number, "document"))


def test_of_two_documents_the_number_that_was_typed_comes_back(asking: Matters) -> None:
    account = stranger()
    mother = typed(asking, account=account)
    newer = identity.enrol(name="母亲", id_type="resident_id", id_number=RENEWED, now=TUESDAY_NINE)
    Person.objects.filter(pk=mother.id).update(same_as=newer.pk)

    known = carried(fields(), account_id=account.pk, person_id=newer.pk, name="母亲", today=TODAY)

    assert said(known)["buyer-no"] == (MOTHER, "typed")


def test_a_number_that_an_account_did_not_type_is_not_theirs_to_see(asking: Matters) -> None:
    account, me = stranger(), asking.town.person(4)
    prove_account(person_id=me.pk, account=account, evidence=Evidence.WINDOW, by=CLERK, now=LATER)
    proven = carried(fields(), account_id=account.pk, person_id=me.pk, name="", today=TODAY)
    clear_phone(person_id=me.pk, why="换号", card_seen=True, by=CLERK, now=LATER)

    known = carried(fields(), account_id=account.pk, person_id=me.pk, name="某人", today=TODAY)

    assert AccountPerson.objects.filter(account=account, person=me, removed_at=None).exists()
    assert ("buyer-no" in proven, "buyer-no" in known) == (True, False)


def test_a_registered_agent_has_the_number_of_a_client_as_their_paper_gives_it(asking: Matters) -> None:
    acts, client = registered(), asking.town.person(3)
    made = identity.give_mandate(
        agent_id=acts.pk, name=client.name, id_type=client.id_type, id_number=client.id_number, paper="委托书",
        valid_until=TODAY + timedelta(days=30), by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip

    known = carried(fields(), account_id=acts.books_as, person_id=client.pk, name=client.name, today=TODAY)
    other = Person.objects.create(**_copy(client), same_as=client)
    several = carried(fields(), account_id=acts.books_as, person_id=client.pk, name=client.name, today=TODAY)
    other.delete()
    identity.end_mandate(mandate_id=made.pk, by=CLERK, now=LATER)
    over = carried(fields(), account_id=acts.books_as, person_id=client.pk, name=client.name, today=TODAY)

    assert said(known)["buyer-no"] == (client.id_number, "mandate")
    assert ("buyer-no" in several, "buyer-no" in over) == (False, False)


def _copy(person: Person) -> dict[str, Any]:
    return {
        "name": person.name, "masked_name": person.masked_name, "id_type": "passport", "id_number": "E12345678",
        "number_index": "other", "number_last4": "5678", "name_index": person.name_index, "created_at": TUESDAY_NINE,
    }  # fmt: skip


def test_a_letter_names_both_and_neither_is_typed_again(asking: Matters) -> None:
    acts, client = asking.town.person(2), asking.person
    row = letter(acts, client)
    case = asking.opened(channel="window", account_id=None, contact="+8613800130002", mandate=ref(row))

    known = of_case_at_window(guided_case(case).fields, case, today=TODAY)
    over = asking.opened(channel="window", account_id=None, contact=None)

    assert said(known) == {
        "buyer": (client.name, "document"), "buyer-no": (client.id_number, "mandate"),
        "mobile": ("+8613800130002", "account"), "agent": (acts.name, "document"), "agent-no": (acts.id_number, "document"),
    }  # fmt: skip
    assert "agent-no" not in of_case_at_window(guided_case(over).fields, over, today=TODAY)


def test_a_guardian_beside_a_child_is_named_by_role(asking: Matters) -> None:
    known = at_window(fields(), person_id=asking.person.pk, guardian_id=asking.town.person(2).pk, today=TODAY)

    assert said(known)["guardian-no"] == (asking.town.person(2).id_number, "document")
    assert "agent-no" not in known


def test_who_acts_for_a_firm_is_its_agent_and_its_head_is_not(asking: Matters) -> None:
    firm = identity.enrol_organisation(name="小镇商店", uscc="91350100M000100Y43", by=CLERK, now=TUESDAY_NINE)
    clerk, head = asking.town.person(2), asking.town.person(3)
    for who, role in ((clerk, "agent"), (head, "legal")):
        identity.authorise_member(
            organisation_id=firm.pk, person_id=who.pk, role=role, valid_until=None, by=CLERK, now=TUESDAY_NINE
        )

    by_agent = of_firm(fields(), firm=Firm(firm.pk, firm.name, firm.uscc, None, clerk.pk), today=TODAY)
    by_head = of_firm(fields(), firm=Firm(firm.pk, firm.name, firm.uscc, None, head.pk), today=TODAY)

    assert said(by_agent)["agent-no"] == (clerk.id_number, "document")
    assert "agent-no" not in by_head


def by_letter(asking: Matters) -> dict[str, Any]:
    row = letter(asking.town.person(2), asking.person)
    return {"channel": "window", "account_id": None, "contact": None, "mandate": ref(row)}


def test_what_an_answer_asks_for_only_now_is_filled_in_and_what_was_emptied_stays_empty(asking: Matters) -> None:
    case = asking.opened(answers={"premises": "own", "food": "no"}, **by_letter(asking))
    clerk, before = asking.by["receiver"], form_of(case)

    def known(fields: Any) -> Any:
        return of_case_at_window(fields, case, today=TODAY)

    changed = changing.change(case_no=case.no, answers=ANSWERS, known=known, by=clerk, now=LATER)
    emptied = changing.change(case_no=case.no, form={"agent-no": ""}, known=known, by=clerk, now=LATER)

    assert ("agent-no" in before, form_of(changed)["agent-no"]) == (False, asking.town.person(2).id_number)
    assert "buyer-no" not in form_of(changed)  # it was asked for before, and left empty
    assert ("agent-no" in form_of(emptied), changed.revision) == (False, 1)


def test_what_is_said_with_the_answer_stands_before_what_is_known(asking: Matters) -> None:
    case = asking.opened(answers={"premises": "own", "food": "no"}, **by_letter(asking))

    changed = changing.change(
        case_no=case.no, answers=ANSWERS, form={"agent": "另一个人"}, by=asking.by["receiver"], now=LATER,
        known=lambda fields: of_case_at_window(fields, case, today=TODAY),
    )  # fmt: skip

    assert (form_of(changed)["agent"], form_of(changed)["agent-no"]) == ("另一个人", asking.town.person(2).id_number)


def test_a_bundle_fills_in_what_is_asked_for_only_now_in_every_case_of_it(asking: Matters) -> None:
    shop = Item.objects.get(code="pension")
    Item.objects.filter(code="id-card").update(handling=shop.handling, audience="both")
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    forget()
    opening = cases.Opening(
        hall=asking.town.hall, item_code="", person_id=asking.person.pk, anyway=True, **by_letter(asking)
    )
    made = cases.open_bundle(
        cases.Bundling(("pension", "id-card"), opening, {"premises": "own", "food": "no"}, {}),
        by=asking.by["receiver"], now=TUESDAY_NINE,
    )  # fmt: skip

    brought = bundles.WholeBrought(answers=ANSWERS)
    bundles.keep_bundle(bundle_no=made.no, brought=brought, by=asking.by["receiver"], now=LATER)

    number = asking.town.person(2).id_number
    assert [form_of(row).get("agent-no") for row in made.cases.order_by("id")] == [number, number]


def test_who_does_not_act_in_a_case_sees_the_number_of_who_does_masked(asking: Matters) -> None:
    agent = asking.town.person(2)
    case = asking.opened(form={**FORM, "agent-no": agent.id_number}, **by_letter(asking))

    online = of_case(guided_case(case).fields, case, account_id=asking.account.pk, today=TODAY)
    there = known_by_card(case, today=TODAY)

    shown = [
        {line.field.code: line for line in lines_of(case, known=known, today=TODAY)}["agent-no"]
        for known in (online, there)
    ]
    assert [(line.shown[:4], line.open_value, line.carried) for line in shown] == [("****", "", True)] * 2
    assert [said(known)["agent-no"][1] for known in (online, there)] == ["given", "given"]


def test_online_the_number_of_whoever_acts_is_known_and_never_stands_in_an_input(asking: Matters) -> None:
    mother = typed(asking)
    case = asking.opened(
        person_id=mother.id, name="母亲", form={**FORM, "agent-no": asking.person.id_number, "buyer-no": MOTHER}
    )

    known = of_case(guided_case(case).fields, case, account_id=asking.account.pk, today=TODAY)
    lines = {line.field.code: line for line in lines_of(case, known=known, today=TODAY)}

    assert (said(known)["agent-no"][1], said(known)["buyer-no"][1]) == ("document", "typed")
    shown = [(lines[code].shown[-4:], lines[code].open_value, lines[code].carried) for code in ("buyer-no", "agent-no")]
    assert shown == [(MOTHER[-4:], "", True), (asking.person.id_number[-4:], "", True)]
