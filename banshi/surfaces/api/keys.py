"""Who calls: keys, what each scope may do, and how often.

`SCOPES_OF` is the whole table of rights: operation id → scopes. Everything else (documentation, tests) reads it. What a
key of the scope `staff` may do follows from the roles of its member of staff: `PERMISSION_OF`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from django.conf import settings

from banshi.foundation import clock, limits
from banshi.foundation.memory import forgettable
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import EVERYWHERE, holds, must_hold
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.queries import HeldKey, KeyInfo
from banshi.rooms.places import queries as places

ANY = frozenset({"channel", "kiosk", "desk", "staff", "manage", "read", "demo"})


def _only(*scopes: str) -> frozenset[str]:
    return frozenset(scopes)


NO_KEY: frozenset[str] = frozenset()  # open to all, key or none
ON_CASES = (
    "cases.look | cases.pre_review | cases.receive | cases.review | cases.approve | cases.issue | cases.supervise"
)
STEPS_OF_STAFF: dict[str, str] = {  # steps of a case that only members of staff take
    "return_case": "cases.pre_review",
    "pass_case": "cases.pre_review",
    "receive_case": "cases.receive",
    "give_notice": "cases.receive",
    "accept_case": "cases.receive",
    "refuse_case": "cases.receive",
    "hand_over_case": "cases.receive",
    "sign_for_papers": "cases.review",
    "refuse_papers": "cases.review",
    "take_case": ON_CASES.removeprefix("cases.look | "),
    "release_case": ON_CASES.removeprefix("cases.look | "),
    **dict.fromkeys(("release_file", "reject_file"), ON_CASES),  # whoever may look at it
    "propose_stop": "cases.review",
    "refuse_stop": "cases.approve",
    "stop_clock": "cases.approve | cases.review",  # agrees; the review proposes
    "resume_clock": "cases.review",
    "opine": "cases.review",
    **dict.fromkeys(("consult", "list_consultations", "get_consultation_page", "answer_consultation"), "cases.review"),
    "settle_material": "cases.receive | cases.review",
    "extend_case": "cases.head | cases.approve | cases.review",  # the head approves; the others ask for it
    "refuse_extension": "cases.head",
    "check_promise": "cases.review",
    "revoke_case": "cases.approve",
    "lift_bar": "cases.supervise",
    "decide_case": "cases.approve | cases.receive",
    "issue_result": "cases.issue",
    "shelve_result": "cases.issue",
    **dict.fromkeys(("consign_result", "post_result", "take_back_parcel", "take_in_papers"), "cases.issue"),
    "move_folder": "folders.keep",
    **dict.fromkeys(("take_out", "put_in_cabinet"), "cases.issue"),
    "terminate_case": "cases.supervise",
    "agree_to_step": "cases.supervise",
    **dict.fromkeys(("urge_case", "hand_on_case"), "cases.supervise"),
    **dict.fromkeys(("waive_fee", "reassess_fee"), "cases.supervise"),
    "refund_fee": "cases.receive | cases.issue",
}
AT_HOTLINE_DESK = ("assign_hotline_order", "revisit_hotline_order", "close_hotline_order")
ON_HOTLINE_ORDERS = ("list_hotline_orders", "reply_hotline_order", "return_hotline_order")  # desk or line
ON_ITEMS: dict[str, str] = {  # retiring an item, its blanks as a change would have them
    **dict.fromkeys(
        ("ask_to_retire", "undo_retirement", "ask_item_back", "keep_retired", "get_drafted_blank"), "items.edit"
    ),
    **dict.fromkeys(("agree_to_retire", "put_item_back"), "items.publish"),
}
SEATS = (
    "get_seat", "ready_seat", "pause_seat", "leave_seat", "answer_remote", "transfer_remote", "end_remote", "change_folder",
    "hand_over_remote",
)  # fmt: skip
OF_PAGES = ("take_back_material", "order_pages")
IN_PARTS = ("begin_upload", "get_upload", "put_part", "finish_upload")
AT_MACHINES = (
    "begin_kiosk_session", "show_face", "show_code", "end_kiosk_session", "print_own", "begin_at_machine",
)  # fmt: skip
ON_WEBHOOKS = (
    "list_webhooks", "register_webhook", "get_webhook", "end_webhook", "change_webhook_secret", "turn_on_webhook",
    "ping_webhook", "list_deliveries", "replay_webhook",
)  # fmt: skip
SCOPES_OF: dict[str, frozenset[str]] = {
    # what is public anyway: any valid key
    "list_halls": ANY,
    "get_hall": ANY,
    "list_sessions": ANY,
    "list_items": ANY,
    "get_item": ANY,
    "get_item_quota": ANY,
    "get_item_guide": ANY,
    "get_form_schema": ANY,
    "guide_item": ANY,
    "when": ANY,
    "list_slots": ANY,
    # hours
    "list_closures": _only("manage"),
    "close_hall": _only("manage"),
    "reopen_hall": _only("manage"),
    # appointments
    "book": _only("channel"),
    "get_appointment": _only("channel", "kiosk", "desk", "manage"),
    "cancel_appointment": _only("channel", "manage"),
    "rebook_appointment": _only("channel", "manage"),
    "move_appointment": _only("channel", "manage"),
    "confirm_appointment_again": _only("channel", "desk", "manage"),
    # agents and their mandates
    "list_agents": _only("manage"),
    "register_agent": _only("manage"),
    "get_agent": _only("channel", "manage"),
    "limit_agent": _only("manage"),
    "suspend_agent": _only("manage"),
    "restore_agent": _only("manage"),
    "list_mandates": _only("channel", "manage"),
    "enter_mandate": _only("channel", "manage"),
    "confirm_mandate": _only("channel", "manage"),
    "end_mandate": _only("channel", "manage"),
    "who_acts_for": _only("channel"),
    # guardians: the signed-in user of a channel, a window
    **dict.fromkeys(("who_guards", "enter_guardian", "end_guardian"), _only("channel", "staff")),
    **dict.fromkeys(("contest_guardian", "uphold_guardian"), _only("staff")),
    # who acts for an organisation: a window
    **dict.fromkeys(("list_members", "enter_member", "end_member"), _only("staff")),
    # arriving
    "check_in": _only("kiosk", "manage"),
    "issue_ticket": _only("kiosk", "manage"),
    "get_ticket": _only("channel", "kiosk", "desk", "manage"),
    # the window
    "get_window": _only("desk", "manage"),
    "sign_in": _only("desk"),
    "sign_out": _only("desk"),
    "pause": _only("desk"),
    "resume": _only("desk"),
    "call_next": _only("desk"),
    "recall_ticket": _only("desk"),
    "start_ticket": _only("desk"),
    "miss_ticket": _only("desk"),
    "reinstate_ticket": _only("desk", "kiosk", "manage"),
    "late_ticket": _only("channel", "kiosk", "manage"),
    "return_ticket": _only("channel", "kiosk", "manage"),
    "leave_ticket": _only("channel", "kiosk", "manage"),
    "hold_ticket": _only("desk"),
    "resume_ticket": _only("desk"),
    "finish_ticket": _only("desk"),
    "undo_ticket": _only("desk"),
    "turn_away_ticket": _only("desk"),
    "take_over_ticket": _only("desk"),
    "override_ticket": _only("desk"),
    "skip_ticket": _only("desk"),
    "identify_ticket": _only("desk"),
    "name_ticket": _only("desk"),
    "transfer_ticket": _only("desk"),
    # afterwards: never by the clerk who is rated
    "rate_ticket": _only("channel", "kiosk"),
    "rate_case": _only("channel", "kiosk"),
    # questions to a department
    "list_answers": ANY,
    "ask_department": _only("channel", "staff"),
    "list_enquiries": _only("staff"),
    "get_enquiry": _only("channel", "staff"),
    "answer_enquiry": _only("staff"),
    "forward_enquiry": _only("staff"),
    # the hotline: another number's orders, by the key that opened them; desks and lines
    **dict.fromkeys(("open_hotline_order", "get_hotline_order"), _only("channel", "staff")),
    "tell_phone_call": _only("channel"),
    **{name: _only("staff") for name in (*AT_HOTLINE_DESK, *ON_HOTLINE_ORDERS)},
    # the video service: whoever asks, by the key that asked; seats
    **dict.fromkeys(("ask_agent", "leave_remote", "call_me_back", "rate_remote"), _only("channel", "kiosk")),
    **dict.fromkeys(
        ("get_remote", "list_lines", "say_line", "list_signals", "send_signal"), _only("channel", "kiosk", "staff")
    ),
    **{name: _only("staff") for name in SEATS},
    # cases: whoever applies, by the key that opened it
    "make_form": _only("channel", "kiosk", "staff"),
    "open_case": _only("channel", "kiosk", "staff"),
    "get_case": _only("channel", "kiosk", "staff", "manage"),
    "list_cases": _only("channel", "staff", "manage"),
    "change_case": _only("channel", "kiosk", "staff"),
    "get_bundle": _only("channel", "kiosk", "staff", "manage"),
    **dict.fromkeys(("change_bundle", "submit_bundle", "withdraw_bundle"), _only("channel", "kiosk", "staff")),
    "receive_bundle": _only("staff"),
    "submit_case": _only("channel", "kiosk", "staff"),
    "supplement_case": _only("channel", "kiosk", "staff"),
    "withdraw_case": _only("channel", "kiosk", "staff"),
    "add_material": _only("channel", "kiosk", "staff"),
    **{name: _only("channel", "kiosk", "staff") for name in (*OF_PAGES, *IN_PARTS)},
    "get_material_content": _only("channel", "kiosk", "staff"),
    "case_timeline": _only("channel", "kiosk", "staff", "manage"),
    "list_documents": _only("channel", "kiosk", "staff", "manage"),
    "get_document": _only("channel", "kiosk", "staff"),
    # cases: what members of staff do, each by their own permission
    "worklist": _only("staff"),
    **{name: _only("staff") for name in STEPS_OF_STAFF},
    "deliver_case": _only("channel", "kiosk", "staff"),
    "get_fees": _only("channel", "kiosk", "staff", "manage"),
    "pay_fee": _only("channel", "kiosk", "staff"),
    "till_callback": NO_KEY,  # signed
    "courier_callback": NO_KEY,  # signed
    "choose_way": _only("channel", "staff"),
    "send_papers": _only("channel", "staff"),
    "verify": NO_KEY,
    "verify_file": NO_KEY,
    # cabinets: the machine beside them
    "get_cabinet": _only("kiosk", "manage"),
    "drop_papers": _only("kiosk"),
    "pick_up": _only("kiosk"),
    "pick_up_taken": _only("kiosk"),
    "pick_up_shut": _only("kiosk"),
    # the fleet: the machine itself; who looks at all of them
    "heartbeat": _only("kiosk"),
    "get_fleet": _only("manage", "read"),
    # night zones: the door, and who looks at how full it is
    "get_zone": _only("channel", "kiosk", "manage", "read"),
    **dict.fromkeys(("enter_zone", "left_zone"), _only("kiosk")),
    # a machine's own program
    "enrol_device": NO_KEY,  # but the code that the office shows once
    **dict.fromkeys(AT_MACHINES, _only("kiosk")),
    "vouch_at_machine": _only("staff"),
    "fetch_orders": _only("kiosk"),
    "order_ended": _only("kiosk"),
    **dict.fromkeys(("numbers_ahead", "offline_numbers"), _only("kiosk")),
    # what is on record of a person
    "look_into_library": _only("manage", "staff"),
    **dict.fromkeys(("enter_certificate", "import_to_library", "end_certificate"), _only("manage")),
    # what an item store says
    "import_items": _only("staff"),
    **{name: _only("staff") for name in ON_ITEMS},
    # webhooks, each of its key alone
    **{name: _only("channel", "manage") for name in ON_WEBHOOKS},
    # figures
    "hall_live": _only("channel", "kiosk", "desk", "manage", "read"),
    "visits": _only("manage", "read"),
    "case_figures": _only("manage", "read"),
    "remote_figures": _only("manage", "read"),
    "self_service_figures": _only("manage", "read"),
    # demo and test installations
    "list_notices": _only("demo"),
    "get_clock": _only("demo"),
    "set_clock": _only("demo"),
    "get_crowd": _only("demo"),
    "set_crowd": _only("demo"),
}

# Operation → the permission that a key of the scope `staff` needs for it, in the hall it is about. Every operation which
# names that scope stands here, but for what is public anyway.
# One of several is named with bars between; which of them it takes is then asked of the case (cases_staff.py).
PERMISSION_OF: dict[str, str] = {
    "make_form": "cases.receive",
    "open_case": "cases.receive",
    **dict.fromkeys(
        ("who_guards", "enter_guardian", "contest_guardian", "uphold_guardian", "end_guardian"), "cases.receive"
    ),
    **dict.fromkeys(("list_members", "enter_member", "end_member"), "cases.receive"),
    "change_case": "cases.receive",
    **dict.fromkeys(("change_bundle", "submit_bundle", "withdraw_bundle", "receive_bundle"), "cases.receive"),
    "get_bundle": ON_CASES,
    "submit_case": "cases.receive",
    "supplement_case": "cases.receive",
    "withdraw_case": "cases.receive",
    **dict.fromkeys(("add_material", *OF_PAGES, *IN_PARTS), "cases.receive"),
    **dict.fromkeys(("get_case", "list_cases", "case_timeline", "list_documents", "get_fees", "worklist"), ON_CASES),
    **dict.fromkeys(("get_material_content", "get_document"), ON_CASES),
    "look_into_library": "cases.look",
    "ask_department": "cases.receive",
    **dict.fromkeys(("list_enquiries", "get_enquiry"), "enquiries.look"),
    **dict.fromkeys(("answer_enquiry", "forward_enquiry"), "enquiries.answer"),
    **dict.fromkeys(("open_hotline_order", *AT_HOTLINE_DESK), "hotline.desk"),
    **dict.fromkeys(("get_hotline_order", *ON_HOTLINE_ORDERS), "hotline.look | hotline.line"),
    **dict.fromkeys((*SEATS, "list_lines", "list_signals", "say_line", "send_signal"), "video.answer"),
    "get_remote": " | ".join(("video.answer", "video.view")),
    "import_items": "items.edit",
    **ON_ITEMS,
    **STEPS_OF_STAFF,
    "deliver_case": "cases.issue",
    "pay_fee": "cases.receive | cases.issue",
    "choose_way": "cases.receive | cases.issue",
    "send_papers": "cases.receive",
    "vouch_at_machine": "cases.receive",
}

REMEMBERED_S = 3.0  # how long a process may believe what it read, should no word of a change reach it (`forget`)
HERE, NOWHERE = "here", ""
_MOST_REMEMBERED = 4096


@dataclass(frozen=True)
class Caller:
    """A valid key and the hall codes it reaches ("*" = every hall)."""

    key: KeyInfo
    halls: frozenset[str]
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)
    may: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)  # of `staff`: permission → halls

    @property
    def scope(self) -> str:
        return self.key.scope

    @property
    def owner(self) -> str:
        """Owner of idempotency keys and rate buckets."""
        return f"key:{self.key.id}"

    @property
    def by(self) -> Actor:
        """The actor to pass to actions: a clerk, a machine, another system or the demo."""
        if self.key.staff_id is not None:
            return Actor(ActorKind.STAFF, str(self.key.staff_id), self.key.hall or None)
        kind = {"kiosk": ActorKind.KIOSK, "demo": ActorKind.DEMO}.get(self.key.scope, ActorKind.CHANNEL)
        return Actor(kind, str(self.key.id), self.key.hall or None)

    @property
    def evidence(self) -> Evidence:
        """What stands behind the names this key gives: a channel may vouch for its people."""
        return Evidence.VOUCHED if self.key.vouches else Evidence.DECLARED

    def shown(self, presented: str) -> Evidence:
        """What a document carries that somebody put to a machine. Only a machine's own key may say that a reader read it.

        :raises Refused: not-allowed.
        """
        if presented != "read":
            return Evidence.DECLARED
        if self.key.scope != "kiosk":
            raise Refused("not-allowed", facts={"permission": "presented: read"})
        return Evidence.CHIP

    @property
    def staff_id(self) -> int:
        """:raises Refused: not-allowed – the key belongs to nobody who works here."""
        if self.key.staff_id is None:
            raise Refused("not-allowed", facts={"permission": "desk.work"})
        return self.key.staff_id

    @property
    def bound(self) -> bool:
        """Whether there are halls it does not reach."""
        return EVERYWHERE not in self.halls

    def reaches(self, hall: str) -> bool:
        return holds({HERE: self.halls}, HERE, hall)

    def must_reach(self, hall: str) -> None:
        """:raises Refused: not-your-hall."""
        if not self.reaches(hall):
            raise Refused("not-your-hall", facts={"hall": hall})

    def must(self, operation: str, hall: str | None = None) -> None:
        """:raises Refused: not-allowed – another scope, or permission, does this; not-your-hall."""
        personal = PERMISSION_OF.get(operation, "") if self.scope == "staff" else ""
        must_hold(self.grants, operation, hall, needs=personal or " | ".join(sorted(SCOPES_OF[operation])))
        if hall is not None:
            self.must_reach(hall)

    def where(self, *permissions: str) -> frozenset[str]:
        """Halls in which the key's member of staff holds one of these."""
        return frozenset().union(*(self.may.get(each, frozenset()) for each in permissions))


def _caller(held: HeldKey) -> Caller:
    """A key as grants: what its scope may do, in the halls it reaches. One that reaches none is told so, hall by hall."""
    if held.key.scope != "staff":
        halls = _halls(held)
        return Caller(held.key, halls, _grants(held.key.scope, halls))
    may = {each: _bound(halls, held.key.hall) for each, halls in places.grants(held.roles).items()}
    halls = frozenset().union(*may.values())
    public = _grants("staff", halls)
    return Caller(held.key, halls, {name: _granted(name, may, public[name]) for name in public}, may)


def _granted(operation: str, may: Mapping[str, frozenset[str]], public: frozenset[str]) -> frozenset[str]:
    """Where a member of staff may do this: in the halls of the permission that it takes; nowhere while it names none."""
    if SCOPES_OF[operation] == ANY:
        return public
    named = permissions_of(operation)
    return frozenset().union(*(may.get(each, frozenset()) for each in named))


def permissions_of(operation: str) -> tuple[str, ...]:
    """The permissions one of which an operation takes of a member of staff; none where it names none."""
    said = PERMISSION_OF.get(operation, "")
    return tuple(said.split(" | ")) if said else ()


@lru_cache(maxsize=1024)
def _grants(scope: str, halls: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """The same for all keys of a scope in the same halls."""
    everywhere = halls | {NOWHERE}
    return MappingProxyType({name: everywhere for name, scopes in SCOPES_OF.items() if scope in scopes})


forgettable(_grants.cache_clear)


_remembered: dict[str, tuple[float, Caller]] = {}
_lock = threading.Lock()
_changes = 0


def caller_of(authorization: str) -> Caller:
    """The caller of an Authorization header.

    :raises Refused: unauthenticated.
    """
    scheme, _, secret = authorization.strip().partition(" ")
    secret = secret.strip()
    if (
        scheme.lower() != "bearer"
        or not secret
        or len(secret) > 200
        or not secret.isascii()
        or not secret.isprintable()
    ):
        raise Refused("unauthenticated")
    at = clock.monotonic()
    known = _remembered.get(secret)
    if known is not None and known[0] > at:
        return known[1]
    read_in = _changes
    held = identity.keys_by_secrets([secret]).get(secret)
    if held is None:
        _remembered.pop(secret, None)
        raise Refused("unauthenticated")
    caller = _caller(held)
    _remember({secret: caller}, at=at, read_in=read_in)
    return caller


def _remember(callers: Mapping[str, Caller], *, at: float, read_in: int) -> None:
    """Keep them for a moment, unless somebody's rights changed while they were read."""
    with _lock:
        if read_in != _changes:
            return
        if len(_remembered) + len(callers) > _MOST_REMEMBERED:
            _remembered.clear()
        _remembered.update({secret: (at + REMEMBERED_S, caller) for secret, caller in callers.items()})


def may_watch(authorization: str, operation: str, hall: str) -> None:
    """A stream opened with a key: as the same question by the API. :raises Refused: unauthenticated, not-allowed, …"""
    caller_of(authorization).must(operation, hall)


def known_id(authorization: str) -> int | None:
    """Id of the key of an Authorization header, if it was valid a moment ago; for the log."""
    known = _remembered.get(authorization.strip()[7:].strip())
    return known[1].key.id if known is not None else None


def remember_many(authorizations: Iterable[str]) -> None:
    """Look up the keys of requests that arrived together, so that `caller_of` finds each remembered: one query."""
    at = clock.monotonic()
    fresh = {text.strip()[7:].strip() for text in authorizations if text.strip()[:7].lower() == "bearer "}
    missing = {s for s in fresh if s and s.isascii() and not ((known := _remembered.get(s)) and known[0] > at)}
    if len(missing) < 2:
        return
    read_in = _changes
    keys = identity.keys_by_secrets(missing)
    _remember({secret: _caller(held) for secret, held in keys.items()}, at=at, read_in=read_in)


@forgettable
def forget() -> None:
    """Believe no remembered key: somebody's rights changed (the hub hears of it from the database)."""
    global _changes
    with _lock:
        _changes += 1
    _remembered.clear()
    _leases.clear()
    _refused_until.clear()


def _halls(held: HeldKey) -> frozenset[str]:
    key = held.key
    if key.scope == "desk":
        return _bound(places.grants(held.roles).get("desk.work", frozenset()), key.hall)
    if key.hall:
        return frozenset({key.hall})
    if key.region and key.region != "*":
        return frozenset(hall.code for hall in places.halls_in_region(key.region))
    return frozenset({"*"})


def _bound(halls: frozenset[str], hall: str) -> frozenset[str]:
    """Of the halls where something is held, those that a key reaches which is bound to one hall, or to none ("")."""
    if not hall:
        return halls
    return frozenset({hall}) if EVERYWHERE in halls or hall in halls else frozenset()


def authorise(headers: Mapping[str, str], operation: str) -> Caller:
    """The caller, if the key's scope may do this.

    :param headers: names in lower case.
    :raises Refused: unauthenticated, not-allowed, rate-limited.
    """
    caller = caller_of(headers.get("authorization", ""))
    caller.must(operation)
    _take(caller)
    return caller


# Rate: a process leases tokens from the shared bucket by the hundred, so that a busy channel does not write a row per
# request.
LEASE = 100
_leases: dict[str, int] = {}
_refused_until: dict[str, tuple[float, int]] = {}


def per_minute() -> int:
    """Requests a key may make in a minute; 0 = no limit. BANSHI_API_PER_MINUTE, else 6,000 in production only."""
    return int(getattr(settings, "BANSHI_API_PER_MINUTE", 6000 if settings.PRODUCTION else 0))


def _take(caller: Caller) -> None:
    rate = per_minute()
    if not rate:
        return
    lease = max(1, min(LEASE, rate // 10))
    owner = caller.owner
    with _lock:
        left = _leases.get(owner, 0)
        if left > 0:
            _leases[owner] = left - 1
            return
    until, wait_s = _refused_until.get(owner, (0.0, 0))
    if until > clock.monotonic():
        raise Refused("rate-limited", facts={"wait_s": wait_s})
    try:
        limits.take(key=f"api:{owner}", per_minute=rate / lease, burst=max(1.0, rate / lease))
    except Refused as refusal:
        wait_s = int(refusal.facts.get("wait_s", 1))
        _refused_until[owner] = (clock.monotonic() + min(1.0, wait_s), wait_s)
        raise
    with _lock:
        _leases[owner] = lease - 1
