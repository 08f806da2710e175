"""一件事 over HTTP: several matters opened, filled in, sent, received and taken back as one. Each of its cases has its own
address, too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.case import bundles, changing, ending
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Bundle, Case
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.case_parts import line_parts, look_at, sees
from banshi.surfaces.api.case_schemas import BundleOut, BundleReceiveIn, CaseChange, WhyIn
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.parts import hall_name
from banshi.surfaces.api.prefilled import agreed, known_of
from banshi.surfaces.api.schemas import Code

router = Router(tags=["cases"])


def bundle_part(no: str, who: Caller, *, now: datetime) -> dict[str, Any]:
    """The whole as it stands, with those of its cases that the key sees."""
    bundle = queries.bundle_by_no(no)
    whole = queries.whole_of(bundle)
    one = queries.one_of(whole.cases, open_alone=False)
    answers, form = queries.filled(one, whole.cases)
    mine = [case for case in whole.cases if sees(who, case)]
    for case in mine:
        look_at(who, case, now=now)
    all_of_it = who.scope == "staff" and len(mine) == len(whole.cases)
    return {
        "bundle_no": bundle.no,
        "matter": bundle.matter or None,
        "hall": hall_name(bundle.hall),
        "state": whole.state,
        "due_on": whole.due_on,
        "revision": bundle.revision,
        "answers": answers,
        "form": form if all_of_it else None,
        "cases": line_parts(mine, who, now=now),
    }


def _seen(who: Caller, no: str, *, whole: bool = False) -> tuple[Bundle, list[Case]]:
    """:param whole: only to who sees every case of it. :raises Refused: nothing-found – also for somebody else's."""
    bundle = queries.bundle_by_no(no)
    rows = queries.cases_of(bundle)
    mine = [case for case in rows if sees(who, case)]
    if not mine or (whole and len(mine) < len(rows)):
        raise Refused("nothing-found", facts={"bundle": no})
    return bundle, mine


@router.get("/bundles/{bundle}", **op("get_bundle", {200: BundleOut}), summary="Several matters as one")
def get_bundle(request: HttpRequest, bundle: Path[Code]) -> HttpResponse:
    """How the whole stands: promised for the last day of its cases, or by the joint limit where one is set."""
    who = caller(request)
    seen, _ = _seen(who, bundle)
    return found(bundle_part(seen.no, who, now=clock.now()))


def _done(request: HttpRequest, no: str, operation: str, act: Callable[[Caller, str], object]) -> Answer:
    who = caller(request)
    seen, _ = _seen(who, no, whole=True)
    who.must(operation, seen.hall.code)
    act(who, seen.no)
    return answer(200, bundle_part(seen.no, who, now=clock.now()))


@router.patch("/bundles/{bundle}", **op("change_bundle", {200: BundleOut}), summary="Fill the one form")
@write
def change_bundle(request: HttpRequest, bundle: Path[Code], body: CaseChange) -> Answer:
    """By the names that `POST /forms` gives; each value reaches every case that asks for it."""

    def act(who: Caller, no: str) -> None:
        now, rows = clock.now(), queries.cases_of(queries.bundle_by_no(no))
        changed = changing.change_bundle(
            bundle_no=no, answers=body.answers, form=body.form, revision=body.revision, known=known_of(rows[0]), by=who.by,
            now=now,
        )  # fmt: skip
        draft = next((case for case in queries.cases_of(changed) if case.phase == "draft"), rows[0])
        agreed(draft, body.consent, who=who, now=now)

    return _done(request, bundle, "change_bundle", act)


@router.post("/bundles/{bundle}/submit", **op("submit_bundle", {200: BundleOut}), summary="Send all of it")
@write
def submit_bundle(request: HttpRequest, bundle: Path[Code]) -> Answer:
    """Every case of it, or none: `form-invalid` and `material-missing` name everything of all of them at once."""
    return _done(
        request, bundle, "submit_bundle",
        lambda who, no: bundles.submit_bundle(bundle_no=no, by=who.by, now=clock.now()),
    )  # fmt: skip


@router.post("/bundles/{bundle}/withdraw", **op("withdraw_bundle", {200: BundleOut}), summary="Take all of it back")
@write
def withdraw_bundle(request: HttpRequest, bundle: Path[Code], body: WhyIn | None = None) -> Answer:
    """What was not decided. One of its cases alone: by its own address."""
    reason = body.reason.strip() if body is not None else ""

    def act(who: Caller, no: str) -> None:
        if who.scope == "staff" and not reason:
            said = {"zh": "写明申请人的理由", "en": "Give the applicant's reason"}
            raise Refused("invalid", facts={"field": "reason", "reason": said})
        ending.withdraw_bundle(bundle_no=no, reason=reason, by=who.by, now=clock.now())

    return _done(request, bundle, "withdraw_bundle", act)


@router.post("/bundles/{bundle}/receive", **op("receive_bundle", {200: BundleOut}), summary="Receive all of it")
@write
def receive_bundle(request: HttpRequest, bundle: Path[Code], body: BundleReceiveIn) -> Answer:
    """Papers by their shared codes: each is counted once, for every case that asks for it."""
    counted = [cases.Counted(each.requirement, each.channel, each.copies) for each in body.materials]
    return _done(
        request, bundle, "receive_bundle",
        lambda who, no: bundles.receive_bundle(
            bundle_no=no, brought=bundles.WholeBrought(counted=counted), by=who.by, now=clock.now()
        ),
    )  # fmt: skip
