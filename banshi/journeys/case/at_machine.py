"""A case, or several as one, that somebody begins at a machine of the hall, with their card on its reader: a draft as any other,
gone on with there, on their telephone, or at a window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from banshi.journeys.case import carried
from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.rules.guided import guided
from banshi.rooms.catalogue.rules.one_form import guided_jointly, one_form
from banshi.rooms.identity import queries as people
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class Beginning:
    """What is begun, by whom: the person whose card was read. `answers`: question → option; `anyway`: as `cases.Opening`."""

    hall: Hall
    item_code: str
    person_id: int
    answers: Mapping[str, str]
    language: str
    anyway: bool = False


def begin(asked: Beginning, *, by: Actor, now: datetime) -> Case:
    """The draft, with all that need not be asked. Messages go to the number that the person proved.

    :raises Refused: those of `cases.open_case`.
    """
    item = catalogue.hall_item(asked.hall.pk, asked.item_code).item
    found = guided(catalogue.handling_of(item), asked.answers)
    today = today_in(asked.hall, now)
    known = carried.at_window(found.fields, person_id=asked.person_id, today=today)
    opening = cases.Opening(
        hall=asked.hall, item_code=item.code, person_id=asked.person_id, channel="kiosk",
        contact=people.phone_of(person_id=asked.person_id), language=asked.language, answers=found.answers,
        form={code: each.value for code, each in known.items()}, anyway=asked.anyway, seen=True,
        evidence=Evidence.CHIP,
    )  # fmt: skip
    return cases.open_case(opening, by=by, now=now)


def card_for(case: Case, rows: Iterable[queries.PaperRow]) -> frozenset[str]:
    """Codes of papers for which the card that lies on the machine's reader stands, of those that have not come.

    :param rows: what `queries.paper_rows` says of the case.
    """
    read = case.phase == "draft" or Evidence(case.evidence).rank >= Evidence.CHIP.rank
    wanted = {each.code: each for each in queries.guided_case(case).materials}
    return frozenset(row.code for row in rows if not row.there and cases.by_card_of(case, wanted[row.code], read=read))


def card_read(nos: Sequence[str], *, by: Actor, now: datetime) -> None:
    """Before it is sent from the machine: the card was read, and counts as the paper wherever it stands for one.

    :raises Refused: those of `cases.add_material`.
    """
    cases.seen_again(case_nos=list(nos), evidence=Evidence.CHIP)
    with transaction.atomic():
        for no in nos:
            cases.card_counts(case_no=no, by=by, now=now)


def decides_at_once(cases_sent: Iterable[Case]) -> bool:
    """Whether rules may decide one of them as it is sent now: whoever sends it shows first who they are."""
    return any(
        case.phase == "draft"
        and queries.handling_of_case(case).by_rule is not None
        and queries.rules_mode(case) == "live"
        for case in cases_sent
    )


@dataclass(frozen=True)
class Together:
    """As `Beginning`, of several items begun as one. `answers`: by shared names; `matter`: code of a 一件事, "" of a choice."""

    hall: Hall
    items: Sequence[str]
    person_id: int
    answers: Mapping[str, str]
    language: str
    matter: str = ""
    joint_days: int | None = None
    anyway: bool = False


def begin_together(asked: Together, *, by: Actor, now: datetime) -> Bundle:
    """A draft of each, filled in as far as is known. :raises Refused: those of `cases.open_bundle`."""
    items = [catalogue.hall_item(asked.hall.pk, code).item for code in asked.items]
    one = one_form([(item.code, catalogue.handling_of(item)) for item in items])
    today = today_in(asked.hall, now)
    known = carried.at_window(guided_jointly(one, asked.answers).fields, person_id=asked.person_id, today=today)
    each = cases.Opening(
        hall=asked.hall, item_code="", person_id=asked.person_id, channel="kiosk",
        contact=people.phone_of(person_id=asked.person_id), language=asked.language, anyway=asked.anyway, seen=True,
        evidence=Evidence.CHIP,
    )  # fmt: skip
    bundling = cases.Bundling(
        asked.items, each, asked.answers, {name: said.value for name, said in known.items()}, matter=asked.matter,
        joint_days=asked.joint_days,
    )  # fmt: skip
    return cases.open_bundle(bundling, by=by, now=now)
