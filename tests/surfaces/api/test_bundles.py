"""一件事 over HTTP: opened from one form, received as one, each case with its own end; nobody else's to see."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.masking import mask_organisation
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.catalogue.models import OneMatter
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Person
from banshi.rooms.identity.rules import UNLIMITED, Limits
from tests.bundles import ANSWERS, FORM, sign_of
from tests.surfaces.api.casework import OPEN, Casework
from tests.town import CLERK, TUESDAY_NINE

USCC, FIRM = "91350100M000100Y43", "东莞市南城糖水铺有限公司"

BOTH = {**{name: said for name, said in OPEN.items() if name != "item"}, "items": ["pension", "sign"],
        "answers": ANSWERS, "form": FORM}  # fmt: skip
COUNTED = {"materials": [{"requirement": "id"}, {"requirement": "lease"}, {"requirement": "photo"}]}


@pytest.fixture
def two(work: Casework) -> Casework:
    sign_of(work.calls.town)
    return work


def opened(work: Casework, **more: Any) -> Any:
    answer = work.calls("post", "/cases", "channel", {**BOTH, **more})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def done(work: Casework, no: str, verb: str, key: str = "channel", body: Any = None) -> Any:
    return work.calls("post", f"/bundles/{no}/{verb}", key, body)


def test_a_bundle_is_opened_received_and_goes_on_case_by_case(two: Casework) -> None:
    bundle = opened(two)
    no = bundle["bundle_no"]

    received = done(two, no, "receive", "receiver", COUNTED).json()
    first, second = (each["case_no"] for each in received["cases"])
    two.done("accept", first, "receiver")
    half = two.calls("get", f"/bundles/{no}", "channel").json()
    two.done("accept", second, "receiver")
    whole = two.calls("get", f"/bundles/{no}", "channel").json()

    assert [each["bundle_no"] for each in bundle["cases"]] == [no, no]
    assert (bundle["state"], bundle["form"]) == ("draft", None)
    assert [each["phase"] for each in received["cases"]] == ["received", "received"]
    assert (half["state"], half["due_on"]) == ("under_way", None)
    assert whole["due_on"] == max(each["due"]["promised"] for each in whole["cases"])
    assert two.seen(first)["bundle_no"] == no


def test_the_items_of_a_situation_are_that_situation_with_its_joint_limit(two: Casework) -> None:
    made = {"name_zh": "开店", "name_en": "A shop", "audience": "person"}
    OneMatter.objects.create(code="own-shop", items="pension?premises=own;sign", joint_days=9, order=1, **made)
    OneMatter.objects.create(code="shop", items="sign;pension?premises=rented", joint_days=7, order=2, **made)
    OneMatter.objects.create(code="more", items="sign;pension;passport", order=0, **made)

    bundle = opened(two)

    assert (bundle["matter"], Bundle.objects.get().joint_days) == ("shop", 7)


def test_a_situation_no_longer_offered_is_no_limit(two: Casework) -> None:
    OneMatter.objects.create(
        code="shop", items="pension;sign", joint_days=7, name_zh="开店", name_en="A shop", audience="person",
        retired_at=TUESDAY_NINE,
    )  # fmt: skip

    assert (opened(two)["matter"], Bundle.objects.get().joint_days) == (None, None)


def test_one_form_is_filled_and_sent_as_one(two: Casework) -> None:
    no = opened(two, form={})["bundle_no"]

    changed = two.calls("patch", f"/bundles/{no}", "channel", {"form": FORM, "revision": 0}).json()
    late = two.calls("patch", f"/bundles/{no}", "channel", {"form": {}, "revision": 0}).json()
    sent = done(two, no, "submit").json()

    assert changed["revision"] == 1
    assert late["type"] == "changed-meanwhile"
    assert (sent["type"], sorted(sent["facts"]["codes"])) == ("material-missing", ["id", "lease"])


def test_what_is_said_to_one_draft_is_said_to_all(two: Casework) -> None:
    bundle = opened(two)
    first, second = (each["case_no"] for each in bundle["cases"])

    two.calls("patch", f"/cases/{first}", "channel", {"form": {"address": "三号路 4 号"}})

    forms = [two.calls("get", f"/cases/{no}", "receiver").json()["form"]["address"] for no in (first, second)]
    assert forms == ["三号路 4 号", "三号路 4 号"]


def test_one_case_of_it_is_taken_back_and_then_the_rest(two: Casework) -> None:
    bundle = opened(two)
    no, first = bundle["bundle_no"], bundle["cases"][0]["case_no"]

    two.done("withdraw", first, "channel")
    rest = done(two, no, "withdraw").json()

    assert [each["phase"] for each in rest["cases"]] == ["withdrawn", "withdrawn"]
    assert (rest["state"], done(two, no, "withdraw").json()["type"]) == ("over", "wrong-state")


def test_a_bundle_is_nobody_elses(two: Casework) -> None:
    no = opened(two)["bundle_no"]

    answers = {
        key: two.calls("get", f"/bundles/{no}", key).status_code for key in ("other-channel", "kiosk", "other-staff")
    }
    acts = {
        (verb, key): done(two, no, verb, key, body).status_code
        for verb, key, body in (
            ("submit", "other-channel", None), ("withdraw", "other-channel", None), ("receive", "reviewer", COUNTED),
            ("receive", "other-staff", COUNTED),
        )
    }  # fmt: skip

    assert set(answers.values()) <= {403, 404}
    assert set(acts.values()) <= {403, 404}


@pytest.mark.parametrize(
    "wrong", [{"item": "pension"}, {"items": None}, {"items": ["pension", "pension"]}, {"items": ["pension", "none"]}]
)
def test_what_is_no_bundle_opens_nothing(two: Casework, wrong: Any) -> None:
    answer = two.calls("post", "/cases", "channel", {**BOTH, **wrong})

    assert answer.status_code in (404, 409, 422)


def firm(work: Casework, limits: Limits = UNLIMITED) -> None:
    """An organisation, and the applicant of the channel as its agent."""
    opened(work)
    made = identity.enrol_organisation(uscc=USCC, name=FIRM, by=CLERK, now=TUESDAY_NINE)
    someone = Person.objects.get(pk=Bundle.objects.latest("id").person_id)
    identity.authorise_member(
        organisation_id=made.pk, person_id=someone.pk, role="agent", limits=limits, by=CLERK, now=TUESDAY_NINE
    )


def test_an_organisation_begins_sends_and_takes_back_several_as_one(two: Casework) -> None:
    firm(two)

    bundle = opened(two, organisation={"uscc": USCC})
    whose = Bundle.objects.get(no=bundle["bundle_no"])
    gone = done(two, bundle["bundle_no"], "withdraw").json()

    assert (whose.organisation.name, {each["applicant"] for each in bundle["cases"]}) == (
        FIRM,
        {mask_organisation(FIRM)},
    )
    assert [each["phase"] for each in gone["cases"]] == ["withdrawn", "withdrawn"]


@pytest.mark.parametrize(
    ("limits", "answer"),
    [
        (Limits(items=("pension",)), (409, "member-limited")),
        (Limits(items=("pension", "sign"), sends=False), (201, "")),
    ],
)
def test_a_member_begins_together_what_is_theirs(two: Casework, limits: Limits, answer: tuple[int, str]) -> None:
    firm(two, limits)

    made = two.calls("post", "/cases", "channel", {**BOTH, "organisation": {"uscc": USCC}})

    assert (made.status_code, made.json().get("type", "")) == answer


def test_who_only_fills_in_sends_nothing_through_a_channel(two: Casework) -> None:
    firm(two, Limits(sends=False))
    no = opened(two, organisation={"uscc": USCC})["bundle_no"]
    for case in Case.objects.filter(bundle__no=no).order_by("id"):
        for code in ("id", "lease"):
            cases.add_material(case_no=case.no, code=code, channel="paper", by=CLERK, now=TUESDAY_NINE)

    sent = done(two, no, "submit")

    assert (sent.status_code, sent.json()["type"], sent.json()["facts"]["fills"]) == (409, "member-limited", True)
