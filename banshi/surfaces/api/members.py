"""Who acts for an organisation (法定代表人、经办人): entered at a window from licence and letter, with its limits."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, StringConstraints

from banshi.foundation import clock
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import MemberView
from banshi.rooms.identity.rules import Limits
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.case_schemas import FirmIn
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.pages import page
from banshi.surfaces.api.parts import zone_of
from banshi.surfaces.api.schemas import ClientIn, Code, Day, Id, In, Out, Page, Paged

router = Router(tags=["organisations"])
Uscc = Annotated[str, StringConstraints(min_length=1, max_length=40)]
May = Literal["send", "fill", "appoint"]
Role = Literal["legal", "agent"]


class MemberIn(In):
    organisation: FirmIn
    person: ClientIn = Field(description="Whose document was compared.")
    role: Role
    valid_until: Day | None = Field(None, description="The last day; an agent has one.")
    may: May = Field(
        "send",
        description="`fill`: somebody else sends what they fill in. `appoint`: they let others act for it, in everything.",
    )
    items: list[Code] = Field([], max_length=200, description="Only in these matters, and those of `departments`.")
    departments: list[Code] = Field([], max_length=200)


class MemberOut(Out):
    id: int
    name: str = Field(description="Masked.")
    role: Role
    valid_until: date | None
    may: May
    items: list[str] = Field(description="Empty, as `departments`: every matter.")
    departments: list[str]


class MembersAsked(Paged):
    uscc: Uscc


class MemberEndIn(In):
    uscc: Uscc = Field(description="Of the organisation.")


class EndedOut(Out):
    id: int
    state: Literal["ended"]


@router.get(
    "/halls/{hall}/members", **op("list_members", {200: Page[MemberOut]}), summary="Who acts for an organisation"
)
def list_members(request: HttpRequest, hall: Path[Code], asked: Query[MembersAsked]) -> HttpResponse:
    """Those who act for it today; none where it was never entered. With limits, which a window reads before it changes them."""
    place = places.hall_by_code(hall)
    caller(request).must("list_members", place.code)
    firm = people.organisation_by_code(asked.uscc)
    rows = people.members_of(firm.pk, today=_today(place)) if firm is not None else ()
    return found(page([_part(each) for each in rows], asked))


@router.post(
    "/halls/{hall}/members", **op("enter_member", {201: MemberOut}), summary="Enter who acts for an organisation"
)
@write
def enter_member(request: HttpRequest, hall: Path[Code], body: MemberIn) -> Answer:
    """Licence and letter were seen. The same person again, with other words, replaces what was said before; the very same changes
    nothing. An agent has a last day; the legal representative has no limits."""
    place, who, now = places.hall_by_code(hall), caller(request), clock.now()
    who.must("enter_member", place.code)
    if body.role == "agent" and body.valid_until is None:
        reason = {"zh": "写明经办人办到哪一天", "en": "Say until which day the agent acts"}
        raise Refused("invalid", facts={"field": "valid_until", "reason": reason})
    limits = Limits(
        _known(Item, body.items, "items"),
        _known(Department, body.departments, "departments"),
        sends=body.may != "fill",
        appoints=body.may == "appoint",
    )
    person = identity.enrol(**body.person.model_dump(), evidence=Evidence.WINDOW, by=who.by, now=now)
    firm = identity.enrol_organisation(uscc=body.organisation.uscc, name=body.organisation.name, by=who.by, now=now)
    made = identity.authorise_member(
        organisation_id=firm.pk, person_id=person.pk, role=body.role, valid_until=body.valid_until, limits=limits,
        by=who.by, now=now,
    )  # fmt: skip
    listed = people.members_of(firm.pk, today=_today(place))
    return answer(201, _part(next(each for each in listed if each.member_id == made.pk)))


@router.post(
    "/halls/{hall}/members/{member}/end", **op("end_member", {200: EndedOut}), summary="They act for it no longer"
)
@write
def end_member(request: HttpRequest, hall: Path[Code], member: Path[Id], body: MemberEndIn) -> Answer:
    """What they applied for stands. Repeating it changes nothing."""
    place, who, now = places.hall_by_code(hall), caller(request), clock.now()
    who.must("end_member", place.code)
    firm = people.organisation_by_code(body.uscc)
    if firm is None or not people.was_member(member, firm.pk):
        raise Refused("nothing-found", facts={"member": member})
    identity.end_member(member_id=member, by=who.by, now=now)
    return answer(200, {"id": member, "state": "ended"})


def _known(kind: type[Item | Department], codes: list[str], field: str) -> tuple[str, ...]:
    """:raises Refused: invalid – a code that there is not."""
    there = set(kind._default_manager.filter(code__in=codes).order_by("code").values_list("code", flat=True))
    if unknown := sorted(set(codes) - there):
        reason = {"zh": f"没有这个代码：{unknown[0]}", "en": f"There is no such code: {unknown[0]}"}
        raise Refused("invalid", facts={"field": field, "reason": reason})
    return tuple(sorted(there))


def _today(hall: Hall) -> date:
    return clock.now().astimezone(zone_of(hall)).date()


def _part(each: MemberView) -> dict[str, Any]:
    may = each.limits
    return {
        "id": each.member_id, "name": each.masked_name, "role": each.role, "valid_until": each.valid_until,
        "may": "appoint" if may.appoints else "send" if may.sends else "fill", "items": list(may.items),
        "departments": list(may.departments),
    }  # fmt: skip
