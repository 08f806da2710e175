"""Templates: text with `{placeholders}`. A stretch in `[square brackets]` is said only when every placeholder in it has
a value, so a missing value shortens the sentence instead of breaking it. Values are put in once and never read again:
braces or brackets inside a value are just characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from banshi.kernel.wording import UNSEEN, counted, is_legible
from banshi.rooms.messaging.rules.words import COMMON

MISSING = "–"
_ALWAYS = frozenset({"hall", "address", "phone", "link"})
_ALSO = {"ahead": frozenset({"ahead"}), "call_near": frozenset({"ahead"})}
_PIECE = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


# What each message is for: it must say each of these, or one of those that stand together.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "code": (("code",),),
    "confirmation": (("when",), ("hall",), ("link", "code")),
    "reminder": (("when",), ("hall",)),
    "leave": (("when",), ("hall",)),
    "moved": (("when",), ("hall",)),
    "moved_by_hall": (("when",), ("hall",)),
    "old_time_free": (("when",), ("was",)),
    "closure_off": (("when",), ("hall",)),
    "time_back": (("when",), ("hall",)),
    "cancelled": (("when",),),
    "cancelled_by_hall": (("when",), ("hall",)),
    "closure": (("when",), ("hall",)),
    "item_retired": (("item",), ("day",), ("when",)),
    "item_kept": (("item",), ("when",)),
    "case_item_retired": (("item",), ("day",)),
    "case_item_kept": (("item",),),
    "no_show": (("when",),),
    "suspended": (("until",),),
    "appeal_answered": (("outcome",), ("answer",)),
    "waiting_offer": (("when",), ("hall",), ("expires",), ("link",)),
    "day_sheet": (("day",),),
    "ahead": (("in_line", "ahead", "minutes"),),
    "your_turn": (("number",), ("window",)),
    "redirected": (("hall",), ("number",), ("way", "address")),
    "kept": (("when",), ("hall",)),
    "excused": (("when",), ("hall",)),
    "outage": (("when",), ("hall",)),
    "no_show_off": (("when",), ("hall",)),
    "line_stopped": (("number",),),
    "line_goes_on": (("number",),),
    "evacuated": (("hall",), ("number",)),
    "evacuation_over": (("hall",), ("number",)),
    "not_served": (("number",),),
    "not_finished": (("number",),),
    "booking_over": (("when",), ("hall",), ("fate",)),
    "waiting_closed": (("hall",), ("day",)),
    "waiting_open": (("hall",), ("day",)),
    "waiting_again": (("hall",), ("day",)),
    "waiting_place_off": (("hall",), ("when",)),
    "waiting_unbooked": (("hall",), ("day",)),
    "waiting_list_off": (("hall",), ("day",)),
    "waiting_missed": (("hall",), ("day",)),
    "waiting_yours": (("hall",), ("day",)),
    "waiting_over": (("hall",), ("day",)),
    "missed": (("number",), ("advice",)),
    "order_taken": (("number",),),
    "order_replied": (("number", "item"),),
    "order_closed": (("number", "item"),),
    "call_near": (("in_line", "ahead", "minutes"),),
    "call_closed": (("hall",),),
    "call_unanswered": (("hall",),),
    "rate": (("link",),),
    "rating_answered": (("text",),),
    "rating_settled": (("text",),),
    "rating_set_aside": (("text",),),
    "enquiry_answered": (("item",),),
    "home_visit_planned": (("item",), ("when",)),
    "home_visit_moved": (("item",), ("when",)),
    "home_visit_on_the_way": (("item",),),
    "home_visit_off": (("item",),),
    "booking_open": (("hall",),),
    "agent_asked": (("hall",), ("link",)),
    "agent_suspended": (("hall",),),
    "agent_restored": (("hall",),),
    "mandate_given": (("text",), ("link",)),
    "agent_booked": (("text",), ("when",), ("hall",), ("link",)),
    "agent_moved": (("text",), ("when",), ("hall",)),
    "agent_cancelled": (("text",), ("when",)),
    "booking_yours": (("when",), ("hall",), ("link",)),
    "guardian_entered": (("link",),),
    "guardian_contested": (("link",),),
    "guardian_ended": (("link",),),
    "case_season_ends": (("item",), ("day",)),
    "case_unsent_ends": (("item",), ("day",)),
    "case_by_person": (("item",),),
    "case_sent": (("item",),),
    "case_returned": (("item",),),
    "case_file_refused": (("item",), ("bring",)),
    "case_passed": (("item",),),
    "case_received": (("item",),),
    "case_at_once": (("item",),),
    "case_wait": (("item",), ("at",)),
    "case_wait_late": (("item",),),
    "case_notice": (("item",), ("day",)),
    "case_remind": (("item",), ("day",)),
    "case_supplemented": (("item",),),
    "case_not_accepted": (("item",),),
    "case_accepted": (("item",), ("day",)),
    "case_taken": (("item",), ("day",)),
    "case_follow_remind": (("item",), ("bring",), ("day",)),
    "case_follow_late": (("item",), ("bring",)),
    "case_follow_came": (("item",),),
    "case_deemed": (("item",), ("day",)),
    "case_deemed_late": (("item",), ("day",)),
    "case_drawn": (("item",), ("day",)),
    "case_not_drawn": (("item",),),
    "case_next_round": (("item",), ("day",)),
    "case_stopped": (("item",),),
    "case_stop_longer": (("item",),),
    "case_goes_on": (("item",), ("day",)),
    "case_visit": (("item",), ("when",)),
    "case_visit_moved": (("item",), ("when",)),
    "case_visit_off": (("item",), ("when",)),
    "case_extended": (("item",), ("day",)),
    "case_later": (("item",), ("day",)),
    "case_day_later": (("item",), ("day",)),
    "case_granted": (("item",),),
    "case_refused": (("item",),),
    "case_ready": (("item",),),
    "case_to_post": (("item",),),
    "case_called": (("item",), ("window",)),
    "case_in_cabinet": (("item",),),
    "case_code_anew": (("item",),),
    "case_moved": (("item",),),
    "case_posted": (("item",), ("waybill",)),
    "case_out": (("item",), ("waybill",)),
    "case_arrived": (("item",),),
    "case_came_back": (("item",),),
    "case_papers_came": (("item",), ("day",)),
    "case_dropped": (("item",), ("day",)),
    "case_fee_due": (("item",), ("amount",), ("day",)),
    "case_fee_anew": (("item",), ("amount",), ("day",)),
    "case_fee_remind": (("item",), ("amount",), ("day",)),
    "case_fee_paid": (("item",), ("amount",)),
    "case_fee_waived": (("item",),),
    "case_fee_less": (("item",),),
    "case_fee_back": (("item",), ("amount",)),
    "case_fee_fetch": (("item",), ("amount",)),
    "case_closed": (("item",),),
    "case_withdrawn": (("item",),),
    "case_terminated": (("item",),),
    "case_lapsed": (("item",),),
    "case_promise_untrue": (("item",), ("bring",)),
    "case_promise_lifted": (("item",),),
    "case_revoked": (("item",),),
}


def language_of(code: str) -> str:
    """The template language of a Django language code: `en-gb` → `en`; anything else is Chinese."""
    return "en" if code.lower().startswith("en") else "zh"


def placeholders(body: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(body))


def allowed(key: str) -> frozenset[str]:
    """Placeholders that a template of this key may use: those of the common templates, and the hall's own."""
    return _ALWAYS.union(_ALSO.get(key, ()), *(placeholders(body) for body in COMMON.get(key, {}).values()))


def fault(key: str, body: str) -> dict[str, str] | None:
    """Why a template body cannot be used, in both languages (for `Refused("invalid")`), or None.

    Refused are unknown keys and placeholders, loose or nested braces and brackets, words that are too long to send, unseen
    characters, and a message without what it is for (`NEEDED`).
    """
    if key not in COMMON:
        return {"zh": f"没有“{key}”这种通知", "en": f"There is no message “{key}”"}
    if not body.strip():
        return {"zh": "没有写内容", "en": "The text is empty"}
    if len(body) > 500:
        return {"zh": "超过 500 个字", "en": "The text is longer than 500 characters"}
    if not is_legible(body):
        return UNSEEN
    unknown = placeholders(body) - allowed(key)
    if unknown:
        wrong, possible = ", ".join(sorted(unknown)), ", ".join(sorted(allowed(key)))
        return {
            "zh": f"不认识：{wrong}。可以用：{possible}",
            "en": f"Unknown placeholders: {wrong}. Possible: {possible}",
        }
    rest = _PLACEHOLDER.sub("", body)
    if "{" in rest or "}" in rest:
        return {"zh": "花括号没有配对", "en": "A brace is open or stands alone"}
    rest = re.sub(r"\[[^\[\]]*\]", "", rest)
    if "[" in rest or "]" in rest:
        return {"zh": "方括号没有配对，或套在一起", "en": "A square bracket is open, nested or stands alone"}
    missing = [each for each in NEEDED.get(key, ()) if not placeholders(body).intersection(each)]
    if missing:
        zh = "、".join(" 或 ".join(f"{{{name}}}" for name in each) for each in missing)
        en = ", ".join(" or ".join(f"{{{name}}}" for name in each) for each in missing)
        return {"zh": f"这条通知要说清楚：{zh}", "en": f"This message must say: {en}"}
    return None


OPENS = frozenset(
    {"code", "case_ready", "case_ready_remind", "case_refused", "case_in_cabinet", "case_code_anew"}
)  # their code opens something: a sign-in, a result


def shown(key: str, said: Mapping[str, str]) -> dict[str, str]:
    """The values as staff may read them: whoever holds a link or such a code acts as the person."""
    closed = {"link": "…"} | ({"code": "******"} if key in OPENS else {})
    return {**said, **{name: value for name, value in closed.items() if said.get(name)}}


def render(template: str, params: Mapping[str, Any]) -> str:
    """Fill a template. Never raises: a missing value empties its bracket, or reads “–” outside of one."""
    values = {key: str(value) for key, value in params.items() if value is not None and value != ""}

    def put(found: re.Match[str]) -> str:
        stretch, name = found.groups()
        if name is not None:
            return values.get(name, MISSING)
        if not placeholders(stretch) <= values.keys():
            return ""
        return _PLACEHOLDER.sub(lambda inner: values[inner.group(1)], stretch)

    said = " ".join(_PIECE.sub(put, counted(template, values)).split())
    return said[:1].upper() + said[1:]


_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")  # take two places


def parts(text: str) -> int:
    """How many text messages are paid for: 160 Latin characters (GSM 03.38) in one, 70 of any other script (UCS-2);
    in several, 153 or 67 each."""
    if all(c in _GSM or c in _GSM_TWICE for c in text):
        length, one, each = sum(2 if c in _GSM_TWICE else 1 for c in text), 160, 153
    else:
        length, one, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return 0 if not length else 1 if length <= one else -(-length // each)
