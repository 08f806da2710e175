"""按规则秒批 for those who supervise: what the rules came to beside people, the switch, and who may press it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from banshi.journeys.case import by_rule
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, RuleProposal, RuleSwitch
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.places.models import Category
from tests.matters import Matters
from tests.rules_of_shop import card, ruled, sure
from tests.surfaces.office.editing import signed_in, staff_with
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
AT = "/review/town/rules/"


@pytest.fixture
def manager(matters: Matters) -> Client:
    """Of the town's hall: supervises, and publishes matters."""
    one = Staff.objects.create_staff(
        login="town-rules-manager", password="town-password", name_zh="主任", name_en="Manager", created_at=TUESDAY_NINE
    )
    Role.objects.create(
        staff=one, role="hall_manager", scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
    )
    return signed_in(one)


@pytest.fixture
def another(matters: Matters) -> Client:
    return signed_in(staff_with("town-second-manager", "hall_manager"))


def sent(matters: Matters, ref: str, answers: dict[str, str] | None = None) -> Case:
    case = sure(matters, ref=ref, **({"answers": answers} if answers else {}))
    return by_rule.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)


def decided(matters: Matters, case: Case, *, grant: bool) -> None:
    by = matters.by
    cases.pass_on(
        case_no=case.no, by=by["pre_reviewer"], now=TUESDAY_NINE
    )  # received with it: nothing is to be brought
    cases.accept(case_no=case.no, by=by["receiver"], now=TUESDAY_NINE)
    cases.hand_over(case_no=case.no, by=by["receiver"], now=TUESDAY_NINE)
    says, why = ("grant", "") if grant else ("refuse", "不符合规划")
    cases.opine(case_no=case.no, says=says, text=why, by=by["reviewer"], now=TUESDAY_NINE)
    cases.decide(case_no=case.no, grant=grant, reason=why, by=by["approver"], now=TUESDAY_NINE)


def tried(matters: Matters) -> None:
    """In trial: three the rules would grant – a person granted, refused, has one open – and one they leave open."""
    ref = card(ruled(matters, "shadow"))
    decided(matters, sent(matters, ref), grant=True)
    decided(matters, sent(matters, ref), grant=False)
    sent(matters, ref)
    decided(matters, sent(matters, ref, {"premises": "own", "food": "yes"}), grant=False)


def test_what_people_decided_stands_beside_what_the_rules_would_have(matters):
    tried(matters)

    (line,) = queries.runs_by_item(halls=["town"])

    assert (line.granted, line.to_person, line.sampled) == (0, 4, 0)
    assert (line.agreed, line.differed, line.open, line.share) == (1, 1, 1, 50)


def test_a_sample_is_counted_and_compared(matters):
    ref = card(ruled(matters, sample_percent=100))
    decided(matters, sent(matters, ref), grant=True)

    (line,) = queries.runs_by_item(halls=["town"])

    assert (line.granted, line.sampled, line.agreed) == (0, 1, 1)


def test_the_page_shows_each_run_and_the_agreement(matters, client_of):
    tried(matters)

    said = client_of("supervisor").get(AT).content.decode()

    assert re.findall(r"一致 1 件，不一致 1 件，未决定 1 件", said) == ["一致 1 件，不一致 1 件，未决定 1 件"]
    assert said.count("试运行：规则全部成立") == 3
    assert said.count("有规则不成立") == 1


def test_the_page_without_a_matter_with_rules_says_so(matters, client_of):
    said = client_of("supervisor").get(AT).content.decode()

    assert said.count("这里没有带规则的事项") == 1


def test_the_page_asks_as_much_for_many_runs_as_for_one(matters, client_of, django_assert_num_queries):
    ref = card(ruled(matters, "shadow"))
    client = client_of("supervisor")
    sent(matters, ref)
    client.get(AT)
    with django_assert_num_queries(10):
        client.get(AT)
    sent(matters, ref)
    sent(matters, ref)

    with django_assert_num_queries(10):
        client.get(AT)


def test_whoever_supervises_stops_all_of_them_by_one_press(matters, client_of):
    ruled(matters)

    answer = client_of("supervisor").post(AT + "stop")

    assert (answer.status_code, answer.url) == (302, AT)
    assert RuleSwitch.objects.get().mode == "off"


def test_the_button_stands_only_where_something_can_be_stopped(matters, client_of):
    ruled(matters)
    live = client_of("supervisor").get(AT).content.decode()
    client_of("supervisor").post(AT + "stop")

    assert live.count("立即停用全部规则") == 1
    assert client_of("supervisor").get(AT).content.decode().count("立即停用全部规则") == 0


def test_one_who_publishes_matters_proposes_and_another_switches_on(matters, manager, another):
    ruled(matters, "")

    answer = manager.post(AT + "set", {"item": "pension", "mode": "live", "sample": "10"})

    mine = manager.get(AT).content.decode()
    alone = manager.post(AT + "answer", {"item": "pension", "proposal": RuleProposal.objects.get().pk, "act": "on"})
    theirs = another.post(AT + "answer", {"item": "pension", "proposal": RuleProposal.objects.get().pk, "act": "on"})

    assert (answer.status_code, alone.status_code, theirs.status_code) == (302, 409, 302)
    assert mine.count("你提出的要由别人启用。") == 1
    assert list(RuleSwitch.objects.values_list("mode", "sample_percent")) == [("live", 10)]


def test_what_was_proposed_is_dropped_and_nothing_has_changed(matters, manager):
    ruled(matters, "")
    manager.post(AT + "set", {"item": "pension", "mode": "live", "sample": "10"})

    answer = manager.post(AT + "answer", {"item": "pension", "act": "drop"})

    assert (answer.status_code, RuleSwitch.objects.get().mode) == (302, "off")
    assert manager.get(AT).content.decode().count("提出启用") == 0


def test_another_halls_manager_neither_drops_a_proposal_nor_sets_it_aside(matters, manager, another):
    ruled(matters, "")
    manager.post(AT + "set", {"item": "pension", "mode": "live", "sample": "10"})
    line = Category.objects.create(hall=matters.town.other_hall, code="A", letter="A", name_zh="社保", name_en="Social")
    HallItem.objects.create(hall=matters.town.other_hall, item=Item.objects.get(code="pension"), category=line)
    RuleProposal.objects.update(asked_by="staff:99999")

    page = another.get(AT).content.decode()
    refused = another.post(AT + "answer", {"item": "pension", "act": "drop"})
    aside = another.post(AT + "set", {"item": "pension", "mode": "off", "sample": "10"})

    assert page.count('value="drop"') == 0
    assert (refused.status_code, aside.status_code, RuleProposal.objects.get().ended_at) == (403, 403, None)


def test_who_proposed_it_is_told_that_another_dropped_it(matters, manager, another):
    ruled(matters, "")
    manager.post(AT + "set", {"item": "pension", "mode": "live", "sample": "10"})
    another.post(AT + "answer", {"item": "pension", "act": "drop"})

    assert "被别人作废：你提出的“" in manager.get("/office/").content.decode()
    assert "被别人作废" not in another.get("/office/").content.decode()


def test_rules_of_two_halls_take_the_right_in_both(matters, manager, client_of):
    ruled(matters, "shadow")
    line = Category.objects.create(hall=matters.town.other_hall, code="A", letter="A", name_zh="社保", name_en="Social")
    HallItem.objects.create(hall=matters.town.other_hall, item=Item.objects.get(code="pension"), category=line)

    on = manager.post(AT + "set", {"item": "pension", "mode": "live", "sample": "0"})
    off = manager.post(AT + "set", {"item": "pension", "mode": "off", "sample": "0"})

    assert "你在这些大厅没有权限：邻镇大厅" in manager.get(AT).content.decode()
    assert (on.status_code, off.status_code) == (403, 302)


@pytest.mark.parametrize(
    "form", [{"mode": "maybe", "sample": "1"}, {"mode": "live", "sample": "101"}, {"mode": "live", "sample": "many"}]
)
def test_what_is_no_switch_is_said_on_the_page(matters, manager, form):
    ruled(matters, "")

    answer = manager.post(AT + "set", {"item": "pension", **form})

    assert answer.status_code == 422
    assert not RuleSwitch.objects.exists()


def test_a_matter_of_another_department_is_not_theirs_to_see_or_set(matters, client_of, manager):
    ruled(matters, "")
    Staff.objects.filter(login__in=["case-supervisor", "town-rules-manager"]).update(department="other")

    seen = client_of("supervisor").get(AT).content.decode()
    answer = manager.post(AT + "set", {"item": "pension", "mode": "live", "sample": "0"})

    assert seen.count("这里没有带规则的事项") == 1
    assert answer.status_code == 404
    assert not RuleSwitch.objects.exists()


@pytest.mark.parametrize("who", ["pre_reviewer", "reviewer", "approver"])
def test_who_works_cases_neither_sees_the_page_nor_stops_rules(matters, client_of, who):
    ruled(matters)

    assert client_of(who).get(AT).status_code == 403
    assert client_of(who).post(AT + "stop").status_code == 403


def test_who_only_supervises_does_not_switch_them_on(matters, client_of):
    ruled(matters, "")

    answer = client_of("supervisor").post(AT + "set", {"item": "pension", "mode": "live", "sample": "0"})

    assert answer.status_code == 403
