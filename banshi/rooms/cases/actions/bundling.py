"""一件事: several matters opened, filled in, given papers and taken back as one – all of them, or none.

Whoever writes a bundle holds its row first, then its cases in their order; what is done to one case alone takes that case only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.applying import (
    Opening,
    add_material,
    change,
    hold_applicant,
    need_level,
    number_for,
    open_case,
    take_back_material,
    withdraw,
)
from banshi.rooms.cases.actions.ground import invalid, locked, need, need_item, need_papers, today_of
from banshi.rooms.cases.models import Bundle, Case, CaseMaterial
from banshi.rooms.cases.queries.bundles import cases_of, filled, one_of
from banshi.rooms.cases.queries.handling import got_of, guided_case, wanted_of
from banshi.rooms.cases.queries.reuse import earlier_paper
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.cases.rules.materials import PROMISE, Wanted, unsent
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.rules.one_form import (
    MOST_ITEMS,
    OneForm,
    Part,
    answer_faults_jointly,
    faults_jointly,
    guided_jointly,
    one_form,
    own_answers,
    own_form,
)
from banshi.rooms.catalogue.rules.together import apart_by_applicant
from banshi.rooms.library import queries as library


@dataclass(frozen=True)
class Bundling:
    """:ivar each: how each case is opened, but for its item. :ivar answers, form: by shared names. :ivar matter: code of a
    一件事 of the catalogue, "" where items were chosen one by one."""

    items: Sequence[str]
    each: Opening
    answers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    matter: str = ""
    joint_days: int | None = None


def open_bundle(asked: Bundling, *, by: Actor, now: datetime) -> Bundle:
    """A draft of every item, with one number over them. One that cannot be opened opens none.

    :raises Refused: invalid (fewer than two items, one of them twice, an answer to no question, items for people alone beside
        items for firms alone); those of `open_case`.
    """
    if not 2 <= len(asked.items) <= MOST_ITEMS or len(set(asked.items)) < len(asked.items):
        raise invalid(
            "items", f"选 2 到 {MOST_ITEMS} 个不同的事项", f"Choose 2 to {MOST_ITEMS} items, each of them once"
        )
    each = asked.each
    rows = [catalogue.hall_item(each.hall.pk, code).item for code in asked.items]
    one = one_form([(row.code, catalogue.handling_of(row)) for row in rows])
    _check_answers(one, asked.answers)
    _need_one_applicant(rows)
    with transaction.atomic():
        hold_applicant(each.person_id, each.organisation_id)  # two taps open one bundle
        bundle = Bundle.objects.create(
            no=number_for(each.hall, now, sequence="cases_bundle_number", letter="B"), matter=asked.matter,
            hall=each.hall, person_id=each.person_id,
            organisation_id=each.organisation_id, account_id=each.account_id, opened_by=str(by), opened_at=now,
            joint_days=asked.joint_days,
        )  # fmt: skip
        for part in one.parts:
            own = replace(
                each, item_code=part.item, answers=own_answers(part, asked.answers), form=own_form(part, asked.form),
                bundle_id=bundle.pk,
            )  # fmt: skip
            open_case(own, by=by, now=now)
    return bundle


def _need_one_applicant(items: Sequence[Item]) -> None:
    """:raises Refused: invalid."""
    if apart_by_applicant([(item.code, item.audience) for item in items]):
        raise invalid(
            "items", "有的事项只由个人申请，有的只由单位申请，不能一起办",
            "Some of these are for people alone, others for organisations alone: they cannot be begun as one",
        )  # fmt: skip


def _check_answers(one: OneForm, answers: Mapping[str, str]) -> None:
    """:raises Refused: invalid."""
    for fault in answer_faults_jointly(one, answers):
        raise invalid(f"answers.{fault.code}", fault.zh, fault.en)


def lock_bundle(bundle_no: str) -> Bundle:
    """The bundle; whoever else wants to do something to it as a whole waits until the transaction ends.

    :raises Refused: nothing-found.
    """
    rows = Bundle.objects.select_for_update(no_key=True, of=("self",)).select_related("hall")
    bundle = rows.filter(no=bundle_no).first()
    if bundle is None:
        raise Refused("nothing-found", facts={"bundle": bundle_no})
    return bundle


def lock_drafts(bundle_no: str, verb: str) -> tuple[Bundle, list[Case]]:
    """The bundle and those of its cases that were not sent, held.

    :raises Refused: nothing-found; wrong-state – every one was sent, or taken back.
    """
    bundle = lock_bundle(bundle_no)
    rows = [locked(case.no) for case in cases_of(bundle)]
    drafts = [case for case in rows if case.phase == "draft"]
    if not drafts:
        moved = next((case for case in rows if case.phase not in CASE.ends), rows[0])
        raise Refused("wrong-state", facts={"kind": "case", "state": moved.phase, "needs": "draft"})
    for case in drafts:
        need(case, verb)
    return bundle, drafts


def change_bundle(
    *,
    bundle_no: str,
    answers: Mapping[str, str] | None = None,
    form: Mapping[str, Any] | None = None,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Bundle:
    """Answer questions, fill fields of the one form, in every case they belong to. Parameters as of `change`.

    :raises Refused: nothing-found, wrong-state, changed-meanwhile, invalid.
    """
    with transaction.atomic():
        bundle, drafts = lock_drafts(bundle_no, "change")
        if revision is not None and revision != bundle.revision:
            raise Refused("changed-meanwhile", facts={"bundle": bundle_no})
        one = one_of(cases_of(bundle))
        _check_answers(one, answers or {})
        parts = {part.item: part for part in one.parts}
        for case in drafts:
            part = parts[case.item.code]
            mine, said = own_answers(part, answers or {}), own_form(part, form or {})
            if mine or said:
                change(case_no=case.no, answers=mine, form=said, by=by, now=now)
        _carry_to_new_fields(bundle, by=by, now=now)
        bundle.revision += 1
        bundle.save(update_fields=["revision"])
    return bundle


def _carry_to_new_fields(bundle: Bundle, *, by: Actor, now: datetime) -> None:
    """What one case has already and another asks for only now, since an answer changed."""
    rows = cases_of(bundle)
    one = one_of(rows)
    _, form = filled(one, rows)
    by_item = {case.item.code: case for case in rows}
    for part in one.parts:
        case = by_item[part.item]
        before = filled(OneForm((part,)), [case])[1]
        more = {name: form[name] for name in part.fields.values() if name in form and name not in before}
        if more:
            change(case_no=case.no, form=own_form(part, more), by=by, now=now)


def need_whole(drafts: Sequence[Case], bundle: Bundle, *, by: Actor, now: datetime) -> None:
    """Every question of the one form answered, every field right, every paper there.

    :raises Refused: item-retired, out-of-season; channel-not-allowed; identity-level; form-invalid, with every field at
        once by its shared name; material-missing.
    """
    for case in drafts:
        need_item(case, now=now)
    rows = cases_of(bundle)
    one = one_of(rows)
    answers, form = filled(one, rows)
    guided = guided_jointly(one, answers)
    if not guided.where.online:
        raise Refused("channel-not-allowed", facts={"channel": "web"})
    for case in drafts:
        need_level(case, by=by)
    _need_filled(one, answers, form, today=today_of(drafts[0], now))
    lacking: dict[str, Wanted] = {}
    for case in drafts:
        for paper in unsent(wanted_of(case), got_of(case, now=now)):
            lacking.setdefault(_part(one, case).papers[paper.code], paper)
    need_papers(list(lacking.values()))


def need_one_form(bundle: Bundle, *, now: datetime) -> None:
    """Of what is a draft: every question of the one form answered, every field right.

    :raises Refused: form-invalid, with every field at once by its shared name.
    """
    rows = cases_of(bundle)
    one = one_of(rows)
    if one.parts:
        answers, form = filled(one, rows)
        _need_filled(one, answers, form, today=today_of(rows[0], now))


def _need_filled(one: OneForm, answers: Mapping[str, str], form: Mapping[str, Any], *, today: date) -> None:
    guided, faults = guided_jointly(one, answers), faults_jointly(one, answers, form, today)
    if guided.complete and not faults:
        return
    unanswered = [guided.next_question.id] if guided.next_question else []
    fields = [{"code": f.code, "reason": {"zh": f.zh, "en": f.en}} for f in faults]
    raise Refused(
        "form-invalid", facts={"questions": unanswered, "fields": fields, "count": len(fields) + len(unanswered)}
    )


def _part(one: OneForm, case: Case) -> Part:
    return next(part for part in one.parts if part.item == case.item.code)


# --- Papers -------------------------------------------------------------------------------------------------------


def add_paper(*, case_no: str, code: str, by: Actor, now: datetime, **given: Any) -> CaseMaterial:
    """A paper that has come for a case – and, while the bundle it belongs to is a draft, for every other case of it that asks
    for the same one: the same file, counted once.

    :param given: as of `add_material`. :returns: the row of this case. :raises Refused: those of `add_material`.
    """
    with transaction.atomic():
        add: Callable[[str, str], CaseMaterial] = lambda no, paper: add_material(  # noqa: E731
            case_no=no, code=paper, by=by, now=now, **given
        )
        there = Case.objects.filter(no=case_no, phase="draft", bundle__isnull=False).values_list("bundle__no").first()
        if there is None:
            return add(case_no, code)
        bundle, drafts = lock_drafts(there[0], "change")
        if given.get("channel") == PROMISE:  # its words are one item's own
            return add(case_no, code)
        one = one_of(cases_of(bundle))
        mine = next((case for case in drafts if case.no == case_no), None)
        if mine is None:
            return add(case_no, code)
        name, held = _part(one, mine).papers.get(code), library.certificate(str(given.get("certificate") or ""))
        kind, earlier = held.type if held is not None else None, given.get("earlier")
        owns = [(case, _own_code(one, case, name, code, case_no, kind)) for case in drafts]
        rows = {
            case.no: add(case.no, own)
            for case, own in owns
            if own and (earlier is None or case.no == case_no or earlier_paper(case, own, earlier, now=now))
        }
        return rows[case_no]


def _own_code(one: OneForm, case: Case, name: str | None, code: str, case_no: str, kind: str | None) -> str | None:
    """By which code a case asks for the paper of this shared name; None where its situation does not, or where it does not take
    a certificate of this kind for it."""
    if case.no == case_no:
        return code
    wanted = {paper.code for paper in guided_case(case).materials if kind is None or kind in paper.satisfied_by}
    return next((own for own, shared in _part(one, case).papers.items() if shared == name and own in wanted), None)


def take_back_paper(*, case_no: str, material_id: int, by: Actor, now: datetime) -> None:
    """A page that was taken by mistake goes from every draft of the bundle it came to. :raises Refused: those of
    `take_back_material`."""
    with transaction.atomic():
        there = Case.objects.filter(no=case_no, phase="draft", bundle__isnull=False).values_list("bundle__no").first()
        if there is None:
            take_back_material(case_no=case_no, material_id=material_id, by=by, now=now)
            return
        bundle, drafts = lock_drafts(there[0], "change")
        row = CaseMaterial.objects.filter(case__no=case_no, id=material_id, gone_at=None).select_related("case").first()
        if row is None:
            raise Refused("nothing-found", facts={"material": material_id})
        for each in _came_with(row, bundle, drafts):
            take_back_material(case_no=each.case.no, material_id=each.pk, by=by, now=now)


def _came_with(row: CaseMaterial, bundle: Bundle, drafts: Sequence[Case]) -> list[CaseMaterial]:
    """The rows that one paper made in the cases of a bundle, in their order."""
    one = one_of(cases_of(bundle))
    names = {case.pk: _part(one, case).papers for case in drafts}
    rows = CaseMaterial.objects.filter(
        case__in=drafts, gone_at=None, certificate=row.certificate_id, at=row.at, by=row.by
    ).select_related("case")
    if row.certificate_id is None:  # of a certificate each case has a copy of its own
        rows = rows.filter(file=row.file_id)
    name = names[row.case_id].get(row.code) if row.case_id in names else None
    return [each for each in rows.order_by("case_id", "id") if names[each.case_id].get(each.code) == name]


def withdraw_bundle(*, bundle_no: str, reason: str = "", by: Actor, now: datetime) -> Bundle:
    """撤回: every case of it that was not decided. :raises Refused: nothing-found; wrong-state – there is none."""
    with transaction.atomic():
        bundle = lock_bundle(bundle_no)
        rows = [locked(case.no) for case in cases_of(bundle)]
        open_ones = [case for case in rows if CASE.may(case.phase, "withdraw")]
        if not open_ones:
            raise Refused("wrong-state", facts={"kind": "case", "state": rows[0].phase, "needs": "in_review"})
        for case in open_ones:
            withdraw(case_no=case.no, reason=reason, by=by, now=now)
    return bundle
