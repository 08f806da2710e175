"""The words of messages, per hall, with a preview of what people will read."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, status_of, zone_of
from banshi.frames.typed import lines_of
from banshi.kernel.refusals import Refused
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging import queries as notices_of
from banshi.rooms.messaging import rules as wording
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.words import MESSAGE_KEYS


def _sample(hall: Hall, now: datetime) -> dict[str, Any]:
    """Values such as a real message carries."""
    day = local(hall, now).date() + timedelta(days=1)
    start = datetime.combine(day, time(9, 30), zone_of(hall))
    return {
        "hall_zh": hall.name_zh, "hall_en": hall.name_en, "address_zh": hall.address_zh, "address_en": hall.address_en,
        "phone": hall.phone or "12345", "starts_at": start, "ends_at": start + timedelta(hours=1),
        "old_starts_at": start - timedelta(days=1), "old_ends_at": start - timedelta(hours=23),
        "item_zh": "居民身份证换领", "item_en": "ID card renewal", "bring_zh": "身份证；户口簿",
        "bring_en": "ID card; household register", "by_video_zh": "", "by_video_en": "",
        "come_early": 15, "code": "K7Q2M4", "link": "https://…/a/K7Q2M4",
        "number": "A012", "ahead": 3, "likely_s": 720, "at_most_s": 1200, "floor_zh": "2 楼", "floor_en": "floor 2",
        "window": "12", "reason_zh": "设备检修", "reason_en": "maintenance", "count": 2, "limit": 3, "days": 30,
        "since": day, "until": day + timedelta(days=29), "expires": start, "minutes": 10, "day": day,
        "outcome_zh": "成立，这一条不再计", "outcome_en": "upheld, the entry no longer counts",
        "answer_zh": "当天设备故障，已核实", "answer_en": "The line was down that day; we checked",
        "advice_zh": "11:20 前可以补号，排在已取号的人后面。",
        "advice_en": "It can be put back before 11:20, behind those who have a number.",
        "how_zh": "还要办：到取号机扫码，或找导办。码在这里",
        "how_en": "Still need it? Scan its code at the number machine, or ask a guide", "text_zh": "已经改进，谢谢提醒",
        "show_zh": "刷同一张证件，或扫号票上、链接里的码",
        "show_en": "lay the same card, or scan the code of the slip or the link",
        "text_en": "We have changed it, thank you", "stays_zh": "号和位置都保留，恢复后接着叫。",
        "stays_en": "the number and its place stay; calling goes on from there.",
        "news_zh": "恢复会通知。", "news_en": "A message tells when it goes on.",
        "still_zh": "一层", "still_en": "Floor 1",
        "again_zh": "还在原来的位置，接着叫号。", "again_en": "it is where it was in line, and calling goes on.",
        "closed": {
            "zh": "不动产", "en": "Real estate", "matter": True,
            "from": start.isoformat(), "until": (start + timedelta(hours=2)).isoformat(),
        },
    }  # fmt: skip


_STILL_WAITS = {"text_zh": "还在候补，顺序不变。", "text_en": "You still wait, at the same turn."}


def rendered(hall: Hall, key: str, language: str, body: str, now: datetime) -> str:
    """The message as people would read it, with sample values."""
    values = _sample(hall, now) | (_STILL_WAITS if key == "waiting_place_off" else {})
    said = wording.spoken(values, language=language, zone=zone_of(hall), now=now)
    return wording.render(
        body, wording.fitted(body, said, wording.papers(values, language=language), language=language)
    )


@door(audience="staff", permission="policy.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    now = clock.now()
    reader = wording.language_of(get_language() or "")
    found = []
    for each in notices_of.templates(place.code):
        preview, fault = rendered(place, each.key, each.language, each.body, now), wording.fault(each.key, each.body)
        found.append((each, preview, wording.parts(preview), fault[reader] if fault else ""))
    groups = [
        (key, MESSAGE_KEYS.get(key, key), list(rows)) for key, rows in groupby(found, key=lambda each: each[0].key)
    ]
    return page(request, "office/templates.html", place, groups=groups)


@door(audience="staff", permission="policy.edit")
@require_http_methods(["GET", "POST"])
def one(request: Asked, hall: str, key: str, language: str) -> HttpResponseBase:
    """Edit one message in one language: look first (`act=preview`), then save, or go back to the common words."""
    place = places.hall_by_code(hall)
    found = next((t for t in notices_of.templates(place.code) if t.key == key and t.language == language), None)
    if found is None:
        raise Refused("nothing-found", facts={"template": key})
    now = clock.now()
    body, act = found.body, request.POST.get("act", "")
    refused: Refused | None = None
    if request.method == "POST":
        body = lines_of(request.POST.get("body"), 2000)
        meant: dict[str, Any] = {
            "hall": place.code,
            "key": key,
            "language": language,
            "by": acting(request, place),
            "now": now,
        }
        meant["expected"] = lines_of(request.POST["was"], 2000) if "was" in request.POST else None
        try:
            if act == "reset":
                messaging.reset_template(**meant)
                messages.success(request, _("Back to the common words."))
                return redirect("office:templates", hall=hall)
            if (fault := wording.fault(key, body)) is not None:
                raise Refused("invalid", facts={"field": "body", "reason": fault})
            if act == "save":
                messaging.set_template(body=body, **meant)
                messages.success(request, _("Saved. New messages use these words."))
                return redirect("office:templates", hall=hall)
        except Refused as wrong:
            refused = wrong
    meanwhile = refused is not None and refused.slug == "changed-meanwhile"
    if meanwhile:  # what stands now, beside what was typed
        found = next(t for t in notices_of.templates(place.code) if t.key == key and t.language == language)
    preview = rendered(place, key, language, body, now) if refused is None or meanwhile else ""
    was = found.body if meanwhile or "was" not in request.POST else lines_of(request.POST["was"], 2000)
    return page(
        request,
        "office/template.html",
        place,
        words=found,
        label=MESSAGE_KEYS.get(key, key),
        body=body,
        preview=preview,
        parts=wording.parts(preview),
        common=wording.COMMON[key][language],
        was=was,
        meanwhile=meanwhile,
        refused=None if meanwhile else refused,
        status=status_of(refused) if refused else 200,
    )
