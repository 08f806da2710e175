"""The papers of a booking's situation (情形): what was answered when it was booked says what to bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from banshi.kernel.lists import BETWEEN_PAPERS
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries.facts import ItemWords
from banshi.rooms.catalogue.models import Item, ItemVersion
from banshi.rooms.catalogue.queries import handling_of, pinned
from banshi.rooms.catalogue.rules.guided import answer_faults, guided
from banshi.rooms.catalogue.rules.handling import Paper, Situation

Papers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class BookedSituation:
    """What was said when it was booked, as the questions stand today.

    :ivar answers: those that still count. :ivar situation: None while something is to be asked, or where the matter knows none.
    :ivar papers: what it takes, so far as is known. :ivar gone: question → what was said (zh, en) and is offered no more;
        "" where that cannot be told.
    """

    answers: Mapping[str, str]
    complete: bool
    situation: Situation | None
    papers: tuple[Paper, ...]
    gone: Mapping[str, tuple[str, str]]

    @property
    def bring(self) -> tuple[Paper, ...]:
        """What to have ready."""
        return tuple(each for each in self.papers if each.necessity != "optional")


def booked_situation(row: Appointment | None, item: Item | None) -> BookedSituation | None:
    """:param item: the matter of whoever came with the booking. None: nothing was said, or they came for another one."""
    if row is None or item is None or not row.answers or row.item_id != item.pk:
        return None
    handling = handling_of(item)
    wrong = {fault.code for fault in answer_faults(handling, row.answers)}
    found = guided(handling, {code: said for code, said in row.answers.items() if code not in wrong})
    asked = {question.id for question in handling.questions}
    return BookedSituation(
        answers=found.answers,
        complete=found.complete,
        situation=found.situation,
        papers=found.materials,
        gone={code: _said_then(row, code) for code in wrong & asked},
    )


def _said_then(row: Appointment, code: str) -> tuple[str, str]:
    """An answer in the words of the version that was booked under."""
    then = ItemVersion.objects.filter(item_id=row.item_id, valid_from__lte=row.created_at).order_by("-version").first()
    questions = pinned(row.item_id, then.version).questions if then is not None else ()
    options = (option for question in questions if question.id == code for option in question.options)
    return next(((each.text_zh, each.text_en) for each in options if each.id == row.answers[code]), ("", ""))


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
