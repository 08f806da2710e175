"""秒批: decided by rule where nothing is doubtful, and by a person wherever anything is; wholly or not at all."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from banshi.foundation import clock
from banshi.journeys.case import at_machine, at_window, by_rule
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking.models import Suspension
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper, RuleRun, RuleSwitch
from banshi.rooms.cases.queries import facts_of, got_of, timeline
from banshi.rooms.cases.rules.chain import FIRST
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.library import actions as library_acts
from banshi.rooms.library import queries as library
from banshi.rooms.messaging.models import Message
from tests.letters import letter, ref
from tests.matters import FORM, SHOP, Matters
from tests.rules_of_shop import OWN, PACK, RULED, card, publish, ruled, sure, switch, switched_on
from tests.signers import Plain, sealing
from tests.standing import shown_there, stands_there
from tests.together import together
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def sent(matters: Matters, **more: Any) -> Case:
    return by_rule.submit(case_no=sure(matters, **more).no, by=matters.applicant, now=TUESDAY_NINE)


def why(case: Case) -> tuple[str, str]:
    run = RuleRun.objects.get(case=case)
    return run.outcome, run.why


def test_where_every_rule_holds_it_is_granted_and_given_in_the_same_instant(matters: Matters):
    case = sent(ruled(matters))

    assert (case.phase, case.outcome, case.granted, case.decided_by_id) == ("closed", "granted", True, None)
    assert [(m.verb, m.actor) for m in timeline(case)][1:] == [
        ("submit", str(matters.applicant)),
        *[(verb, "system") for verb in
          ("pass", "receive", "accept", "hand_over", "decide", "issue", "shelve", "deliver", "close")],
    ]  # fmt: skip
    assert list(CasePaper.objects.order_by("id").values_list("kind", flat=True)) == [
        "submission_receipt", "receipt", "acceptance", "grant", "rule_trace", "licence", "delivery_receipt",
    ]  # fmt: skip
    assert list(Message.objects.order_by("id").values_list("key", "state")) == [
        ("case_sent", "dropped"), ("case_granted", "due"), ("case_closed", "due"),
    ]  # fmt: skip
    kinds = {each.type for each in library.certificates_of(person_id=matters.person.pk)}
    assert kinds == {"resident-id", "shop-licence"}


def test_where_papers_are_sealed_it_is_given_with_its_seal_once(matters: Matters, settings: Any, tmp_path: Path):
    sealing(settings, tmp_path)
    case = sent(ruled(matters))
    waiting, early = case.phase, by_rule.give_sealed(now=TUESDAY_NINE)

    cases.make_due(now=TUESDAY_NINE)
    cases.seal_due(signer=Plain(), now=TUESDAY_NINE, wall=clock.wall())
    given = [by_rule.give_sealed(now=TUESDAY_NINE) for _ in range(2)]

    case.refresh_from_db()
    assert (waiting, early, given, case.phase) == ("issuing", 0, [1, 0], "closed")


def test_the_record_of_the_rules_says_each_and_that_it_held(matters: Matters):
    case = sent(ruled(matters))

    paper = CasePaper.objects.get(case=case, kind="rule_trace")
    assert [(each.name, each.why) for each in facts_of(paper).rules][-2:] == [
        ("不卖吃的", "成立"),
        ("店面是自己的", "成立"),
    ]
    assert RuleRun.objects.get().trace == [
        {"rule": rule, "held": True} for rule in ("@applicant", "@standing", "@papers", "no-food", "own")
    ]


def test_the_chain_of_what_was_done_stays_whole(matters: Matters):
    case = sent(ruled(matters))

    events = list(case.events.order_by("seq"))
    assert [e.earlier_hash for e in events] == [FIRST, *[e.hash for e in events[:-1]]]


def test_a_result_that_is_no_file_goes_to_the_issue_window(matters: Matters):
    case = sent(ruled(matters, electronic=False))

    assert (case.phase, case.granted) == ("decided", True)
    issued = cases.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    assert issued.kind == "licence"


@pytest.mark.parametrize("mode", ["", "off", "shadow"])
def test_rules_that_are_not_live_decide_nothing(matters: Matters, mode: str):
    case = sent(ruled(matters, mode))

    assert (case.phase, case.decided_at) == ("pre_review", None)
    assert why(case) == ("person", mode or "off")


def test_in_trial_the_rules_are_tried_and_what_they_say_is_kept(matters: Matters):
    case = sent(ruled(matters, "shadow"))

    run = RuleRun.objects.get(case=case)
    assert (run.held, run.outcome, len(run.trace)) == (True, "person", 5)


def test_a_rule_that_does_not_hold_leaves_it_to_a_person_and_refuses_nothing(matters: Matters):
    case = sent(ruled(matters), answers={"premises": "own", "food": "yes"})

    assert (case.phase, case.outcome, case.submitted_at) == ("pre_review", "", TUESDAY_NINE)
    assert why(case) == ("person", "rule")
    assert case.materials.filter(gone_at=None).count() == 1


def test_a_paper_that_somebody_sent_by_themselves_is_looked_at(matters: Matters):
    ruled(matters)
    case = matters.opened(answers=OWN, form=FORM)
    cases.add_material(case_no=case.no, code="id", channel="upload", by=matters.applicant, now=TUESDAY_NINE)

    done = by_rule.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert (done.phase, *why(done)) == ("pre_review", "person", "papers")


def test_also_one_that_was_not_asked_for(matters: Matters):
    case = sure(ruled(matters))
    cases.add_material(case_no=case.no, code="plan", channel="upload", by=matters.applicant, now=TUESDAY_NINE)

    done = by_rule.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert (done.phase, *why(done)) == ("pre_review", "person", "papers")


def test_an_account_that_nothing_proves_goes_to_a_person(matters: Matters):
    case = sure(ruled(matters))
    Account.objects.filter(pk=matters.account.pk).update(person_evidence=0)

    done = by_rule.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert (done.phase, *why(done)) == ("pre_review", "person", "applicant")


def test_somebody_else_named_in_the_form_goes_to_a_person(matters: Matters):
    named = {**RULED, "fields": [{**SHOP["fields"][0], "type": "name", "element": "person-name"}, *SHOP["fields"][1:]]}
    ruled(matters)
    publish(named)

    done = sent(matters, form={**FORM, "name": "别人"})
    theirs = sent(matters, form={**FORM, "name": matters.person.name}, ref=_held(matters))

    assert (done.phase, *why(done)) == ("pre_review", "person", "applicant")
    assert theirs.phase == "closed"


def _held(matters: Matters) -> str:
    return library.certificates_of(person_id=matters.person.pk, types=["resident-id"])[0].ref


def test_somebody_who_is_suspended_goes_to_a_person(matters: Matters):
    Suspension.objects.create(
        person=matters.person, scope="hall:town", reason="no_shows", from_on=TUESDAY_NINE.date(),
        until_on=TUESDAY_NINE.date(), made_at=TUESDAY_NINE,
    )  # fmt: skip

    case = sent(ruled(matters))

    assert (case.phase, *why(case)) == ("pre_review", "person", "suspended")


def test_a_sample_goes_to_a_person(matters: Matters):
    case = sent(ruled(matters, sample_percent=100))

    run = RuleRun.objects.get(case=case)
    assert (case.phase, run.held, run.sampled, run.why) == ("pre_review", True, True, "sampled")


def test_a_rule_that_cannot_be_told_goes_to_a_person(matters: Matters):
    phone = {"id": "phone", "text_zh": "电话", "text_en": "Telephone", "holds": {"eq": ["phone", "13800138000"]}}

    case = sent(ruled(matters, rules=[phone]))

    assert (case.phase, *why(case)) == ("pre_review", "person", "unclear")


def test_a_rule_that_breaks_goes_to_a_person(matters: Matters, monkeypatch: pytest.MonkeyPatch):
    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("banshi.rooms.cases.rules.by_rule.judge", breaks)

    case = sent(ruled(matters))

    assert (case.phase, *why(case)) == ("pre_review", "person", "error")


def test_a_step_that_cannot_be_taken_is_taken_back_and_goes_to_a_person(
    matters: Matters, monkeypatch: pytest.MonkeyPatch
):
    def refuses(*_: object, **__: object) -> None:
        raise Refused("deferred-open")

    monkeypatch.setattr("banshi.rooms.cases.actions.ruling.decided", refuses)

    case = sent(ruled(matters))

    assert (case.phase, *why(case)) == ("pre_review", "person", "error")
    assert [m.verb for m in timeline(case)] == ["open", "submit"]


def test_what_a_person_sent_back_a_person_looks_at_again(matters: Matters):
    case = sent(ruled(matters, "off"))
    cases.send_back(
        case_no=case.no, verdicts=[cases.Verdict("id", ok=False, reason="看不清")], by=matters.by["pre_reviewer"],
        now=TUESDAY_NINE,
    )  # fmt: skip
    ruled(matters)
    case.materials.update(verdict="", gone_at=None)

    again = by_rule.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert again.phase == "pre_review"
    assert RuleRun.objects.filter(case=case).count() == 1


def test_a_case_goes_by_the_rules_of_its_own_version(matters: Matters):
    case = sure(ruled(matters))
    harder = [*PACK["rules"], {**PACK["rules"][0], "id": "food", "holds": {"eq": ["food", "yes"]}}]
    publish({**RULED, "by_rule": {"rules": harder}})

    done = by_rule.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    newer = sent(matters, ref=_held(matters))

    assert (done.phase, newer.phase) == ("closed", "pre_review")
    assert [run.version for run in RuleRun.objects.order_by("id")] == [done.item_version, newer.item_version]


def test_sent_twice_it_is_decided_once(matters: Matters):
    case = sent(ruled(matters))

    with pytest.raises(Refused) as twice:
        by_rule.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert twice.value.slug == "wrong-state"
    assert RuleRun.objects.count() == 1


# --- At a window --------------------------------------------------------------------------------------------------


def received(matters: Matters, papers: tuple[str, ...] = ("id",), **more: Any) -> Case:
    case = matters.opened(**{"answers": OWN, "form": FORM, "channel": "window", "account_id": None, **more})
    Case.objects.filter(pk=case.pk).update(opened_by=str(matters.by["receiver"]))
    brought = at_window.Brought(phase="draft", counted=[cases.Counted(code) for code in papers])
    return at_window.receive(case_no=case.no, brought=brought, by=matters.by["receiver"], now=TUESDAY_NINE)


def test_what_a_window_received_is_granted_at_once_and_goes_to_the_issue_window(matters: Matters):
    case = received(ruled(matters))

    assert (case.phase, case.granted, case.decided_by_id) == ("decided", True, None)
    assert (case.received_by_id, case.accepted_by_id, case.locked_by_id) == (
        matters.staff["receiver"].pk, None, None,
    )  # fmt: skip
    assert RuleRun.objects.get().occasion == "receive"


def test_what_a_window_received_without_a_paper_stays_with_it(matters: Matters):
    case = received(ruled(matters), papers=())

    assert (case.phase, *why(case)) == ("received", "person", "papers")


def test_what_a_window_accepts_or_settles_itself_no_rule_touches(matters: Matters):
    case = ruled(matters).opened(answers=OWN, form=FORM, channel="window", account_id=None)
    brought = at_window.Brought(phase="draft", counted=[cases.Counted("id")])

    done = at_window.accept(case_no=case.no, brought=brought, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert done.phase == "accepted"
    assert not RuleRun.objects.exists()


def test_a_machine_that_saw_no_card_leaves_it_to_a_person(matters: Matters):
    kiosk = Actor(ActorKind.KIOSK, "town-kiosk")
    person = matters.person
    ref = card(ruled(matters))
    person.name_source, person.name_at = str(kiosk), TUESDAY_NINE - timedelta(minutes=1)  # known from an earlier card
    person.save(update_fields=["name_source", "name_at"])
    typed = sent_from(matters, kiosk, ref)
    Case.objects.filter(pk=typed.pk).update(phase="withdrawn", outcome="withdrawn", closed_at=TUESDAY_NINE)

    shown_there(person.pk)
    read = sent_from(matters, kiosk, ref, evidence=Evidence.CHIP)

    assert (why(typed), read.phase) == (("person", "applicant"), "closed")


def test_a_card_alone_that_anybody_may_have_found_leaves_it_to_a_person(matters: Matters):
    kiosk = Actor(ActorKind.KIOSK, "town-kiosk")
    ref = card(ruled(matters))
    enter(matters.person, by=kiosk, at=TUESDAY_NINE)
    stands_there(matters.person.pk)
    shown_there(matters.town.person(3).pk, device="town-kiosk-2")  # somebody else, at the machine beside

    case = sent_from(matters, kiosk, ref, evidence=Evidence.CHIP)

    assert (case.phase, *why(case)) == ("pre_review", "person", "applicant")


def test_what_was_shown_ends_with_the_sitting(matters: Matters):
    kiosk = Actor(ActorKind.KIOSK, "town-kiosk")
    ref = card(ruled(matters))
    enter(matters.person, by=kiosk, at=TUESDAY_NINE)
    shown_there(matters.person.pk)
    stands_there(matters.town.person(3).pk)  # the next one, at the same machine

    case = sent_from(matters, kiosk, ref, evidence=Evidence.CHIP)

    assert why(case) == ("person", "applicant")


def test_where_a_hall_asks_for_no_more_than_the_card_it_is_enough(matters: Matters):
    kiosk = Actor(ActorKind.KIOSK, "town-kiosk")
    ref = card(ruled(matters))
    enter(matters.person, by=kiosk, at=TUESDAY_NINE)
    matters.town.policy(machines={"rules_level": "card"})

    assert sent_from(matters, kiosk, ref, evidence=Evidence.CHIP).phase == "closed"


def test_a_card_is_read_before_the_matter_is_begun_and_counts_all_the_same(matters: Matters):
    kiosk = Actor(ActorKind.KIOSK, "town-kiosk")
    ref = card(ruled(matters))
    enter(matters.person, by=kiosk, at=TUESDAY_NINE - timedelta(minutes=1))

    case = at_machine.begin(
        at_machine.Beginning(matters.town.hall, "pension", matters.person.pk, OWN, "zh"), by=kiosk, now=TUESDAY_NINE
    )
    cases.change(case_no=case.no, form=FORM, revision=case.revision, by=kiosk, now=TUESDAY_NINE)
    cases.add_material(
        case_no=case.no, code="id", channel="library", certificate=ref, consent=True, by=kiosk, now=TUESDAY_NINE
    )

    shown_there(matters.person.pk)
    assert by_rule.submit(case_no=case.no, by=kiosk, now=TUESDAY_NINE + timedelta(minutes=2)).phase == "closed"


def test_a_card_read_to_go_on_with_what_was_begun_elsewhere_counts(matters: Matters):
    channel = Actor(ActorKind.CHANNEL, "7")
    ref = card(ruled(matters))
    enter(matters.person, by=channel, at=TUESDAY_NINE)
    case = matters.opened(answers=OWN, form=FORM, channel="api", account_id=None)
    cases.add_material(
        case_no=case.no, code="id", channel="library", certificate=ref, consent=True, by=channel, now=TUESDAY_NINE
    )

    cases.seen_again(case_nos=[case.no], evidence=Evidence.CHIP)

    assert by_rule.submit(case_no=case.no, by=channel, now=TUESDAY_NINE).phase == "closed"


def enter(person: Person, *, by: Actor, at: datetime) -> None:
    """Their card is read there: their name is known from then on."""
    person.name_evidence, person.name_source, person.name_at = Evidence.CHIP, str(by), at
    person.save(update_fields=["name_evidence", "name_source", "name_at"])


def sent_from(
    matters: Matters, by: Actor, ref: str, channel: str = "kiosk", evidence: Evidence = Evidence.DECLARED
) -> Case:
    asked = cases.Opening(
        hall=matters.town.hall,
        item_code="pension",
        person_id=matters.person.pk,
        channel=channel,
        answers=OWN,
        form=FORM,
        evidence=evidence,
    )
    case = cases.open_case(asked, by=by, now=TUESDAY_NINE)
    cases.add_material(
        case_no=case.no, code="id", channel="library", certificate=ref, consent=True, by=by, now=TUESDAY_NINE
    )
    return by_rule.submit(case_no=case.no, by=by, now=TUESDAY_NINE)


PRESENT = {"id": "seen", "text_zh": "窗口见过本人", "text_en": "Seen at a window",
           "holds": {"eq": ["applicant.shown", "window"]}}  # fmt: skip


def test_that_somebody_is_there_no_account_proves_and_a_clerk_who_saw_them_does(matters: Matters):
    from_home = sent(ruled(matters, rules=[PRESENT]))
    at_counter = received(matters)

    assert (from_home.phase, *why(from_home)) == ("pre_review", "person", "rule")
    assert at_counter.phase == "decided"


def test_nor_does_a_card_that_a_machine_read(matters: Matters):
    kiosk, person = Actor(ActorKind.KIOSK, "town-kiosk"), matters.person
    ref = card(ruled(matters, rules=[PRESENT]))
    shown_there(person.pk)
    person.name_source, person.name_at = str(kiosk), TUESDAY_NINE
    person.save(update_fields=["name_source", "name_at"])

    case = sent_from(matters, kiosk, ref, evidence=Evidence.CHIP)

    assert (case.phase, *why(case)) == ("pre_review", "person", "rule")


def test_nor_does_who_stands_there_with_their_letter(matters: Matters):
    row = letter(matters.town.person(3), matters.person)
    ruled(matters, rules=[PRESENT])

    case = received(matters, mandate=ref(row))

    assert (case.masked_agent != "", case.phase, *why(case)) == (True, "received", "person", "rule")


@pytest.mark.parametrize(
    ("source", "value", "phase"),
    [
        ("import:market", FORM["name"], "closed"),
        ("import:market", "别的名字", "pre_review"),
        ("case:1", FORM["name"], "pre_review"),
    ],
)
def test_what_a_field_says_counts_where_an_authority_says_the_same(
    matters: Matters, source: str, value: str, phase: str
):
    rule = {**PACK["rules"][0], "holds": {"eq": ["name.by", "register"]}}
    ruled(matters)
    publish({
        **RULED, "fields": [{**SHOP["fields"][0], "element": "business-name"}, *SHOP["fields"][1:]], "by_rule": {"rules": [rule]},
    })  # fmt: skip
    library_acts.learn(
        person_id=matters.person.pk, element="business-name", value=value, trust="A", source=source, now=TUESDAY_NINE
    )

    assert sent(matters).phase == phase


@pytest.mark.parametrize("over", ["ended", "ran out"])
def test_a_certificate_that_holds_no_more_when_it_is_sent_grants_nothing(matters: Matters, over: str):
    day = TUESDAY_NINE.date() if over == "ran out" else None
    case = sure(ruled(matters), ref=card(matters, valid_until=day))
    if over == "ended":
        library_acts.end_certificate(ref=_held(matters), by=matters.by["receiver"], now=TUESDAY_NINE)

    with pytest.raises(Refused) as no:
        by_rule.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE + timedelta(days=1))

    case.refresh_from_db()
    assert (no.value.slug, no.value.facts["codes"], case.phase) == ("material-missing", ["id"], "draft")


def test_a_certificate_that_ends_after_it_was_received_counts_as_received(matters: Matters):
    case = sent(ruled(matters, sample_percent=100))
    Case.objects.filter(pk=case.pk).update(received_at=TUESDAY_NINE, phase="received")
    case.refresh_from_db()
    library_acts.end_certificate(ref=_held(matters), by=matters.by["receiver"], now=TUESDAY_NINE + timedelta(days=1))

    (got,) = got_of(case, now=TUESDAY_NINE + timedelta(days=2))

    assert got.usable


def test_a_channel_that_calls_itself_a_window_proves_nobody(matters: Matters):
    ref = card(ruled(matters))
    channel = Actor(ActorKind.CHANNEL, "7")

    case = sent_from(matters, channel, ref, channel="window")

    assert (case.phase, *why(case)) == ("pre_review", "person", "applicant")


# --- The switch ---------------------------------------------------------------------------------------------------


def test_one_press_stops_every_rule_from_the_next_case_on(matters: Matters):
    before = sent(ruled(matters))

    stopped = cases.stop_all_rules(by=matters.by["supervisor"], now=TUESDAY_NINE)
    after = sent(matters, ref=_held(matters))

    assert (stopped, before.phase, after.phase) == (1, "closed", "pre_review")
    assert why(after) == ("person", "off")
    assert (switch().mode, switch().changed_by) == ("off", str(matters.by["supervisor"]))
    assert [entry.facts["mode"] for entry in Entry.objects.filter(action="set-rules").order_by("id")] == ["live", "off"]


def test_only_an_item_with_rules_is_switched_on(matters: Matters):
    with pytest.raises(Refused) as no:
        cases.propose_rules(item_code="pension", sample_percent=0, by=matters.by["supervisor"], now=TUESDAY_NINE)

    assert no.value.slug == "invalid"
    assert not RuleSwitch.objects.exists()


def test_rules_are_switched_on_by_another_than_who_proposed_it(matters: Matters):
    ruled(matters, "")
    first = cases.propose_rules(item_code="pension", sample_percent=5, by=matters.by["supervisor"], now=TUESDAY_NINE)
    second = cases.propose_rules(item_code="pension", sample_percent=9, by=matters.by["supervisor"], now=TUESDAY_NINE)

    def on(proposal: Any, who: str) -> str:
        try:
            cases.switch_on(item_code="pension", proposal=proposal.pk, by=matters.by[who], now=TUESDAY_NINE)
        except Refused as no:
            return no.slug
        return "on"

    tried = [on(second, "supervisor"), on(first, "approver"), on(second, "approver"), on(second, "reviewer")]

    assert tried == ["same-person", "changed-meanwhile", "on", "changed-meanwhile"]
    assert (switch().mode, switch().sample_percent) == ("live", 9)


def test_alone_nobody_lets_rules_decide_or_decide_more_and_anybody_less(matters: Matters):
    ruled(matters, sample_percent=10)

    def put(mode: str, percent: int) -> str:
        try:
            cases.set_rules(
                item_code="pension", mode=mode, sample_percent=percent, by=matters.by["reviewer"], now=TUESDAY_NINE
            )
        except Refused as no:
            return no.slug
        return mode

    assert [put("live", 9), put("live", 20), put("shadow", 0), put("live", 100)] == [
        "same-person", "live", "shadow", "same-person",
    ]  # fmt: skip


def test_a_proposal_is_of_the_version_that_was_read(matters: Matters):
    ruled(matters, "")
    asked = cases.propose_rules(item_code="pension", sample_percent=0, by=matters.by["supervisor"], now=TUESDAY_NINE)
    Item.objects.filter(code="pension").update(version=99)

    with pytest.raises(Refused) as no:
        cases.switch_on(item_code="pension", proposal=asked.pk, by=matters.by["approver"], now=TUESDAY_NINE)

    assert no.value.slug == "changed-meanwhile"


def test_also_by_sql_nobody_switches_rules_on_alone(matters: Matters):
    ruled(matters, "shadow")

    with pytest.raises(IntegrityError, match="rules decide once another person agreed"), transaction.atomic():
        RuleSwitch.objects.update(mode="live")


@pytest.mark.django_db(transaction=True)
def test_switched_on_and_stopped_at_the_same_instant_they_rest(committed_matters: Matters):
    matters = ruled(committed_matters, "")
    asked = cases.propose_rules(item_code="pension", sample_percent=0, by=matters.by["supervisor"], now=TUESDAY_NINE)

    def act(i: int) -> Any:
        if i == 0:
            return cases.stop_all_rules(by=matters.by["supervisor"], now=TUESDAY_NINE)
        return cases.switch_on(item_code="pension", proposal=asked.pk, by=matters.by["approver"], now=TUESDAY_NINE)

    stopped, on = together(2, act)

    assert stopped in (0, 1)
    assert isinstance(on, RuleSwitch) if stopped else on.slug == "changed-meanwhile"
    assert switch().mode == "off"


@pytest.mark.parametrize(("mode", "percent"), [("maybe", 0), ("live", 101), ("live", -1)])
def test_a_switch_has_three_places_and_a_sample_is_a_share(matters: Matters, mode: str, percent: int):
    ruled(matters, "")

    with pytest.raises(Refused) as no:
        cases.set_rules(
            item_code="pension", mode=mode, sample_percent=percent, by=matters.by["supervisor"], now=TUESDAY_NINE
        )

    assert no.value.slug == "invalid"


def test_nobody_decides_without_a_person_and_without_rules_that_granted(matters: Matters):
    case = matters.in_review()

    with pytest.raises(IntegrityError, match="decided by somebody, or granted by its rules"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(
            decided_at=TUESDAY_NINE, granted=True, phase="decided", outcome="granted"
        )


def test_rules_never_refuse_also_by_sql(matters: Matters):
    case = sent(ruled(matters, electronic=False))

    with pytest.raises(IntegrityError, match="decided by somebody, or granted by its rules"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(granted=False)


def test_what_the_rules_came_to_stands(matters: Matters):
    sent(ruled(matters, "shadow"))

    with pytest.raises(DatabaseError, match="what the rules came to stands"), transaction.atomic():
        RuleRun.objects.update(outcome="grant")


def test_a_case_that_a_person_decides_is_not_given_out_by_nobody(matters: Matters):
    case = matters.decided()

    with pytest.raises(Refused) as no:
        cases.issue_by_rule(case_no=case.no, now=TUESDAY_NINE)

    assert no.value.slug == "wrong-state"


@pytest.mark.django_db(transaction=True)
def test_stopped_at_the_instant_when_twenty_are_sent_each_is_decided_wholly_or_not_at_all(committed_matters: Matters):
    matters = ruled(committed_matters)
    ref = card(matters)
    drafts = [sure(matters, ref=ref) for _ in range(20)]

    def act(i: int) -> Any:
        if i == 20:
            return cases.stop_all_rules(by=matters.by["supervisor"], now=TUESDAY_NINE + timedelta(seconds=1))
        return by_rule.submit(case_no=drafts[i].no, by=matters.applicant, now=TUESDAY_NINE)

    results = together(21, act)

    assert [each for each in results if isinstance(each, Exception)] == []
    outcomes = dict(RuleRun.objects.order_by("id").values_list("case__no", "outcome"))
    phases = dict(Case.objects.order_by("id").values_list("no", "phase"))
    assert {no: "closed" if outcome == "grant" else "pre_review" for no, outcome in outcomes.items()} == phases
    assert len(phases) == 20
    assert (
        by_rule.submit(case_no=sure(matters, ref=ref).no, by=matters.applicant, now=TUESDAY_NINE).phase == "pre_review"
    )


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_the_same_instant_it_is_decided_once(committed_matters: Matters):
    matters = ruled(committed_matters)
    case = sure(matters)

    results = together(2, lambda _: by_rule.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE))

    assert sorted(each.slug if isinstance(each, Refused) else each.phase for each in results) == [
        "closed",
        "wrong-state",
    ]
    assert (RuleRun.objects.count(), CasePaper.objects.filter(kind="grant").count()) == (1, 1)


def told_why(matters: Matters) -> tuple[str, str]:
    """In place of the message that it came: what the message says, in Chinese and English."""
    assert Message.objects.get(key="case_sent").state == "dropped"
    said = json.loads(Message.objects.get(key="case_by_person").sealed or "{}")
    return said["reason_zh"], said["reason_en"]


def test_whoever_sent_it_hears_what_a_person_has_to_look_at(matters: Matters):
    case = sent(ruled(matters), answers={**OWN, "premises": "rented"})

    assert why(case) == ("person", "rule")
    assert told_why(matters) == ("没有做到“店面是自己的”", "this is not so: The premises are their own")


def test_who_was_drawn_for_a_check_hears_that(matters: Matters):
    case = sent(ruled(matters, sample_percent=100))

    assert why(case) == ("person", "sampled")
    assert told_why(matters) == ("抽到人工复核", "it was drawn for a check")


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_where_rules_decide_nothing_nobody_hears_of_them(matters: Matters, mode: str):
    sent(ruled(matters, mode), answers={**OWN, "premises": "rented"})

    assert list(Message.objects.values_list("key", "state")) == [("case_sent", "due")]


def test_rules_give_the_last_place_and_the_next_is_a_persons(matters: Matters):
    """Nobody has a place twice, and nobody is refused by a rule for want of one."""
    publish({**RULED, "by_rule": PACK, "quota": {"by": "order"}})
    switched_on(matters)
    asked = cases.propose_round(
        item_code="pension", places=1, opens_on=TUESDAY_NINE.date(), closes_on=TUESDAY_NINE.date(),
        by=matters.by["supervisor"], now=TUESDAY_NINE,
    )  # fmt: skip
    row = cases.publish_round(round_id=asked.pk, by=matters.by["second_supervisor"], now=TUESDAY_NINE)
    held = card(matters)

    first = sent(matters, ref=held)
    second = sent(matters, ref=held)

    row.refresh_from_db()
    assert (first.outcome, row.taken) == ("granted", 1)
    assert (why(second)[1], second.outcome) == ("place", "")
