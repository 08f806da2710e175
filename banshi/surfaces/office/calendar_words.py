"""What one version of the opening hours changes against another, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from banshi.foundation.said import english
from banshi.foundation.states import CHANNELS
from banshi.rooms.places.models import Category, Hall, Zone
from banshi.surfaces.office.calendar_form import sentence, spans_text
from banshi.surfaces.office.words import SESSION_KINDS, WALK_INS, WEEKDAYS

Rule = Mapping[str, Any]


def changes(old: Mapping[str, Any] | None, new: Mapping[str, Any], names: Names) -> list[str]:
    """A sentence for each session that is new, gone or different; [] where nothing is."""
    before = {rule["code"]: rule for rule in (old or {}).get("rules", ())}
    after = {rule["code"]: rule for rule in new.get("rules", ())}
    names.know(*before.values(), *after.values())
    said = [_("New: %(session)s") % {"session": names.whole(after[code])} for code in after if code not in before]
    for code in after:
        if code in before:
            said += [
                _("%(session)s – %(what)s: %(before)s → %(after)s")
                % {
                    "session": names.name(after[code]),
                    "what": what,
                    "before": was or _("none"),
                    "after": is_ or _("none"),
                }
                for what, was, is_ in names.differences(before[code], after[code])
            ]
    said += [_("Ended: %(session)s") % {"session": names.whole(before[code])} for code in before if code not in after]
    if old is not None and _periods(old) != _periods(new):
        words = _("Booking periods of all sessions: %(before)s → %(after)s")
        said.append(words % {"before": _periods(old), "after": _periods(new)})
    return said


class Names:
    """Names of what a hall's sessions are for; a query for zones, one for categories."""

    def __init__(self, hall: Hall) -> None:
        which = "name_en" if english() else "name_zh"
        self._categories = dict(Category.objects.filter(hall=hall).values_list("code", which))
        self._zones = dict(Zone.objects.filter(hall=hall).values_list("code", which))

        self._sessions: dict[str, str] = {}

    def know(self, *rules: Rule) -> None:
        """Sessions that others name by their code."""
        self._sessions |= {rule["code"]: self.name(rule) for rule in rules}

    def name(self, rule: Rule) -> str:
        name = rule.get("name") or {}
        return str((name.get("en") if english() else name.get("zh")) or rule["code"])

    def whole(self, rule: Rule) -> str:
        """“周六服务：周六，9:00–12:00”."""
        words = _("%(name)s: %(days)s, %(hours)s")
        said = {"days": _when(rule), "hours": spans_text(rule.get("hours") or ())}
        return words % {"name": self.name(rule), **said}

    def differences(self, old: Rule, new: Rule) -> list[tuple[str, str, str]]:
        """(what, before, after) for each that differs."""
        found = []
        for what, say in self._facts():
            was, is_ = say(old), say(new)
            if was != is_:
                found.append((what, was, is_))
        return found

    def _facts(self) -> list[tuple[str, Callable[[Rule], str]]]:
        return [
            (_("Name, Chinese"), lambda rule: (rule.get("name") or {}).get("zh", "")),
            (_("Name, English"), lambda rule: (rule.get("name") or {}).get("en", "")),
            (_("Kind"), lambda rule: str(dict(SESSION_KINDS).get(rule.get("kind", "regular"), ""))),
            (_("Days"), _when),
            (_("Hours"), lambda rule: spans_text(rule.get("hours") or ())),
            (_("Booking periods"), _periods),
            (_("Which matters"), lambda rule: _matters(rule)),
            (_("Categories"), lambda rule: _listed(rule, "categories", self._categories)),
            (_("Zones"), lambda rule: _listed(rule, "zones", self._zones)),
            (_("Booked by"), lambda rule: _listed(rule, "channels", CHANNELS)),
            (_("Bookings stop"), _stops),
            (_("Walk-ins"), lambda rule: str(dict(WALK_INS).get(rule.get("walk_ins", "always"), ""))),
            (_("Only from"), lambda rule: str(rule.get("valid_from") or "")),
            (_("Only until"), lambda rule: str(rule.get("valid_to") or "")),
            (_("Replaces that day"), lambda rule: _listed(rule, "overrides", self._sessions)),
            (_("Priority where sessions overlap"), lambda rule: str(rule.get("priority") or 0)),
            (_("Note"), lambda rule: str((rule.get("note") or {}).get("en" if english() else "zh") or "")),
        ]


def _when(rule: Rule) -> str:
    return sentence(rule.get("when", "working"))


def _listed(rule: Rule, key: str, names: Mapping[str, Any]) -> str:
    return _(", ").join(str(names.get(each, each)) for each in rule.get(key) or ())


def _matters(rule: Rule) -> str:
    if rule.get("item_tag") == "extended":
        return _("those for extended hours")
    return rule.get("item_tag") or _(", ").join(rule.get("items") or ())


def _periods(part: Mapping[str, Any]) -> str:
    if part.get("period_minutes"):
        return _("Every %(n)s min") % {"n": part["period_minutes"]}
    return spans_text(part.get("periods") or ()) or _("as the calendar says")


def _stops(rule: Rule) -> str:
    stop = rule.get("cut_off")
    if not stop:
        return _("when the period begins")
    at = str(stop["time"])[:5].removeprefix("0")
    if stop.get("weekday"):
        return pgettext("calendar", "the %(day)s before at %(time)s") % {
            "day": dict(WEEKDAYS)[stop["weekday"]],
            "time": at,
        }
    days = stop.get("days_before", 0)
    said = npgettext("calendar", "%(n)s day before at %(time)s", "%(n)s days before at %(time)s", days)
    return said % {"n": days, "time": at}
