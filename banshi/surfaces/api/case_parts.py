"""A case as a caller may see it: masked, and whole only to staff who work with it, with a trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from banshi.journeys.case import codes
from banshi.kernel.actors import ActorKind
from banshi.kernel.masking import mask_id
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import must_hold
from banshi.rooms.archive import queries as archive
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper, Obligation
from banshi.rooms.cases.queries import CaseLine, Moment, PaperRow
from banshi.rooms.cases.rules.lifecycle import PERMISSION
from banshi.rooms.cases.rules.masks import masked
from banshi.rooms.cases.rules.papers import KINDS
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import PaperFolder, Parcel, ParcelWord
from banshi.rooms.identity import queries as identity
from banshi.rooms.library.queries import CertificateView
from banshi.rooms.places import queries as places
from banshi.surfaces.api.case_agents import agent_part
from banshi.surfaces.api.case_changed import changed_part
from banshi.surfaces.api.case_newer import newer_part
from banshi.surfaces.api.case_review import review_part
from banshi.surfaces.api.guide import below_shown, fee_shown, stage_shown
from banshi.surfaces.api.keys import Caller, permissions_of
from banshi.surfaces.api.parts import hall_name, moment, named, remedy_part, zone_of
from banshi.surfaces.api.quota_parts import standing_part

OF_APPLICANTS = ("channel", "kiosk")  # keys that see what they opened, and nothing else
INTERNAL = frozenset({"handover_slip"})  # papers between the front and the department
BEHIND = ("consult", "answer_consult", "sign_for", "refuse_papers")  # what departments do among themselves
UNSEEN = frozenset(
    {
        "opine",
        "propose_stop",
        "refuse_stop",
        "propose_extension",
        "refuse_extension",
        *BEHIND,
        "take",
        "release",
        "agree",
        "recount",
        "urge",
        "hand_on",
        "hand_to_department",
    }
)  # steps that are none of the applicant's
TOLD = frozenset(
    {"again", "appointment", "days", "deferred", "due_on", "due_promised", "due_statutory", "expected_days", "fen",
     "fen_before", "fields", "grant", "ground",
     "how", "item", "kind", "material", "materials", "missing", "finding", "place", "receipt", "round", "version", "wrong"}
)  # fmt: skip
OFFICE = {
    **dict.fromkeys(
        (
            *BEHIND,
            "opine",
            "propose_stop",
            "refuse_stop",
            "stop_clock",
            "resume_clock",
            "extend",
            "decide",
            "settle",
            "propose_extension",
            "refuse_extension",
            "check_promise",
            "revoke",
        ),
        "department",
    ),
    **dict.fromkeys(
        ("terminate", "agree", "waive", "reassess", "urge", "hand_on", "hand_to_department", "lift_bar"), "supervisor"
    ),
}


def verb_name(verb: str) -> str:
    """As it stands in an address: `hand-over`."""
    return verb.replace("_", "-")


# --- Who sees what ----------------------------------------------------------------------------------------------


def seen_case(who: Caller, no: str) -> Case:
    """The case, if this key may see it.

    :raises Refused: nothing-found – also for somebody else's case.
    """
    case = cases.case_by_no(no)
    if not sees(who, case):
        raise Refused("nothing-found", facts={"case": no})
    return case


def sees(who: Caller, case: Case) -> bool:
    if who.scope in OF_APPLICANTS:
        return case.opened_by == str(who.by) and who.reaches(case.hall.code)
    if who.scope == "manage":
        return who.reaches(case.hall.code)
    department = identity.department_of(who.staff_id)
    halls = who.where(*permissions_of("get_case"))
    return cases.visible_to(Case.objects.filter(pk=case.pk), halls=halls, department=department).exists()


def look_at(who: Caller, case: Case, *, copy: str = "", now: datetime) -> None:
    """Leave a trace that the key's member of staff saw what is in a case, or a guardian or agent – through the channel's
    system, as on the web – a child's or client's; once a day.

    :param copy: of this certificate, a copy of which was seen.
    """
    acts = "guardian" if case.guardian_id is not None else "agent" if case.letter_id is not None else ""
    why = "case" if who.scope == "staff" else acts
    if why and who.scope in (*OF_APPLICANTS, "staff"):
        day = now.astimezone(zone_of(case.hall)).date()
        seen = f"copy:{case.no}:{copy}" if copy and who.scope == "staff" else f"{why}:{case.no}:{day}"
        audit.looked_once([audit.Look(f"person:{case.person_id}", who.by, case.hall.code, seen)], now=now)


# --- A case -----------------------------------------------------------------------------------------------------


def line_parts(rows: Iterable[Case], who: Caller, *, now: datetime) -> list[dict[str, Any]]:
    listed = list(rows)
    kept = archive.held_among(listed, now=now) if who.scope == "staff" else frozenset()
    return [
        _line(case, line, who, on_hold=case.pk in kept)
        for case, line in zip(listed, cases.lines(listed, now=now), strict=True)
    ]


def _item_then(case: Case) -> dict[str, Any]:
    then = case.item_then
    return named(then.code, then.name_zh, then.name_en)


def _line(case: Case, line: CaseLine, who: Caller, *, on_hold: bool) -> dict[str, Any]:
    zone, staff = zone_of(case.hall), who.scope == "staff"
    times = ("opened_at", "submitted_at", "received_at", "accepted_at", "decided_at", "closed_at", "archived_at")
    return {
        "case_no": case.no,
        "bundle_no": case.bundle.no if case.bundle is not None else None,
        "item": {**named(line.item, line.item_zh, line.item_en), "version": case.item_version},
        "hall": hall_name(case.hall),
        "department": named(line.department, line.department_zh, line.department_en),
        "applicant": case.masked_applicant,
        "channel": case.channel,
        "phase": case.phase,
        "outcome": case.outcome or None,
        "flags": [
            *line.flags,
            *(["locked"] if staff and line.held_by_zh else []),
            *(["on_hold"] if on_hold else []),
            *(["extension_asked"] if staff and case.extension_asked_by_id is not None else []),
        ],
        "due": {
            "promised": case.due_promised,
            "statutory": case.due_statutory,
            "provisional": case.provisional,
            "statutory_provisional": case.statutory_provisional,
        },
        "due_on": line.due_on,
        "light": line.light,
        **{name: moment(getattr(case, name), zone) for name in times},
        "next": [{"verb": verb_name(verb), "who": by} for verb, by in cases.next_steps(case)],
        "proposed": (case.proposed or None) if staff else None,
        "held_by": (line.held_by_zh or None) if staff else None,
    }


def case_part(no: str, who: Caller, *, now: datetime) -> dict[str, Any]:
    """The case as it stands now, with its form for staff; with a trace for them, and of a child's."""
    case = cases.case_by_no(no)
    guided = cases.guided_case(case)
    running = cases.clock_of(case, now=now)
    staff = who.scope == "staff"
    look_at(who, case, now=now)
    return {
        **line_parts([case], who, now=now)[0],
        "item": {**_item_then(case), "version": case.item_version},
        "revision": case.revision,
        "answers": case.answers,
        "situation": case.situation or None,
        "handling_item": below_shown(guided),
        "question": guided.next_question.id if guided.next_question else None,
        "clock": vars(running) if running is not None else None,
        "requirements": _requirements(case),
        "stages": [
            {**stage_shown(each.stage), "state": each.state, "on": each.on, "due_on": each.due_on, "asked": each.asked}
            for each in cases.stages_of(case)
        ],
        "fee": _fee(case, staff=staff),
        "missing": _missing(case),
        "form": cases.form_of(case) if staff else masked_draft(case, who),
        "delivery": _delivery(case, who, now=now),
        "folder": _folder(case) if staff else None,
        "sheets": _sheets(case) if staff else [],
        "changed": changed_part(case) if staff else None,
        "agent": agent_part(case, now=now),
        "by_rule": _by_rule(case, who),
        "review": review_part(case, who, now=now),
        "remedy": remedy_part(remedy) if (remedy := cases.remedy_shown(case)) is not None else None,
        "quota": standing_part(case),
        "newer": newer_part(case),
    }


def masked_draft(case: Case, who: Caller) -> dict[str, Any] | None:
    """The form of a draft, for the channel that wrote it; what is personal in it masked, so that it is never handed on whole."""
    if who.scope != "channel" or case.phase != "draft" or case.opened_by != str(who.by):
        return None
    fields = {each.code: each for each in cases.handling_of_case(case).fields}
    return {code: _masked(fields[code], said) for code, said in cases.form_of(case).items() if code in fields}


def _masked(field: Field, said: Any) -> Any:
    """As it is where nothing of it is personal; a number that was sent for an identity card as well as its text."""
    text = masked(field, str(said))
    return said if text == str(said) else text


def as_written(case: Case, form: Mapping[str, Any] | None, who: Caller) -> dict[str, Any] | None:
    """What a channel sends of a form, without what it was shown masked and sends back as it was: that changes nothing."""
    if form is None:
        return None
    shown, stands = masked_draft(case, who) or {}, cases.form_of(case)
    return {
        code: said for code, said in form.items()
        if code not in shown or said != shown[code] or said == stands[code]
    }  # fmt: skip


def _fee(case: Case, *, staff: bool) -> dict[str, Any] | None:
    """How it comes about names numbers of the form, which is for staff."""
    cost = cases.cost_of(case)
    if cost is None:
        return None
    return fee_shown(cost) | ({} if staff else {"how": "", "how_en": ""})


def _by_rule(case: Case, who: Caller) -> dict[str, Any] | None:
    """Which rule did not hold is for those who look at it: whoever applied is told what a person finds."""
    ruled = cases.ruled(case)
    if ruled is None or (who.scope in OF_APPLICANTS and ruled.mode != "live"):
        return None
    lines = ruled.lines if ruled.granted or who.scope not in OF_APPLICANTS else ()
    return {
        "mode": ruled.mode,
        "outcome": ruled.outcome,
        "sampled": ruled.sampled,
        "at": moment(ruled.at, zone_of(case.hall)),
        "version": ruled.version,
        "trace": [{**named(each.rule, each.text_zh, each.text_en), "held": each.held} for each in lines],
    }


def _requirements(case: Case) -> list[dict[str, Any]]:
    owed = dict(Obligation.objects.filter(case=case, met_at=None).order_by("id").values_list("code", "due_on"))
    return [_requirement(row, case, owed) for row in cases.paper_rows(case)]


def _requirement(row: PaperRow, case: Case, owed: dict[str, Any]) -> dict[str, Any]:
    return {
        **named(row.code, row.name_zh, row.name_en),
        "necessity": row.necessity,
        "originals": row.originals,
        "copies": row.copies,
        "channels": list(row.channels),
        "by_promise": row.by_promise is not None,
        "satisfied_by": list(row.satisfied_by),
        "reuse_days": row.reuse_days,
        "state": row.state,
        "due_on": owed.get(row.code),
        "materials": [material_part(came, case) for came in row.came],
    }


def material_part(row: CaseMaterial, case: Case) -> dict[str, Any]:
    file = row.file
    return {
        "id": row.pk,
        "requirement": row.code,
        "channel": row.channel,
        "copies": row.copies,
        "trust": row.trust,
        "certificate": _certificate(row, case),
        "earlier": _used_again(row),
        "scan": file.scan if file is not None else None,
        "sha256": file.blob.sha256 if file is not None else None,
        "pages": file.pages if file is not None else None,
        "verdict": row.verdict or None,
        "reason": row.why,
        "at": moment(row.at, zone_of(case.hall)),
    }


def _certificate(row: CaseMaterial, case: Case) -> dict[str, Any] | None:
    held = row.certificate
    if held is None:
        return None
    ended = moment(held.ended_at, zone_of(case.hall))
    return {**named(held.type, held.name_zh, held.name_en), "ended_at": ended}


def _used_again(row: CaseMaterial) -> dict[str, Any] | None:
    if row.origin is None:
        return None
    item = row.origin.item
    return {"item": named(item.code, item.name_zh, item.name_en), "handed_in_on": row.handed_on}


def _missing(case: Case) -> list[dict[str, Any]]:
    """What the last notice asked for, or the pre-review sent back, while the applicant has to put it right."""
    return [
        {
            "requirement": each.code if each.kind == "material" else None,
            "field": each.code if each.kind == "field" else None,
            "reason": each.reason,
        }
        for each in cases.told_missing(case)
    ]


def _delivery(case: Case, who: Caller, *, now: datetime) -> dict[str, Any] | None:
    row = deliveries.delivery_of(case)
    if row is None:
        return None
    zone = zone_of(case.hall)
    return {
        "state": row.state,
        "place": row.place,
        "ready_at": moment(row.ready_at, zone),
        "delivered_at": moment(row.delivered_at, zone),
        "channel": row.how or None,
        "code": (deliveries.code_for_applicant(case) or None) if _gets_code(case, who, now=now) else None,
        "parcel": parcel_part(parcel, case) if (parcel := deliveries.parcel_of(case)) is not None else None,
    }


def _gets_code(case: Case, who: Caller, *, now: datetime) -> bool:
    """What opens a result is told to the system of whoever applied; of who acts for them, while they may fetch it."""
    return who.scope == "channel" and codes.may_be_told(case, now=now)


def _folder(case: Case) -> dict[str, Any] | None:
    row = deliveries.folder_of(case)
    return folder_part(row, case) if row is not None else None


def folder_part(row: PaperFolder, case: Case) -> dict[str, Any]:
    goes, follower = deliveries.goes_next(row, case), deliveries.follower_of(case)
    return {
        **_lies(row, case),
        "goes_to": {"to": goes.to, "name": goes.name_zh, "name_en": goes.name_en} if goes is not None else None,
        "follower": _lies(follower, case) if follower is not None and follower.pk != row.pk else None,
    }


def _lies(row: PaperFolder, case: Case) -> dict[str, Any]:
    return {"number": row.no, "place": row.place, "spot": row.spot, "since": moment(row.since, zone_of(case.hall))}


def _sheets(case: Case) -> list[dict[str, Any]]:
    found, zone = deliveries.contents_of(case), zone_of(case.hall)
    return [
        {
            "requirement": each.code, "originals": each.originals, "copies": each.copies, "given_back": each.back,
            "given_back_at": moment(each.back_at, zone), "folder": each.folder.no,
        }
        for each in (*found.sheets, *found.elsewhere)
    ]  # fmt: skip


def parcel_part(parcel: Parcel, case: Case) -> dict[str, Any]:
    zone = zone_of(case.hall)
    words: list[tuple[str, datetime]] = list(
        ParcelWord.objects.filter(parcel=parcel).order_by("at", "id").values_list("status", "at")
    )
    return {
        "waybill": parcel.waybill or None, "state": parcel.state, "payer": parcel.payer, "originals": parcel.originals,
        "posted_at": moment(parcel.posted_at, zone), "place": parcel.place or None,
        "steps": [{"status": status, "at": moment(at, zone)} for status, at in words],
    }  # fmt: skip


# --- Its papers and its story ------------------------------------------------------------------------------------


def paper_parts(papers: Sequence[CasePaper], case: Case) -> dict[int, dict[str, Any]]:
    """By the papers' ids."""
    seals = cases.seals_of(papers)
    return {paper.pk: _paper_part(paper, case, seals[paper.pk].state) for paper in papers}


def _paper_part(paper: CasePaper, case: Case, seal: str) -> dict[str, Any]:
    kind = KINDS[paper.kind]
    return {
        "number": paper.number,
        "printed": paper.printed,
        "kind": paper.kind,
        "name": kind.title_zh,
        "name_en": kind.title_en,
        "made_at": moment(paper.made_at, zone_of(case.hall)),
        "in_force": paper.ended_at is None,
        "code": paper.code,
        "seal": seal,
        "granted": [
            {"label": label, "value": said}
            for _, label, said in (cases.facts_of(paper).granted if paper.kind in ("grant", "licence") else ())
        ],
    }


def shown_papers(papers: Iterable[CasePaper], who: Caller) -> list[CasePaper]:
    """What passes between the hall and a department is not the applicant's."""
    return [paper for paper in papers if who.scope not in OF_APPLICANTS or paper.kind not in INTERNAL]


def timeline_parts(case: Case, who: Caller) -> list[dict[str, Any]]:
    """The applicant is told which office did it, staff also who."""
    moments = cases.timeline(case)
    staff = who.scope == "staff"
    ids = {int(each.actor.removeprefix("staff:")) for each in moments if each.actor.startswith("staff:")}
    names = identity.names_of_staff(ids) if staff else {}
    papers = paper_parts([paper for each in moments for paper in shown_papers(each.papers, who)], case)
    return [_moment(each, case, who, names, papers) for each in moments if staff or each.verb not in UNSEEN]


def _moment(
    each: Moment, case: Case, who: Caller, names: dict[int, str], papers: Mapping[int, dict[str, Any]]
) -> dict[str, Any]:
    kind, _, actor_id = each.actor.partition(":")
    by_staff = kind == ActorKind.STAFF
    party = OFFICE.get(each.verb, "hall") if by_staff else "time" if kind == ActorKind.SYSTEM else "applicant"
    department, hall = case.department, case.hall
    office = None
    if by_staff:
        office = (
            named(department.code, department.name_zh, department.name_en) if party == "department" else hall_name(hall)
        )
    told = each.facts if who.scope == "staff" else {name: said for name, said in each.facts.items() if name in TOLD}
    return {
        "seq": each.seq,
        "verb": verb_name(each.verb),
        "at": moment(each.at, zone_of(hall)),
        "who": party,
        "office": office,
        "by": names.get(int(actor_id)) if by_staff and actor_id.isdecimal() else None,
        "before": each.before or None,
        "after": each.after,
        "facts": told,
        "reason": each.why,
        "documents": [papers[paper.pk] for paper in each.papers if paper.pk in papers],
    }


# --- Work lists --------------------------------------------------------------------------------------------------


def on_list(name: str, who: Caller, *, hall: str | None, item: str | None, q: str) -> Any:
    """What the key's member of staff may take from a work list now.

    :raises Refused: not-allowed; nothing-found, not-your-hall.
    """
    permission = PERMISSION[name]
    halls = who.where(permission)
    must_hold({permission: halls}, permission)
    if hall is not None:
        must_hold({permission: halls}, permission, places.hall_by_code(hall).code)
        halls = frozenset({hall})
    department = identity.department_of(who.staff_id)
    rows = cases.worklist(name, halls=halls, department=department, item=item or "", q=q, staff=who.staff_id)
    return cases.by_shown_day(rows) if name == "supervision" else rows


def certificate_part(each: CertificateView) -> dict[str, Any]:
    return {
        "certificate": each.ref,
        "type": each.type,
        "number": mask_id(each.number),
        "name": each.name_zh,
        "name_en": each.name_en,
        "issuer": each.issuer_zh,
        "issuer_en": each.issuer_en,
        "issued_on": each.issued_on,
        "valid_until": each.valid_until,
        "status": each.status,
        "trust": each.trust,
        "source": each.source,
    }
