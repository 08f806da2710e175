"""What a case costs: the rate that its answers and its form come to, computed to the fen, and said how.

Amounts are in yuan, rounded to the fen, half up. What cannot be told yet – a number that nobody filled in – has no amount:
then the rates that are still possible stand there.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from banshi.kernel.conditions import judge, names
from banshi.rooms.catalogue.rules.handling import NUMERIC, Fee, Formula, Handling, Rate, Remission, Step

FEN = Decimal("0.01")
NOTHING = Decimal(0)
UNNAMED = ("", "")
MOST_FEE = Decimal(10_000_000)  # yuan: no fee of a hall comes near it, and the tables hold it


@dataclass(frozen=True)
class Cost:
    """:ivar amount: None: by the tariff that the text names, or not to be told yet. :ivar how_zh: how it is computed (一式); ""
    where it is a sum that was set. :ivar formula: of the rate that holds. :ivar possible: what it may be, while none is certain.
    """

    amount: Decimal | None
    text_zh: str
    text_en: str
    basis_zh: str = ""
    basis_en: str = ""
    how_zh: str = ""
    how_en: str = ""
    formula: Formula | None = None
    possible: tuple[Cost, ...] = ()


@dataclass(frozen=True)
class Sum:
    """A sum in yuan and how it came about, in both languages."""

    yuan: Decimal
    zh: str
    en: str


def to_fen(amount: Decimal) -> Decimal:
    """Rounded to the fen, half up."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


# --- The fee of a case ------------------------------------------------------------------------------------------


def cost(handling: Handling, facts: Mapping[str, object]) -> Cost | None:
    """None: free of charge. :param facts: answers, and fields as far as they are filled in."""
    fee = handling.fee
    if fee is None or judge(fee.needed_if, facts).value is not True:
        return None
    called = functools.partial(number_of, handling)
    there = possible(handling, fee, facts)
    certain = there[0] if there and judge(there[0].when, facts).value is True else None
    if certain is None:
        rates = tuple(_tariff(each, called) for each in there)
        return _less(Cost(fee.amount, fee.text_zh, fee.text_en, fee.basis_zh, fee.basis_en, possible=rates), fee, facts)
    said = Cost(
        certain.amount, certain.text_zh, certain.text_en, fee.basis_zh, fee.basis_en, formula=certain.formula
    )  # fmt: skip
    if certain.formula is not None:
        said = _computed(said, certain.formula, facts, called(certain.formula))
    return _less(said, fee, facts)


def possible(handling: Handling, fee: Fee, facts: Mapping[str, object]) -> tuple[Rate, ...]:
    """The rates that may hold, in order, up to the first that does. One that hangs on a field which nobody filled in may; one on
    a question that was not asked does not."""
    fields = {each.code for each in handling.fields}
    found = []
    for rate in fee.rates:
        value = judge(rate.when, facts).value
        if value is True or (value is None and names(rate.when) & (fields - facts.keys())):
            found.append(rate)
        if value is True:
            break
    return tuple(found)


def _tariff(rate: Rate, called: Callable[[Formula], tuple[str, str]]) -> Cost:
    words = tariff_words(rate.formula, called(rate.formula)) if rate.formula is not None else ("", "")
    return Cost(rate.amount, rate.text_zh, rate.text_en, "", "", *words, rate.formula)


def _computed(said: Cost, formula: Formula, facts: Mapping[str, object], of: tuple[str, str]) -> Cost:
    number = facts.get(formula.field)
    zh, en = tariff_words(formula, of)
    if not isinstance(number, Decimal):
        return _with(said, None, zh, en)
    found = computed(formula, number, of)
    return _with(said, found.yuan, found.zh, found.en)


def _less(said: Cost, fee: Fee, facts: Mapping[str, object]) -> Cost:
    """What its rules let off by themselves."""
    off = next((each for each in fee.remissions if judge(each.when, facts).value is True), None)
    if off is None or said.possible:
        return said
    if said.amount is None:  # the number is not known yet: nothing of it is owed, or less
        zh, en = f"{said.how_zh}；{_off_zh(off)}", f"{said.how_en}; {off.text_en}, {off.percent}% off"
        return _with(said, NOTHING if off.percent == 100 else None, zh, en) if said.how_zh else said
    amount = to_fen(said.amount * (100 - off.percent) / 100)
    before_zh, before_en = said.how_zh or f"{plain(said.amount)} 元", said.how_en or f"{plain(said.amount)} yuan"
    return _with(
        said, amount, f"{before_zh}；{_off_zh(off)}，应缴 {plain(amount)} 元",
        f"{before_en}; {off.text_en}, {off.percent}% off: {plain(amount)} yuan",
    )  # fmt: skip


def _off_zh(off: Remission) -> str:
    return f"{off.text_zh}，免缴" if off.percent == 100 else f"{off.text_zh}，减 {off.percent}%"


def _with(said: Cost, amount: Decimal | None, zh: str, en: str) -> Cost:
    return Cost(amount, said.text_zh, said.text_en, said.basis_zh, said.basis_en, zh, en, said.formula, said.possible)


def hangs_on(handling: Handling) -> frozenset[str]:
    """Fields that a fee is reckoned by."""
    fee = handling.fee
    asked: set[str] = set()
    for rate in fee.rates if fee is not None else ():
        asked |= names(rate.when) | ({rate.formula.field} if rate.formula is not None else set())
    for off in fee.remissions if fee is not None else ():
        asked |= names(off.when)
    return frozenset(asked & {each.code for each in handling.fields})


# --- Formulas ---------------------------------------------------------------------------------------------------


def number_of(handling: Handling, formula: Formula) -> tuple[str, str]:
    """What a formula counts or takes a share of, as the form calls it, without the yuan it is written in: 成交价格, "price"."""
    field = next((each for each in handling.fields if each.code == formula.field), None)
    if field is None:  # of a draft: its faults say so
        return UNNAMED
    zh, en = field.label_zh.removesuffix("（元）"), field.label_en.removesuffix(" in yuan").removesuffix(",")
    return zh, en if en[1:2].isupper() else en[:1].lower() + en[1:]


def computed(formula: Formula, number: Decimal, of: tuple[str, str] = UNNAMED) -> Sum:
    """Never negative, never less for more, within its least and most. :param number: below 0 counts as 0. :param of: what the
    number is, as `number_of` has it; a share says of what it is one.
    """
    number = max(number, NOTHING)
    found = _KINDS[formula.kind](formula, number)
    if formula.kind == "share" and of != UNNAMED:
        found = Sum(found.yuan, f"{of[0]}：{found.zh}", f"{of[1][:1].upper()}{of[1][1:]}: {found.en}")
    yuan = to_fen(found.yuan)
    if formula.least is not None and yuan < formula.least:
        least = plain(formula.least)
        return Sum(
            to_fen(formula.least), f"{found.zh}，不足 {least} 元按 {least} 元", f"{found.en}, at least {least} yuan"
        )
    if formula.most is not None and yuan > formula.most:
        most = plain(formula.most)
        return Sum(to_fen(formula.most), f"{found.zh}，最多 {most} 元", f"{found.en}, at most {most} yuan")
    return Sum(yuan, found.zh, found.en)


def _per_unit(formula: Formula, number: Decimal) -> Sum:
    price = formula.unit_price or NOTHING
    counted = max(number - formula.included, NOTHING)
    yuan = formula.base + counted * price
    zh, en = _unit(formula)
    said = plain(to_fen(yuan))
    if formula.base and not counted:  # nothing above what the base price holds
        return Sum(yuan, f"{said} 元，含 {formula.included}{zh}", f"{said} yuan, {_including(formula)}")
    before_zh, before_en = (f"{plain(formula.base)} {each} + " if formula.base else "" for each in ("元", "yuan"))
    return Sum(
        yuan, f"{before_zh}{plain(counted)}{zh} × {plain(price)} 元 = {said} 元",
        f"{before_en}{plain(counted)}{'' if counted == 1 else en} × {plain(price)} yuan = {said} yuan",
    )  # fmt: skip


def _share(formula: Formula, number: Decimal) -> Sum:
    parts = [(part, step.value) for part, step in _parts(formula.steps, number) if part]
    yuan = sum((part * value / 1000 for part, value in parts), NOTHING)
    said = plain(to_fen(yuan))
    zh = " + ".join(f"{plain(part)} 元 × {percent(value)}" for part, value in parts) or "0 元"
    en = " + ".join(f"{plain(part)} yuan × {percent(value)}" for part, value in parts) or "0 yuan"
    return Sum(yuan, f"{zh} = {said} 元", f"{en} = {said} yuan")


def _parts(steps: tuple[Step, ...], number: Decimal) -> Iterator[tuple[Decimal, Step]]:
    """What of it lies in each step; above the last one nothing counts."""
    below = NOTHING
    for step in steps:
        top = number if step.up_to is None else min(number, step.up_to)
        yield max(top - below, NOTHING), step
        below = max(below, top)


def _tiers(formula: Formula, number: Decimal) -> Sum:
    """Above the last step it costs what the last one does."""
    step = next((each for each in formula.steps if each.up_to is None or number <= each.up_to), formula.steps[-1])
    zh, en = _unit(formula)
    value = plain(to_fen(step.value))
    if step.up_to is None or number > step.up_to:
        return Sum(step.value, f"{plain(number)}{zh}：{value} 元", f"{plain(number)}{en}: {value} yuan")
    top = plain(step.up_to)
    return Sum(
        step.value,
        f"{plain(number)}{zh}，不超过 {top}{zh}：{value} 元",
        f"{plain(number)}{en}, up to {top}{en}: {value} yuan",
    )


_KINDS: Mapping[str, Callable[[Formula, Decimal], Sum]] = {"per_unit": _per_unit, "share": _share, "tiers": _tiers}


def tariff_words(formula: Formula, of: tuple[str, str]) -> tuple[str, str]:
    """How it is computed while the number is not known: 每份 10 元, 成交价格的 0.3%. :param of: as `number_of` has it."""
    if formula.kind == "share":
        said = "、".join(_shares_zh(formula, of[0])), ", ".join(_shares_en(formula, of[1]))
    else:
        said = "、".join(_steps_zh(formula)), ", ".join(_steps_en(formula))
    bounds = [
        (formula.least, "最少 {} 元", "at least {} yuan"), (formula.most, "最多 {} 元", "at most {} yuan"),
    ]  # fmt: skip
    more = [(zh.format(plain(bound)), en.format(plain(bound))) for bound, zh, en in bounds if bound is not None]
    return "，".join([said[0], *(zh for zh, _ in more)]), ", ".join([said[1], *(en for _, en in more)])


def _steps_zh(formula: Formula) -> Iterator[str]:
    unit = formula.unit_zh
    if formula.kind == "per_unit" and (formula.base or formula.included):
        yield f"{plain(formula.base)} 元，含 {formula.included} {unit}".rstrip()
        yield f"每多 1 {unit or '个'}加 {plain(formula.unit_price or NOTHING)} 元"
    elif formula.kind == "per_unit":
        yield f"每{unit or '个'} {plain(formula.unit_price or NOTHING)} 元"
    for step in formula.steps:
        where = "以上" if len(formula.steps) > 1 else ""
        if step.up_to is not None:
            where = f"{plain(step.up_to)} {unit}".rstrip() + "以内"
        yield f"{where} {plain(step.value)} 元".lstrip()


def _steps_en(formula: Formula) -> Iterator[str]:
    unit = formula.unit_en
    if formula.kind == "per_unit" and (formula.base or formula.included):
        yield f"{plain(formula.base)} yuan, {_including(formula)}"
        yield f"{plain(formula.unit_price or NOTHING)} yuan for each more"
    elif formula.kind == "per_unit":
        yield f"{plain(formula.unit_price or NOTHING)} yuan each{f' ({unit})' if unit else ''}"
    for step in formula.steps:
        where = " above" if len(formula.steps) > 1 else ""
        if step.up_to is not None:
            where = f" up to {plain(step.up_to)} {unit}".rstrip()
        yield f"{plain(step.value)} yuan{where}"


def _shares_zh(formula: Formula, of: str) -> Iterator[str]:
    for i, step in enumerate(formula.steps):
        name = of if i == 0 else ""
        where = f"{name}以上部分" if len(formula.steps) > 1 else name
        if step.up_to is not None:
            where = f"{name} {plain(step.up_to)} 元以内".lstrip()
        yield f"{where}的 {percent(step.value)}" if where else percent(step.value)


def _shares_en(formula: Formula, of: str) -> Iterator[str]:
    for i, step in enumerate(formula.steps):
        name = f" of the {of}" if of and i == 0 else ""
        where = " above" if len(formula.steps) > 1 else ""
        if step.up_to is not None:
            where = f" up to {plain(step.up_to)} yuan"
        yield f"{percent(step.value)}{name}{where}"


def percent(value: Decimal) -> str:
    """A share as people read it. :param value: per mille, as formulas keep it: 3 → 0.3%."""
    return f"{plain(value / 10)}%"


def _including(formula: Formula) -> str:
    """In English a unit is written in the plural, so the count stands behind it."""
    return f"{formula.unit_en or 'count'} included: {formula.included}"


def _unit(formula: Formula) -> tuple[str, str]:
    return f" {formula.unit_zh}".rstrip(), f" {formula.unit_en}".rstrip()


def plain(number: Decimal) -> str:
    """80, 0.5, 1200.05: no exponent, and no decimals that say nothing."""
    said = f"{number:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


# --- Faults -----------------------------------------------------------------------------------------------------


_SUMS = re.compile(
    r"(?:[¥￥]|CNY|RMB|yuan)\s*(\d[\d,，]*(?:\.\d+)?)|(\d[\d,，]*(?:\.\d+)?)\s*(?:元|yuan|CNY|RMB)", re.IGNORECASE
)


def sums_in(text: str) -> frozenset[Decimal]:
    """The sums in yuan that a sentence names, such as “每证 10 元”, “¥1,200” or “10 yuan”."""
    found = ("".join(pair) for pair in _SUMS.findall(text))
    return frozenset(Decimal(each.replace(",", "").replace("，", "")) for each in found)


def _unsaid(amount: Decimal | None, zh: str, en: str, where: str) -> Iterator[tuple[str, str, str]]:
    """The sentence beside an amount names sums, and not this one. One that names none says nothing wrong."""
    for tongue, text in (("zh", zh), ("en", en)):
        said = sums_in(text)
        if amount is not None and said and amount not in said:
            there = "、".join(f"{each:f}" for each in sorted(said))
            yield (
                f"{where}.text_{tongue}",
                f"金额是 {amount:f} 元，{'中文' if tongue == 'zh' else '英文'}说明写的是 {there} 元",
                f"The amount is {amount:f} yuan, the {'Chinese' if tongue == 'zh' else 'English'} words say {there}",
            )


def cost_faults(handling: Handling) -> Iterator[tuple[str, str, str]]:
    """What keeps a fee from being computed: where, in Chinese, in English."""
    fee = handling.fee
    if fee is not None and fee.amount is not None and fee.amount > MOST_FEE:
        yield "fee.amount", *_TOO_MUCH
    if fee is not None and not fee.rates:
        yield from _unsaid(fee.amount, fee.text_zh, fee.text_en, "fee")
    for i, rate in enumerate(fee.rates if fee is not None else ()):
        where = f"fee.rates[{i}]"
        yield from _unsaid(rate.amount, rate.text_zh, rate.text_en, where)
        if rate.amount is not None and rate.amount > MOST_FEE:
            yield f"{where}.amount", *_TOO_MUCH
        if (rate.amount is None) == (rate.formula is None):
            yield f"{where}.amount", "要么是金额，要么是计费方式", "It is an amount, or what computes it"
        if rate.formula is not None:
            yield from _formula_faults(handling, rate.formula, f"{where}.formula")
        required = {each.code for each in handling.fields if each.required}
        for code in sorted(names(rate.when) & ({each.code for each in handling.fields} - required)):
            yield f"{where}.when", f"{code}：不是必填的栏目", f"{code}: this field may be left empty"


_TOO_MUCH = "最多 1000 万元", "At most 10 million yuan"


def _formula_faults(handling: Handling, formula: Formula, where: str) -> Iterator[tuple[str, str, str]]:
    field = next((each for each in handling.fields if each.code == formula.field), None)
    if field is None or field.type not in NUMERIC:
        yield f"{where}.field", "要是数字或金额的栏目", "It has to be a field with a number or an amount"
        return
    if not field.required or field.least is None or field.least < 0:
        yield f"{where}.field", "要是必填、下限不小于 0 的栏目", "It has to be filled in, and not less than 0"
    if formula.kind == "per_unit" and formula.unit_price is None:
        yield f"{where}.unit_price", "缺单价", "The price of one is missing"
    if (formula.kind == "per_unit") == bool(formula.steps):
        yield f"{where}.steps", "按比例或分档的才有档，至少一档", "A share or tiers have steps, one at least"
        return
    yield from _step_faults(formula, where)
    if formula.least is not None and formula.most is not None and formula.least > formula.most:
        yield f"{where}.least", "最少大于最多", "The least is above the most"
    if _greatest(formula, field.most) > MOST_FEE:
        yield f"{where}.most", "可能超过 1000 万元：写明最多", "It may exceed 10 million yuan: say the most"


def _greatest(formula: Formula, most: Decimal | None) -> Decimal:
    if formula.most is not None:
        return formula.most
    return MOST_FEE + 1 if most is None else computed(formula, most).yuan


def _step_faults(formula: Formula, where: str) -> Iterator[tuple[str, str, str]]:
    tops = [each.up_to for each in formula.steps]
    if None in tops[:-1] or any(a >= b for a, b in pairwise(tops) if a is not None and b is not None):
        yield f"{where}.steps", "各档上限要从小到大，最后一档才可以不填", "Steps go up; the last alone may have no end"
    values = [each.value for each in formula.steps]
    if formula.kind == "tiers" and values != sorted(values):
        yield f"{where}.steps", "金额不能越往上越少", "What is above costs no less"
    if formula.kind == "share" and max(values, default=NOTHING) > 1000:
        yield f"{where}.steps", "不能超过 1000‰", "Not more than 1000 per mille"


def unasked_faults(handling: Handling, answers: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What a fee hangs on and the form does not ask for sure, at the end of a path of answers: it could not be told."""
    fee = handling.fee
    if fee is None or judge(fee.needed_if, answers).value is not True:
        return
    codes = {each.code for each in handling.fields}
    asked = {each.code for each in handling.fields if judge(each.show_if, answers).value is True}
    for i, rate in enumerate(fee.rates):
        if rate in possible(handling, fee, answers):
            needs = (names(rate.when) & codes) | ({rate.formula.field} if rate.formula is not None else set())
            for code in sorted(needs - asked):
                yield f"fee.rates[{i}]", f"{code}：这种情形不问这一栏", f"{code}: the form does not ask it"
