"""What a package says of consents, and of what was thought of the hall's work: ratings, their tasks (差评工单), complaints."""

from __future__ import annotations

from typing import Any

from banshi.rooms.archive.actions.packing_work import said
from banshi.rooms.cases.models import Case
from banshi.rooms.consulting.models import Enquiry
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.library.models import CertificateUse, FactConsent, FactUse
from banshi.rooms.library.rules.consents import WORDS


def worded(case: Case) -> dict[str, list[dict[str, Any]]]:
    """Name of a file → its rows. Words as they stand: what was forgotten before is empty."""
    return {"consents": _consents(case), "ratings": _ratings(case), "complaints": _complaints(case)}


def _consents(case: Case) -> list[dict[str, Any]]:
    """同意: to the use of a certificate, of a paper handed in before, of what is on record; each with what was used by it. No
    values: those of the form stand there."""
    subject = f"case:{case.no}"
    rows = CertificateUse.objects.filter(subject=subject).select_related("certificate").order_by("id")
    used = [
        {
            "kind": "certificate" if use.certificate else "earlier_paper", "for": use.purpose,
            "certificate": use.certificate.ref if use.certificate else None, "origin": use.origin or None,
            "given_at": said(case, use.at), "given_by": use.by,
        }
        for use in rows
    ]  # fmt: skip
    return used + [_facts(case, each) for each in FactConsent.objects.filter(subject=subject).order_by("id")]


def _facts(case: Case, row: FactConsent) -> dict[str, Any]:
    return {
        "kind": "facts", "words": WORDS[row.words].zh, "given_at": said(case, row.given_at), "given_by": row.given_by,
        "withdrawn_at": said(case, row.withdrawn_at),
        "uses": [_use(case, each) for each in row.uses.order_by("id")],
    }  # fmt: skip


def _use(case: Case, row: FactUse) -> dict[str, Any]:
    return {
        "element": row.element, "source": row.source, "said_at": said(case, row.said_at), "trust": row.trust,
        "became": row.became, "at": said(case, row.at), "by": row.by,
    }  # fmt: skip


def _ratings(case: Case) -> list[dict[str, Any]]:
    rows = Rating.objects.filter(case=case).order_by("id")
    tasks = {task.rating_id: task for task in Task.objects.filter(rating__case=case).order_by("id")}
    return [
        {
            "stars": r.stars, "tags": r.tags, "text": str(r.text), "follow_up": r.follow_up, "at": said(case, r.at),
            "set_aside_at": said(case, r.set_aside_at), "task": _task(case, tasks[r.pk]) if r.pk in tasks else None,
        }
        for r in rows
    ]  # fmt: skip


def _task(case: Case, row: Task) -> dict[str, Any]:
    """差评工单: what was answered, done and found, by whom."""
    return {
        "opened_at": said(case, row.opened_at), "state": row.state, "outcome": row.outcome,
        "answer": str(row.answer), "answered_at": said(case, row.answered_at), "answered_by": row.answered_by,
        "settlement": str(row.settlement), "settled_at": said(case, row.settled_at), "settled_by": row.settled_by,
        "appeal_ground": row.appeal_ground, "appeal": str(row.appeal_text), "appealed_at": said(case, row.appealed_at),
        "appealed_by": row.appealed_by, "upheld": row.upheld, "finding": str(row.finding),
        "judged_at": said(case, row.judged_at), "judged_by": row.judged_by,
    }  # fmt: skip


def _complaints(case: Case) -> list[dict[str, Any]]:
    """投诉: what was complained of, and every answer to it."""
    return [
        {
            "number": row.no, "state": row.state, "asked_at": said(case, row.asked_at), "closed_at": said(case, row.closed_at),
            "questions": [
                {
                    "text": str(q.text), "asked_at": said(case, q.asked_at),
                    "answers": [
                        {
                            "version": a.version, "text": str(a.text), "department": a.department.name_zh,
                            "by": f"staff:{a.by_id}", "at": said(case, a.at),
                        }
                        for a in q.answers.select_related("department").order_by("version")
                    ],
                }
                for q in row.questions.order_by("seq")
            ],
        }
        for row in Enquiry.objects.filter(case=case).order_by("id")
    ]  # fmt: skip
