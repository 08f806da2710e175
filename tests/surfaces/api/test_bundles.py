"""一件事 over HTTP: opened from one form, received as one, each case with its own end; nobody else's to see."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bundles import ANSWERS, FORM, sign_of
from tests.surfaces.api.casework import OPEN, Casework

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
