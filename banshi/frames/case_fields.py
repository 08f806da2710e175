"""The form of a case as one fills it: fields in groups, what was carried over with its source, and two tabs that both write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from banshi.foundation.crypto import sign
from banshi.foundation.said import english, named
from banshi.foundation.times import day_words
from banshi.journeys.case import carried, changing
from banshi.journeys.case.carried import Carried, of_case
from banshi.journeys.case.changing import Known
from banshi.kernel.actors import Actor
from banshi.kernel.conditions import names
from banshi.kernel.documents import IdType, types_that_fit
from banshi.kernel.masking import mask_id
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.rules import values
from banshi.rooms.catalogue.rules.checks import parsed
from banshi.rooms.catalogue.rules.costs import hangs_on
from banshi.rooms.catalogue.rules.guided import form_faults, shown
from banshi.rooms.catalogue.rules.handling import Field, Handling

SOURCES: dict[str, str | Promise] = {
    "document": pgettext_lazy("case", "From your ID document"),
    "licence": pgettext_lazy("case", "From the organisation's licence"),
    "typed": pgettext_lazy("case", "As you entered it"),
    "account": pgettext_lazy("case", "The number you signed in with"),
    "library": pgettext_lazy("case", "From what the authorities hold"),
    "own_phone": pgettext_lazy("case", "Your own number, as you proved it"),
    "mandate": pgettext_lazy("case", "From the mandate"),
    "given": pgettext_lazy("case", "As it was given for this case"),
}
# What is said of a value that the library has: whence, and how far it is trusted (可信等级).
FROM_CASE = pgettext_lazy("case", "From case %(case)s, %(day)s")
FROM_AUTHORITY = pgettext_lazy("case", "From what the authorities hold, %(day)s")
TRUSTED: dict[str, str | Promise] = {
    "A": pgettext_lazy("case", "its authority says so"),
    "B": pgettext_lazy("case", "checked by the hall"),
    "C": pgettext_lazy("case", "not checked yet"),
    "D": pgettext_lazy("case", "as promised"),
}
LONG_TEXT = 120  # characters from which several lines are offered
LONGEST_VALUE = 2001  # one more than any field takes, so that it is told
TRIES = 12  # fields that save themselves, and other tabs, write between reading and writing; each failure is another's success


@dataclass(frozen=True)
class Line:
    """One field as the page shows it. `value`: as typed; `mark`: what it was when this page was made; `other`: what another
    tab wrote meanwhile; `told`: what the hall said about it.
    """

    no: int
    field: Field
    value: str
    mark: str
    fault: str = ""
    source: str = ""
    told: str = ""
    other: str | None = None
    saved: bool = False

    @property
    def name(self) -> str:
        return f"f-{self.field.code}"

    @property
    def carried(self) -> bool:
        """Filled in already, and nothing is wrong with it."""
        return bool(self.source) and not self.fault and self.other is None and not self.told

    @property
    def hides(self) -> bool:
        """A document's number is shown masked, also to whom it is of: people look over shoulders."""
        return self.field.type == "id_number"

    @property
    def open_value(self) -> str:
        """What its input holds: not a number that is shown masked and is not being changed, nor one that was carried over and
        is wrong: whoever looks may not have typed it."""
        return "" if self.source and self.hides and self.other is None else self.value

    @property
    def has_error(self) -> bool:
        return bool(self.fault) or self.other is not None

    @property
    def shown(self) -> str:
        return said_value(self.field, self.value)

    @property
    def other_shown(self) -> str:
        return said_value(self.field, self.other or "")

    @property
    def hint(self) -> str:
        return "" if self.carried else hint_of(self.field)

    @property
    def several_lines(self) -> bool:
        return self.field.type == "text" and self.field.longest > LONG_TEXT

    @property
    def described_by(self) -> str:
        """Ids of what is said about it, for whoever does not see it."""
        said = {"hint": self.hint, "told": self.told, "fault": self.fault, "other": "" if self.other is None else "x"}
        return " ".join(f"{what}-{self.no}" for what, text in said.items() if text)


def hint_of(field: Field) -> str:
    """What its value has to be, in words: every check that can be said before anything is wrong; "" where there is none."""
    said = [parsed(each).within(field.least, field.most).hint for each in field.checks]
    return ", ".join(each.en for each in said) if english() else "，".join(each.zh for each in said)


@dataclass(frozen=True)
class Group:
    name: str
    lines: tuple[Line, ...]


def as_typed(value: object) -> str:
    """A kept value as a person types it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text.removeprefix("+86") if text.startswith("+86") else text


def said_value(field: Field, value: str) -> str:
    """A value as a page says it: a choice and a day by their words, numbers of documents masked – but for the code of a firm,
    which stands on its licence for everybody."""
    if field.type == "choice":
        return next((named(each, "text") for each in field.options if each.id == value), value)
    if field.type == "yes_no":
        words = {"yes": ("是", "Yes"), "no": ("否", "No")}
        return words[value][english()] if value in words else value
    if field.type == "date":
        return _day_said(value)
    return mask_id(value) if field.type == "id_number" and types_that_fit(value)[:1] != (IdType.USCC,) else value


def _day_said(value: str) -> str:
    """With its year: it is another one more often than not. As it is where it is no day."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return date_format(day, "j F Y") if english() else f"{day.year}年{day.month}月{day.day}日"


def mark(no: str, code: str, value: str) -> str:
    """Of a value, without telling it: whether another tab has written since. :param no: of the case, or of the bundle."""
    return sign(f"{no}\0{code}\0{value}", purpose="case-field", length=16)


def source_said(found: Carried, words: Mapping[str, str | Promise] = SOURCES, *, today: date) -> str:
    """Whence a value was carried over; of what the library has, which case or that an authority said so, when, and its trust.

    :param words: of the other sources.
    """
    if found.source != "library" or found.at is None:
        return str(words[found.source])
    return origin_said(found.origin, found.at, found.trust, today=today)


def origin_said(origin: str, at: datetime, trust: str, *, today: date) -> str:
    """Who said something that is known, when, and how far it is trusted. :param origin: `case:…` or `import:…`."""
    kind, _, who = origin.partition(":")
    said = FROM_CASE if kind == "case" else FROM_AUTHORITY
    whence = str(said) % {"case": who, "day": day_words(timezone.localtime(at).date(), today)}
    return " · ".join((whence, str(TRUSTED[trust]))) if trust in TRUSTED else whence


def known_of(case: Case, *, account_id: int, today: date) -> dict[str, Carried]:
    """What was, or could be, filled in for the applicant."""
    fields = cases.guided_case(case).fields
    return of_case(fields, case, account_id=account_id, today=today)


def known_for(case: Case, *, account_id: int, today: date) -> Known:
    """The same of fields that are asked for only now."""
    return lambda fields: of_case(fields, case, account_id=account_id, today=today)


def card_for(case: Case, *, today: date) -> Known:
    """The same for whoever's card has just been read."""
    return lambda fields: by_card(fields, case, today=today)


def known_by_card(case: Case, *, today: date) -> dict[str, Carried]:
    """What is, or could be, filled in for an applicant whose card has just been read."""
    return by_card(cases.guided_case(case).fields, case, today=today)


def by_card(fields: Iterable[Field], case: Case, *, today: date) -> dict[str, Carried]:
    found = carried.by_card(fields, case, today=today)
    return {
        code: replace(said, source="own_phone") if said.source == "account" else said for code, said in found.items()
    }


def lines_of(
    case: Case,
    *,
    known: Mapping[str, Carried],
    today: date,
    all_faults: bool = False,
    typed: Mapping[str, str] | None = None,
) -> list[Line]:
    """The fields that are shown now.

    :param known: what was carried over. :param all_faults: also that something is missing. :param typed: by field: what this
        tab wrote and could not be kept, because another one wrote meanwhile.
    """
    handling, form = cases.handling_of_case(case), cases.form_of(case)
    faults = {each.code: each.en if english() else each.zh for each in form_faults(handling, case.answers, form, today)}
    if all_faults:
        same = {each.code: each.en if english() else each.zh for each in cases.untouched(case)}
        faults = same | faults
    told = {each.code: each.reason for each in cases.told_missing(case) if each.kind == "field"}
    order = {each.code: no for no, each in enumerate(handling.fields)}
    found = []
    for field in shown(handling, case.answers, form):
        kept = as_typed(form.get(field.code))
        mine = (typed or {}).get(field.code)
        fault = faults.get(field.code, "") if kept or all_faults else ""
        carries = field.code in known and kept != "" and as_typed(known[field.code].value) == kept
        found.append(
            Line(
                no=order[field.code], field=field, value=kept if mine is None else mine,
                mark=mark(case.no, field.code, kept), fault=fault, told=told.get(field.code, ""),
                source=source_said(known[field.code], today=today) if carries else "",
                other=kept if mine is not None else None,
            )
        )  # fmt: skip
    return found


def groups_of(lines: list[Line]) -> list[Group]:
    """In the order in which their first field comes."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(named(line.field, "group"), []).append(line)
    return [Group(name, tuple(each)) for name, each in found.items()]


def steering(handling: Handling) -> frozenset[str]:
    """Fields on which others hang, or the fee."""
    return frozenset().union(hangs_on(handling), *(names(each.show_if) for each in handling.fields))


@dataclass(frozen=True)
class Merged:
    """`changes`: to be written. `clashes`: what this tab wrote where another one wrote something else since."""

    changes: dict[str, str]
    clashes: dict[str, str]


def merged(case: Case, typed: Mapping[str, str], marks: Mapping[str, str]) -> Merged:
    """What a tab wrote against what stands now in a case."""
    fields = {each.code: each for each in cases.handling_of_case(case).fields}
    return merged_with(case.no, cases.form_of(case), fields, typed, marks)


def merged_with(
    no: str, form: Mapping[str, Any], fields: Mapping[str, Field], typed: Mapping[str, str], marks: Mapping[str, str]
) -> Merged:
    """What a tab wrote against what stands now: a field is written where nobody else wrote it since the tab was opened.

    :param marks: of each field, what it was when the tab was opened.
    """
    changes, clashes = {}, {}
    for code, value in typed.items():
        kept, spelt = as_typed(form.get(code)), as_kept(fields[code], value)
        if kept in (value, spelt):
            continue
        was = marks.get(code, "")
        if was == mark(no, code, kept):
            changes[code] = value
        elif was not in (mark(no, code, value), mark(no, code, spelt)):  # else it was not this tab that changed it
            clashes[code] = value
    return Merged(changes, clashes)


def as_kept(field: Field, value: str) -> str:
    """What was typed in the one spelling in which it is kept: 1250000 is 1250000.00. As it is where it cannot be read."""
    try:
        return as_typed(values.stored(values.read(field, value, None)))
    except values.WrongValue:
        return value


def typed_in(
    post: Mapping[str, str], case: Case, known: Mapping[str, Carried]
) -> tuple[dict[str, str], dict[str, str]]:
    """Values and marks by field, of the fields there are; what is carried over and hidden stays where nothing was written."""
    values, marks = {}, {}
    for no, field in enumerate(cases.handling_of_case(case).fields):
        value = post.get(f"f-{field.code}")
        if value is None or (field.type == "id_number" and field.code in known and not value.strip()):
            continue
        values[field.code] = value.strip()[:LONGEST_VALUE]
        marks[field.code] = str(post.get(f"w-{no}") or "")
    return values, marks


def write(
    case: Case,
    typed: Mapping[str, str],
    marks: Mapping[str, str],
    *,
    known: Known | None = None,
    by: Actor,
    now: datetime,
    tries: int = TRIES,
) -> tuple[Case, Merged]:
    """Write what clashes with nothing; read and compared anew where somebody else wrote in between.

    :param known: fills in what the form asks for only now. :raises Refused: wrong-state, changed-meanwhile (again and again).
    """
    merge = merged(case, typed, marks)
    if not merge.changes:
        return case, merge
    try:
        written = changing.change(
            case_no=case.no, form=merge.changes, revision=case.revision, known=known, by=by, now=now
        )
    except Refused as refused:
        if refused.slug != "changed-meanwhile" or tries == 1:
            raise
        return write(cases.case_by_no(case.no), typed, marks, known=known, by=by, now=now, tries=tries - 1)
    return written, merge
