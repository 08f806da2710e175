"""What keeps a handling from being published: every fault at once, each with its place.

A citizen follows one path of answers; so every path there is gets walked here, before anybody does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from banshi.kernel import conditions
from banshi.kernel.wording import UNSEEN, is_legible
from banshi.rooms.catalogue.rules.checks import CHECKS, parsed
from banshi.rooms.catalogue.rules.costs import cost_faults, unasked_faults
from banshi.rooms.catalogue.rules.flow import flow_faults
from banshi.rooms.catalogue.rules.general import certificate_named
from banshi.rooms.catalogue.rules.guided import SHOWN, TODAY, age_of, vouched_by
from banshi.rooms.catalogue.rules.handling import (
    NUMERIC,
    PERMIT,
    ROUND,
    SAYS_NUMBER,
    Condition,
    Element,
    Field,
    Handling,
)
from banshi.rooms.catalogue.rules.limits import length
from banshi.rooms.catalogue.rules.paths import ends
from banshi.rooms.catalogue.rules.seasons import Span, faults_of

_OF_PERMITS = {
    "notice_days": (5, "行政许可最多 5 个工作日一次告知（行政许可法第三十二条）",
                    "Of a permit what is missing is told within 5 working days (Administrative Licensing Law, Art. 32)"),
    "issue_days": (10, "行政许可最多 10 个工作日颁发、送达（行政许可法第四十四条）",
                   "A permit is issued and handed over within 10 working days (Administrative Licensing Law, Art. 44)"),
}  # fmt: skip
MOST_PATHS = 5000
MOST_ALIKE = 10  # of paths that end badly: one cause ends many


@dataclass(frozen=True)
class Fault:
    """`where`: as in `materials.agent-letter.needed_if`. `supplied`: what the library can supply, by name."""

    where: str
    zh: str
    en: str
    supplied: str = ""


def faults(
    handling: Handling,
    elements: Iterable[Element] = (),
    *,
    item_type: str = "",
    departments: Collection[str] | None = None,
    walk: bool = True,
) -> tuple[Fault, ...]:
    """Everything that is wrong with it.

    :param elements: the data dictionary; without it fields are not compared with it.
    :param item_type: of its item (A.1); "": not held against what the law sets for the type.
    :param departments: codes of all that there are; without them nobody asks whether those of the flow are among them.
    :param walk: whether paths of answers are followed.
    """
    found = [
        *_unseen(handling.model_dump(mode="json"), ""),
        *_twice(handling),
        *_conditions(handling),
        *_limits(handling),
        *beyond_law(handling, item_type),
        *_papers(handling),
        *_blanks(handling),
        *_shapes(handling),
        *_pack(handling),
        *_seasons(handling),
        *_grants(handling),
        *_endings(handling),
        *_terms(handling),
        *_quota(handling),
        *(Fault(*each) for each in flow_faults(handling, departments)),
        *(Fault(*each) for each in cost_faults(handling)),
    ]
    found += _fields(handling, {each.code: each for each in elements})
    return tuple(found or (_paths(handling) if walk else ()))  # only what reads well can be walked


def supplied(handling: Handling, elements: Iterable[Element]) -> tuple[Fault, ...]:
    """What it asks for though the library can supply it (国务院令第716号 Art. 7): soon found, no path is followed."""
    found = [*_papers(handling), *_fields(handling, {each.code: each for each in elements})]
    return tuple(each for each in found if each.supplied)


def _unseen(part: object, at: str) -> Iterator[Fault]:
    if isinstance(part, str) and not is_legible(part):
        yield Fault(at, UNSEEN["zh"], UNSEEN["en"])
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield from _unseen(value, f"{at}.{key}" if at else str(key))


def _twice(handling: Handling) -> Iterator[Fault]:
    """One code, one thing; a field and a question share their names in conditions."""
    lists = {
        "questions": [each.id for each in handling.questions],
        "situations": [each.id for each in handling.situations],
        "handling_items": [each.code for each in handling.handling_items],
        "materials": [each.code for each in handling.materials],
        "flow": [each.code for each in handling.flow],
        "result.grants": [each.code for each in handling.result.grants],
        "fields": [each.code for each in handling.fields] + [each.id for each in handling.questions],
        **{f"questions.{each.id}.options": [option.id for option in each.options] for each in handling.questions},
        **{f"fields.{each.code}.options": [option.id for option in each.options] for each in handling.fields},
        "fields.element": [each.element for each in handling.fields if each.element],
        "by_rule.rules": [each.id for each in handling.by_rule.rules] if handling.by_rule is not None else [],
    }
    for where, codes in lists.items():
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            if where != "fields" or code in [each.code for each in handling.fields]:
                yield Fault(f"{where}.{code}", "代码重复", "This code stands twice")


def _trees(handling: Handling) -> Iterator[tuple[str, Condition, tuple[str, ...]]]:
    """Every condition, with the facts that are known where it is judged."""
    questions = tuple(each.id for each in handling.questions)
    for i, question in enumerate(handling.questions):
        yield f"questions.{question.id}.asked_if", question.asked_if, questions[:i]
    for situation in handling.situations:
        yield f"situations.{situation.id}.when", situation.when, questions
    for below in handling.handling_items:
        yield f"handling_items.{below.code}.when", below.when, questions
    for i, clause in enumerate(handling.conditions):
        yield f"conditions[{i}].needed_if", clause.needed_if, questions
    for paper in handling.materials:
        yield f"materials.{paper.code}.needed_if", paper.needed_if, questions
    for stage in handling.flow:
        yield f"flow.{stage.code}.needed_if", stage.needed_if, questions
    for grant in handling.result.grants:
        yield f"result.grants.{grant.code}.needed_if", grant.needed_if, questions
    for i, ending in enumerate(handling.result.ends):
        yield f"result.ends[{i}].when", ending.when, questions
    above = questions
    for field in handling.fields:
        yield f"fields.{field.code}.show_if", field.show_if, above
        above = (*above, field.code)
    if handling.fee is not None:
        yield "fee.needed_if", handling.fee.needed_if, questions
        for i, rate in enumerate(handling.fee.rates):
            yield f"fee.rates[{i}].when", rate.when, above
        for i, off in enumerate(handling.fee.remissions):
            yield f"fee.remissions[{i}].when", off.when, above
    ages = tuple(age_of(each.code) for each in handling.fields if each.type == "id_number")
    for i, term in enumerate(handling.result.valid):
        yield f"result.valid[{i}].when", term.when, (*above, *ages)
    if handling.by_rule is not None:
        sources = tuple(vouched_by(each.code) for each in handling.fields if each.element)
        for rule in handling.by_rule.rules:
            yield f"by_rule.rules.{rule.id}.holds", rule.holds, (*above, *ages, *sources, TODAY, SHOWN)


def _grants(handling: Handling) -> Iterator[Fault]:
    """What is proposed can be what is granted; rules state nothing of their own."""
    fields = {each.code: each for each in handling.fields}
    for grant in handling.result.grants:
        where = f"result.grants.{grant.code}"
        if grant.of == ROUND:
            if handling.quota is None or grant.type != "text":
                yield Fault(f"{where}.of", "不按名额办理，没有期次", "No places are counted: there is no round")
        elif grant.of and grant.of not in fields:
            yield Fault(f"{where}.of", f"没有 {grant.of} 这一栏", f"There is no field {grant.of}")
        elif grant.of and grant.type != "text" and fields[grant.of].type != grant.type:
            yield Fault(f"{where}.of", f"{grant.of} 的类型不同", f"{grant.of} is of another type")
        if grant.after_months is not None and (grant.type != "date" or grant.of):
            yield Fault(
                f"{where}.after_months", "只有日期可以从决定之日起算", "Only a day is counted from the decision"
            )
        if handling.by_rule is not None and not grant.has_source:
            yield Fault(
                where, "秒批事项的核定内容要有来源", "Where rules decide, it has to come from a field or the day"
            )


def _endings(handling: Handling) -> Iterator[Fault]:
    """Of what it ends it can be told which it is."""
    fields = {each.code: each for each in handling.fields}
    stands_for = {each for paper in handling.materials for each in paper.satisfied_by}
    for i, ending in enumerate(handling.result.ends):
        where = f"result.ends[{i}]"
        if ending.field and ending.field not in fields:
            yield Fault(f"{where}.field", f"没有 {ending.field} 这一栏", f"There is no field {ending.field}")
        elif ending.field and fields[ending.field].type not in SAYS_NUMBER:
            yield Fault(f"{where}.field", f"{ending.field} 不是证号", f"{ending.field} does not say a number")
        elif ending.field and ending.which == "all":
            yield Fault(f"{where}.field", "全部注销的不用写证号", "Where all end no number is asked")
        elif ending.which == "used" and not ending.field and ending.type not in stands_for:
            yield Fault(
                f"{where}.type",
                "没有材料用这种证照，也没有栏目写证号",
                "No paper comes as this certificate, and no field says its number",
            )


def _terms(handling: Handling) -> Iterator[Fault]:
    """How long it holds is said in one way, and each may come."""
    days = {each.code for each in handling.fields if each.type == "date"}
    days |= {each.code for each in handling.result.grants if each.type == "date"}
    for i, term in enumerate(handling.result.valid):
        where = f"result.valid[{i}]"
        said = [term.for_years is not None, term.for_months is not None, term.for_days is not None, bool(term.until)]
        if sum(said) > 1:
            yield Fault(where, "年、月、日、截止日期只写一种", "Years, months, days or a last day: one of them")
        if term.until and term.until not in days:
            yield Fault(
                f"{where}.until",
                f"{term.until}：没有这个日期栏目或核定内容",
                f"{term.until}: no day of the form or the grant",
            )
        if not term.when and i + 1 < len(handling.result.valid):
            yield Fault(f"{where}.when", "后面的有效期永远用不到", "None after it ever counts")


def _conditions(handling: Handling) -> Iterator[Fault]:
    options = {question.id: {option.id for option in question.options} for question in handling.questions}
    for where, tree, known in _trees(handling):
        for wrong in conditions.faults(tree):
            yield Fault(where, f"条件写法不对：{wrong}", f"Not a condition: {wrong}")
        for fact in sorted(conditions.names(tree) - set(known)):
            yield Fault(where, f"{fact}：前面没有这个问题或栏目", f"{fact}: no question or field above has this code")
        for fact, value in sorted(_values(tree)):
            if fact in options and fact in known and value not in options[fact]:
                yield Fault(where, f"{fact}：没有选项 {value}", f"{fact}: there is no option {value}")


def _values(tree: object) -> set[tuple[str, str]]:
    """What facts are compared with, as text: an answer is one of its question's options, and never a number."""
    found: set[tuple[str, str]] = set()
    left: list[object] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            for how, about in node.items():
                if how in ("all", "any", "not"):
                    left.append(about)
                elif how != "known" and isinstance(about, list) and len(about) == 2 and isinstance(about[0], str):
                    wanted = about[1] if isinstance(about[1], list) else [about[1]]
                    found |= {
                        (about[0], str(each)[:60]) for each in wanted if isinstance(each, (str, bool, int, float))
                    }
    return found


def _limits(handling: Handling) -> Iterator[Fault]:
    promised, statutory = handling.limits.promised, handling.limits.statutory
    if promised.value == 0:
        yield Fault("limits.promised", "缺承诺办结时限", "A promised limit is missing")
    if statutory.value and length(promised) > length(statutory):
        yield Fault("limits.promised", "承诺时限长于法定时限", "Longer than the statutory limit")


def beyond_law(handling: Handling, item_type: str) -> Iterator[Fault]:
    """Days that the law does not give (行政许可法 32, 44): of other items each place sets its own."""
    for name, (most, zh, en) in _OF_PERMITS.items():
        if item_type == PERMIT and getattr(handling.limits, name) > most:
            yield Fault(f"limits.{name}", zh, en)


def _pack(handling: Handling) -> Iterator[Fault]:
    """A rule that asks nothing holds for everybody."""
    for rule in handling.by_rule.rules if handling.by_rule is not None else ():
        if not conditions.names(rule.holds):
            yield Fault(f"by_rule.rules.{rule.id}.holds", "规则没有条件", "This rule asks for nothing")


def _seasons(handling: Handling) -> Iterator[Fault]:
    spans = [Span(each.first, each.last) for each in handling.seasons]
    for i, zh, en in faults_of(spans):
        yield Fault(f"seasons[{i}]", zh, en)


def _quota(handling: Handling) -> Iterator[Fault]:
    """What is drawn by lot waits for the day of the draw, from which its limits run: nothing of it is settled at once."""
    quota = handling.quota
    if quota is None:
        return
    if quota.by != "draw":
        if quota.carried:
            yield Fault(
                "quota.carried", "按受理先后的没有下一期可转", "Only who was not drawn goes on to the next round"
            )
        return
    if handling.instant or handling.by_rule is not None or handling.wait_minutes is not None:
        yield Fault(
            "quota.by",
            "摇号的事项不能即办、秒批或立等可取",
            "What is drawn by lot cannot be settled at once or by rule",
        )
    for name, limit in (("promised", handling.limits.promised), ("statutory", handling.limits.statutory)):
        if limit.unit not in ("working_day", "day"):
            yield Fault(f"limits.{name}", "摇号的事项时限按天计算", "What is drawn by lot has limits in days")


def _papers(handling: Handling) -> Iterator[Fault]:
    """国务院令第716号 Art. 7: what sharing can supply must not be asked again."""
    for paper in handling.materials:
        if (paper.satisfied_by or certificate_named(paper.name_zh)) and "library" not in paper.channels:
            yield Fault(
                f"materials.{paper.code}.channels",
                "证照库能提供，不能再要（国令716号第七条）",
                "The library can supply it, so it must not be asked for (State Council Order 716, Art. 7)",
                paper.name_zh,
            )
        if "library" in paper.channels and not paper.satisfied_by:
            yield Fault(
                f"materials.{paper.code}.satisfied_by",
                "没有说由哪种证照代替",
                "Which certificate stands for it is missing",
            )


def _blanks(handling: Handling) -> Iterator[Fault]:
    """空表: it asks what the item asks, each once."""
    known = {each.id for each in handling.questions} | {each.code for each in handling.fields}
    for paper in handling.materials:
        if paper.form is None:
            continue
        where, asked = f"materials.{paper.code}.form", paper.form.fields
        for code in dict.fromkeys(asked):
            if code not in known:
                yield Fault(
                    f"{where}.fields", f"{code}：没有这个问题或栏目", f"{code}: no question or field has this code"
                )
            elif asked.count(code) > 1:
                yield Fault(f"{where}.fields", f"{code}：重复", f"{code}: stands twice")
        if bool(paper.form.declare_zh) != bool(paper.form.declare_en):
            yield Fault(f"{where}.declare_zh", "声明要有中文和英文", "What is signed has to be in both languages")
        if bool(paper.form.note_zh) != bool(paper.form.note_en):
            yield Fault(f"{where}.note_zh", "填表说明要有中文和英文", "Notes have to be in both languages")
        if "paper" not in paper.channels:
            yield Fault(f"{where}", "有空表的材料要收纸质", "What has a blank is taken on paper")


def _shapes(handling: Handling) -> Iterator[Fault]:
    for field in handling.fields:
        where = f"fields.{field.code}"
        if (field.type == "choice") != bool(field.options):
            yield Fault(f"{where}.options", "单选要有选项，别的类型没有", "A choice has options, and nothing else has")
        if field.type not in NUMERIC and (field.least is not None or field.most is not None):
            yield Fault(f"{where}.least", "只有数字和金额有上下限", "Only numbers and amounts have bounds")
        for name in (parsed(each).name for each in field.checks):
            if field.type not in CHECKS[name].types:
                yield Fault(f"{where}.checks", f"{name}：不适合这种类型的栏目", f"{name}: does not go with this type")
        if field.least is not None and field.most is not None and field.least > field.most:
            yield Fault(f"{where}.least", "下限大于上限", "The lower bound is above the upper one")
    if not any(handling.where.model_dump().values()):
        yield Fault("where", "没有办理的地方", "There is no place where it is handled")


def _fields(handling: Handling, elements: Mapping[str, Element]) -> Iterator[Fault]:
    if not elements:
        return
    for field in handling.fields:
        where = f"fields.{field.code}.element"
        element = elements.get(field.element)
        if field.element and element is None:
            yield Fault(where, f"数据元目录里没有 {field.element}", f"There is no data element {field.element}")
        elif element is not None and element.type != field.type:
            yield Fault(where, f"类型与数据元不同：{element.type}", f"The data element is of type {element.type}")
        elif element is None and (known := _same_thing(field, elements)) is not None:
            yield Fault(
                where,
                f"共享数据里有“{known.name_zh}”，不能再问（国令716号第七条）",
                f"Sharing can supply {known.code}, so it must not be asked anew (State Council Order 716, Art. 7)",
                known.name_zh,
            )


def _same_thing(field: Field, elements: Mapping[str, Element]) -> Element | None:
    """The element of the library that a field asks for by another way."""
    supplied = (each for each in elements.values() if each.from_library)
    return next((each for each in supplied if field.code == each.code or field.label_zh == each.name_zh), None)


def _paths(handling: Handling) -> list[Fault]:
    """Walks every path of answers."""
    reached: dict[str, set[str]] = {each: set() for each in ("questions", "situations", "handling_items", "materials")}
    found = []
    for count, end in enumerate(ends(handling)):
        if count >= MOST_PATHS:
            return [Fault("questions", f"问答路径超过 {MOST_PATHS} 条", f"More than {MOST_PATHS} paths of answers")]
        reached["questions"] |= {each.id for each in end.questions}
        reached["materials"] |= {each.code for each in end.materials}
        reached["situations"] |= {end.situation.id} if end.situation else set()
        reached["handling_items"] |= {end.handling_item.code} if end.handling_item else set()
        path, path_en = _path_said(handling, end.answers)
        found += [
            Fault(where, f"{zh}：{path}", f"{en}: {path_en}") for where, zh, en in unasked_faults(handling, end.answers)
        ]
        if not end.materials and handling.materials:
            found.append(Fault("questions", f"答到头没有材料：{path}", f"Ends without a list of papers: {path_en}"))
        if handling.situations and end.situation is None:
            found.append(Fault("situations", f"答到头没有情形：{path}", f"Ends in no situation: {path_en}"))
        if handling.handling_items and end.handling_item is None:
            found.append(Fault("handling_items", f"答到头没有办理项：{path}", f"Ends in no handling item: {path_en}"))
    return [*found[:MOST_ALIKE], *_never(handling, reached)]


def _path_said(handling: Handling, answers: Mapping[str, str]) -> tuple[str, str]:
    """What was answered, in words: Chinese and English."""
    asked = {each.id: each for each in handling.questions}
    pairs = [
        (asked[question], next(each for each in asked[question].options if each.id == option))
        for question, option in answers.items()
    ]
    zh = "，".join(f"{question.text_zh}“{option.text_zh}”" for question, option in pairs)
    return zh or "–", ", ".join(f"{question.text_en} “{option.text_en}”" for question, option in pairs) or "–"


def _never(handling: Handling, reached: Mapping[str, set[str]]) -> Iterator[Fault]:
    """What no path comes to."""
    there = {
        "questions": [each.id for each in handling.questions],
        "situations": [each.id for each in handling.situations],
        "handling_items": [each.code for each in handling.handling_items],
        "materials": [each.code for each in handling.materials],
    }
    for where, codes in there.items():
        for code in codes:
            if code not in reached[where]:
                yield Fault(f"{where}.{code}", "没有一条问答路径会用到", "No path of answers comes to it")
