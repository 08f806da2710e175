"""The one form of a bundle (一件事) as one fills it: each field once, by its shared name, and two tabs that both write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from banshi.foundation.said import english
from banshi.frames.case_fields import (
    LONGEST_VALUE,
    TRIES,
    Line,
    Merged,
    as_typed,
    by_card,
    mark,
    merged_with,
    source_said,
)
from banshi.journeys.case import changing
from banshi.journeys.case.carried import Carried, of_case
from banshi.journeys.case.changing import Known
from banshi.kernel.actors import Actor
from banshi.kernel.conditions import names
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.catalogue.rules.one_form import (
    OneForm,
    Part,
    faults_jointly,
    guided_jointly,
    shown_jointly,
)


def fields_of(rows: Sequence[Case]) -> dict[str, Field]:
    """Every field of the one form by its shared name, in an order that stays, also when one of its cases is taken back."""
    found: dict[str, Field] = {}
    for part in cases.one_of(rows, open_alone=False).parts:
        for field in part.handling.fields:
            found.setdefault(part.fields[field.code], field)
    return found


def known_of(rows: Sequence[Case], *, account_id: int, today: date) -> dict[str, Carried]:
    """What was, or could be, filled in for the applicant, by shared name."""
    one = cases.one_of(rows)
    fields = guided_jointly(one, cases.filled(one, rows)[0]).fields
    return dict(of_case(fields, rows[0], account_id=account_id, today=today))


def known_by_card(rows: Sequence[Case], *, today: date) -> dict[str, Carried]:
    """The same for an applicant whose card has just been read."""
    one = cases.one_of(rows)
    fields = guided_jointly(one, cases.filled(one, rows)[0]).fields
    return by_card(fields, rows[0], today=today)


def lines_of(
    bundle: Bundle,
    rows: Sequence[Case],
    *,
    known: Mapping[str, Carried],
    today: date,
    all_faults: bool = False,
    typed: Mapping[str, str] | None = None,
) -> list[Line]:
    """The fields that are shown now. Parameters as of `case_fields.lines_of`."""
    one = cases.one_of(rows)
    answers, form = cases.filled(one, rows)
    faults = {each.code: each.en if english() else each.zh for each in faults_jointly(one, answers, form, today)}
    order = {name: no for no, name in enumerate(fields_of(rows))}
    found = []
    for field in shown_jointly(one, answers, form):
        kept, mine = as_typed(form.get(field.code)), (typed or {}).get(field.code)
        carries = field.code in known and kept != "" and as_typed(known[field.code].value) == kept
        found.append(
            Line(
                no=order[field.code], field=field, value=kept if mine is None else mine,
                mark=mark(bundle.no, field.code, kept),
                fault=faults.get(field.code, "") if kept or all_faults else "",
                source=source_said(known[field.code], today=today) if carries else "",
                other=kept if mine is not None else None,
            )
        )  # fmt: skip
    return found


def typed_in(
    post: Mapping[str, str], rows: Sequence[Case], known: Mapping[str, Carried]
) -> tuple[dict[str, str], dict[str, str]]:
    """Values and marks by shared name; what is carried over and hidden stays where nothing was written."""
    values, marks = {}, {}
    for no, (name, field) in enumerate(fields_of(rows).items()):
        value = post.get(f"f-{name}")
        if value is None or (field.type == "id_number" and name in known and not value.strip()):
            continue
        values[name] = value.strip()[:LONGEST_VALUE]
        marks[name] = str(post.get(f"w-{no}") or "")
    return values, marks


def steering(rows: Sequence[Case]) -> frozenset[str]:
    """Fields on which others hang, by shared name."""
    return frozenset().union(*(_steering(part) for part in cases.one_of(rows).parts))


def _steering(part: Part) -> frozenset[str]:
    steers = frozenset().union(*(names(each.show_if) for each in part.handling.fields))
    return frozenset(part.fields[code] for code in steers if code in part.fields)


def merged(bundle: Bundle, rows: Sequence[Case], typed: Mapping[str, str], marks: Mapping[str, str]) -> Merged:
    """What a tab wrote against what stands now; of what no draft asks for, nothing."""
    one = cases.one_of(rows)
    asked = _asked(one)
    mine = {name: value for name, value in typed.items() if name in asked}
    return merged_with(bundle.no, cases.filled(one, rows)[1], asked, mine, marks)


def _asked(one: OneForm) -> dict[str, Field]:
    return {part.fields[field.code]: field for part in one.parts for field in part.handling.fields}


def write(
    bundle: Bundle,
    typed: Mapping[str, str],
    marks: Mapping[str, str],
    *,
    known: Known | None = None,
    by: Actor,
    now: datetime,
    tries: int = TRIES,
) -> tuple[Bundle, Merged]:
    """Write what clashes with nothing, in every case that asks for it; read and compared anew where somebody else wrote in
    between.

    :param known: fills in what the form asks for only now. :raises Refused: wrong-state, changed-meanwhile (again and again).
    """
    merge = merged(bundle, cases.cases_of(bundle), typed, marks)
    if not merge.changes:
        return bundle, merge
    try:
        written = changing.change_bundle(
            bundle_no=bundle.no, form=merge.changes, revision=bundle.revision, known=known, by=by, now=now
        )
    except Refused as refused:
        if refused.slug != "changed-meanwhile" or tries == 1:
            raise
        return write(cases.bundle_by_no(bundle.no), typed, marks, known=known, by=by, now=now, tries=tries - 1)
    return written, merge
