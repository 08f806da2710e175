"""The papers of a booking's situation (情形): what was answered when it was booked says what to bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from banshi.kernel.lists import BETWEEN_PAPERS
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries.facts import ItemWords
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import handling_of
from banshi.rooms.catalogue.rules.guided import answer_faults, guided

Papers = tuple[tuple[str, str], ...]


def papers_of_situation(item: Item, answers: Mapping[str, str]) -> Papers | None:
    """Names (zh, en) of what this situation takes. None: nothing was answered, or the questions have changed since and are not
    all answered any more; then the general list stands.
    """
    if not answers:
        return None
    found = guided(handling_of(item), answers)
    if not found.complete:
        return None
    return tuple((each.name_zh, each.name_en) for each in found.materials if each.necessity != "optional")


def answers_kept(item_code: str, answers: Mapping[str, str]) -> dict[str, str] | Refusal:
    """The answers that count for this item; or why they are none of its own."""
    handling = handling_of(Item.objects.get(code=item_code))
    for fault in answer_faults(handling, answers):
        return Refusal("invalid", {"field": f"answers.{fault.code}"[:100], "reason": {"zh": fault.zh, "en": fault.en}})
    return dict(guided(handling, answers).answers)


def answers_again(row: Appointment) -> dict[str, str]:
    """The answers of a booking that is made again; none where the questions have changed so that they are none any more."""
    kept = answers_kept(row.item.code, row.answers) if row.answers else {}
    return {} if isinstance(kept, Refusal) else kept


def situated(item: ItemWords, answers: Mapping[str, str]) -> ItemWords:
    """The item with what these answers take to bring."""
    papers = papers_of_situation(Item.objects.get(id=item.id), answers) if answers else None
    if papers is None:
        return item
    zh, en = (BETWEEN_PAPERS[tongue].join(each[place] for each in papers) for place, tongue in enumerate(("zh", "en")))
    return replace(item, bring_zh=zh, bring_en=en)


def words_of(row: Appointment, item: ItemWords | None) -> ItemWords | None:
    """The item of an appointment, with what to bring in its situation."""
    return situated(item, row.answers) if item is not None else None
