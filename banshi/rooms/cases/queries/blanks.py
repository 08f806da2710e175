"""空表, 样表, 结果样本 of an item, as PDF: nobody in particular stands on them, so whoever asks gets the same bytes."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from banshi.foundation.memory import forgettable
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.ports import CannotSet
from banshi.rooms.cases.queries.handling import form_of, handling_of_case
from banshi.rooms.cases.queries.papers import typesetter
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item, ItemVersion
from banshi.rooms.catalogue.rules.blanks import (
    SAMPLE_DAY,
    OfItem,
    blank_sheet,
    filled_sheet,
    paper_with_blank,
    result_sheet,
    with_blanks,
)
from banshi.rooms.catalogue.rules.handling import Handling

log = logging.getLogger(__name__)
_MOST_KEPT = 128  # sheets, of some 60 kB


_kept: dict[str, bytes] = {}


@forgettable
def forget_blanks() -> None:
    _kept.clear()


@dataclass(frozen=True)
class Sheet:
    """What is set, as the typesetter takes it. `name`: of the file; `kept`: whether this process keeps it: nobody in
    particular stands on it."""

    data: str
    name: str
    kept: bool = True

    @property
    def is_set(self) -> bool:
        """Whether this process has it: then it costs nothing."""
        return self.data in _kept

    def pdf(self) -> bytes:
        """:raises Refused: nothing-found – it says a character that no font has."""
        found = _kept.get(self.data)
        if found is None:
            try:
                found = typesetter().compose("blank", json.loads(self.data))
            except CannotSet as cannot:
                log.warning("blank not set: %s", cannot)
                raise Refused("nothing-found", facts={"paper": self.name}) from cannot
            if not self.kept:
                return found
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            _kept[self.data] = found
        return found


def blanks_of(item: Item) -> frozenset[str]:
    """Codes of the papers that a blank is handed out for."""
    return with_blanks(catalogue.handling_of(item))


def blanks_of_case(case: Case) -> frozenset[str]:
    """As `blanks_of`, by the version of the item that the case was opened under."""
    return with_blanks(handling_of_case(case))


def has_result_sample(item: Item) -> bool:
    """Of an item that is handled as general nobody said what its result states."""
    return bool(item.handling)


def paper_blank(item: Item, code: str, *, filled: bool, version: int | None = None) -> Sheet:
    """A blank; `filled`: its sample.

    :param version: of the item, for a case that was opened under it; None: as it is handled today.
    :raises Refused: nothing-found – no such paper, or no blank of it; no such version.
    """
    handling = catalogue.handling_of(item) if version is None else catalogue.pinned(item.pk, version)
    paper = paper_with_blank(handling, code)
    if paper is None:
        raise Refused("nothing-found", facts={"item": item.code, "paper": code})
    return _sheet(
        blank_sheet(_of(item, version), handling, paper, filled=filled), f"{paper.name_zh}{'-样表' if filled else ''}"
    )


def filled_blank(case: Case, code: str, *, without: Collection[str] = ()) -> Sheet:
    """A blank of a case with what stands in its form, to be signed; it is set anew each time, and kept nowhere.

    :param without: fields that stay empty. :raises Refused: nothing-found – no such paper, or no blank of it.
    """
    handling = handling_of_case(case)
    paper = paper_with_blank(handling, code)
    if paper is None:
        raise Refused("nothing-found", facts={"item": case.item.code, "paper": code})
    version = case.item_version if case.item_version != case.item.version else None
    said = filled_sheet(
        _of(case.item, version), handling, paper, answers=case.answers, form=form_of(case), without=without
    )
    return Sheet(json.dumps(said, ensure_ascii=False, sort_keys=True), f"{paper.name_zh}-待签.pdf", kept=False)


def drafted_blank(item: Item, handling: Handling, code: str) -> Sheet:
    """A blank as a change of the item would have it.

    :raises Refused: nothing-found – no such paper, or no blank of it.
    """
    paper = paper_with_blank(handling, code)
    if paper is None:
        raise Refused("nothing-found", facts={"item": item.code, "paper": code})
    said = blank_sheet(_of(item), handling, paper, filled=False)
    return _sheet(said | {"specimen": "草稿 DRAFT"}, f"{paper.name_zh}-草稿")


def result_sample(item: Item) -> Sheet:
    """:raises Refused: nothing-found – of an item that is handled as general."""
    if not has_result_sample(item):
        raise Refused("nothing-found", facts={"item": item.code})
    handling = catalogue.handling_of(item)
    return _sheet(result_sheet(_of(item), handling), f"{handling.result.name_zh}-样本")


def _of(item: Item, version: int | None = None) -> OfItem:
    row = ItemVersion.objects.filter(item=item, version=version or item.version).first()
    on = timezone.localtime(row.made_at).date() if row is not None else SAMPLE_DAY
    said = row.document if row is not None and version is not None else {}
    return OfItem(
        said.get("name_zh", item.name_zh), said.get("name_en", item.name_en), item.department.name_zh,
        version or item.version, on, firm=said.get("audience", item.audience) == "firm",
    )  # fmt: skip


def _sheet(said: Mapping[str, Any], name: str) -> Sheet:
    return Sheet(json.dumps(said, ensure_ascii=False, sort_keys=True), f"{name}.pdf")
