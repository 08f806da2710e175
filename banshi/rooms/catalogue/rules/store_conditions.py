"""Situations (情形) as stores tell them: conditions with names, or questions with answers, and which paper and which clause falls
to which of them. They become questions of a handling, in the store's order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from banshi.rooms.catalogue.rules.store_answers import Parts
from banshi.rooms.catalogue.rules.store_text import Row

SITUATION = "办理情形"
_QUESTION = ("question", "question_name", "condition_question", "subject")
_ANSWER = ("answer", "answer_name", "option_name", "condition_name", "condition_value", "situation_name", "name")
_IDS = ("rowguid", "condition_guid", "conditionid", "condition_id", "option_guid", "answer_guid")
_LINKS = ("condition_guid", "conditionid", "condition_id", "option_guid", "answer_guid")
_PAPERS = ("material_guid", "materialid", "material_id", "materialguid", "material_name")
_CLAUSES = ("accept_name", "accept_condition", "accept_desc", "condition_content", "content", "condition_desc")
_MOST_ANSWERS = 20


class _Answer:
    def __init__(self, question: str, code: str, text: str, names: set[str]) -> None:
        self.question, self.code, self.text, self.names = question, code, text, names


def conditions_of(parts: Parts, clauses: list[dict[str, Any]], papers: list[dict[str, Any]]) -> dict[str, Any]:
    """Questions, situations, conditions and materials of a handling; without situations everybody needs the same."""
    answers, questions = _answers(parts)
    ties = _ties(parts, papers, answers)
    for row in parts.rows("AUDIT_ACCEPT_CONDITION"):
        text = row.text(*_CLAUSES, most=1500)
        theirs = [each for each in answers if each.names & _named(row, _LINKS)]
        if text:
            clauses.append({"text_zh": text, "text_en": text, "needed_if": _when(theirs)})
    materials = [
        {name: said for name, said in paper.items() if not name.startswith("_")}
        | {"needed_if": _when(ties.get(paper["code"], ()))}
        for paper in papers
    ]
    situations = []
    if len(questions) == 1:
        situations = [
            {"id": each.code, "name_zh": each.text, "name_en": each.text, "when": _when([each])} for each in answers
        ]
    return {"questions": questions, "situations": situations, "conditions": clauses, "materials": materials}


def _answers(parts: Parts) -> tuple[list[_Answer], list[dict[str, Any]]]:
    """What may be answered, and the questions. One answer alone asks nothing; a row that names none is kept as text."""
    rows = sorted(
        parts.rows("AUDIT_ITEM_CONDITION"), key=lambda row: row.whole("ordernum", 0) or row.whole("ordernumber", 0)
    )
    found: dict[str, list[_Answer]] = {}
    for row in rows or parts.rows("AUDIT_MATERIAL_CONDITION"):
        question, text = row.text(*_QUESTION, most=200, named=True), row.text(*_ANSWER, most=200, named=True)
        if not text:
            if rows:
                row.notes.keep(row.table, row.place, "text")
            continue
        asked = found.setdefault(question or SITUATION, [])
        names = _named(row, _IDS) | {text}
        same = next((each for each in asked if each.text == text), None)
        if same is not None:
            same.names |= names
        else:
            asked.append(_Answer(f"q{len(found)}", f"a{len(asked) + 1}", text, names))
    kept, questions = [], []
    for question, answers in found.items():
        if len(answers) < 2:
            continue
        if len(answers) > _MOST_ANSWERS:
            row = (rows or parts.rows("AUDIT_MATERIAL_CONDITION"))[0]
            said = f"一个问题最多 {_MOST_ANSWERS} 个选项", f"A question has {_MOST_ANSWERS} answers at most"
            raise row.wrong("condition_name", *said, len(answers))
        kept += answers
        options = [{"id": each.code, "text_zh": each.text, "text_en": each.text} for each in answers]
        questions.append({"id": answers[0].question, "text_zh": question, "text_en": question, "options": options})
    return kept, questions


def _ties(parts: Parts, papers: list[dict[str, Any]], answers: list[_Answer]) -> dict[str, list[_Answer]]:
    """Answers by the code of the paper that they ask for."""
    ties: dict[str, list[_Answer]] = {}
    for paper in papers:
        ties[paper["code"]] = [each for each in answers if each.names & paper["_within"]]
    for row in parts.rows("AUDIT_MATERIAL_CONDITION"):
        wanted = _named(row, _PAPERS)
        theirs = [
            each for each in answers if each.names & (_named(row, _LINKS) | {row.text(*_ANSWER, most=200, named=True)})
        ]
        for paper in papers:
            if wanted & paper["_ids"]:
                ties[paper["code"]] += [each for each in theirs if each not in ties[paper["code"]]]
    return ties


def _named(row: Row, fields: Iterable[str]) -> set[str]:
    return {row.plain(field) for field in fields} - {""}


def _when(answers: Iterable[_Answer]) -> dict[str, Any]:
    """Any of these answers; none: in any case."""
    asked: dict[str, list[str]] = {}
    for each in answers:
        asked.setdefault(each.question, []).append(each.code)
    parts: list[dict[str, Any]] = [{"in": [question, codes]} for question, codes in asked.items()]
    return parts[0] if len(parts) == 1 else {"any": parts} if parts else {}
