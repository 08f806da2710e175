"""销毁: what was personal in a case goes; number, item, days, phases and the hashes of its story stay."""

from __future__ import annotations

from datetime import datetime

from banshi.kernel.actors import Actor
from banshi.rooms.cases.actions.ground import write_event
from banshi.rooms.cases.models import (
    Case,
    CaseEvent,
    CaseMaterial,
    CasePaper,
    Consultation,
    Extension,
    Handover,
    Notice,
    Obligation,
    Opinion,
    PageOrder,
    PromiseCheck,
    SiteVisit,
    Stop,
    ToldField,
)


def destroy_content(case: Case, *, by: Actor, now: datetime, before: str = "") -> None:
    """The case is locked. That a purge was confirmed and nobody holds it, a trigger of the archive asks again.

    :param before: the phase in which it was, where it ends with this.
    """
    case.destroyed_at = now
    case.applicant, case.masked_applicant, case.contact, case.account = "", "*", None, None
    if case.masked_agent:
        case.agent, case.masked_agent = "", "*"
    case.contact_index, case.form, case.answers, case.situation = "", "{}", {}, ""
    case.save(update_fields=[
        "destroyed_at", "applicant", "masked_applicant", "contact", "contact_index", "account", "form", "answers",
        "situation", "agent", "masked_agent",
    ])  # fmt: skip
    for rows in (
        PromiseCheck,
        CaseMaterial,
        PageOrder,
        CasePaper,
        Notice,
        ToldField,
        Opinion,
        Obligation,
        Consultation,
        SiteVisit,
    ):
        rows.objects.filter(case=case).delete()
    Stop.objects.filter(case=case).update(basis="", result="")
    Extension.objects.filter(case=case).update(reason="")
    Handover.objects.filter(case=case).update(why="")
    CaseEvent.objects.filter(case=case).exclude(why="").update(why="")
    write_event(case, "destroy", before=before or case.phase, by=by, now=now, facts={}, why="")
