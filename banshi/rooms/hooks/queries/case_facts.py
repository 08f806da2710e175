"""What happened to cases – steps, fees, cells of a cabinet, ratings – and to questions: codes, days, sums, nobody's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.consulting.models import Answer
from banshi.rooms.delivery.models import Stay
from banshi.rooms.feedback.models import Rating
from banshi.rooms.fees.models import Charge, Refund
from banshi.rooms.hooks.rules import TYPES, Fact, maker_of

# Steps that leave the phase as it is, and are told all the same.
STEPS: Final[Mapping[str, str]] = {
    "stop_clock": "stopped", "resume_clock": "resumed", "extend": "extended", "pay": "fee_paid", "waive": "fee_waived",
    "reassess": "fee_changed", "post": "posted", "come_back": "came_back", "archive": "archived",
}  # fmt: skip
# What of a step's facts is told: codes, days, counts. Never who agreed, nor where something lies.
SAID: Final = (
    "kind",
    "expected_days",
    "days",
    "fen",
    "fen_before",
    "receipt",
    "grant",
    "due_on",
    "due_promised",
    "due_statutory",
    "round",
)


def of_cases(numbers: Collection[str]) -> Iterator[Fact]:
    """What is done in between – somebody takes a case, gives an opinion – concerns nobody outside."""
    if not numbers:
        return
    events = CaseEvent.objects.filter(case__no__in=numbers).select_related("case__hall", "case__item", "case__bundle")
    rows = list(events.order_by("id"))
    cases = {row.case.no: row.case for row in rows}
    more = _by_case(cases)
    for row in rows:
        kind = STEPS.get(row.verb, "") if row.before == row.after else row.after
        if f"case.{kind}" in TYPES:
            said = {name: row.facts[name] for name in SAID if row.facts.get(name) is not None}
            mark = f"case:{row.case.no}:{row.seq}:{row.hash}"
            moved = {"before": row.before, "phase": row.after, "verb": row.verb.replace("_", "-")}
            yield _fact(row.case, kind, mark, row.at, {**moved, **said})
    for no, found in more.items():
        for kind, mark, at, said in found:
            yield _fact(cases[no], kind, f"case:{no}:{kind}:{mark}", at, said)


def _fact(case: Case, kind: str, name: str, at: Any, said: Mapping[str, Any]) -> Fact:
    data = {"case_no": case.no, "bundle_no": case.bundle.no if case.bundle else None, "hall": case.hall.code}
    data |= {"item": case.item.code, **said}
    return Fact(name, f"case.{kind}", case.hall.code, f"case:{case.no}", maker_of(case.opened_by), at, data)


def _by_case(cases: Mapping[str, Case]) -> Mapping[str, list[tuple[str, Any, Any, dict[str, Any]]]]:
    """Case number → (kind, what tells it from others of the kind, when, what is said) of what other rooms keep of it."""
    found: defaultdict[str, list[tuple[str, Any, Any, dict[str, Any]]]] = defaultdict(list)

    def add(rows: Iterable[Any], kind: str, case: Callable[[Any], str], at: str, **said: Callable[[Any], Any]) -> None:
        for row in rows:
            found[case(row)].append((kind, row.pk, getattr(row, at), {name: of(row) for name, of in said.items()}))

    numbers, ids = list(cases), [each.pk for each in cases.values()]
    charges = Charge.objects.filter(case_no__in=numbers).order_by("id")
    add(charges, "fee_due", lambda row: row.case_no, "raised_at", fen=lambda row: row.fen)
    refunds = Refund.objects.filter(payment__charge__case_no__in=numbers, done_at__isnull=False)
    add(
        refunds.select_related("payment__charge").order_by("id"), "refunded", lambda row: row.payment.charge.case_no, "done_at",
        fen=lambda row: row.fen, why=lambda row: row.why,
    )  # fmt: skip
    stays = (
        Stay.objects.filter(case__in=ids, kind="result")
        .exclude(out_by="moved")
        .select_related("case", "cell__cabinet")
        .order_by("id")
    )
    add(
        stays, "in_cabinet", lambda row: row.case.no, "put_at", cabinet=lambda row: row.cell.cabinet.code,
        fetch_by=lambda row: row.fetch_by.isoformat() if row.fetch_by else None,
    )  # fmt: skip
    ratings = Rating.objects.filter(case__in=ids).select_related("case").order_by("id")
    add(
        ratings, "rated", lambda row: row.case.no, "at", stars=lambda row: row.stars,
        follow_up=lambda row: row.follow_up,
    )  # fmt: skip
    return found


def of_enquiries(numbers: Collection[str]) -> Iterator[Fact]:
    """Questions to a department that were answered, or answered anew: which, not what."""
    if not numbers:
        return
    rows = Answer.objects.filter(question__enquiry__no__in=numbers).order_by("id")
    for row in rows.select_related(
        "question__enquiry__hall", "question__enquiry__item", "question__enquiry__department"
    ):
        asked = row.question.enquiry
        subject = f"enquiry:{asked.no}"
        data = {
            "enquiry": asked.no, "hall": asked.hall.code, "item": asked.item.code, "department": asked.department.code,
            "question": row.question.seq, "version": row.version,
        }  # fmt: skip
        yield Fact(
            f"{subject}:{row.question.seq}:{row.version}", "enquiry.answered", asked.hall.code, subject,
            maker_of(asked.asked_by), row.at, data,
        )  # fmt: skip
