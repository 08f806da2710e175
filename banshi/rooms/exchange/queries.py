"""What a case is in rows of the national shape (domain: up_pro_*)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from banshi.kernel.documents import IdType
from banshi.kernel.masking import mask_name
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case, CaseEvent, CaseMaterial, Extension
from banshi.rooms.cases.queries import guided_case, papers_of
from banshi.rooms.cases.rules.procedures import PROCEDURES
from banshi.rooms.exchange.models import Batch, ExchangeRow
from banshi.rooms.exchange.rules import DELETE, INSERT, TELL_AFTER, Row, Sent, codes, guid
from banshi.rooms.identity import queries as identity
from banshi.rooms.library import queries as library
from banshi.rooms.places.models import Hall

# Steps of the clock and of who holds a case are ours alone.
UNTOLD = (
    "take", "release", "urge", "hand_on", "hand_to_department", "agree", "recount", "archive", "destroy", "open", "change",
    "propose_stop", "refuse_stop", "propose_extension", "refuse_extension",
)  # fmt: skip
TOLD_OF = ("hall__region", "item", "department", "person", "organisation")  # read with each case: its rows name them


def touched(halls: Sequence[Hall], *, first: date, last: date) -> list[Case]:
    """Cases that were received, and to which something happened on one of these days; by number."""
    asked = Q(pk__in=[])
    for hall in halls:
        zone = ZoneInfo(hall.timezone)
        days = (datetime.combine(first, time(0), zone), datetime.combine(last + timedelta(days=1), time(0), zone))
        asked |= Q(hall=hall, events__at__gte=days[0], events__at__lt=days[1])
    rows = Case.objects.filter(asked, received_at__isnull=False).select_related(*TOLD_OF)
    return list(rows.distinct().order_by("no"))


def rows_of(case: Case) -> dict[tuple[str, str], Row]:
    """(table, id) → row. Of a case that was destroyed there are none: the platform is told so."""
    if case.destroyed_at is not None:
        return {}
    found = {("up_pro_accept", guid("up_pro_accept", case.no)): _accept(case)}
    told = list(case.events.exclude(verb__in=UNTOLD).order_by("seq"))
    names = _handlers(told)
    for event, before in zip(told, [*told[:1], *told], strict=False):  # a step begins where the one before it ended
        found["up_pro_process", guid("up_pro_process", case.no, event.seq)] = {
            **_of(case), "sequence": event.seq, "process_name": codes.STEPS.get(event.verb, codes.OTHER_STEP),
            "handler": names[event.actor],
            "start_time": _said(case, before.at), "end_time": _said(case, event.at),
            "state": codes.state(event.after, granted=case.granted),
        }  # fmt: skip
    for stop in case.stops.order_by("id"):
        found["up_pro_specialprocedure", guid("up_pro_specialprocedure", case.no, stop.pk)] = {
            **_of(case), "procedure_type": codes.OTHER_PROCEDURE, "procedure_name": PROCEDURES[stop.kind][0],
            "basis": stop.basis, "start_time": _said(case, stop.started_at),
            "end_time": _said(case, stop.ended_at), "limit_days": stop.expected_days, "result": stop.result,
        }  # fmt: skip
    extended = Extension.objects.filter(case=case).first()
    if extended is not None:
        found["up_pro_specialprocedure", guid("up_pro_specialprocedure", case.no, "extension")] = {
            **_of(case), "procedure_type": codes.EXTENDED, "procedure_name": codes.STEPS["extend"],
            "basis": str(extended.reason), "start_time": _said(case, extended.at), "end_time": _said(case, extended.at),
            "limit_days": extended.days, "result": "",
        }  # fmt: skip
    for row in CaseMaterial.objects.filter(case=case, gone_at=None).order_by("id"):
        found["up_pro_material", guid("up_pro_material", case.no, row.pk)] = {
            **_of(case), "material_code": row.code, "receive_type": codes.WAYS.get(row.channel, row.channel),
            "receive_number": row.copies, "receive_time": _said(case, row.at), "trust_level": row.trust,
        }  # fmt: skip
    if case.closed_at is not None:
        found["up_pro_result", guid("up_pro_result", case.no)] = _result(case)
    return found


def _handlers(told: Sequence[CaseEvent]) -> dict[str, str]:
    """Actor → who did it: staff by masked name, nobody by a number of ours."""
    staff = {actor: int(actor.removeprefix("staff:")) for each in told if (actor := each.actor).startswith("staff:")}
    names = identity.names_of_staff(staff.values())
    found = {each.actor: codes.BY_ITSELF if each.actor.startswith("system") else codes.APPLICANT for each in told}
    return found | {actor: mask_name(names.get(key, "")) for actor, key in staff.items()}


def _of(case: Case) -> Row:
    """What every row says."""
    return {"projid": case.no, "task_code": case.item_then.task_code, "task_version": case.item_version}


def _accept(case: Case) -> Row:
    item = case.item_then
    return {
        **_of(case), **_below(case), "catalog_code": item.catalog_code, "task_name": item.name_zh,
        "proj_type": case.case_kind, "dept_code": case.department.code, "dept_name": case.department.name_zh,
        "areacode": case.hall.region_id, "apply_type": "2" if case.organisation_id else "1", "applyer_name": case.applicant,
        **_document(case), "applyer_mobile": case.contact, "apply_from": codes.FORMS.get(case.channel, codes.OTHER_FORM),
        "receive_time": _said(case, case.received_at),
        "accept_time": _said(case, case.accepted_at), "promise_time": case.due_promised and case.due_promised.isoformat(),
        "state": codes.state(case.phase, granted=case.granted, to_follow=case.tolerant),
    }  # fmt: skip


def _document(case: Case) -> Row:
    """By which document whoever applied is known: an organisation by its 统一社会信用代码."""
    if case.organisation is not None:
        return {"applyer_page_type": IdType.USCC.name_zh, "applyer_page_code": case.organisation.uscc}
    person = case.person
    return {"applyer_page_type": IdType(person.id_type).name_zh, "applyer_page_code": person.id_number}


def _below(case: Case) -> Row:
    """业务办理项. A case without one says nothing of it, so that no row which was told before is another now."""
    below = guided_case(case).handling_item
    return {"task_handle_item": below.code} if below is not None else {}


def _result(case: Case) -> Row:
    licence = next((paper for paper in papers_of(case) if paper.kind == "licence"), None)
    return {
        **_of(case), "result_type": codes.RESULTS[case.outcome], "result_time": _said(case, case.closed_at),
        "decide_time": _said(case, case.decided_at), "result_code": licence.printed if licence else None,
    }  # fmt: skip


def _said(case: Case, moment: datetime | None) -> str | None:
    return moment.astimezone(ZoneInfo(case.hall.timezone)).strftime("%Y-%m-%d %H:%M:%S") if moment else None


def sent_of(cases: Collection[int]) -> dict[int, dict[tuple[str, str], Sent]]:
    """By case: each row as the platform knows it by what was told last; what it refused is told again as what it was."""
    found: dict[int, dict[tuple[str, str], Sent]] = {case: {} for case in cases}
    for row in ExchangeRow.objects.filter(case__in=cases).order_by("guid", "-id").distinct("guid"):
        found[row.case_id][row.table, row.guid] = _known(row)
    return found


def newest_row() -> int:
    """The row that was told last, by key; whoever tells more of them does so alone."""
    return ExchangeRow.objects.order_by("-id").values_list("id", flat=True).first() or 0


def told_since(row: int, cases: Collection[int]) -> list[Case]:
    """Those of these cases of which something was told after this row."""
    told = ExchangeRow.objects.filter(id__gt=row, case__in=cases).values("case")
    return list(Case.objects.filter(id__in=told).select_related(*TOLD_OF).order_by("no"))


def _known(row: ExchangeRow) -> Sent:
    if row.receipt == "refused":  # I: it knows nothing; U: something else; D: it has it still
        return Sent(row.table, row.guid, "", row.operation == INSERT)
    return Sent(row.table, row.guid, row.digest, row.operation == DELETE)


def batch_by_no(no: str) -> Batch:
    """:raises Refused: nothing-found."""
    found = Batch.objects.filter(no=no).first()
    if found is None:
        raise Refused("nothing-found", facts={"batch": no})
    return found


def content(batch: Batch) -> bytes:
    """The bytes of a batch as they were first sent."""
    return library.content(batch.file_id)


def batches_of(hall: Hall) -> QuerySet[Batch]:
    """Those in which something of the hall's cases is told, newest first: `own` rows, of which so many are `taken`, `refused`."""
    mine = Q(told__case__hall=hall)
    rows = Batch.objects.filter(Exists(ExchangeRow.objects.filter(batch=OuterRef("pk"), case__hall=hall)))
    return rows.annotate(
        own=Count("told", filter=mine), taken=Count("told", filter=mine & Q(told__receipt="accepted")),
        refused=Count("told", filter=mine & Q(told__receipt="refused")),
    ).order_by("-id")  # fmt: skip


def troubled(halls: Sequence[str]) -> dict[str, int]:
    """hall → how many batches that tell of its cases the platform did not take, again and again."""
    rows = Batch.objects.filter(sent_at=None, tries__gte=TELL_AFTER, told__case__hall__code__in=halls)
    return dict(
        rows.values_list("told__case__hall__code")
        .annotate(n=Count("id", distinct=True))
        .order_by("told__case__hall__code")
    )


def batch_of_hall(no: str, hall: Hall) -> Batch:
    """:raises Refused: nothing-found – also where it tells nothing of the hall."""
    found = batches_of(hall).filter(no=no).first()
    if found is None:
        raise Refused("nothing-found", facts={"batch": no})
    return found


def only_of(batch: Batch, hall: Hall) -> bool:
    """Whether it tells of no other hall's cases."""
    return not ExchangeRow.objects.filter(batch=batch).exclude(case__hall=hall).exists()


def tables_of(batch: Batch, hall: Hall) -> list[tuple[str, int]]:
    """Table → how many rows of the hall's cases."""
    rows = ExchangeRow.objects.filter(batch=batch, case__hall=hall).values("table").annotate(n=Count("id"))
    return [(row["table"], row["n"]) for row in rows.order_by("table")]


def refused_of(batch: Batch, hall: Hall) -> QuerySet[ExchangeRow]:
    """Rows of the hall's cases that the platform did not take, with why."""
    rows = ExchangeRow.objects.filter(batch=batch, case__hall=hall, receipt="refused")
    return rows.select_related("case").order_by("id")


def case_to_tell(no: str, hall: Hall) -> Case:
    """A case of the hall that was received. :raises Refused: nothing-found."""
    rows = Case.objects.filter(no=no, hall=hall, received_at__isnull=False)
    found = rows.select_related(*TOLD_OF).first()
    if found is None:
        raise Refused("nothing-found", facts={"case": no})
    return found
