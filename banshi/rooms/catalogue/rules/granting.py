"""核定: what a grant grants – an amount, a term, an account – as it is proposed, and as whoever decides says it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from banshi.kernel.conditions import judge
from banshi.rooms.catalogue.rules import values
from banshi.rooms.catalogue.rules.guided import guided
from banshi.rooms.catalogue.rules.handling import Field, Grant, Handling
from banshi.rooms.catalogue.rules.values import WrongValue

MASK = "****"


class WrongGrant(ValueError):
    """What is said of one of them cannot be. `zh` and `en` say why to a person."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class Granted:
    """`value`: as it is kept – an amount, a day as YYYY-MM-DD; of a masked one, what is stated of it."""

    grant: Grant
    value: str


def grants_of(handling: Handling, answers: Mapping[str, str]) -> tuple[Grant, ...]:
    """Those that these answers ask for."""
    if not handling.result.grants:
        return ()
    kept = guided(handling, answers).answers
    return tuple(each for each in handling.result.grants if judge(each.needed_if, kept).value is True)


def proposed(
    handling: Handling, answers: Mapping[str, str], form: Mapping[str, object], day: date
) -> tuple[tuple[Grant, str], ...]:
    """Each with what stands where nobody says otherwise; "" where there is no such thing. :param day: of the decision."""
    return tuple((each, _proposed(each, form, day)) for each in grants_of(handling, answers))


def _proposed(grant: Grant, form: Mapping[str, object], day: date) -> str:
    if grant.after_months is not None:
        return months_after(day, grant.after_months).isoformat()
    value = form.get(grant.of) if grant.of else None
    return "" if value is None else str(value)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def granted(
    handling: Handling, answers: Mapping[str, str], form: Mapping[str, object], said: Mapping[str, str], day: date
) -> tuple[Granted, ...]:
    """What is granted: as it is said, else as it is proposed; what a field would say that was not filled in is left out.

    :param said: by code; an empty one says nothing. :raises WrongGrant: no such one, one that cannot be, or one that only whoever
        decides can say.
    """
    asked = proposed(handling, answers, form, day)
    for code in sorted(said.keys() - {each.code for each, _ in asked}):
        raise WrongGrant(code, "没有这一项核定内容", "Nothing of this kind is granted here")
    return tuple(_read(asked, said))


def masked(kept: str) -> str:
    """The last four characters; of what is no longer than eight at most half of it, so that it is never whole."""
    shown = min(4, len(kept) // 2)
    return f"{MASK}{kept[-shown:]}" if shown else MASK


def _read(asked: tuple[tuple[Grant, str], ...], said: Mapping[str, str]) -> Iterator[Granted]:
    for grant, stands in asked:
        text = said.get(grant.code, "").strip() or stands
        try:
            value = values.read(_as_field(grant), text, None)
        except WrongValue as wrong:
            raise WrongGrant(grant.code, f"{grant.label_zh}：{wrong.zh}", f"{grant.label_en}: {wrong.en}") from wrong
        if value is not None:
            kept = str(values.stored(value))
            yield Granted(grant, masked(kept) if grant.masked else kept)
        elif grant.always or not grant.has_source:
            raise WrongGrant(grant.code, f"缺{grant.label_zh}", f"{grant.label_en} is missing")


def _as_field(grant: Grant) -> Field:
    """An amount of money that names no least one is none below nothing."""
    least = Decimal(0) if grant.least is None and grant.type == "money" else grant.least
    return Field(
        code=grant.code, label_zh=grant.label_zh, label_en=grant.label_en, type=grant.type, longest=grant.longest,
        least=least, most=grant.most, group_zh="核定", group_en="Granted",
    )  # fmt: skip
