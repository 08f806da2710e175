"""What a draft of an item comes to: what publishing it writes and changes, and how a file's record stands to what is known.

A draft holds what the store says; what nobody but us says – English names, fields, questions somebody modelled, typical minutes
– stays as it is where the store says the same in Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from banshi.kernel.transitions import Step, Table
from banshi.rooms.catalogue.rules.general import FIELDS, FREE
from banshi.rooms.catalogue.rules.handling import Clause, Faq, Fee, Handling, Limit, Paper, Stated
from banshi.rooms.catalogue.rules.handling import Result as Result_
from banshi.rooms.catalogue.rules.limits import in_working_days

DRAFT = Table(
    "item_draft",
    states=["draft", "planned", "published", "dropped"],
    ends=["published", "dropped"],
    steps={
        "plan": Step("draft", to="planned"),  # agreed to, and published on its day
        "publish": Step("draft", "planned", to="published"),
        "return": Step("planned", to="draft"),  # it could not be published on its day
        "drop": Step("draft", "planned", to="dropped"),
        "edit": Step("draft"),  # of the office alone
    },
)
STANDING = {  # of an item that nobody had before
    "audience": "both", "exercise_level": "4", "name_en": "", "acceptance_condition_en": "", "fee_en": "", "result_en": "",
}  # fmt: skip
_TWINS = ("name", "acceptance_condition", "fee", "result")
OURS = "m-"  # how codes of papers begin that came with one item, and belong to it alone

Result = Literal["new", "newer", "unchanged", "refused"]


@dataclass(frozen=True)
class Known:
    """The newest draft of an item, in whatever state."""

    version: int
    content_hash: str


def result_of(version: int, content_hash: str, *, item: bool, known: Known | None) -> Result:
    """How a record stands to what is known. Equal versions with other content make a new draft: stores mend a version without
    counting it on, and whoever publishes sees what differs. A lower version never does: it is what was."""
    if known is None:
        return "newer" if item else "new"
    if version < known.version or (version == known.version and content_hash == known.content_hash):
        return "unchanged"
    return "newer"


@dataclass(frozen=True)
class Writing:
    """What publishing writes: columns of the item, papers of the shared list that are its own, and its handling."""

    columns: dict[str, Any]
    handling: Handling

    @property
    def own_papers(self) -> tuple[Paper, ...]:
        return tuple(each for each in self.handling.materials if each.code.startswith(OURS))


def writing_of(
    document: Mapping[str, Any],
    *,
    standing: Mapping[str, Any] | None = None,
    now: Handling | None = None,
    shared: Mapping[str, str] | None = None,
) -> Writing:
    """:param standing: the item's columns as they are. :param now: its handling as somebody modelled it, if anybody did.
    :param shared: names of papers in the shared list → their codes.
    """
    said = dict(document["columns"])
    before = dict(standing or {})
    columns = {
        **STANDING,
        **before,
        **{name: value for name, value in said.items() if value != "" or name not in before},
    }
    for twin in _TWINS:
        if twin == "name" and before.get("name_en"):  # a matter that is renamed is the same matter
            continue
        if not before.get(f"{twin}_en") or before.get(f"{twin}_zh") != columns[f"{twin}_zh"]:
            columns[f"{twin}_en"] = columns[f"{twin}_zh"]
    told = Handling.model_validate(document["handling"])
    papers = tuple(_shared(each, shared or {}) for each in told.materials)
    told = told.model_copy(update={"materials": papers})
    return Writing(columns, told.model_copy(update={"fields": FIELDS}) if now is None else _merged(now, told))


def columns_with(columns: Mapping[str, Any], now: Handling, then: Handling) -> dict[str, Any]:
    """An item's columns, which lists and searches read, once it is handled otherwise: only what was changed is written anew."""
    said: dict[str, Any] = {}
    if then.limits != now.limits:
        statutory = in_working_days(then.limits.statutory, up=False)
        promised = in_working_days(then.limits.promised, up=True)
        said |= {"statutory_days": statutory, "promised_days": min(promised, statutory) if statutory else promised}
    if then.fee != now.fee:
        said |= _both("fee", (then.fee.text_zh, then.fee.text_en) if then.fee else (FREE, "Free of charge"), 200, 200)
    if then.result != now.result:
        said |= _both("result", (then.result.name_zh, then.result.name_en), 120, 160)
    if then.conditions != now.conditions:
        texts = [(each.text_zh, each.text_en) for each in then.conditions]
        said |= {
            f"acceptance_condition_{tongue}": "\n".join(text[i] for text in texts)
            for i, tongue in enumerate(("zh", "en"))
        }
    if then.minutes != now.minutes and then.minutes is not None:
        said["handling_minutes"] = then.minutes
    if then.instant != now.instant:
        said["case_kind"] = "1" if then.instant else "2"
    return {**columns, **said}


@dataclass(frozen=True)
class Listed:
    """A paper of the list that everybody is told who books or asks, whatever they would answer."""

    code: str
    originals: int
    copies: int
    necessity: str


def listed_with(listed: Iterable[Listed], now: Handling, then: Handling) -> list[Listed]:
    """That list once the item is handled otherwise: only what was changed is. A paper that hangs on answers joins no list."""
    was, new = ({each.code: each for each in said.materials} for said in (now, then))
    kept = [found for each in listed if (found := _still(each, was.get(each.code), new.get(each.code))) is not None]
    there = {each.code for each in kept}
    more = [_as_listed(each) for each in then.materials if each.code not in there and _joins(was.get(each.code), each)]
    if all(each.code in new for each in kept):
        order = list(new)
        return sorted([*kept, *more], key=lambda each: order.index(each.code))
    return [*kept, *more]


def _still(listed: Listed, was: Paper | None, paper: Paper | None) -> Listed | None:
    if paper is None:
        return listed if was is None else None
    if was is None:
        return _as_listed(paper)
    if paper.needed_if and paper.needed_if != was.needed_if:
        return None
    return listed if _as_listed(was) == _as_listed(paper) else _as_listed(paper)


def _joins(was: Paper | None, paper: Paper) -> bool:
    return not paper.needed_if and (was is None or bool(was.needed_if))


def _as_listed(paper: Paper) -> Listed:
    return Listed(paper.code, paper.originals, paper.copies, paper.necessity)


def _both(name: str, texts: tuple[str, str], most_zh: int, most_en: int) -> dict[str, str]:
    return {f"{name}_zh": texts[0][:most_zh], f"{name}_en": texts[1][:most_en]}


def _shared(paper: Paper, shared: Mapping[str, str]) -> Paper:
    code = shared.get(paper.name_zh)
    return paper.model_copy(update={"code": code}) if code else paper


def _stated(now: Stated, told: Stated) -> Stated:
    """What the store leaves out, or says as before, stays with its English."""
    kept: dict[str, str] = {}
    for name in (each.removesuffix("_zh") for each in Stated.model_fields if each.endswith("_zh")):
        before, after = getattr(now, f"{name}_zh"), getattr(told, f"{name}_zh")
        if after in ("", before):
            kept |= {f"{name}_zh": before, f"{name}_en": getattr(now, f"{name}_en")}
    return told.model_copy(update=kept)


def _merged(now: Handling, told: Handling) -> Handling:
    questions = {} if now.questions else {"questions": told.questions, "situations": told.situations}
    below = {} if now.handling_items else {"handling_items": told.handling_items}
    flow = {} if now.flow else {"flow": told.flow}
    by_code = {each.code: each for each in now.materials}
    by_name = {each.name_zh: each for each in now.materials}
    clauses = {each.text_zh: each for each in now.conditions}
    asked = {each.text_zh: each for each in now.faq}
    return now.model_copy(
        update={
            **questions,
            **below,
            **flow,
            "materials": tuple(
                _paper(by_code.get(each.code) or by_name.get(each.name_zh), each, asked=bool(now.questions))
                for each in told.materials
            ),
            "conditions": tuple(
                _clause(clauses.get(each.text_zh), each, bool(now.questions)) for each in told.conditions
            )
            or now.conditions,
            "where": told.where.model_copy(update={"cabinet": now.where.cabinet}),
            "appointment": "required"
            if (now.appointment, told.appointment) == ("required", "advised")
            else told.appointment,
            "fee": _fee(now.fee, told.fee),
            "limits": now.limits.model_copy(
                update={"promised": told.limits.promised, "statutory": told.limits.statutory}
            ),
            "result": _result(now.result, told.result),
            "instant": told.instant,
            "joint": told.joint,
            "stated": _stated(now.stated, told.stated),
            "faq": tuple(
                asked.get(each.text_zh, each) if _same(asked.get(each.text_zh), each) else each for each in told.faq
            )
            or now.faq,
        }
    )


def _paper(now: Paper | None, told: Paper, *, asked: bool) -> Paper:
    """As somebody modelled it, with what the store counts and expects. :param asked: our own questions stand."""
    if now is None:
        return told.model_copy(update={"needed_if": {}}) if asked else told
    accept = {} if now.accept_zh == told.accept_zh else {"accept_zh": told.accept_zh, "accept_en": told.accept_en}
    counted = {"necessity": told.necessity, "originals": told.originals, "copies": told.copies}
    said: dict[str, str] = {"source": told.source} if told.source else {}
    for name in ("issuer", "fill"):  # where the store is silent, or says the same, ours stays with its English
        if getattr(told, f"{name}_zh") not in ("", getattr(now, f"{name}_zh")):
            said |= {f"{name}_{tongue}": getattr(told, f"{name}_{tongue}") for tongue in ("zh", "en")}
    return now.model_copy(update={**counted, **accept, **said, **({} if asked else {"needed_if": told.needed_if})})


def _fee(now: Fee | None, told: Fee | None) -> Fee | None:
    """Ours where the store says the same, with the basis that the store names."""
    if now is None or told is None or now.text_zh != told.text_zh:
        return told
    if told.basis_zh in ("", now.basis_zh):
        return now
    return now.model_copy(update={"basis_zh": told.basis_zh, "basis_en": told.basis_en})


def _result(now: Result_, told: Result_) -> Result_:
    """Ours, by the store's name, and for as long as the store says it holds."""
    named = {} if now.name_zh == told.name_zh else {"name_zh": told.name_zh, "name_en": told.name_en}
    valid = {} if told.valid_years is None or now.valid else {"valid_years": told.valid_years}
    return now.model_copy(update={**named, **valid})


def _same(now: Faq | None, told: Faq) -> bool:
    return now is not None and (now.text_zh, now.answer_zh) == (told.text_zh, told.answer_zh)


def _clause(now: Clause | None, told: Clause, asked: bool) -> Clause:
    if now is not None:
        return now
    return told.model_copy(update={"needed_if": {}}) if asked else told


@dataclass(frozen=True)
class Difference:
    """One thing that publishing changes. `kind`: department, name, condition, fee, result, promised, statutory, question, faq,
    paper. None before: it is more; None after: it is no more."""

    kind: str
    before: str | Limit | Paper | None
    after: str | Limit | Paper | None


def differences(
    before: Writing | None, after: Writing, departments: tuple[str, str] = ("", "")
) -> tuple[Difference, ...]:
    """What publishing changes of what is in force; of a new item everything is more."""
    was = before.columns if before else {}
    found: list[tuple[str, Any, Any]] = [("department", *departments)]
    for kind in ("name", "acceptance_condition", "fee", "result"):
        found.append((kind.rpartition("_")[2], was.get(f"{kind}_zh", ""), after.columns[f"{kind}_zh"]))
    for kind in ("promised", "statutory"):
        found.append((kind, _limit(before, kind), _limit(after, kind)))
    found.append(("question", _questions(before), _questions(after)))
    found.append(("faq", _faq(before), _faq(after)))
    said = [Difference(kind, old or None, new or None) for kind, old, new in found if (old or None) != (new or None)]
    return (*said, *_papers(before, after))


def _limit(writing: Writing | None, kind: str) -> Limit | None:
    limit: Limit | None = getattr(writing.handling.limits, kind) if writing else None
    return limit if limit and limit.value else None


def _questions(writing: Writing | None) -> str:
    return "；".join(each.text_zh for each in writing.handling.questions) if writing else ""


def _faq(writing: Writing | None) -> str:
    return "\n".join(f"{each.text_zh} {each.answer_zh}" for each in writing.handling.faq) if writing else ""


def _papers(before: Writing | None, after: Writing) -> list[Difference]:
    old = {each.code: each for each in before.handling.materials} if before else {}
    new = {each.code for each in after.handling.materials}
    by_name = {each.name_zh: code for code, each in old.items() if code not in new}
    found = []
    for paper in after.handling.materials:
        was = old.pop(paper.code, None) or old.pop(by_name.get(paper.name_zh, ""), None)
        if was is None or _shown(was) != _shown(paper):
            found.append(Difference("paper", was, paper))
    return found + [Difference("paper", each, None) for each in old.values()]


def _shown(paper: Paper) -> tuple[object, ...]:
    """What people read of it."""
    said = paper.name_zh, paper.originals, paper.copies, paper.necessity, paper.accept_zh
    return *said, paper.source, paper.issuer_zh, paper.fill_zh
