"""The calendar document as a form: each session rule in fields, and back.

What the fields cannot say – an “either … or …” of several kinds of day – stays in the rule as written (`expert`), so
that a form never loses anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banshi.frames.typed import clean, int_or_none, time_or_none
from banshi.kernel.names import hidden
from banshi.rooms.calendars.rules import WEEKDAYS
from banshi.surfaces.office.words import WEEKDAYS as WEEKDAY_WORDS

WEEKDAY_NAMES = dict(WEEKDAY_WORDS)
DAY_WORDS = {
    "every_day": gettext_lazy("every day"),
    "working": gettext_lazy("working days"),
    "rest_day": gettext_lazy("rest days"),
    "holiday": gettext_lazy("public holidays"),
    "make_up": gettext_lazy("make-up days"),
}
DAY_KINDS = ("every_day", "working", "rest_day", "holiday", "make_up")
MOST_RULES = 40
_BETWEEN_SPANS = re.compile(r"([-–—~至到]\s*\d{1,2}[:：]\d{2})\s+(?=\d)")  # 9:00-12:00 14:00-17:00
_SPAN = re.compile(r"\s*(\d{1,2}[:：]\d{2})\s*[-–—~至到]\s*(\d{1,2}[:：]\d{2})\s*")

Form = dict[str, Any]

BLANK: Form = {
    "code": "", "name_zh": "", "name_en": "", "kind": "regular",
    "day": "working", "weekdays": [], "parity": "", "digits": "", "lunar": "", "from": "", "to": "", "dates": "",
    "nth": "", "nth_day": "sat", "every": "", "every_from": "",
    "not_holiday": False, "not_make_up": False, "not_dates": "", "expert": "",
    "hours": "", "cut": "document", "periods": "", "period_minutes": "",
    "items": "", "item_tag": "", "categories": [], "zones": [], "channels": [],
    "stops": "", "stop_weekday": "fri", "stop_days": "1", "stop_time": "",
    "walk_ins": "always", "overrides": [], "priority": "0", "valid_from": "", "valid_to": "",
    "note_zh": "", "note_en": "",
}  # fmt: skip


# --- document → form ----------------------------------------------------------------------------------------------


def to_form(rule: Mapping[str, Any]) -> Form:
    """One rule (as stored) as fields."""
    form = {**BLANK, **_when_fields(rule.get("when", "working"))}
    name, note, stop = rule.get("name") or {}, rule.get("note") or {}, rule.get("cut_off")
    form |= {
        "sentence": sentence(rule.get("when", "working")),
        "code": rule.get("code", ""),
        "name_zh": name.get("zh", ""),
        "name_en": name.get("en", ""),
        "kind": rule.get("kind", "regular"),
        "hours": spans_text(rule.get("hours") or ()),
        "items": " ".join(rule.get("items") or ()),
        "item_tag": rule.get("item_tag") or "",
        "categories": list(rule.get("categories") or ()),
        "zones": list(rule.get("zones") or ()),
        "channels": list(rule.get("channels") or ()),
        "walk_ins": rule.get("walk_ins", "always"),
        "overrides": list(rule.get("overrides") or ()),
        "priority": str(rule.get("priority", 0)),
        "valid_from": str(rule.get("valid_from") or ""),
        "valid_to": str(rule.get("valid_to") or ""),
        "note_zh": note.get("zh", ""),
        "note_en": note.get("en", ""),
    }
    if rule.get("period_minutes"):
        form |= {"cut": "minutes", "period_minutes": str(rule["period_minutes"])}
    elif rule.get("periods"):
        form |= {"cut": "listed", "periods": spans_text(rule["periods"])}
    if stop:
        form["stop_time"] = str(stop["time"])[:5]
        if stop.get("weekday"):
            form |= {"stops": "weekday", "stop_weekday": stop["weekday"]}
        else:
            form |= {"stops": "days", "stop_days": str(stop.get("days_before", 0))}
    return form


def spans_text(spans: Sequence[Sequence[Any]]) -> str:
    return ", ".join(f"{str(start)[:5]}–{str(end)[:5]}" for start, end in spans)


def _when_fields(when: Any) -> Form:
    fields: Form = {"day": "every_day"}
    parts = when["all"] if isinstance(when, dict) and set(when) == {"all"} else [when]
    for part in parts:
        found = _simple(part)
        if (
            found is None
            or any(key in fields and key != "day" for key in found)
            or ("day" in found and fields["day"] != "every_day")
        ):
            return {"expert": json.dumps(when, ensure_ascii=False)}
        fields |= found
    return fields


def _simple(part: Any) -> Form | None:
    """The fields of one condition, or None where there are none for it."""
    if isinstance(part, str):
        return {"day": part}
    ((key, value),) = part.items()
    if key == "weekdays":
        return {"weekdays": list(value)}
    if key == "parity":
        return {"parity": value}
    if key == "nth_weekday":
        return {"nth": " ".join(str(each) for each in value["nth"]), "nth_day": value["weekday"]}
    if key == "every_weeks":
        return {"every": str(value["every"]), "every_from": str(value["from"])}
    if key in ("digits", "lunar_digits"):
        return {"digits" if key == "digits" else "lunar": " ".join(str(each) for each in value)}
    if key == "dates":
        return {"dates": " ".join(str(each) for each in value)}
    if key == "range":
        return {"from": str(value.get("from") or ""), "to": str(value.get("to") or "")}
    if key == "not":
        if value in ("holiday", "make_up"):
            return {f"not_{value}": True}
        if isinstance(value, dict) and set(value) == {"dates"}:
            return {"not_dates": " ".join(str(each) for each in value["dates"])}
    return None


def sentence(when: Any) -> str:
    """On which days a rule holds, in words."""
    if isinstance(when, str):
        return str(DAY_WORDS.get(when, when))
    ((key, value),) = when.items()
    if key in ("all", "any"):
        joiner = _(" and ") if key == "all" else _(" or ")
        return joiner.join(sentence(each) for each in value)
    if key == "not":
        return _("not %(days)s") % {"days": sentence(value)}
    if key == "weekdays":
        return _(", ").join(str(WEEKDAY_NAMES[each]) for each in value)
    if key == "nth_weekday":
        which = _(", ").join(_("last") if n == -1 else str(n) for n in value["nth"])
        return _("%(which)s. %(day)s of the month") % {"which": which, "day": WEEKDAY_NAMES[value["weekday"]]}
    if key == "every_weeks":
        return _("every %(n)s weeks from %(day)s") % {"n": value["every"], "day": value["from"]}
    if key == "parity":
        return _("odd dates") if value == "odd" else _("even dates")
    if key == "range":
        return f"{value.get('from', '')} – {value.get('to', '')}"
    listed = " ".join(str(each) for each in value)
    if key == "digits":
        return _("dates ending in %(digits)s") % {"digits": listed}
    if key == "lunar_digits":
        return _("lunar dates ending in %(digits)s") % {"digits": listed}
    return listed


# --- form → document ----------------------------------------------------------------------------------------------


def forms_of(post: QueryDict, *, with_marked: bool = False) -> list[Form]:
    """The rules' fields as typed; a rule marked for removal is left out, unless it is only drawn anew."""
    count = int_or_none(post.get("rules"), 0, MOST_RULES) or 0
    forms = []
    for i in range(count):
        if post.get(f"r{i}-remove") and not with_marked:
            continue
        form: Form = {}
        for name, default in BLANK.items():
            key = f"r{i}-{name}"
            if isinstance(default, list):
                form[name] = [clean(each, 80) for each in post.getlist(key)][:200]
            elif isinstance(default, bool):
                form[name] = bool(post.get(key))
            elif name in ("name_zh", "name_en"):
                form[name] = post.get(key, "").strip()[:200]  # what cannot be seen in a name is refused, not taken out
            else:
                form[name] = clean(str(post.get(key, default)), 4000)
        forms.append(form)
    return forms


def document_of(forms: Sequence[Form], *, timezone: str, base: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A document as data, and a sentence for each thing that cannot be read. The rules' own check comes after.

    :param base: the document the form was made from: what belongs to no rule is kept from there.
    """
    faults: list[str] = []
    rules = [_rule(form, i, faults) for i, form in enumerate(forms)]
    document: dict[str, Any] = {"timezone": timezone, "rules": rules}
    for key in ("periods", "period_minutes"):
        if base.get(key):
            document[key] = base[key]
    return document, faults


def _rule(form: Form, i: int, faults: list[str]) -> dict[str, Any]:
    label = form["name_zh"] or form["code"] or str(i + 1)

    def fault(text: str) -> None:
        faults.append(_("“%(rule)s”: %(fault)s") % {"rule": label, "fault": text})

    def spans(text: str, what: str) -> list[list[str]]:
        found = []
        for part in re.split(r"[,，;；、\n]+", _BETWEEN_SPANS.sub(r"\1,", text)):
            if not part.strip():
                continue
            match = _SPAN.fullmatch(part)
            start, end = [time_or_none(each) for each in match.groups()] if match else (None, None)
            if start is None or end is None:
                fault(
                    _("%(what)s: write times like 09:00–12:00, not “%(text)s”")
                    % {"what": what, "text": part.strip()[:40]}
                )
                continue
            found.append([f"{start:%H:%M}", f"{end:%H:%M}"])
        return found

    if any(hidden(form[name]) for name in ("name_zh", "name_en")):
        fault(_("the name has characters that cannot be seen"))
    rule: dict[str, Any] = {
        "code": form["code"] or f"rule-{i + 1}",
        "name": {"zh": form["name_zh"], "en": form["name_en"] or form["name_zh"]},
        "kind": form["kind"],
        "when": _when(form, fault),
        "hours": spans(form["hours"], _("Hours")),
        "walk_ins": form["walk_ins"],
    }
    if form["cut"] == "minutes":
        minutes = int_or_none(form["period_minutes"], 5, 480)
        if minutes is None:
            fault(_("periods last 5 to 480 minutes"))
        else:
            rule["period_minutes"] = minutes
    elif form["cut"] == "listed":
        rule["periods"] = spans(form["periods"], _("Periods"))
    rule |= _optional(form, fault)
    return rule


def _optional(form: Form, fault: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if form["items"]:
        found["items"] = [each for each in re.split(r"[\s,，;；、]+", form["items"]) if each]
    for name in ("item_tag", "valid_from", "valid_to"):
        if form[name]:
            found[name] = form[name]
    for name in ("categories", "zones", "channels", "overrides"):
        if form[name]:
            found[name] = form[name]
    if form["stops"]:
        at = time_or_none(form["stop_time"])
        if at is None:
            fault(_("bookings stop at a time like 16:00"))
        elif form["stops"] == "weekday":
            found["cut_off"] = {"weekday": form["stop_weekday"], "time": f"{at:%H:%M}"}
        else:
            days = int_or_none(form["stop_days"], 0, 60)
            if days is None:
                fault(_("bookings stop 0 to 60 days before"))
            else:
                found["cut_off"] = {"days_before": days, "time": f"{at:%H:%M}"}
    priority = int_or_none(form["priority"] or "0", -1000, 1000)
    if priority is None:
        fault(_("the priority is a whole number"))
    elif priority:
        found["priority"] = priority
    if form["note_zh"]:
        found["note"] = {"zh": form["note_zh"], "en": form["note_en"] or form["note_zh"]}
    return found


def _when(form: Form, fault: Any) -> Any:
    if form["expert"]:
        try:
            return yaml.safe_load(form["expert"])
        except yaml.YAMLError:
            fault(_("the condition cannot be read"))
            return "every_day"
    parts: list[Any] = []
    if form["day"] != "every_day":
        parts.append(form["day"])
    weekdays = [each for each in WEEKDAYS if each in form["weekdays"]]
    if weekdays:
        parts.append({"weekdays": weekdays})
    if form["parity"]:
        parts.append({"parity": form["parity"]})
    if nth := [int(each) for each in re.findall(r"-?\d", form["nth"])]:
        parts.append({"nth_weekday": {"nth": nth, "weekday": form["nth_day"]}})
    if form["every"]:
        every = int_or_none(form["every"], 2, 8)
        if every is None or not form["every_from"]:
            fault(_("every so many weeks: 2 to 8, with a day of the first week"))
        else:
            parts.append({"every_weeks": {"every": every, "from": form["every_from"]}})
    for name, key in (("digits", "digits"), ("lunar", "lunar_digits")):
        digits = re.findall(r"\d+", form[name])
        if digits:
            parts.append({key: [int(each) for each in digits if len(each) < 4]})
    ends = {key: form[key] for key in ("from", "to") if form[key]}
    if ends:
        parts.append({"range": ends})
    for name, wrap in (("dates", False), ("not_dates", True)):
        dates = [each for each in re.split(r"[\s,，;；、]+", form[name]) if each]
        if dates:
            parts.append({"not": {"dates": dates}} if wrap else {"dates": dates})
    parts += [{"not": name} for name in ("holiday", "make_up") if form[f"not_{name}"]]
    if not parts:
        return "every_day"
    return parts[0] if len(parts) == 1 else {"all": parts}
