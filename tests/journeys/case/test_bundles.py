"""一件事: all of it or none; each fact and each paper once; each case for itself afterwards; two people at once."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.frames.bundle_fields import fields_of, write
from banshi.frames.case_fields import mark
from banshi.journeys.case import bundles
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Bundle, Case, CaseMaterial
from banshi.rooms.cases.queries import cases_of, filled, form_of, one_of, whole_of
from banshi.rooms.catalogue import queries as of_catalogue
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.feedback.models import Rating
from banshi.rooms.library.actions import issue_certificate
from banshi.rooms.messaging import actions as messaging
from tests.bundles import FORM, opened, sign_of
from tests.matters import Matters
from tests.rooms.messaging.test_outbox import Spy
from tests.together import together
from tests.town import TUESDAY_NINE, at


@pytest.fixture
def two(matters: Matters) -> Matters:
    sign_of(matters.town)
    return matters


@pytest.fixture
def committed_two(committed_matters: Matters) -> Matters:
    sign_of(committed_matters.town)
    return committed_matters


def papers(matters: Matters, bundle: Bundle, *codes: str) -> None:
    first = cases_of(bundle)[0]
    for code in codes:
        cases.add_paper(case_no=first.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)


def phases(bundle: Bundle) -> list[str]:
    return [case.phase for case in cases_of(bundle)]


def test_one_form_fills_in_each_case_its_own(two: Matters) -> None:
    shop, sign = cases_of(opened(two))

    assert form_of(shop) == {"name": "小镇书店", "address": "一号路 2 号"}
    assert form_of(sign) == {"address": "一号路 2 号", "words": "书"}
    assert (shop.answers, sign.answers) == ({"premises": "rented", "food": "no"}, {"premises": "rented"})
    assert filled(one_of([shop, sign]), [shop, sign]) == ({"premises": "rented", "food": "no"}, FORM)


def test_a_change_of_the_one_form_reaches_every_case_that_asks(two: Matters) -> None:
    bundle = opened(two)

    cases.change_bundle(
        bundle_no=bundle.no, form={"business-address": "三号路 4 号"}, by=two.applicant, now=TUESDAY_NINE
    )

    assert [form_of(case)["address"] for case in cases_of(bundle)] == ["三号路 4 号"] * 2


def test_an_item_that_is_not_here_opens_nothing(two: Matters) -> None:
    HallItem.objects.filter(item__code="sign").delete()

    with pytest.raises(Refused) as no:
        opened(two)

    assert no.value.slug == "item-not-here"
    assert (Bundle.objects.count(), Case.objects.count()) == (0, 0)


def test_an_item_retired_meanwhile_changes_no_bundle_that_is_open(two: Matters) -> None:
    bundle = opened(two)
    papers(two, bundle, "id", "lease")
    HallItem.objects.filter(item__code="sign").delete()

    bundles.submit_bundle(bundle_no=bundle.no, by=two.applicant, now=TUESDAY_NINE)

    assert phases(bundle) == ["pre_review", "pre_review"]


def test_one_file_serves_every_case_and_goes_from_every_case(two: Matters) -> None:
    bundle = opened(two)
    papers(two, bundle, "id", "lease", "photo")

    rows = CaseMaterial.objects.filter(gone_at=None)
    both = sorted(rows.values_list("case__item__code", "code"))
    first = rows.get(case__item__code="pension", code="lease")
    cases.take_back_paper(case_no=first.case.no, material_id=first.pk, by=two.applicant, now=TUESDAY_NINE)

    assert both == [("pension", "id"), ("pension", "lease"), ("pension", "photo"), ("sign", "id"), ("sign", "lease")]
    assert sorted(rows.values_list("case__item__code", "code")) == [
        ("pension", "id"), ("pension", "photo"), ("sign", "id"),
    ]  # fmt: skip


def test_a_certificate_goes_where_it_stands_for_the_paper(two: Matters) -> None:
    """The sign wants the card itself; the shop takes the certificate, and is not refused for the other's sake."""
    sign = Item.objects.get(code="sign")
    card, lease = sign.handling["materials"]
    sign.handling = {**sign.handling, "materials": [{**card, "satisfied_by": []}, lease]}
    sign.save(update_fields=["handling"])
    of_catalogue.forget_handlings()
    keep_item_versions(by=SYSTEM, now=at("2026-01-07 09:00"))
    ref = issue_certificate(
        person_id=two.person.pk, type="resident-id", number="44190019900101001X", name_zh="居民身份证", name_en="ID card",
        issuer_zh="公安局", issuer_en="Police", issued_on=TUESDAY_NINE.date(), trust="A", source="authority",
        by=two.by["issuer"], now=TUESDAY_NINE,
    ).ref  # fmt: skip
    shop = cases_of(opened(two))[0]

    cases.add_paper(
        case_no=shop.no, code="id", channel="library", certificate=ref, consent=True, by=two.applicant, now=TUESDAY_NINE
    )

    rows = CaseMaterial.objects.filter(gone_at=None)
    assert list(rows.values_list("case__item__code", "code")) == [("pension", "id")]


def test_what_is_missing_anywhere_sends_nothing(two: Matters) -> None:
    bundle = opened(two, form={"business-address": "一号路 2 号"})
    papers(two, bundle, "id", "lease")

    with pytest.raises(Refused) as no:
        bundles.submit_bundle(bundle_no=bundle.no, by=two.applicant, now=TUESDAY_NINE)

    assert [each["code"] for each in no.value.facts["fields"]] == ["pension.name", "sign.words"]
    assert phases(bundle) == ["draft", "draft"]


def test_a_case_that_fails_on_the_way_takes_the_others_back(two: Matters, monkeypatch: Any) -> None:
    bundle = opened(two)
    papers(two, bundle, "id", "lease")
    submit = bundles.by_rule.submit

    def killed(*, case_no: str, **more: Any) -> Any:
        if case_no == cases_of(bundle)[1].no:
            raise RuntimeError("killed")
        return submit(case_no=case_no, **more)

    monkeypatch.setattr(bundles.by_rule, "submit", killed)
    with pytest.raises(RuntimeError):
        bundles.submit_bundle(bundle_no=bundle.no, by=two.applicant, now=TUESDAY_NINE)

    assert phases(bundle) == ["draft", "draft"]


def test_a_draft_of_a_bundle_is_never_sent_alone(two: Matters) -> None:
    bundle = opened(two)
    papers(two, bundle, "id", "lease")

    bundles.submit(case_no=cases_of(bundle)[1].no, by=two.applicant, now=TUESDAY_NINE)

    assert phases(bundle) == ["pre_review", "pre_review"]


def test_a_window_receives_the_whole_and_counts_each_paper_once(two: Matters) -> None:
    bundle = opened(two)
    brought = bundles.WholeBrought(counted=[cases.Counted("id"), cases.Counted("lease"), cases.Counted("photo")])

    bundles.receive_bundle(bundle_no=bundle.no, brought=brought, by=two.by["receiver"], now=TUESDAY_NINE)

    assert phases(bundle) == ["received", "received"]
    assert CaseMaterial.objects.filter(gone_at=None).count() == 5


def test_what_is_received_and_accepted_together_is_told_in_one_message_each(two: Matters) -> None:
    bundle, gateway = opened(two), Spy()
    two.town.policy(messages={"channels": ["sms"]})
    brought = bundles.WholeBrought(counted=[cases.Counted("id"), cases.Counted("lease"), cases.Counted("photo")])

    bundles.receive_bundle(bundle_no=bundle.no, brought=brought, by=two.by["receiver"], now=TUESDAY_NINE)
    messaging.drain(channels={"sms": gateway}, now=TUESDAY_NINE)

    (told,) = [text for _, text, _ in gateway.sent]
    assert [each in told for each in ("招牌设置", *(case.no for case in cases_of(bundle)))] == [True] * 3
    assert f"/bundles/{bundle.no}/" in told


def test_cases_of_one_whole_with_another_day_are_told_each(two: Matters) -> None:
    bundle, gateway = opened(two), Spy()
    two.town.policy(messages={"channels": ["sms"]})
    brought = bundles.WholeBrought(counted=[cases.Counted("id"), cases.Counted("lease"), cases.Counted("photo")])

    bundles.receive_bundle(bundle_no=bundle.no, brought=brought, by=two.by["receiver"], now=TUESDAY_NINE)
    for case in cases_of(bundle):
        cases.accept(case_no=case.no, by=two.by["receiver"], now=TUESDAY_NINE)
    messaging.drain(channels={"sms": gateway}, now=TUESDAY_NINE)

    assert ["也受理了" in text for _, text, _ in gateway.sent] == [True] * 2


def test_a_paper_nobody_asks_for_receives_nothing(two: Matters) -> None:
    bundle = opened(two)
    brought = bundles.WholeBrought(counted=[cases.Counted("passport")])

    with pytest.raises(Refused):
        bundles.receive_bundle(bundle_no=bundle.no, brought=brought, by=two.by["receiver"], now=TUESDAY_NINE)

    assert phases(bundle) == ["draft", "draft"]


def accepted(two: Matters, **more: Any) -> Bundle:
    bundle = opened(two, **more)
    brought = bundles.WholeBrought(counted=[cases.Counted("id"), cases.Counted("lease"), cases.Counted("photo")])
    bundles.receive_bundle(bundle_no=bundle.no, brought=brought, by=two.by["receiver"], now=TUESDAY_NINE)
    for case in cases_of(bundle):
        cases.accept(case_no=case.no, by=two.by["receiver"], now=TUESDAY_NINE)
    return bundle


def test_the_whole_is_promised_for_the_last_day_of_its_parts(two: Matters) -> None:
    bundle = accepted(two)

    assert whole_of(bundle).due_on == max(case.due_promised for case in cases_of(bundle))
    assert whole_of(bundle).state == "under_way"


def test_a_joint_limit_is_the_promise_of_the_whole(two: Matters) -> None:
    joint, alone = accepted(two, joint_days=4), accepted(two)

    assert whole_of(joint).due_on == cases_of(alone)[0].due_promised


def test_one_may_be_taken_back_and_the_rest_is_sent(two: Matters) -> None:
    bundle = opened(two)
    papers(two, bundle, "id", "lease")
    cases.withdraw(case_no=cases_of(bundle)[1].no, by=two.applicant, now=TUESDAY_NINE)

    bundles.submit_bundle(bundle_no=bundle.no, by=two.applicant, now=TUESDAY_NINE)

    assert phases(bundle) == ["pre_review", "withdrawn"]


def test_the_whole_is_taken_back_but_for_what_was_settled(two: Matters) -> None:
    bundle = opened(two)

    cases.withdraw_bundle(bundle_no=bundle.no, by=two.applicant, now=TUESDAY_NINE)

    assert whole_of(bundle).state == "over"
    with pytest.raises(Refused):
        cases.withdraw_bundle(bundle_no=bundle.no, by=two.applicant, now=TUESDAY_NINE)


def test_the_whole_is_rated_once_when_the_last_of_it_is_over(two: Matters) -> None:
    bundle = accepted(two)
    first, second = cases_of(bundle)

    def rate(case: Case, stars: int = 5) -> str:
        return tried(
            lambda: feedback.rate_case(
                case_no=case.no, stars=stars, channel="web", follow_up=False, now=TUESDAY_NINE, by=two.applicant
            )
        )

    cases.withdraw(case_no=second.no, by=two.applicant, now=TUESDAY_NINE)
    early = rate(second)
    cases.withdraw(case_no=first.no, by=two.applicant, now=TUESDAY_NINE)

    assert (early, rate(second), rate(first), rate(second)) == ("wrong-state", "done", "already-rated", "already-rated")
    assert Rating.objects.get().case == first


def tried(act: Any) -> str:
    try:
        act()
    except Refused as no:
        return no.slug
    return "done"


def test_two_taps_send_it_once(committed_two: Matters) -> None:
    two = committed_two
    bundle = opened(two)
    papers(two, bundle, "id", "lease")

    said = together(
        4, lambda i: tried(lambda: bundles.submit_bundle(bundle_no=bundle.no, by=two.applicant, now=TUESDAY_NINE))
    )

    assert sorted(said) == ["done", "wrong-state", "wrong-state", "wrong-state"]
    assert phases(bundle) == ["pre_review", "pre_review"]
    assert [case.events.filter(verb="submit").count() for case in cases_of(bundle)] == [1, 1]


def test_two_tabs_never_overwrite_each_other_unseen(committed_two: Matters) -> None:
    two = committed_two
    bundle = opened(two)

    said = together(
        3,
        lambda i: tried(
            lambda: cases.change_bundle(
                bundle_no=bundle.no,
                form={"business-address": f"{i + 1} 号路"},
                revision=0,
                by=two.applicant,
                now=TUESDAY_NINE,
            )
        ),
    )

    assert sorted(said) == ["changed-meanwhile", "changed-meanwhile", "done"]
    assert len({form_of(case)["address"] for case in cases_of(bundle)}) == 1


def test_fields_that_save_themselves_at_once_are_all_kept_and_of_one_field_one_wins(committed_two: Matters) -> None:
    two = committed_two
    bundle = opened(two)
    names, kept = list(fields_of(cases_of(bundle))), dict(FORM)
    asked = [("sign.words", "一"), ("pension.name", "二"), ("business-address", "三"), ("business-address", "四")]

    def leave(i: int) -> bool:
        name, value = asked[i]
        assert name in names
        was = {name: mark(bundle.no, name, kept[name])}
        return bool(write(bundle, {name: value}, was, by=two.applicant, now=TUESDAY_NINE)[1].clashes)

    said = together(4, leave)

    _, form = filled(one_of(cases_of(bundle)), cases_of(bundle))
    assert (said[:2], sorted(said[2:])) == ([False, False], [False, True])
    assert (form["sign.words"], form["pension.name"]) == ("一", "二")
    assert form["business-address"] == ("三" if said[3] else "四")


def test_papers_for_one_and_for_the_other_at_once_never_wait_for_each_other(committed_two: Matters) -> None:
    two = committed_two
    rows = cases_of(opened(two))

    said = together(
        4,
        lambda i: tried(
            lambda: cases.add_paper(
                case_no=rows[i % 2].no, code="id", channel="upload", by=two.applicant, now=TUESDAY_NINE
            )
        ),
    )

    assert said == ["done"] * 4
    assert CaseMaterial.objects.count() == 8


def test_a_case_that_stands_alone_is_sent_as_ever(two: Matters) -> None:
    case = two.opened(form={"name": "小镇书店", "address": "一号路 2 号"})

    with pytest.raises(Refused) as no:
        bundles.submit(case_no=case.no, by=two.applicant, now=TUESDAY_NINE)

    assert no.value.slug == "material-missing"
