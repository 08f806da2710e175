"""Every endpoint × no key, bad key, wrong scope, another hall: the exact answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import Role
from banshi.rooms.tickets.models import Call, Ticket
from banshi.surfaces.api import bookings
from banshi.surfaces.api import calls as calling
from banshi.surfaces.api.answers import Answer
from banshi.surfaces.api.api import api
from banshi.surfaces.api.keys import SCOPES_OF
from tests.rooms.catalogue.stores import record
from tests.surfaces.api.conftest import PERSON, SCOPES, Calls, booking, person
from tests.town import TUESDAY_NINE

BOOK = {"slot": 1, "item": "pension", "person": PERSON, "source": "app"}
CLOSE = {"starts_at": "2026-03-11T09:00:00+08:00", "ends_at": "2026-03-11T12:00:00+08:00", "reason": "漏水"}
AGENT = {"name": "小镇代办公司", "phone": "13900000077", "paper": "营业执照", "live_most": 3, "day_most": 3}
CLIENT = {"name": PERSON["name"], "id_type": PERSON["id_type"], "id_number": PERSON["id_number"]}
OPEN_CASE = {"item": "pension", "hall": "town", "person": PERSON}
CERTIFICATE = {
    "person": CLIENT, "type": "marriage", "number": "J441900-2020-000123", "name": "结婚证", "issuer": "市民政局",
    "issued_on": "2020-05-20",
}  # fmt: skip
MISSING = {"missing": [{"requirement": "lease", "reason": "没有租约"}]}
STOP = {"kind": "hearing", "basis": "《听证办法》第三条", "expected_days": 10}
# operation id → (method, path, body): a well-formed request, so that only rights decide.
ENDPOINTS: dict[str, tuple[str, str, Any]] = {
    "list_halls": ("get", "/halls", None),
    "get_hall": ("get", "/halls/town", None),
    "list_sessions": ("get", "/halls/town/sessions", None),
    "list_items": ("get", "/items", None),
    "get_item": ("get", "/items/pension", None),
    "get_item_quota": ("get", "/items/pension/quota", None),
    "get_item_guide": ("get", "/items/pension/guide", None),
    "get_form_schema": ("get", "/items/pension/form-schema", None),
    "import_items": ("post", "/items/import", {"CUSTOM": record()}),
    "ask_to_retire": (
        "post",
        "/halls/town/items/pension/retirement",
        {"from_day": "2026-04-01", "reason": "并入灵活就业登记"},
    ),
    **{
        name: ("post", f"/halls/town/items/pension/retirement/{verb}", None)
        for name, verb in {
            "agree_to_retire": "agree",
            "undo_retirement": "undo",
            "ask_item_back": "ask-back",
            "put_item_back": "put-back",
            "keep_retired": "stay",
        }.items()
    },
    "get_drafted_blank": ("get", "/halls/town/item-changes/1/blanks/lease", None),
    "guide_item": ("post", "/items/pension/guide", {"answers": {}}),
    "when": ("get", "/when?item=pension", None),
    "list_slots": ("get", "/halls/town/slots?item=pension", None),
    "list_webhooks": ("get", "/webhooks", None),
    "register_webhook": ("post", "/webhooks", {"url": "https://hooks.example.com/in"}),
    "get_webhook": ("get", "/webhooks/wh_none", None),
    "end_webhook": ("delete", "/webhooks/wh_none", None),
    "change_webhook_secret": ("post", "/webhooks/wh_none/secret", None),
    "turn_on_webhook": ("post", "/webhooks/wh_none/on", None),
    "ping_webhook": ("post", "/webhooks/wh_none/ping", None),
    "list_deliveries": ("get", "/webhooks/wh_none/deliveries", None),
    "replay_webhook": ("post", "/webhooks/wh_none/replay", {"from": "evt_0a"}),
    "list_closures": ("get", "/halls/town/closures", None),
    "close_hall": ("post", "/halls/town/closures", CLOSE),
    "reopen_hall": ("delete", "/halls/town/closures/1", None),
    "book": ("post", "/appointments", BOOK),
    "get_appointment": ("get", "/appointments/NONE", None),
    "cancel_appointment": ("delete", "/appointments/NONE", None),
    "rebook_appointment": ("post", "/appointments/NONE/rebook", None),
    "move_appointment": ("post", "/appointments/NONE/move", {"slot": 1}),
    "confirm_appointment_again": ("post", "/appointments/NONE/confirmation", None),
    "list_agents": ("get", "/halls/town/agents", None),
    "register_agent": ("post", "/halls/town/agents", AGENT),
    "get_agent": ("get", "/agents/1", None),
    "limit_agent": ("put", "/agents/1", {"live_most": 3, "day_most": 3}),
    "suspend_agent": ("post", "/agents/1/suspend", None),
    "restore_agent": ("post", "/agents/1/restore", None),
    "list_mandates": ("get", "/agents/1/mandates", None),
    "enter_mandate": ("post", "/agents/1/mandates", {"person": CLIENT, "valid_until": "2026-04-30"}),
    "confirm_mandate": ("post", "/mandates/1/confirm", {"paper": "委托书"}),
    "end_mandate": ("post", "/mandates/1/end", {"end_user": "u-1"}),
    "who_acts_for": ("post", "/people/mandates", {"person": CLIENT}),
    "who_guards": ("post", "/people/guardians", {"person": CLIENT, "hall": "town"}),
    "enter_guardian": (
        "post",
        "/guardians",
        {"guardian": CLIENT, "child": CLIENT, "relation": "parent", "hall": "town"},
    ),
    "contest_guardian": ("post", "/guardians/1/contest", {"child": CLIENT, "hall": "town", "why": "不是"}),
    "uphold_guardian": ("post", "/guardians/1/uphold", {"child": CLIENT, "hall": "town"}),
    "end_guardian": ("post", "/guardians/1/end", {"child": CLIENT, "hall": "town", "why": "不是"}),
    "list_members": ("get", "/halls/town/members?uscc=91350100M000100Y43", None),
    "enter_member": (
        "post",
        "/halls/town/members",
        {"organisation": {"uscc": "91350100M000100Y43", "name": "糖水铺"}, "person": CLIENT, "role": "legal"},
    ),
    "end_member": ("post", "/halls/town/members/1/end", {"uscc": "91350100M000100Y43"}),
    "check_in": ("post", "/halls/town/check-ins", {"code": "NONE"}),
    "issue_ticket": ("post", "/halls/town/tickets", {"category": "A"}),
    "get_ticket": ("get", "/tickets/NONE", None),
    "recall_ticket": ("post", "/tickets/NONE/recall", None),
    "start_ticket": ("post", "/tickets/NONE/start", None),
    "miss_ticket": ("post", "/tickets/NONE/miss", None),
    "reinstate_ticket": ("post", "/tickets/NONE/reinstate", None),
    "late_ticket": ("post", "/tickets/NONE/late", None),
    "return_ticket": ("post", "/tickets/NONE/return", None),
    "leave_ticket": ("post", "/tickets/NONE/leave", None),
    "hold_ticket": ("post", "/tickets/NONE/hold", None),
    "resume_ticket": ("post", "/tickets/NONE/resume", None),
    "finish_ticket": ("post", "/tickets/NONE/finish", None),
    "undo_ticket": ("post", "/tickets/NONE/undo", None),
    "turn_away_ticket": ("post", "/tickets/NONE/turn-away", {"reason": "x"}),
    "take_over_ticket": ("post", "/tickets/NONE/take-over", {"reason": "x", "window": "town-01"}),
    "override_ticket": ("post", "/tickets/NONE/override", {"reason": "x"}),
    "skip_ticket": ("post", "/tickets/NONE/skip", {"reason": "x"}),
    "identify_ticket": ("post", "/tickets/NONE/identity", {"ok": True}),
    "name_ticket": ("post", "/tickets/NONE/matter", {"item": "pension"}),
    "transfer_ticket": ("post", "/tickets/NONE/transfer", {"category": "A"}),
    "rate_ticket": ("post", "/tickets/NONE/rating", {"stars": 5}),
    "rate_case": ("post", "/cases/NONE/rating", {"stars": 5}),
    "list_answers": ("get", "/items/pension/answers", None),
    "ask_department": ("post", "/enquiries", {"item": "pension", "hall": "town", "text": "要带什么材料？"}),
    "open_hotline_order": ("post", "/hotline/orders", {"hall": "town", "text": "几点开门？"}),
    "tell_phone_call": ("post", "/hotline/calls", {"hall": "town", "call": "c-1", "event": "ringing"}),
    "list_hotline_orders": ("get", "/hotline/orders", None),
    "get_hotline_order": ("get", "/hotline/orders/NONE", None),
    "assign_hotline_order": ("post", "/hotline/orders/NONE/assign", {"line": "city"}),
    "reply_hotline_order": ("post", "/hotline/orders/NONE/reply", {"text": "八点半开门。"}),
    "return_hotline_order": ("post", "/hotline/orders/NONE/return", {"reason": "不归这里"}),
    "revisit_hotline_order": ("post", "/hotline/orders/NONE/revisit", {"said": "satisfied"}),
    "close_hotline_order": ("post", "/hotline/orders/NONE/close", None),
    "ask_agent": ("post", "/remote/sessions", {"hall": "town", "from": "web"}),
    "get_remote": ("get", "/remote/sessions/NONE", None),
    "leave_remote": ("post", "/remote/sessions/NONE/leave", None),
    "call_me_back": ("post", "/remote/sessions/NONE/call-back", {"phone": "13800138000"}),
    "rate_remote": ("post", "/remote/sessions/NONE/rating", {"score": 10}),
    "list_lines": ("get", "/remote/sessions/NONE/lines", None),
    "say_line": ("post", "/remote/sessions/NONE/lines", {"text": "在吗？", "key": "a"}),
    "list_signals": ("get", "/remote/sessions/NONE/signals", None),
    "send_signal": ("post", "/remote/sessions/NONE/signals", {"kind": "bye"}),
    "get_seat": ("get", "/remote/seats/mine", None),
    **{f"{verb}_seat": ("post", f"/remote/seats/{verb}", None) for verb in ("ready", "pause", "leave")},
    "answer_remote": ("post", "/remote/sessions/NONE/answer", None),
    "transfer_remote": ("post", "/remote/sessions/NONE/transfer", {"skills": ["A"]}),
    "end_remote": ("post", "/remote/sessions/NONE/end", None),
    "change_folder": ("patch", "/remote/sessions/NONE/folder", {"answers": {}}),
    "hand_over_remote": ("post", "/remote/sessions/NONE/hand-over", {"slot": 1}),
    "remote_figures": ("get", "/stats/remote?hall=town", None),
    "list_enquiries": ("get", "/enquiries", None),
    "get_enquiry": ("get", "/enquiries/NONE", None),
    "answer_enquiry": ("post", "/enquiries/NONE/answer", {"question": 1, "text": "带身份证。"}),
    "forward_enquiry": ("post", "/enquiries/NONE/forward", {"to": "police", "reason": "户口的事"}),
    "get_window": ("get", "/windows/town-01", None),
    "sign_in": ("post", "/windows/town-01/sign-in", None),
    "sign_out": ("post", "/windows/town-01/sign-out", None),
    "pause": ("post", "/windows/town-01/pause", {"reason": "午餐"}),
    "resume": ("post", "/windows/town-01/resume", None),
    "call_next": ("post", "/windows/town-01/calls", None),
    "make_form": ("post", "/forms", {"items": ["pension"]}),
    "open_case": ("post", "/cases", OPEN_CASE),
    "get_case": ("get", "/cases/NONE", None),
    "list_cases": ("get", "/cases", None),
    "get_bundle": ("get", "/bundles/NONE", None),
    "change_bundle": ("patch", "/bundles/NONE", {"form": {"name": "书店"}}),
    "submit_bundle": ("post", "/bundles/NONE/submit", None),
    "withdraw_bundle": ("post", "/bundles/NONE/withdraw", None),
    "receive_bundle": ("post", "/bundles/NONE/receive", {"materials": []}),
    "change_case": ("patch", "/cases/NONE", {"answers": {}, "form": {"name": "书店"}, "revision": 0}),
    "submit_case": ("post", "/cases/NONE/submit", None),
    "supplement_case": ("post", "/cases/NONE/supplement", None),
    "withdraw_case": ("post", "/cases/NONE/withdraw", None),
    "add_material": ("post", "/cases/NONE/materials", {"requirement": "id", "channel": "library", "consent": True}),
    "take_back_material": ("delete", "/cases/NONE/materials/1", None),
    "order_pages": ("post", "/cases/NONE/page-order", {"requirement": "id", "pages": [1]}),
    "begin_upload": ("post", "/cases/NONE/uploads", {"requirement": "id", "size": 9}),
    "get_upload": ("get", "/cases/NONE/uploads/NONE?requirement=id", None),
    "put_part": ("put", "/cases/NONE/uploads/NONE/parts?requirement=id&offset=0", {"requirement": "id"}),
    "finish_upload": ("post", "/cases/NONE/uploads/NONE/finish", {"requirement": "id", "channel": "upload"}),
    "get_material_content": ("get", "/cases/NONE/materials/1/content", None),
    "release_file": ("post", "/cases/NONE/materials/1/release", None),
    "reject_file": ("post", "/cases/NONE/materials/1/reject", None),
    "case_timeline": ("get", "/cases/NONE/timeline", None),
    "list_documents": ("get", "/cases/NONE/documents", None),
    "get_document": ("get", "/documents/NONE", None),
    "worklist": ("get", "/worklists/review", None),
    "return_case": ("post", "/cases/NONE/return", {"verdicts": [{"material": "id", "ok": False, "reason": "看不清"}]}),
    "pass_case": ("post", "/cases/NONE/pass", None),
    "receive_case": ("post", "/cases/NONE/receive", None),
    "give_notice": ("post", "/cases/NONE/notice", MISSING),
    "accept_case": ("post", "/cases/NONE/accept", None),
    "refuse_case": ("post", "/cases/NONE/refuse", {"reason": "不归这里管", "body": "市场监管局"}),
    "hand_over_case": ("post", "/cases/NONE/hand-over", None),
    "take_case": ("post", "/cases/NONE/take", None),
    "release_case": ("post", "/cases/NONE/release", None),
    "propose_stop": ("post", "/cases/NONE/propose-stop", STOP),
    "stop_clock": ("post", "/cases/NONE/stop-clock", None),
    "refuse_stop": ("post", "/cases/NONE/refuse-stop", {"why": "不必"}),
    "resume_clock": ("post", "/cases/NONE/resume-clock", {"result": "没有异议"}),
    "sign_for_papers": ("post", "/cases/NONE/sign-for", None),
    "refuse_papers": ("post", "/cases/NONE/refuse-papers", {"why": "少一份"}),
    "consult": (
        "post",
        "/cases/NONE/consult",
        {"department": "police", "question": "能开吗？", "papers": [], "due_on": "2026-03-12"},
    ),
    "list_consultations": ("get", "/consultations", None),
    "get_consultation_page": ("get", "/consultations/1/pages/1/content", None),
    "answer_consultation": ("post", "/consultations/1/answer", {"says": "note", "text": "要验收"}),
    "opine": ("post", "/cases/NONE/opine", {"says": "grant", "text": ""}),
    "settle_material": ("post", "/cases/NONE/settle", {"material": "photo"}),
    "refuse_extension": ("post", "/cases/NONE/refuse-extension", {"why": "不必"}),
    "check_promise": (
        "post",
        "/cases/NONE/check-promise",
        {"material": "id", "kept": True, "ground": "untrue", "reason": "属实"},
    ),
    "revoke_case": ("post", "/cases/NONE/revoke", {"material": "id"}),
    "lift_bar": ("post", "/cases/NONE/lift-bar", {"material": "id", "reason": "已经补办"}),
    "extend_case": ("post", "/cases/NONE/extend", {"days": 3, "reason": "情况复杂"}),
    "decide_case": ("post", "/cases/NONE/decide", {"grant": True, "reason": ""}),
    "issue_result": ("post", "/cases/NONE/issue", None),
    "shelve_result": ("post", "/cases/NONE/shelve", {"place": "A-12"}),
    "deliver_case": ("post", "/cases/NONE/deliver", {"channel": "counter", "code": "1", "identity": False}),
    "terminate_case": ("post", "/cases/NONE/terminate", {"reason": "重复申请", "second_by": "nobody"}),
    "urge_case": ("post", "/cases/NONE/urge", {"note": "快到期了"}),
    "hand_on_case": ("post", "/cases/NONE/hand-on", {"to": "nobody", "why": "休假"}),
    "agree_to_step": ("post", "/cases/NONE/agree", {"verb": "terminate"}),
    "get_fees": ("get", "/cases/NONE/fees", None),
    "pay_fee": ("post", "/cases/NONE/fees/pay", {"way": "qr"}),
    "reassess_fee": (
        "post",
        "/cases/NONE/fees/reassess",
        {"form": {"copies": "2"}, "reason": "份数写错了", "second_by": "nobody"},
    ),
    "waive_fee": ("post", "/cases/NONE/fees/waive", {"reason": "低保家庭", "second_by": "nobody"}),
    "refund_fee": ("post", "/cases/NONE/fees/refund", {"refund": 1}),
    "till_callback": ("post", "/till/callback", {"reference": "x", "state": "paid", "fen": 1, "number": ""}),
    "choose_way": ("post", "/cases/NONE/way", {"how": "counter"}),
    "consign_result": ("post", "/cases/NONE/consign", None),
    "post_result": ("post", "/cases/NONE/post", None),
    "take_back_parcel": ("post", "/cases/NONE/come-back", {"place": "A-12"}),
    "send_papers": ("post", "/cases/NONE/sent-papers", {"carrier": "EMS", "waybill": "1234567890"}),
    "take_in_papers": ("post", "/cases/NONE/papers-came", None),
    "move_folder": ("post", "/cases/NONE/folder", {"place": "person"}),
    "courier_callback": (
        "post",
        "/courier/callback",
        {
            "waybill": "x",
            "event": "1",
            "status": "out",
            "at": "2026-03-10T09:00:00+08:00",
        },
    ),
    "verify": ("get", "/verify/NONE", None),
    "verify_file": ("post", "/verify", None),
    "take_out": ("post", "/cases/NONE/take-out", {"place": "A-12"}),
    "put_in_cabinet": ("post", "/cases/NONE/to-cabinet", None),
    "get_cabinet": ("get", "/cabinets/NONE", None),
    "drop_papers": ("post", "/cabinets/NONE/drops", {"case": "NONE"}),
    "pick_up": ("post", "/cabinets/NONE/pickups", {"code": "12345678"}),
    "pick_up_taken": ("post", "/cabinets/NONE/pickups/taken", {"code": "12345678"}),
    "enrol_device": ("post", "/devices/NONE/enrol", {"code": "0000-0000-0000-0000"}),
    "fetch_orders": ("get", "/devices/NONE/orders", None),
    "order_ended": ("post", "/devices/NONE/orders/1/ended", {"state": "done"}),
    "numbers_ahead": ("post", "/devices/NONE/numbers/ahead", None),
    "offline_numbers": ("post", "/devices/NONE/numbers", {"given": [{"letter": "PA", "seq": 1, "ago_s": 60}]}),
    "pick_up_shut": ("post", "/cabinets/NONE/pickups/shut", {"code": "12345678"}),
    "heartbeat": ("post", "/devices/NONE/heartbeat", {"parts": {"reader": "ok"}, "version": "1.0"}),
    "get_fleet": ("get", "/fleet", None),
    "get_zone": ("get", "/zones/NONE", None),
    "enter_zone": ("post", "/zones/NONE/entries", {"code": "123456"}),
    "left_zone": ("post", "/zones/NONE/entries/1/left", None),
    "begin_kiosk_session": ("post", "/kiosk-sessions", {"device": "NONE", "card": CLIENT}),
    "show_face": ("post", "/kiosk-sessions/NONE/face", {"consent": True, "matched": True}),
    "show_code": ("post", "/kiosk-sessions/NONE/code", {"code": "123456"}),
    "end_kiosk_session": ("delete", "/kiosk-sessions/NONE", None),
    "print_own": ("post", "/kiosk-sessions/NONE/prints", {"document": "NONE"}),
    "begin_at_machine": ("post", "/kiosk-sessions/NONE/cases", {"item": "pension"}),
    "vouch_at_machine": ("post", "/halls/town/kiosk-sessions/vouch", {"number": "1234"}),
    "look_into_library": ("get", "/library?case=NONE", None),
    "enter_certificate": ("post", "/library/certificates", CERTIFICATE),
    "import_to_library": ("post", "/library/imports", {"authority": "police", "facts": [{"element": "x"}]}),
    "end_certificate": ("post", "/library/certificates/NONE/end", {"reason": "lost"}),
    "hall_live": ("get", "/halls/town/live", None),
    "visits": ("get", "/stats/visits?hall=town", None),
    "case_figures": ("get", "/stats/cases?hall=town", None),
    "self_service_figures": ("get", "/stats/self-service?hall=town", None),
    "list_notices": ("get", "/notices?person=13800138000", None),
    "get_clock": ("get", "/demo/clock", None),
    "set_clock": ("put", "/demo/clock", {"speed": 0}),
    "get_crowd": ("get", "/demo/crowd", None),
    "set_crowd": ("put", "/demo/crowd", {"on": False}),
}
HALL_BOUND = {  # operation → a key of the right scope, bound to another hall
    "list_closures": "other-manage",
    "close_hall": "other-manage",
    "reopen_hall": "other-manage",
    "list_agents": "other-manage",
    "register_agent": "other-manage",
    "check_in": "other-kiosk",
    "issue_ticket": "other-kiosk",
    "get_window": "other-desk",
    "sign_in": "other-desk",
    "sign_out": "other-desk",
    "pause": "other-desk",
    "resume": "other-desk",
    "call_next": "other-desk",
    "hall_live": "other-read",
    "visits": "other-read",
    "case_figures": "other-read",
    "remote_figures": "other-read",
    "self_service_figures": "other-read",
}


def test_the_tables_of_rights_and_of_endpoints_name_every_operation() -> None:
    documented = {
        operation["operationId"]
        for methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].values()
        for operation in methods.values()
    }

    assert documented == set(SCOPES_OF) == set(ENDPOINTS)


def test_without_a_key_or_with_a_bad_one_nothing_is_answered(calls: Calls) -> None:
    bad = ["", "nonsense", "bs_channel_", "x" * 300, "bs channel two words"]

    answers = {
        (name, key): calls(method, path, key, body)
        for name, (method, path, body) in ENDPOINTS.items()
        for key in bad
        if SCOPES_OF[name]
    }

    assert {
        each: (a.status_code, a.json()["type"], a["WWW-Authenticate"]) for each, a in answers.items()
    } == dict.fromkeys(answers, (401, "unauthenticated", 'Bearer realm="banshi"'))


def test_the_wrong_scope_is_not_allowed_and_the_right_one_is(calls: Calls) -> None:
    answers = {
        (name, scope): calls(method, path, scope, body).status_code
        for name, (method, path, body) in ENDPOINTS.items()
        for scope in SCOPES
        if name != "visits" or scope not in SCOPES_OF[name]
    }

    assert {each for each, status in answers.items() if status == 403} == {
        (name, scope) for name in ENDPOINTS for scope in SCOPES if SCOPES_OF[name] and scope not in SCOPES_OF[name]
    }
    assert {each for each, status in answers.items() if status >= 500} == set()


@pytest.mark.parametrize("key", ["", "nonsense", "read"])
def test_what_is_open_to_all_asks_for_no_key(calls: Calls, key: str) -> None:
    answers = {name: calls(*ENDPOINTS[name][:2], key).status_code for name in SCOPES_OF if not SCOPES_OF[name]}

    assert answers == {
        "verify": 404,
        "verify_file": 422,
        "till_callback": 401,
        "courier_callback": 401,
        "enrol_device": 422,
    }  # which are signed


def test_a_key_of_another_hall_is_told_so(calls: Calls) -> None:
    answers = {}
    for name, key in HALL_BOUND.items():
        method, path, body = ENDPOINTS[name]
        answers[name] = calls(method, path, key, body)

    assert {name: (a.status_code, a.json()["type"]) for name, a in answers.items()} == dict.fromkeys(
        HALL_BOUND, (403, "not-your-hall")
    )


def test_a_key_of_the_region_works_in_its_halls(calls: Calls) -> None:
    assert calls("post", "/halls/town/tickets", "city-manage", {"category": "A"}).status_code == 201


def test_a_revoked_key_is_believed_for_a_few_seconds_at_most(calls: Calls) -> None:
    from banshi.rooms.identity.models import ApiKey
    from banshi.surfaces.api import keys

    assert calls("get", "/halls", "read").status_code == 200
    ApiKey.objects.filter(scope="read").update(revoked_at=TUESDAY_NINE)
    remembered = [until for until, caller in keys._remembered.values() if caller.scope == "read"]

    assert remembered[0] - keys.clock.monotonic() <= 3.0
    keys.forget()
    assert calls("get", "/halls", "read").status_code == 401


def test_a_desk_key_whose_clerk_lost_the_role_reaches_no_hall(calls: Calls) -> None:
    calls.town.clerk.roles.update(ended_at="2026-03-01T00:00:00Z")

    answer = calls("post", "/windows/town-01/sign-in", "desk")

    assert (answer.status_code, answer.json()["type"]) == (403, "not-your-hall")
    assert answer.json()["detail"] == "需要在小镇大厅任职。"


def test_a_key_that_asks_too_often_waits(calls: Calls, settings: Any) -> None:
    settings.BANSHI_API_PER_MINUTE = 10

    answers = [calls("get", "/halls", "read") for _ in range(12)]

    assert [a.status_code for a in answers][:10] == [200] * 10
    assert (answers[-1].status_code, answers[-1].json()["type"]) == (429, "rate-limited")
    assert int(answers[-1]["Retry-After"]) >= 1


@pytest.mark.parametrize(("name", "key"), [("book", "channel"), ("issue_ticket", "kiosk"), ("call_next", "desk")])
def test_the_lanes_count_how_often_a_key_asks(calls: Calls, settings: Any, name: str, key: str) -> None:
    settings.BANSHI_API_PER_MINUTE = 10
    method, path, body = ENDPOINTS[name]

    answers = [calls(method, path, key, body) for _ in range(12)]

    assert {a.status_code for a in answers[:10]}.isdisjoint({401, 403, 429, 500, 503})
    assert (answers[-1].status_code, answers[-1].json()["type"]) == (429, "rate-limited")
    assert int(answers[-1]["Retry-After"]) >= 1


@pytest.mark.parametrize("name", ["list_notices", "get_clock", "set_clock", "get_crowd", "set_crowd"])
def test_a_production_installation_has_no_demo(calls: Calls, settings: Any, name: str) -> None:
    settings.BANSHI_VIRTUAL_CLOCK = False
    method, path, body = ENDPOINTS[name]

    answer = calls(method, path, "demo", body)

    assert (answer.status_code, answer.json()["type"]) == (404, "nothing-found")


def in_two_halls(calls: Calls) -> str:
    """A key for the other hall of a clerk who works in both and sits at a window of the town, where somebody waits."""
    clerk = calls.town.clerk
    Role.objects.create(
        staff=clerk, role="clerk", scope_kind="hall", scope="other", given_at=TUESDAY_NINE, given_by="system"
    )
    assert calls("post", "/windows/town-01/sign-in", "desk").status_code == 200
    assert calls("post", "/halls/town/tickets", "kiosk", {"category": "A"}).status_code == 201
    return create_key(name="elsewhere", scope="desk", hall="other", staff=clerk, now=TUESDAY_NINE)


@pytest.mark.parametrize("once", [{}, {"idempotency-key": "a"}])
def test_a_key_for_one_hall_calls_nobody_in_another_though_its_clerk_works_there(
    calls: Calls, once: dict[str, str]
) -> None:
    headers = {"authorization": f"Bearer {in_two_halls(calls)}", **once}

    by_lane = calling.prepare_call(headers, b"", window="town-01")

    assert isinstance(by_lane, Answer)
    assert (by_lane.status, json.loads(by_lane.body)["type"]) == (403, "not-your-hall")
    assert list(Ticket.objects.values_list("state", flat=True)) == ["waiting"]


def test_a_key_of_nobody_is_refused_in_a_batch_and_holds_up_no_other(calls: Calls) -> None:
    """A key that reaches the hall and belongs to nobody who works there."""
    in_two_halls(calls)
    theirs = calling.prepare_call({"authorization": f"Bearer {calls.keys['desk']}"}, b"", window="town-01")
    assert isinstance(theirs, calling.Calling)
    nobody = replace(theirs, caller=replace(theirs.caller, key=replace(theirs.caller.key, staff_id=None)))

    answers = calling.call_many([nobody, theirs, nobody])

    assert [each.status for each in answers] == [403, 201, 403]
    assert json.loads(answers[0].body)["type"] == "not-allowed"
    assert Call.objects.count() == 1


def test_a_key_bound_to_another_hall_books_nothing_here_and_holds_up_nobody_in_its_batch(calls: Calls) -> None:
    slot = calls.town.slot()
    bound = create_key(name="bound", scope="channel", hall="other", now=TUESDAY_NINE)
    asked = [
        bookings.prepare_booking(
            {"authorization": f"Bearer {key}", "content-type": "application/json"},
            json.dumps(booking(slot, person=person(i))).encode(),
        )
        for i, key in enumerate([bound, calls.keys["channel"], bound])
    ]
    assert all(isinstance(each, bookings.Booking) for each in asked)

    answers = bookings.book_many([each for each in asked if isinstance(each, bookings.Booking)])

    assert [each.status for each in answers] == [403, 201, 403]
    assert json.loads(answers[0].body)["type"] == "not-your-hall"
    slot.refresh_from_db()
    assert slot.taken == 1
