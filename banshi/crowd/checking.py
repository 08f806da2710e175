"""The record of a case, asked for through the API, held against what the crowd lived through (record.py says how)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from banshi.crowd import record
from banshi.crowd.matter import Matter

if TYPE_CHECKING:
    from banshi.crowd.matters import Matters

VERIFIED = (
    40  # papers that one run asks for by their code: the address is open to all, and not too often from one network
)


async def differences(matters: Matters, matter: Matter) -> list[str]:
    """What does not agree, in words; nothing where all does."""
    api, staff = matters.hall.api, matters.key("supervise")
    case = await matters.case(matter)
    timeline = await api.get(f"/cases/{matter.no}/timeline", staff)
    papers = await api.get(f"/cases/{matter.no}/documents", matters.key(matter.opened_by))
    if not (case.ok and timeline.ok and papers.ok):
        return [f"record: {case.slug or timeline.slug or papers.slug or 'no answer'}"]
    moments, documents = timeline.body["data"], papers.body["data"]
    return [
        *record.story(matter, moments),
        *record.offered(case.body),
        *record.clock(case.body, moments),
        *record.delivery(matter, case.body),
        *record.papers(matter, documents, case.body, matters.numbers),
        *await _fetched(matters, matter, documents),
    ]


async def _fetched(matters: Matters, matter: Matter, documents: list[dict[str, Any]]) -> list[str]:
    """The same bytes whenever it is fetched, once it is sealed; and its code says that it is real."""
    found, api, key = [], matters.hall.api, matters.key(matter.opened_by)
    for paper in documents:
        first, again = [await api.fetch(f"/documents/{paper['number']}", key) for _ in range(2)]
        if first is None or not first.startswith(b"%PDF") or (first != again and paper["seal"] != "waiting"):
            found.append(f"document {paper['number']}: not the same twice")
    if documents and matters.verified < VERIFIED:
        paper, matters.verified = documents[-1], matters.verified + 1
        verified = await api.get(f"/verify/{paper['code']}", "")
        said = verified.body if verified.ok else {}
        if (said.get("valid"), said.get("number")) != (paper["in_force"], paper["printed"]):
            found.append(f"verify {paper['number']}: {said.get('valid')} {said.get('number')}")
    return found
