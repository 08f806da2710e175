"""The rules of a hall: a form made from the policy's model, what changes, publish, history, restore."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english
from banshi.foundation.times import day_words
from banshi.frames.staff.frame import local, paged, status_of, zone_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_or_none, int_or_none, time_or_none
from banshi.journeys.hall import change_rules, rule_effects
from banshi.journeys.hours.consequences import Consequences
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Hall, PolicyVersion
from banshi.surfaces.office import policy_form, rule_finder
from banshi.surfaces.office.effect_words import effect_words
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.meanwhile import Meanwhile
from banshi.surfaces.office.policy_words import OPTIONS


def _newest(hall: Hall) -> PolicyVersion | None:
    return PolicyVersion.objects.filter(hall=hall).order_by("-version").first()


@door(audience="staff", permission="policy.edit")
@require_http_methods(["GET", "POST"])
def index(request: Asked, hall: str) -> HttpResponseBase:
    """GET: the form, of the rules in force or of `?version=`. POST: look at what changes, or publish.

    A version that is only planned is shown beside it, and never the start of a change unless it is asked for.
    """
    place = places.hall_by_code(hall)
    newest = _newest(place)
    ruling = change_rules.in_force(place, clock.now())
    current: dict[str, Any] = ruling.document if ruling else HallPolicy().model_dump(mode="json")
    start, restored = current, None
    wanted = int_or_none(request.GET.get("version"), 1)
    if wanted is not None and wanted != (ruling.version if ruling else 0):
        restored = PolicyVersion.objects.filter(hall=place, version=wanted).first()
        start = restored.document if restored else current
    form = policy_form.sections(start)
    meta: dict[str, Any] = {"note": "", "from_day": "", "from_time": "", "version": newest.version if newest else 0}
    began = restored or ruling
    meta["base"] = began.version if began else 0
    if restored is not None:
        meta["note"] = _("As in version %(n)s") % {"n": restored.version}
    if request.method == "GET" and request.htmx:
        q = clean(request.GET.get("q"), 60)
        return page(request, "office/_policy_found.html", place, q=q, found=rule_finder.found(form, q))
    if request.method == "GET":
        return _page(
            request, place, form, meta, newest, changes=policy_form.changes(current, start) if restored else None
        )
    meta = {name: clean(request.POST.get(name), 200) for name in ("note", "from_day", "from_time", "version", "base")}
    document, faults = policy_form.typed(request.POST, form)
    faults = {**policy_form.check(document), **faults}
    if not faults:
        unknown = change_rules.faults(hall=place, policy=HallPolicy.model_validate(document))
        faults = {path: words["en" if english() else "zh"] for path, words in unknown.items()}
    valid_from, fault = _valid_from(place, meta)
    if fault:
        faults["from_day"] = fault
    if faults:
        for section in form:
            for each in section.fields:
                each.error = faults.get(each.path, "")
        general = [text for path, text in faults.items() if path == "" or path == "from_day"]
        return _page(request, place, form, meta, newest, faults=faults, general=general)
    if newest is not None and int_or_none(meta["version"]) not in (None, newest.version):
        return _told(request, place, document, meta)
    if request.POST.get("act") == "redraw":  # in another language, as typed
        return _page(request, place, policy_form.sections(document), meta, newest)
    changed = policy_form.changes(current, document)
    foreseen, touched = _foreseen(place, current, document, valid_from)
    if request.POST.get("act") != "publish" or not _counted(request, meta):
        shown = policy_form.sections(document)
        return _page(request, place, shown, meta, newest, changes=changed, foreseen=foreseen, touched=touched)
    try:
        version = change_rules.publish(
            hall=place,
            document=document,
            by=request.who.by,
            now=clock.now(),
            note=meta["note"],
            valid_from=valid_from,
            expected_version=int_or_none(meta["version"]),
            confirmed=request.POST.get("confirmed") == "yes",
        )
    except Refused as refused:
        if refused.slug == "changed-meanwhile" and PolicyVersion.objects.filter(hall=place).exists():
            return _told(request, place, document, meta)
        shown = policy_form.sections(document)
        return _page(
            request, place, shown, meta, newest, changes=changed, foreseen=foreseen, touched=touched, refused=refused
        )
    messages.success(request, _published(place, version))
    return redirect("office:policy", hall=hall)


def _published(hall: Hall, version: PolicyVersion) -> str:
    if version.valid_from <= clock.now():
        return _("Version %(n)s is published.") % {"n": version.version}
    day = day_words(local(hall, version.valid_from).date(), local(hall, clock.now()).date())
    planned = _("Version %(n)s is planned: in force from %(day)s.") % {"n": version.version, "day": day}
    return planned + _(" The places of the days from then on follow it at once.")


def _told(request: Asked, hall: Hall, document: dict[str, Any], meta: dict[str, Any]) -> HttpResponseBase:
    """The form with both: what was typed, and what somebody else published meanwhile. Nothing is published yet."""
    newest, ruling = PolicyVersion.objects.filter(hall=hall).latest("version"), change_rules.in_force(hall, clock.now())
    seen = PolicyVersion.objects.filter(hall=hall, version__lte=int_or_none(meta["version"]) or 0)
    before = seen.filter(valid_from__lte=clock.now()).order_by("-version").first()
    old, new = (row.document if row else HallPolicy().model_dump(mode="json") for row in (before, ruling))
    carried = int_or_none(meta["base"]) in (None, before.version if before else 0)
    merged = change_rules.carry(old=old, new=new, plan=document) if carried else document
    meanwhile = Meanwhile(
        newest.version, names_of([newest.made_by])[newest.made_by], policy_form.changes(old, new), carried
    )
    meta |= {"version": newest.version, "base": ruling.version if ruling and carried else meta["base"]}
    foreseen, touched = _foreseen(hall, new, merged, _valid_from(hall, meta)[0])
    shown, changed = policy_form.sections(merged), policy_form.changes(new, merged)
    return _page(
        request, hall, shown, meta, newest, changes=changed, foreseen=foreseen, touched=touched, meanwhile=meanwhile
    )


def _foreseen(
    hall: Hall, old: dict[str, Any], new: dict[str, Any], valid_from: datetime | None
) -> tuple[Consequences, list[str]]:
    """Places and people before and after, and a sentence for whoever is touched, from the day on which it is in force."""
    then, now = HallPolicy.model_validate(new), clock.now()
    since = max(now, valid_from or now)
    touched = rule_effects.effects(hall=hall, old=HallPolicy.model_validate(old), new=then, now=since)
    foreseen = change_rules.foresee(hall=hall, policy=then, now=now, valid_from=valid_from)
    return foreseen, [effect_words(each.slug, each.n) for each in touched]


def _counted(request: Asked, meta: dict[str, Any]) -> bool:
    """Whether what was shown was counted from the day that is published; another day is counted and shown first."""
    return request.POST.get("counted", _day_and_time(meta)) == _day_and_time(meta)


def _day_and_time(meta: dict[str, Any]) -> str:
    return f"{meta['from_day']} {meta['from_time'] or '00:00'}" if meta["from_day"] else ""


def _valid_from(hall: Hall, meta: dict[str, Any]) -> tuple[datetime | None, str]:
    """From when on; None means at once. With a sentence where it cannot be read."""
    if not meta["from_day"]:
        return None, ""
    day, at = day_or_none(meta["from_day"]), time_or_none(meta["from_time"] or "00:00")
    if day is None or at is None:
        return None, _("Valid from: a day, and a time like 9:00.")
    found = datetime.combine(day, at, zone_of(hall))
    if found < clock.now():
        return None, _("Valid from: later than now, or empty for at once.")
    return found, ""


def _page(
    request: Asked,
    hall: Hall,
    form: list[policy_form.Section],
    meta: dict[str, Any],
    newest: PolicyVersion | None,
    *,
    changes: list[policy_form.Change] | None = None,
    faults: dict[str, str] | None = None,
    general: list[str] | None = None,
    refused: Refused | None = None,
    foreseen: Consequences | None = None,
    touched: list[str] | None = None,
    meanwhile: Meanwhile | None = None,
) -> HttpResponseBase:
    faulty = [each for section in form for each in section.fields if each.error]
    return page(
        request,
        "office/policy.html",
        hall,
        form=form,
        meta=meta,
        newest=newest,
        ruling=change_rules.in_force(hall, clock.now()),
        planned=[(row, _planned_changes(hall, row)) for row in change_rules.planned(hall, clock.now())],
        foreseen=foreseen,
        touched=touched or [],
        q=(q := clean(request.GET.get("q"), 60)),
        found=rule_finder.found(form, q),
        changes=changes,
        faults=faults or {},
        faulty=faulty,
        general=general or [],
        refused=refused,
        meanwhile=meanwhile,
        spare=range(policy_form.SPARE_QUOTAS),
        targets=OPTIONS["quota.target"].items(),
        categories=Category.objects.filter(hall=hall).order_by("order", "code"),
        today=local(hall, clock.now()).date(),
        counted=_day_and_time(meta),
        counted_from=_valid_from(hall, meta)[0],
        status=409 if meanwhile else 422 if faults else status_of(refused) if refused else 200,
    )


def _planned_changes(hall: Hall, row: PolicyVersion) -> list[policy_form.Change]:
    """What a planned version will change of the rules in force now."""
    ruling = change_rules.in_force(hall, clock.now())
    return policy_form.changes(ruling.document if ruling else {}, row.document)


@door(audience="staff", permission="policy.edit")
@require_GET
def versions(request: Asked, hall: str) -> HttpResponseBase:
    """Who published what, when, from when on, and what was different."""
    place = places.hall_by_code(hall)
    rows = paged(request, PolicyVersion.objects.filter(hall=place).order_by("-version"), 10)
    listed: list[PolicyVersion] = list(rows)
    who = names_of(row.made_by for row in listed)
    found = [(row, who[row.made_by], _changes_of(row), change_rules.replacing(row)) for row in listed]
    ruling = change_rules.in_force(place, clock.now())
    return page(request, "office/policy_versions.html", place, rows=rows, found=found, ruling=ruling, more="")


def _changes_of(row: PolicyVersion) -> list[policy_form.Change] | None:
    """What a version changes of the rules that were in force when it was made; None for the first."""
    before = change_rules.ruled_when_made(row)
    return policy_form.changes(before.document, row.document) if before is not None else None
