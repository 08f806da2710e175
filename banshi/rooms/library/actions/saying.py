"""Facts that an authority says under a number of its own: entered once, said otherwise in a further revision, ended by one."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from banshi.foundation.crypto import blind_index
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.rules.handling import Element
from banshi.rooms.catalogue.rules.values import WrongValue, read_element
from banshi.rooms.library.models import Fact
from banshi.rooms.library.queries import standing
from banshi.rooms.library.rules.authority_rows import ListedFact

NO_ELEMENT = {"zh": "数据字典里没有这个数据元", "en": "There is no such element in the data dictionary"}
OTHERS = {"zh": "这个编号已是另一个人或另一项数据的", "en": "This number is of another holder or element"}


def say_fact(
    row: ListedFact,
    element: Element | None,
    *,
    source: str,
    person_id: int | None,
    organisation_id: int | None,
    now: datetime,
    today: date,
) -> str:
    """Inside a transaction. :returns: new | newer | unchanged | ended.

    :param element: the entry of the data dictionary; None: there is none.
    :raises Refused: invalid – naming the field and the rule; changed-meanwhile – it was said at the same moment.
    """
    if element is None:
        raise _invalid("element", NO_ELEMENT)
    person_id = None if person_id is None else standing(person_id)
    own = blind_index(f"{source}:{row.number}", purpose="fact")
    before = Fact.objects.filter(source=source, own_index=own).order_by("-revision").first()
    if before is not None:
        holder = (None if before.person_id is None else standing(before.person_id), before.organisation_id)
        if (*holder, before.element) != (person_id, organisation_id, row.element):
            raise _invalid("number", OTHERS)
    if row.ended:
        if before is None or before.ended:
            return "unchanged"
        _said(before, value=before.value, valid_from=before.valid_from, until=before.valid_until, ended=True, now=now)
        return "ended"
    value = _value(row, element, today)
    said = (value, row.valid_from, row.valid_until, row.trust)
    if before is None:
        fresh = Fact(
            person_id=person_id, organisation_id=organisation_id, element=row.element, source=source, own_index=own
        )
        _said(fresh, value=value, valid_from=row.valid_from, until=row.valid_until, trust=row.trust, now=now)
        return "new"
    if not before.ended and said == (before.value, before.valid_from, before.valid_until, before.trust):
        return "unchanged"
    _said(before, value=value, valid_from=row.valid_from, until=row.valid_until, trust=row.trust, now=now)
    return "newer"


def _said(
    before: Fact,
    *,
    value: str,
    valid_from: date | None,
    until: date | None,
    trust: str = "",
    ended: bool = False,
    now: datetime,
) -> None:
    """The next revision. :raises Refused: changed-meanwhile – two say it in one instant, and one is heard."""
    try:
        with transaction.atomic():
            Fact.objects.create(
                person_id=before.person_id, organisation_id=before.organisation_id, element=before.element, value=value,
                trust=trust or before.trust, source=before.source, at=now, valid_from=valid_from, valid_until=until,
                own_index=before.own_index, revision=before.revision + 1, ended=ended,
            )  # fmt: skip
    except IntegrityError as twice:
        if "each_revision_of_a_fact_once" not in str(twice):
            raise
        raise Refused("changed-meanwhile") from twice


def _value(row: ListedFact, element: Element, today: date) -> str:
    """As it is kept. :raises Refused: invalid."""
    try:
        return read_element(element, row.value, today)
    except WrongValue as wrong:
        raise _invalid("value", {"zh": wrong.zh, "en": wrong.en}) from wrong


def _invalid(field: str, reason: dict[str, str]) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": reason})
