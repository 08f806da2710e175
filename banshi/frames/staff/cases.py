"""Cases as pages for staff show them: which one may be seen, how much of it, what was said and done.

Whose case it is stands masked until somebody asks to see it (`show_whole`), which leaves a trace; files: case_files.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from banshi.foundation import clock
from banshi.foundation.doors import Asked
from banshi.foundation.relations import LETTERS
from banshi.foundation.said import english, named
from banshi.foundation.states import word
from banshi.frames.case_fields import as_typed, origin_said, source_said
from banshi.frames.staff.case_files import looked, sheets, title_of
from banshi.frames.staff.names import names_of
from banshi.frames.staff.stops import procedures_of, proposed_words
from banshi.journeys.case.carried import Carried, on_record
from banshi.kernel.masking import mask_name, mask_phone
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import holds
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import Moment, Word
from banshi.rooms.cases.queries.untouched import Earlier, changed_answers, was_and_is
from banshi.rooms.cases.rules.duties import AGREED, BY_TWO
from banshi.rooms.cases.rules.grounds import GROUNDS
from banshi.rooms.cases.rules.masks import masked
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.fees import queries as fees
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.models import Staff
from banshi.rooms.library import queries as library
from banshi.rooms.library.queries import FactUseView
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall

ON_RECORD: dict[str, str | Promise] = {
    "document": pgettext_lazy("case field", "As their document says"),
    "licence": pgettext_lazy("case field", "As its licence says"),
}
WHOLE = "cases-whole"  # of the session: cases whose person somebody asked to see
MOST_WHOLE = 50


def department_of(request: Asked) -> str:
    """Whose cases somebody works; "" = of any department."""
    return request.who.department


def case_here(request: Asked, hall: Hall, no: str) -> Case:
    """A case of this hall, and of the department of whoever belongs to one.

    :raises Refused: nothing-found – also for a case that is another hall's or department's.
    """
    rows = queries.visible_to(queries.all_cases(), halls=[hall.code], department=department_of(request))
    case = rows.filter(no=no).first()
    if case is None:
        raise Refused("nothing-found", facts={"case": no})
    return case


# --- Whose case it is -------------------------------------------------------------------------------------------


def is_whole(request: Asked, case: Case) -> bool:
    """Whether whoever looks asked to see whose case it is, since they signed in."""
    return case.no in request.session.get(WHOLE, [])


def show_whole(request: Asked, case: Case, *, now: datetime) -> None:
    """Names, numbers and addresses of this case are shown to whoever asks, with a trace, until they sign out."""
    looked(request, case, now=now)
    kept = [no for no in request.session.get(WHOLE, []) if no != case.no]
    request.session[WHOLE] = [*kept, case.no][-MOST_WHOLE:]


def whose(case: Case, *, whole: bool) -> list[tuple[str, str]]:
    """Who applies, and who acts for a firm: each with what they are."""
    in_clear = whole or case.organisation_id is not None  # what an organisation is called is public
    found = [(pgettext("case", "Applicant"), str(case.applicant) if in_clear else case.masked_applicant)]
    if case.organisation_id is not None:
        name = case.person.name
        found.append((pgettext("case", "Acts for it"), name if whole else mask_name(name)))
    found += _agent(case, whole=whole)
    if case.contact:
        found.append((pgettext("case", "Telephone"), case.contact if whole else mask_phone(case.contact)))
    return found


def _agent(case: Case, *, whole: bool) -> list[tuple[str, str]]:
    """Who acts for the applicant, by what, and until when; that it is over."""
    agent = queries.agent_of_case(case, today=today_of(case, clock.now()))
    if agent is None:
        return []
    by = LETTERS[agent.kind] if agent.kind else pgettext("case agent", "Mandate of a registered agent")
    until = pgettext("case agent", "until %(day)s") if agent.stands else pgettext("case agent", "over (%(day)s)")
    said = f"{by} {agent.number if whole else ''}".strip()
    return [
        (pgettext("case", "Agent"), str(case.agent) if whole else case.masked_agent),
        (pgettext("case", "Mandate"), f"{said} · {until % {'day': agent.valid_until.isoformat()}}"),
    ]


def answered(case: Case) -> list[tuple[str, str]]:
    """The situation: each question with what was answered."""
    found = []
    for question in queries.guided_case(case).questions:
        chosen = next((o for o in question.options if o.id == case.answers.get(question.id)), None)
        if chosen is not None:
            found.append((question.text_en, chosen.text_en) if english() else (question.text_zh, chosen.text_zh))
    return found


@dataclass(frozen=True)
class FieldLine:
    """`was`: what it said when somebody examined it last, where that was something else, else "". `source`: who else says the
    same, in words; "" where that is on no record. `typed`: something else is on record. `carried`: it was filled in from this
    record, with consent, and sent; `changed`: and the applicant wrote something else."""

    label: str
    value: str
    was: str
    source: str
    typed: bool
    carried: str = ""
    changed: bool = False


def filled(
    case: Case, *, whole: bool, today: date, earlier: Earlier | None = None
) -> list[tuple[str, list[FieldLine]]]:
    """The form, group by group, in its order; personal fields masked unless `whole`."""
    form, fields = queries.form_of(case), queries.guided_case(case).fields
    known, uses = on_record(fields, case, today=today), library.fact_uses_in(f"case:{case.no}")
    firm = case.organisation.name if case.organisation is not None else None
    groups: dict[str, list[FieldLine]] = {}
    for field in fields:
        value, use = form.get(field.code), uses.get(field.element) if field.element else None
        was = was_of(field, value, earlier, whole=whole)
        if value not in (None, "") or was or use is not None:
            said = _shown(field, value, whole=whole or value == firm)
            lines = groups.setdefault(field.group_en if english() else field.group_zh, [])
            told = _carried(use, value, today) if use else _sourced(known.get(field.code), value, today)
            lines.append(FieldLine(named(field, "label"), said, was, *told))
    return list(groups.items())


def _sourced(known: Carried | None, value: object, today: date) -> tuple[str, bool]:
    if known is None or value in (None, ""):
        return "", False
    same = as_typed(known.value) == as_typed(value)
    return (source_said(known, ON_RECORD, today=today) if same else "", not same)


def _carried(use: FactUseView, value: object, today: date) -> tuple[str, bool, str, bool]:
    """Of what was filled in from the record: that, and whether the applicant left it so."""
    origin = origin_said(use.source, use.said_at, use.trust, today=today)
    return "", False, origin, value in (None, "") or not use.says(value)


def was_of(field: Field, value: object, earlier: Earlier | None, *, whole: bool) -> str:
    """What a field said when somebody examined it last; "" where it says the same now, or nobody did. :param value: as it is."""
    if earlier is None:
        return ""
    was, now = was_and_is(field, value, earlier)
    return "" if was == now else _shown(field, was, whole=whole)


def _shown(field: Field, value: object, *, whole: bool) -> str:
    if value in (None, ""):
        return pgettext("form", "Nothing")
    said = _said(field, value)
    return said if whole else masked(field, said)


def changed(case: Case, earlier: Earlier | None, *, whole: bool) -> list[tuple[str, str]]:
    """Questions and fields that say something else than when somebody examined them last, each with what it said."""
    if earlier is None:
        return []
    found, form = [], queries.form_of(case)
    for question, chosen in changed_answers(case, earlier):
        option = next((o for o in question.options if o.id == chosen), None)
        said = named(option, "text") if option is not None else pgettext("form", "Nothing")
        found.append((named(question, "text"), said))
    for field in queries.guided_case(case).fields:
        if was := was_of(field, form.get(field.code), earlier, whole=whole):
            found.append((named(field, "label"), was))
    return found


def _said(field: Field, value: object) -> str:
    if field.type == "yes_no":
        return pgettext("form", "Yes") if value in (True, "yes", "true") else pgettext("form", "No")
    option = next((o for o in field.options if o.id == value), None)
    return (option.text_en if english() else option.text_zh) if option else str(value)


# --- What was done ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One line of the story: what was done and by whom, in words, what was given in writing."""

    verb: str
    title: str
    at: datetime
    who: str
    why: str
    facts: dict[str, Any]
    papers: tuple[tuple[CasePaper, str], ...]

    @property
    def outcome(self) -> str:
        """Of a decision which one it was, as a state; "" of what decides nothing."""
        decides = self.verb in ("decide", "decide_at_once")
        return ("granted" if self.facts.get("grant") else "refused") if decides else ""


def _story(moments: list[Moment], asked: Mapping[str, str]) -> list[Step]:
    """Newest first. :param asked: departments that were asked, by code."""
    names = names_of(moment.actor for moment in moments)
    return [
        Step(
            m.verb,
            _what(m),
            m.at,
            names[m.actor],
            _why(m, asked),
            m.facts,
            tuple((paper, title_of(paper)) for paper in m.papers),
        )
        for m in reversed(moments)
    ]


def _what(moment: Moment) -> str:
    """A step as staff read it."""
    if moment.verb == "expect" and moment.facts.get("cell"):
        return pgettext("case step", "Papers put into the cabinet")
    return word("case_step", moment.verb)


def _why(moment: Moment, asked: Mapping[str, str]) -> str:
    """In somebody's own words, after the ground where one was chosen from a list, or the procedure that was proposed; the
    department, of an opinion that was asked for.
    """
    if moment.verb in ("consult", "answer_consult"):
        return asked.get(moment.facts.get("department", ""), moment.why)
    if moment.verb == "propose_stop":
        return proposed_words(moment)
    ground = GROUNDS.get(moment.facts.get("ground", ""))
    return f"{named(ground)} · {moment.why}" if ground is not None else moment.why


def _agreed(moments: list[Moment], *, staff: int | None, now: datetime) -> dict[str, list[Staff]]:
    """Who said, lately, that a step which takes two be taken: verb → people, `staff` not among them."""
    found: dict[str, list[int]] = {verb: [] for verb in BY_TWO}
    for moment in moments:
        if moment.verb in found:
            found[moment.verb] = []  # the step was taken since
        if moment.verb == "agree" and moment.at + AGREED > now and moment.actor != f"staff:{staff}":
            found[moment.facts["verb"]].append(int(moment.actor.removeprefix("staff:")))
    people = {one.pk: one for one in Staff.objects.filter(id__in={*chain(*found.values())}).order_by("id")}
    return {verb: [people[pk] for pk in dict.fromkeys(keys) if pk in people] for verb, keys in found.items()}


def _fee_agreed(moments: list[Moment]) -> str:
    """The numbers that somebody last agreed that a fee be computed by, in words; "" for none."""
    said = [each.why for each in moments if each.verb == "agree" and each.facts.get("verb") == "reassess"]
    return said[-1] if said else ""


def shown(request: Asked, case: Case, *, now: datetime) -> Mapping[str, Any]:
    """What every page about one case has in its context."""
    whole = is_whole(request, case)
    line = queries.line_of_case(case, now=now)
    papers, moments = queries.paper_rows(case), queries.timeline(case)
    went_back = any(each.verb in ("return", "notice") for each in moments)
    earlier = queries.earlier_of(case) if went_back else None
    called = {paper.code: paper for paper in papers}
    behind = case.accepted_at is not None  # a department may have it, or have had it
    consulted = queries.consulted_on(case, now=now) if behind else []
    asked = {each.row.department.code: named(each.row.department) for each in consulted}
    owed = [(called.get(each.code), each) for each in case.obligations.filter(met_at=None).order_by("due_on", "id")]
    return {
        "case": case, "line": line, "papers": papers, "sheets": sheets(papers),
        "story": _story(moments, asked), "whole": whole,
        "siblings": queries.siblings(case),
        "whose": whose(case, whole=whole), "answered": answered(case),
        "filled": filled(case, whole=whole, today=today_of(case, now), earlier=earlier),
        "earlier": earlier, "changed": changed(case, earlier, whole=whole),
        "told_before": queries.told_before(case) if went_back else [],
        "running": queries.clock_of(case, now=now), "stages": queries.stages_of(case),
        "opinions": list(case.opinions.exclude(stage="consult").select_related("by").order_by("id")),
        "consulted": consulted,
        "handovers": list(case.handovers.select_related("given_by", "signed_by", "refused_by").order_by("id")) if behind else [],
        "owed": owed, "procedures_held": procedures_of(case, moments),
        "fee": (fee := fees.owed(case.no, now=now) if case.decided_at else None),
        "free": queries.free_of(case) if case.granted and fee is None else None,
        "agreed": _agreed(moments, staff=request.who.staff_id, now=now), "fee_agreed": _fee_agreed(moments),
    }  # fmt: skip


def second_of(case: Case, verb: str, login: str, *, now: datetime) -> tuple[int | None, bool | Word]:
    """The second person of a step that takes two, by login, and their word, if they supervise cases in its hall: whether they
    agreed is asked where the step is taken."""
    second = Staff.objects.filter(login=login.strip().lower(), is_active=True).first() if login else None
    if second is None:
        return None, False
    may = holds(places.grants(identity.roles_of(second.pk)), "cases.supervise", case.hall.code)
    return second.pk, may and Word(verb, second.pk, now)


def held(case: Case, *, staff: int | None, now: datetime | None = None) -> bool:
    """Whether somebody else works on it now."""
    return case.locked_by_id not in (None, staff) and queries.works_on(case, now=now or clock.now())
