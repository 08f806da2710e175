"""一件事 at the window: one form, each fact asked once; what lies on the counter is counted once and received for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked
from banshi.foundation.said import named
from banshi.frames.facts_offered import NOTHING, offer_jointly
from banshi.frames.typed import int_or_none, lines_of
from banshi.journeys.case import bundles, consenting
from banshi.journeys.case.carried import of_case_at_window
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import PaperRow
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.rules.one_form import OneForm, guided_jointly, shown_jointly
from banshi.surfaces.desk import case_steps
from banshi.surfaces.desk.case_front import Served, as_agent, case_of, context_of, need_card
from banshi.surfaces.desk.case_panels import (
    FieldLine,
    as_typed,
    faults_of,
    given_of,
    missing_of,
    other_known,
    source_of,
)
from banshi.surfaces.desk.case_questions import questions_of
from banshi.surfaces.desk.case_sent import LONGEST
from banshi.surfaces.desk.cases import of_number, thread_page

MOST_PAPERS = 60


@dataclass(frozen=True)
class Said:
    """What the clerk's form of a bundle says, by shared names. `whole`: it is that page, not the ticks beside the thread."""

    whole: bool = False
    revision: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    papers: tuple[str, ...] = ()


def bundle_of(here: Served, no: str) -> tuple[Bundle, list[Case]]:
    """:raises Refused: nothing-found – also where one of its cases is somebody else's."""
    found = queries.bundle_by_no(no)
    return found, [case_of(here, case.no) for case in queries.cases_of(found)]


def said_of(request: Asked, rows: list[Case]) -> Said:
    """Of the questions, fields and papers of this bundle alone."""
    post, one = request.POST, queries.one_of(rows)
    options: dict[str, set[str]] = {}
    for part in one.parts:
        for question in part.handling.questions:
            options[part.questions[question.id]] = {each.id for each in question.options}
    fields = {name for part in one.parts for name in part.fields.values()}
    answers = {code: post.get(f"q-{code}", "") for code in options}
    return Said(
        whole="revision" in post, revision=int_or_none(post.get("revision")),
        answers={code: option for code, option in answers.items() if option in options[code]},
        form={code: lines_of(post.get(f"f-{code}"), LONGEST) for code in sorted(fields) if f"f-{code}" in post},
        papers=tuple(code[:80] for code in dict.fromkeys(post.getlist("paper")[:MOST_PAPERS])),
    )  # fmt: skip


@require_GET
@of_number
def show(request: Asked, here: Served, no: str) -> HttpResponse:
    """All of it on the desk."""
    found, rows = bundle_of(here, no)
    return _page(request, here, found, rows, Said())


def _page(
    request: Asked, here: Served, found: Bundle, rows: list[Case], said: Said, *, refused: Refused | None = None
) -> HttpResponse:
    now = clock.now()
    shown: dict[str, Any] = context_of(here, now, clock.speed()) | _panel(here, found, rows, said, refused, now)
    template = "desk/_bundle.html" if request.htmx else "desk/bundle.html"
    return render(request, template, shown, status=SLUGS[refused.slug] if refused else 200)


def _panel(
    here: Served, found: Bundle, rows: list[Case], said: Said, refused: Refused | None, now: datetime
) -> dict[str, Any]:
    every, one = queries.one_of(rows, open_alone=False), queries.one_of(rows)
    answers, form = queries.filled(every, rows)
    answers, form = {**answers, **said.answers}, {**form, **said.form}
    ready = {case.item.code for case in rows if CASE.may(case.phase, "receive")}
    asked = guided_jointly(one, answers) if one.parts else None
    takes = OneForm(tuple(part for part in every.parts if part.item in ready))
    handed = [] if ready else [(case, queries.paper_rows(case)) for case in rows]
    return {
        "bundle": found, "lines": queries.lines(rows, now=now), "refused": refused, "editable": bool(one.parts),
        "questions": questions_of(asked, answers) if asked else [], "complete": asked is None or asked.complete,
        "groups": _groups(here, one, rows, answers, form, refused, now=now) if asked else [],
        "facts": offer_jointly(rows, by=here.by, today=here.today(now)) if asked and not as_agent(here, rows[0]) else NOTHING,
        "papers": guided_jointly(takes, answers).materials if takes.parts else (), "ticked": said.papers,
        "ready": bool(ready), "missing": missing_of(refused), "came": _came(handed), "owed": _owed(handed),
        "given_now": [(case, each) for case in rows for each in given_of(case, here) if each.now],
    }  # fmt: skip


Handed = list[tuple[Case, list[PaperRow]]]  # each case with its papers, once all of it is received


def _came(handed: Handed) -> list[PaperRow]:
    """What was handed in for all of it, each paper once."""
    return list({paper.name_zh: paper for _, papers in handed for paper in papers if paper.came}.values())


@dataclass(frozen=True)
class Owed:
    """A paper that did not come with the others. `item`: of the case that asks for it; `until`: by which day it follows;
    `tell_by`: by which day it is told that it is missing, where nobody has let it follow yet."""

    paper: PaperRow
    item: str
    until: date | None
    tell_by: date | None


def _owed(handed: Handed) -> list[Owed]:
    """What is still to come, of each case that goes on, whoever asks for it."""
    found = []
    for case, papers in handed:
        if case.phase in CASE.ends or case.granted is not None:
            continue
        until = dict(case.obligations.filter(met_at=None).order_by("id").values_list("code", "due_on"))
        for paper in papers:
            if paper.state == "missing" and paper.necessity != "optional":
                tell_by = case.notice_due_on if case.phase == "received" else None
                found.append(Owed(paper, named(case.item), until.get(paper.code), tell_by))
    return found


def _groups(
    here: Served,
    one: OneForm,
    rows: list[Case],
    answers: Mapping[str, str],
    form: Mapping[str, Any],
    refused: Refused | None,
    *,
    now: datetime,
) -> list[tuple[str, list[FieldLine]]]:
    """The one form, group by group: each field once, with what is known of the person."""
    fields = shown_jointly(one, answers, form)
    known = of_case_at_window(fields, rows[0], today=here.today(now))
    faults, steering = faults_of(refused), frozenset().union(*(case_steps.hangs_on(each) for each in fields))
    groups: dict[str, list[FieldLine]] = {}
    for each in fields:
        value, found = as_typed(form.get(each.code)), known.get(each.code)
        groups.setdefault(named(each, "group"), []).append(
            FieldLine(
                each, value, faults.get(each.code, ""), "", source_of(found, value, today=here.today(now)),
                other_known(found, value), each.code in steering,
            )
        )  # fmt: skip
    return list(groups.items())


@require_POST
@of_number
def keep(request: Asked, here: Served, no: str) -> HttpResponse:
    """What was answered and typed so far, in every case that asks for it; what was ticked stays ticked."""
    found, rows = bundle_of(here, no)
    said = said_of(request, rows)
    try:
        brought = bundles.WholeBrought(answers=said.answers, form=said.form, revision=said.revision)
        with transaction.atomic():
            bundles.keep_bundle(bundle_no=no, brought=brought, by=here.by, now=clock.now())
            _facts(request, here, found, rows, now=clock.now())
    except Refused as refused:
        return _page(request, here, found, rows, said, refused=refused)
    if not request.htmx:
        return redirect("desk:bundle", ref=here.ticket.ref, no=no)
    found, rows = bundle_of(here, no)
    return _page(request, here, found, rows, Said(papers=said.papers))


def _facts(request: Asked, here: Served, found: Bundle, rows: list[Case], *, now: datetime) -> None:
    """What is on record of them fills in what is still empty in all of it, with consent; or that is taken back.

    :raises Refused: agent-not-allowed; invalid – the card was not compared; consent-missing – it is not ticked.
    """
    go = request.POST.get("go")
    if go == "facts":
        need_card(here, rows[0])
        said = request.POST.get("facts") == "yes"
        consenting.agree_jointly(bundle_no=found.no, consent=said, by=here.by, now=now)
    elif go == "facts-back":
        draft = next((case for case in rows if case.phase == "draft"), rows[0])
        consenting.take_back(case_no=draft.no, by=here.by, now=now)


@require_POST
@of_number
def receive(request: Asked, here: Served, no: str) -> HttpResponse:
    """The one form, and what lies on the counter, each paper counted once, for every case of the bundle that asks for it."""
    found, rows = bundle_of(here, no)
    said = said_of(request, rows)
    brought = bundles.WholeBrought(
        counted=[cases.Counted(code) for code in said.papers], answers=said.answers, form=said.form,
        revision=said.revision, visit_id=here.ticket.visit_id, window_id=here.window.pk,
        by_agent=as_agent(here, rows[0]),
    )  # fmt: skip
    try:
        bundles.receive_bundle(bundle_no=no, brought=brought, by=here.by, now=clock.now())
    except Refused as refused:
        if said.whole:
            return _page(request, here, found, rows, said, refused=refused)
        return thread_page(request, here, refused=refused)
    there = redirect("desk:bundle", ref=here.ticket.ref, no=no)
    if request.htmx:
        answer = HttpResponse()
        answer["HX-Redirect"] = there.url
        return answer
    return there
