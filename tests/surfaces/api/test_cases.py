"""Cases over HTTP, story by story: opened by a channel or at the window, worked by different people, to the result in hand."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.rooms.archive import actions as archive
from banshi.rooms.cases.models import Case, PageOrder
from banshi.rooms.cases.rules.grounds import GROUNDS
from banshi.rooms.cases.rules.lifecycle import CASE, OUTCOMES, WORKLISTS
from banshi.rooms.cases.rules.materials import CHANNELS
from banshi.rooms.cases.rules.procedures import PROCEDURES
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue import queries as of_catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import actions as identity
from banshi.surfaces.api import case_schemas
from tests.firms import member
from tests.matters import FORM, SHOP
from tests.surfaces.api.casework import COUNTED, FORM_TYPE, OPEN, Casework, form, photo
from tests.surfaces.api.conftest import PERSON
from tests.town import CLERK, TUESDAY_NINE


def test_a_case_goes_from_the_window_to_the_hand(work: Casework) -> None:
    no = work.opened()
    steps: list[tuple[str, str, Any]] = [
        ("receive", "receiver", {"materials": ["id", "lease", {"requirement": "photo", "copies": 2}]}),
        ("accept", "receiver", None),
        ("hand-over", "receiver", None),
        ("take", "reviewer", None),
        ("opine", "reviewer", {"says": "grant"}),
        ("decide", "approver", {"grant": True}),
        ("issue", "issuer", None),
        ("shelve", "issuer", {"place": "A-12"}),
    ]

    phases = [work.done(verb, no, key, body)["phase"] for verb, key, body in steps]
    ready = work.seen(no)
    done = work.done("deliver", no, "issuer", {"channel": "counter", "code": ready["delivery"]["code"]})

    assert phases == ["received", "accepted", "in_review", "in_review", "in_review", "decided", "issuing", "ready"]
    assert (done["phase"], done["outcome"], done["closed_at"]) == ("closed", "granted", "2026-03-10T09:00:00+08:00")
    assert ready["due"] == {
        "promised": "2026-03-16", "statutory": "2026-04-07", "provisional": True, "statutory_provisional": True,
    }  # fmt: skip
    assert ready["clock"] == {"counted": 0, "stopped": 0, "left": 4, "unit": "working_day"}
    assert (ready["delivery"]["place"], done["delivery"]["channel"], done["delivery"]["code"]) == (
        "A-12",
        "counter",
        None,
    )


def test_a_case_is_rated_by_what_opened_it_when_it_is_over(work: Casework) -> None:
    no = work.ready()
    early = work("rating", no, "channel", {"stars": 5})
    work.done("deliver", no, "issuer", {"channel": "counter", "code": work.seen(no)["delivery"]["code"]})

    first = work("rating", no, "channel", {"stars": 4, "tags": ["quick"], "text": "很快"})
    more = work("rating", no, "channel", {"stars": 5})
    answers = [work("rating", no, key, {"stars": 1}) for key in ("channel", "other-channel", "kiosk")]

    assert (early.status_code, early.json()["type"]) == (409, "wrong-state")
    assert (first.status_code, first.json()) == (
        201,
        {
            "case": no,
            "stars": 4,
            "tags": ["quick"],
            "text": "很快",
            "follow_up": False,
            "at": "2026-03-10T09:00:00+08:00",
        },
    )
    assert (more.status_code, more.json()["follow_up"]) == (201, True)
    assert [each.json()["type"] for each in answers] == ["already-rated", "nothing-found", "nothing-found"]


def test_a_draft_is_shown_masked_with_what_comes_next(work: Casework) -> None:
    shown = work.calls("post", "/cases", "channel", OPEN).json()

    assert (shown["applicant"], shown["channel"], shown["phase"]) == ("张**", "api", "draft")
    assert shown["form"] == {"name": "小镇书店", "address": "一号路****"}
    assert (shown["item"]["code"], shown["hall"]["code"], shown["department"]["code"]) == ("pension", "town", "hrss")
    assert (shown["answers"], shown["question"], shown["revision"]) == ({"premises": "rented", "food": "no"}, None, 0)
    assert [(each["code"], each["necessity"], each["state"]) for each in shown["requirements"]] == [
        ("id", "required", "missing"),
        ("lease", "required", "missing"),
        ("photo", "deferrable", "missing"),
        ("plan", "optional", "missing"),
    ]
    assert [(each["verb"], each["who"]) for each in shown["next"]] == [
        ("change", "applicant"), ("submit", "applicant"), ("withdraw", "applicant"), ("receive", "hall"),
        ("terminate", "supervisor"),
    ]  # fmt: skip


def test_a_drafts_form_is_its_channels_alone_and_what_was_masked_comes_back_unchanged(work: Casework) -> None:
    no = work.opened(form={**FORM, "phone": "13800138000"})
    before = work.seen(no)["form"]

    work.calls("patch", f"/cases/{no}", "channel", {"form": {**before, "name": "小镇书局"}})

    assert before == {"name": "小镇书店", "address": "一号路****", "phone": "138****8000"}
    kept = json.loads(Case.objects.get(no=no).form)
    assert (kept["name"], kept["address"], kept["phone"]) == ("小镇书局", FORM["address"], "+8613800138000")
    assert work.calls("get", f"/cases/{no}", "manage").json()["form"] is None
    work.done("receive", no, "receiver", COUNTED)
    assert work.seen(no)["form"] is None


def test_pages_are_put_in_order_and_taken_back_by_who_sent_them(work: Casework) -> None:
    no = work.opened(channel="web")
    first, second, third = [work.sent(no, "channel", photo(colour)).json()["id"] for colour in ("red", "grey", "blue")]

    def order(pages: list[int], key: str = "channel", requirement: str = "lease", **headers: str) -> Any:
        return work.calls(
            "post", f"/cases/{no}/page-order", key, {"requirement": requirement, "pages": pages}, **headers
        )

    def take(page: int, key: str = "channel") -> Any:
        return work.calls("delete", f"/cases/{no}/materials/{page}", key)

    done = order([third, first, second], idempotency_key="k1")
    again = order([third, first, second], idempotency_key="k1")
    wrong = [order(pages) for pages in ([first, second], [first, first, second], [first, second, third + 99])]
    others = [
        order([first], "other-channel"),
        take(first, "other-channel"),
        take(first, "receiver"),
        order([1], requirement="id"),
    ]
    gone = take(first)
    twice = take(first)

    (lease,) = [each for each in gone.json()["requirements"] if each["code"] == "lease"]
    assert (done.status_code, again.json()) == (200, done.json())
    assert [(each.status_code, each.json()["type"]) for each in wrong] == [(422, "invalid")] * 3
    assert [(each.status_code, each.json()["type"]) for each in others] == [(404, "nothing-found")] * 4
    assert ([each["id"] for each in lease["materials"]], twice.status_code) == ([third, second], 404)
    assert PageOrder.objects.get().pages == [third, first, second]


def test_what_was_received_stays_in_its_order(work: Casework) -> None:
    no = work.opened(channel="web")
    pages = [work.sent(no, "channel", photo(colour)).json()["id"] for colour in ("red", "grey")]
    work.done("receive", no, "receiver", COUNTED)

    order = work.calls("post", f"/cases/{no}/page-order", "channel", {"requirement": "lease", "pages": pages[::-1]})
    take = work.calls("delete", f"/cases/{no}/materials/{pages[0]}", "channel")

    assert [(each.status_code, each.json()["type"]) for each in (order, take)] == [(409, "wrong-state")] * 2


def test_a_case_goes_online_from_files_to_the_pre_review_and_back(work: Casework) -> None:
    no = work.opened(channel="web")
    work.calls("post", "/library/certificates", "manage", identity_card())
    used = work.calls(
        "post", f"/cases/{no}/materials", "channel", {"requirement": "id", "channel": "library", "consent": True}
    )
    lease = work.sent(no, "channel", photo())
    work.done("submit", no, "channel")

    back = work.done("return", no, "pre_reviewer", verdicts(lease.json()["id"], "看不清"))
    told = {each["code"]: each for each in work.seen(no)["requirements"]}["lease"]
    better = work.sent(no, "channel", photo("grey"))
    work.done("submit", no, "channel")
    passed = work.done("pass", no, "pre_reviewer", verdicts("lease"))
    received = work.done("receive", no, "receiver", {"materials": ["photo"]})

    assert (used.status_code, used.json()["trust"], used.json()["verdict"]) == (201, "B", None)
    assert (lease.status_code, lease.json()["trust"], lease.json()["pages"]) == (201, "C", 1)
    assert (back["phase"], told["state"], told["materials"][0]["reason"]) == ("pre_returned", "bad", "看不清")
    assert (better.status_code, passed["phase"], received["phase"]) == (201, "pre_passed", "received")


def test_a_promise_stands_for_a_paper_and_a_level_is_asked_of_who_sends_it(work: Casework) -> None:
    item = Item.objects.get(code="pension")
    said = {f"{name}_{tongue}": name for name in ("duty", "untrue", "promise") for tongue in ("zh", "en")}
    papers = [{**each, "by_promise": said} if each["code"] == "lease" else each for each in item.handling["materials"]]
    item.handling = {**item.handling, "materials": papers, "online_level": "vouched"}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    no = work.opened(channel="web")
    work.calls("post", "/library/certificates", "manage", identity_card())
    work.calls(
        "post", f"/cases/{no}/materials", "channel", {"requirement": "id", "channel": "library", "consent": True}
    )

    unsigned = work.calls("post", f"/cases/{no}/materials", "channel", {"requirement": "lease", "channel": "promise"})
    signed = work.calls(
        "post", f"/cases/{no}/materials", "channel", {"requirement": "lease", "channel": "promise", "consent": True}
    )
    shown = {each["code"]: each for each in work.seen(no)["requirements"]}
    refused = work("submit", no, "channel").json()
    guide = work.calls("post", "/items/pension/guide", "channel", {"answers": OPEN["answers"]}).json()

    assert (unsigned.json()["type"], signed.status_code, signed.json()["trust"]) == ("consent-missing", 201, "D")
    assert (shown["lease"]["by_promise"], shown["lease"]["state"], shown["id"]["by_promise"]) == (True, "came", False)
    assert (refused["type"], refused["facts"]["level"], work.seen(no)["phase"]) == (
        "identity-level",
        "vouched",
        "draft",
    )
    assert guide["online_level"] == work.calls("get", "/items/pension", "read").json()["online_level"]
    assert (guide["online_level"]["level"], guide["online_level"]["name"]) == ("vouched", "实名核验")
    assert {each["code"]: bool(each["by_promise"]) for each in guide["materials"]}["lease"]


def identity_card() -> dict[str, Any]:
    person = {name: PERSON[name] for name in ("name", "id_type", "id_number")}
    return {
        "person": person, "type": "resident-id", "number": PERSON["id_number"], "name": "居民身份证", "issuer": "市公安局",
        "issued_on": "2020-01-01",
    }  # fmt: skip


def verdicts(material: int | str, reason: str = "") -> dict[str, Any]:
    return {"verdicts": [{"material": material, "ok": not reason, "reason": reason}]}


def test_a_field_goes_back_and_comes_again_only_when_it_says_something_else(work: Casework) -> None:
    no = work.opened(channel="web")
    work.calls("post", "/library/certificates", "manage", identity_card())
    work.calls(
        "post", f"/cases/{no}/materials", "channel", {"requirement": "id", "channel": "library", "consent": True}
    )
    work.sent(no, "channel", photo())
    work.done("submit", no, "channel")
    fine, wrong = {"material": "lease", "ok": True}, {"field": "address", "ok": False, "reason": "写到门牌号"}

    both = work("return", no, "pre_reviewer", {"verdicts": [{**wrong, "material": "lease"}]})
    neither = work("return", no, "pre_reviewer", {"verdicts": [{"ok": False, "reason": "不对"}]})
    unknown = work("return", no, "pre_reviewer", {"verdicts": [fine, {**wrong, "field": "nowhere"}]})
    passed = work("pass", no, "pre_reviewer", {"verdicts": [fine, wrong]})
    back = work.done("return", no, "pre_reviewer", {"verdicts": [fine, wrong]})
    same = work("submit", no, "channel")
    work.calls("patch", f"/cases/{no}", "channel", {"form": {"address": "一号路 2 号 3 楼"}})
    again = work.done("submit", no, "channel")

    assert [(each.status_code, each.json()["type"]) for each in (both, neither, unknown, passed)] == [
        (422, "invalid")
    ] * 4
    assert back["missing"] == [{"requirement": None, "field": "address", "reason": "写到门牌号"}]
    assert (same.json()["type"], [each["code"] for each in same.json()["facts"]["fields"]]) == (
        "form-invalid",
        ["address"],
    )
    assert (again["phase"], again["missing"]) == ("pre_review", [])


def test_what_is_not_accepted_says_why_by_code_and_whose_it_is(work: Casework) -> None:
    first, second = work.received(), work.received(anyway=True)

    nobody = work("refuse", first, "receiver", {"reason": "不归这里管", "code": "other_body"})
    unknown = work("refuse", first, "receiver", {"reason": "不归这里管", "code": "nothing"})
    work.done("refuse", first, "receiver", {"reason": "条件不够", "code": "not_eligible"})
    work.done("refuse", second, "receiver", {"reason": "不归这里管", "body": "区市场监管局"})

    said = [work.calls("get", f"/cases/{no}/timeline", "channel").json()["data"][-1]["facts"] for no in (first, second)]
    assert (nobody.status_code, unknown.status_code) == (422, 422)
    assert said == [{"ground": "not_eligible"}, {"ground": "other_body"}]
    assert get_args(case_schemas.Ground) == tuple(GROUNDS)


def test_what_is_not_for_this_body_is_turned_away_before_its_form_is_filled(work: Casework) -> None:
    no = work.opened(answers={}, form={})

    received = work("receive", no, "receiver")
    nobody = work("refuse", no, "receiver", {"reason": "不归这里管", "code": "other_body"})
    still = work.seen(no)["phase"]
    done = work.done("refuse", no, "receiver", {"reason": "不归这里管", "body": "区市场监管局"})

    assert (received.json()["type"], nobody.status_code, still) == ("form-invalid", 422, "draft")
    assert (done["phase"], done["outcome"]) == ("not_accepted", "not_accepted")


def test_what_is_missing_is_told_once_and_supplemented(work: Casework) -> None:
    no = work.opened()
    work.done("receive", no, "receiver", {"materials": ["id"]})

    told = work.done("notice", no, "receiver", {"missing": [
        {"requirement": "lease", "reason": "没有租约"}, {"field": "address", "reason": "写到门牌号"}
    ]})  # fmt: skip
    shown = work.seen(no)
    changed = work.calls("patch", f"/cases/{no}", "channel", {"form": {"address": "一号路 2 号 3 楼"}, "revision": 0})
    work.sent(no, "channel", photo())
    again = work.done("supplement", no, "channel")

    assert (told["phase"], shown["due_on"], changed.json()["revision"]) == ("supplement", "2026-03-24", 1)
    assert shown["missing"] == [
        {"requirement": "lease", "field": None, "reason": "没有租约"},
        {"requirement": None, "field": "address", "reason": "写到门牌号"},
    ]
    assert (again["phase"], again["missing"], again["due_on"]) == ("received", [], "2026-03-17")
    assert work.seen(no, "receiver")["form"] == {"name": "小镇书店", "address": "一号路 2 号 3 楼"}


def test_a_refusal_in_writing_is_handed_over_and_ends_the_case(work: Casework) -> None:
    no = work.decided(grant=False)
    told = work.seen(no)
    without = work("deliver", no, "issuer", {"channel": "counter"})

    done = work.done("deliver", no, "issuer", {"channel": "counter", "code": told["delivery"]["code"]})

    assert (told["due_on"], [each["verb"] for each in told["next"]]) == ("2026-03-24", ["deliver", "terminate"])
    assert (without.status_code, without.json()["type"]) == (409, "code-wrong")
    assert (done["phase"], done["outcome"], done["delivery"]["channel"]) == ("closed", "refused", "counter")


def test_a_refusal_is_taken_as_a_file_by_the_key_that_opened_the_case(work: Casework) -> None:
    no = work.decided(grant=False)

    done = work.done("deliver", no, "channel", {"channel": "electronic"})

    assert (done["phase"], done["outcome"], done["delivery"]["channel"]) == ("closed", "refused", "electronic")


def test_papers_may_follow_until_their_day(work: Casework) -> None:
    no = work.opened()
    work.done("receive", no, "receiver", {"materials": ["id", "lease"]})
    accepted = work.done("accept", no, "receiver", {"deferred": [{"requirement": "photo", "due_on": "2026-03-12"}]})
    work.done("hand-over", no, "receiver")
    work.done("opine", no, "reviewer", {"says": "grant"})
    early = work("decide", no, "approver", {"grant": True})
    work.calls("post", f"/cases/{no}/materials", "receiver", {"requirement": "photo", "channel": "paper"})
    settled = work.done("settle", no, "reviewer", {"material": "photo"})

    work.done("release", no, "reviewer")
    decided = work.done("decide", no, "approver", {"grant": True})

    owed = {each["code"]: each["due_on"] for each in accepted["requirements"]}["photo"]
    assert (accepted["flags"], owed) == (["tolerant", "provisional"], "2026-03-12")
    assert (early.status_code, early.json()["type"]) == (409, "deferred-open")
    assert (settled["flags"], decided["phase"]) == (["provisional", "locked"], "decided")


def test_what_is_held_from_destruction_says_so_to_staff(work: Casework) -> None:
    no = work.in_review()
    before = work.seen(no, "reviewer")["flags"]
    archive.place_hold(case_no=no, reason="诉讼", by=work.matters.by["supervisor"], now=TUESDAY_NINE)

    seen = [work.seen(no, key)["flags"] for key in ("reviewer", "channel")]

    assert ("on_hold" in before, "on_hold" in seen[0], "on_hold" in seen[1]) == (False, True, False)


def test_the_clock_stands_while_a_hearing_is_under_way_and_the_limit_is_extended_once(work: Casework) -> None:
    no = work.in_review()
    stop = {"kind": "hearing", "basis": "《听证办法》第三条", "expected_days": 10}

    proposed = work.done("propose-stop", no, "reviewer", stop)
    stopped = work.done("stop-clock", no, "approver")
    twice = work("propose-stop", no, "reviewer", stop)
    opinion = work("opine", no, "reviewer", {"says": "grant"})
    gone_on = work.done("resume-clock", no, "reviewer", {"result": "没有异议"})
    extended = work.done("extend", no, "head", {"days": 3, "reason": "情况复杂"})
    again = work("extend", no, "head", {"days": 3, "reason": "情况复杂"})

    assert (proposed["proposed"], "clock_stopped" in proposed["flags"]) == ("stop", False)
    assert ("clock_stopped" in stopped["flags"], "clock_stopped" in gone_on["flags"]) == (True, False)
    assert [twice.json()["type"], opinion.json()["type"], again.json()["type"]] == [
        "clock-stopped", "clock-stopped", "wrong-state",
    ]  # fmt: skip
    assert (gone_on["due"]["promised"], extended["due"]["promised"]) == ("2026-03-16", "2026-03-19")


def test_two_people_stop_the_clock_by_saying_the_same(work: Casework) -> None:
    no = work.in_review()
    stop = {"kind": "hearing", "basis": "《听证办法》第三条", "expected_days": 10}

    alone = work("stop-clock", no, "approver")
    proposed = work.done("stop-clock", no, "reviewer", stop)
    otherwise = work("stop-clock", no, "approver", {**stop, "expected_days": 3})
    stopped = work.done("stop-clock", no, "approver", stop)

    assert (alone.json()["type"], proposed["proposed"], "clock_stopped" in proposed["flags"]) == (
        "wrong-state",
        "stop",
        False,
    )
    assert (otherwise.status_code, otherwise.json()["type"]) == (422, "invalid")
    assert "clock_stopped" in stopped["flags"]


def test_a_window_settles_on_the_spot_what_its_item_lets_it(work: Casework) -> None:
    Item.objects.filter(code="pension").update(handling={**SHOP, "instant": True})
    catalogue.keep_item_versions(by=work.matters.by["receiver"], now=TUESDAY_NINE)
    of_catalogue.forget()
    no = work.received()

    decided = work.done("decide", no, "receiver", {"grant": True})

    assert (decided["phase"], decided["outcome"]) == ("decided", "granted")


@pytest.mark.parametrize("phase", ["draft", "received", "in_review"])
def test_whoever_applied_takes_it_back_until_it_is_decided(work: Casework, phase: str) -> None:
    no = {"draft": work.opened, "received": work.received, "in_review": work.in_review}[phase]()

    gone = work.done("withdraw", no, "channel", {"reason": "不开店了"})

    assert (gone["phase"], gone["outcome"], gone["next"]) == ("withdrawn", "withdrawn", [])


def test_at_the_window_whoever_receives_papers_does_the_applicants_part_too(work: Casework) -> None:
    no = work.opened("receiver", presented="read", form={})
    work.calls("patch", f"/cases/{no}", "receiver", {"form": OPEN["form"]})
    scanned = work.sent(no, "receiver", photo())
    work.done("receive", no, "receiver", {"materials": ["id", "photo"], "window": "town-01"})
    silent = work("withdraw", no, "receiver")
    gone = work.done("withdraw", no, "receiver", {"reason": "申请人书面撤回"})

    assert (scanned.status_code, silent.status_code, silent.json()["type"]) == (201, 422, "invalid")
    assert (gone["channel"], gone["phase"]) == ("window", "withdrawn")


def test_a_machine_opens_a_case_and_sees_it(work: Casework) -> None:
    no = work.opened("kiosk")

    assert (work.seen(no, "kiosk")["channel"], work.seen(no, "kiosk")["case_no"]) == ("kiosk", no)
    assert work.calls("get", f"/cases/{no}", "channel").status_code == 404


def test_the_applicant_takes_the_result_as_a_file(work: Casework) -> None:
    no = work.ready()

    wrong = [work("deliver", no, "issuer", {"channel": "electronic"}), work("deliver", no, "channel", {})]
    done = work.done("deliver", no, "channel", {"channel": "electronic"})

    assert [each.status_code for each in wrong] == [422, 422]
    assert (done["phase"], done["delivery"]["channel"]) == ("closed", "electronic")


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        (True, ("closed", "")),
        (PERSON["id_number"], ("closed", "")),
        ("110105194912310038", ("", "identity-mismatch")),
        ("nonsense", ("", "identity-invalid")),
        (False, ("", "code-wrong")),
    ],
)
def test_a_result_is_handed_over_by_the_card(work: Casework, identity: Any, said: tuple[str, str]) -> None:
    no = work.ready()

    answer = work("deliver", no, "issuer", {"identity": identity}).json()

    assert (answer.get("phase", ""), answer.get("type", "")) == said


def test_a_firms_result_is_handed_over_by_the_card_of_whoever_acts_for_it(work: Casework) -> None:
    no, town = work.ready(), work.matters.town
    opener, other, limited = Case.objects.get(no=no).person, town.person(3), town.person(4)
    mine = member(opener)
    Case.objects.filter(no=no).update(organisation_id=mine.organisation_id)
    member(limited, items=("medical",))
    identity.end_member(member_id=mine.pk, by=CLERK, now=TUESDAY_NINE)
    cards = [other.id_number, opener.id_number, limited.id_number, "nonsense"]

    before = [work("deliver", no, "issuer", {"identity": card}).json()["type"] for card in cards]
    member(other, "legal")

    assert before == [*["identity-mismatch"] * 3, "identity-invalid"]
    assert work("deliver", no, "issuer", {"identity": other.id_number}).json()["phase"] == "closed"


def test_the_words_of_the_interface_are_those_of_the_room() -> None:
    said = [case_schemas.Phase, case_schemas.Outcome, case_schemas.Worklist, case_schemas.Way, case_schemas.Procedure]

    assert [get_args(each) for each in said] == [
        tuple(CASE.states), OUTCOMES, tuple(WORKLISTS), CHANNELS, tuple(PROCEDURES),
    ]  # fmt: skip


def test_a_repeat_with_the_same_key_is_the_same_case_the_same_step_and_the_same_file(work: Casework) -> None:
    headers = {"idempotency_key": "once"}

    opened = [work.calls("post", "/cases", "channel", OPEN, **headers) for _ in range(2)]
    no = opened[0].json()["case_no"]
    sent = [work.sent(no, "channel", photo(), idempotency_key="file") for _ in range(2)]
    other = work.sent(no, "channel", photo("red"), idempotency_key="file")
    received = [work("receive", no, "receiver", COUNTED, **headers) for _ in range(2)]

    assert [each.json()["case_no"] for each in opened] == [no, no]
    assert [each.status_code for each in (*opened, *sent, *received)] == [201, 201, 201, 201, 200, 200]
    assert sent[0].json() == sent[1].json()
    assert (other.status_code, other.json()["type"]) == (409, "idempotency-conflict")
    assert received[1]["Idempotency-Replayed"] == "true"
    assert len(work.calls("get", "/cases", "channel").json()["data"]) == 1


def test_who_supervises_urges_a_case_and_hands_it_on(work: Casework) -> None:
    no = work.in_review()

    work.done("urge", no, "supervisor", {"note": "今天要办结"})
    twice = work("urge", no, "supervisor", {"note": "快"})
    wrong = work("hand-on", no, "supervisor", {"to": work.matters.staff["receiver"].login, "why": "休假"})
    both = work("hand-on", no, "supervisor", {"to": "a", "department": "police", "why": "休假"})
    work.done("hand-on", no, "supervisor", {"to": work.matters.staff["reviewer"].login, "why": "休假"})

    refused = [(each.status_code, each.json()["type"]) for each in (twice, wrong, both)]
    assert refused == [(409, "urged-already"), (422, "invalid"), (422, "invalid")]
    assert Case.objects.get(no=no).locked_by_id == work.matters.staff["reviewer"].pk
    away = work("hand-on", no, "supervisor", {"department": "nobody", "why": "归别处"})
    assert (away.status_code, away.json()["type"]) == (422, "invalid")
    work.done("opine", no, "reviewer", {"says": "grant", "text": ""})


def test_a_file_from_a_stick_comes_to_a_window_and_not_from_a_channel(work: Casework):
    no = work.opened()
    said = form(photo(), requirement="lease", channel="usb")

    alone, taken = (
        work.calls("post", f"/cases/{no}/materials", key, said, content_type=FORM_TYPE)
        for key in ("channel", "receiver")
    )

    assert (alone.status_code, taken.status_code) == (422, 201)
    assert (taken.json()["channel"], taken.json()["trust"]) == ("usb", "C")
