"""The handling of an item (办理要求): questions, situations, handling items, conditions, papers, fields, limits, result.

One document an item and version, kept in `Item.handling` and frozen with `ItemVersion`. Conditions (`asked_if`, `when`,
`needed_if`, `show_if`) are trees of kernel/conditions over the answers given so far; those of fields also over fields above,
those of rules (`by_rule`) over all of them, the day (`today`), the age of whoever has a document (`<field>.age`), how it was
shown who applies (`applicant.shown`), and who says what a field says (`<field>.by`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Bounds

from banshi.rooms.catalogue.rules.checks import Check, listed, parsed

Necessity = Literal["required", "optional", "deferrable"]
Channel = Literal["paper", "usb", "scan", "upload", "library"]
Source = Literal["", "applicant", "government", "other"]  # 来源渠道; "": nobody said
FieldType = Literal["text", "number", "date", "choice", "phone", "id_number", "name", "address", "money", "yes_no"]
Unit = Literal["working_day", "day", "hour", "minute"]
Appointment = Literal["required", "advised", "none"]
Act = Literal["receive", "review", "consult", "procedure", "decide", "issue", "other"]
OnlineLevel = Literal[
    "declared", "vouched", "window"
]  # as kernel/evidence.py has them; a card that was read is as a window
Which = Literal["used", "only", "all"]
Procedure = Literal[
    "hearing", "bidding", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review", "site_visit",
    "publication",
]  # fmt: skip
IDENTITY_CARD = "resident-id"  # the type of certificate that stands for it; it is shown, and never left anywhere
# 行政许可 (A.1): the law's own limits and words; it alone counts as accepted where nobody answers (Art. 32)
PERMIT = "01"
LONGEST_WORDS = 2000
LONGEST_REUSE = 3660  # days
NUMERIC = frozenset({"number", "money"})
SAYS_NUMBER = frozenset({"text", "number", "id_number"})  # of a certificate
# Elements of the data dictionary that say who applies: carried over from the document and the account.
NAME, NUMBER, PHONE = "person-name", "id-number", "mobile"


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_WORDS, strip_whitespace=True)]
Help = Annotated[str, StringConstraints(max_length=LONGEST_WORDS, strip_whitespace=True)]
Body = Annotated[str, StringConstraints(max_length=80, strip_whitespace=True)]
Condition = dict[str, Any]  # a tree of kernel/conditions; `faults` looks at it
CheckText = Annotated[str, StringConstraints(max_length=300), AfterValidator(lambda text: str(parsed(text)))]
Copies = Annotated[int, Bounds(ge=0, le=100)]
Days = Annotated[int, Bounds(ge=0, le=366)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Part):
    id: Code
    text_zh: Name
    text_en: Name


class Question(Part):
    """情形问答: one question with its answers; asked where `asked_if` holds for the answers above."""

    id: Code
    text_zh: Name
    text_en: Name
    help_zh: Help = ""
    help_en: Help = ""
    options: Annotated[tuple[Option, ...], Bounds(min_length=2, max_length=20)]
    asked_if: Condition = {}


class Situation(Part):
    """情形: what the answers come to. The first whose `when` holds."""

    id: Code
    name_zh: Name
    name_en: Name
    when: Condition = {}


class HandlingItem(Part):
    """业务办理项, with its code: what an item is handled as, below it – 个人经营, 家庭经营. The first whose `when` holds."""

    code: Code
    name_zh: Name
    name_en: Name
    when: Condition = {}


class Clause(Part):
    """受理条件, one of them."""

    text_zh: Words
    text_en: Words
    needed_if: Condition = {}


class Line(Part):
    """A line to write on that only a blank has; `sample`: what a filled one says there."""

    label_zh: Name
    label_en: Name
    sample: Name


class Signature(Part):
    text_zh: Name
    text_en: Name


class Blank(Part):
    """空表: a paper that the hall hands out, to print and fill in by hand.

    :ivar fields: codes of the item's questions and fields, in order; none: its whole form. :ivar lines: what it asks beside.
    :ivar note_zh: 填表说明. :ivar declare_zh: what is signed. :ivar signatures: who signs it, each with a day.
    """

    fields: Annotated[tuple[Code, ...], Bounds(max_length=150)] = ()
    lines: Annotated[tuple[Line, ...], Bounds(max_length=30)] = ()
    note_zh: Help = ""
    note_en: Help = ""
    declare_zh: Help = ""
    declare_en: Help = ""
    signatures: Annotated[tuple[Signature, ...], Bounds(min_length=1, max_length=6)]


def _is_none(value: object) -> bool:
    return value is None


def _is_false(value: object) -> bool:
    return value is False


def _is_blank(value: object) -> bool:
    return value == ""


def _is_empty(value: object) -> bool:
    return value == ()


def _is_declared(value: object) -> bool:
    return value == "declared"


def _is_usual(value: object) -> bool:
    return value == Duties()


class Promise(Part):
    """告知承诺: what is signed in place of a paper. `duty`: what the hall tells, with its law; `untrue`: what follows where it
    is not so; `promise`: what is promised."""

    duty_zh: Words
    duty_en: Words
    untrue_zh: Words
    untrue_en: Words
    promise_zh: Words
    promise_en: Words


class Paper(Part):
    """申请材料: how many originals and copies, by which ways it may come, which certificates of the library stand for it."""

    code: Code
    name_zh: Name
    name_en: Name
    necessity: Necessity = "required"
    originals: Copies = 0
    copies: Copies = 0
    channels: Annotated[tuple[Channel, ...], Bounds(min_length=1)] = ("paper", "scan", "upload")
    satisfied_by: tuple[Code, ...] = ()
    needed_if: Condition = {}
    accept_zh: Help = ""  # 受理标准: what is looked at
    accept_en: Help = ""
    # Left out of documents where there is none: a paper without a blank is the document that it was before there were any.
    source: Annotated[Source, Bounds(exclude_if=_is_blank)] = ""
    issuer_zh: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""  # 出具机构
    issuer_en: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""
    fill_zh: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""  # 填报须知
    fill_en: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""
    form: Annotated[Blank | None, Bounds(exclude_if=_is_none)] = None
    by_promise: Annotated[Promise | None, Bounds(exclude_if=_is_none)] = None
    # 材料复用: days for which one that was handed in before, and judged right, stands for it again; None: never
    reuse_days: Annotated[int | None, Bounds(ge=1, le=LONGEST_REUSE, exclude_if=_is_none)] = None


class Field(Part):
    """One line of the form. `element`: the entry of the data dictionary it is, so that it is asked once and carried over.

    :ivar checks: what its value has to be beyond its type (rules/checks.py); an element's are put in when it is published.
    """

    code: Code
    label_zh: Name
    label_en: Name
    type: FieldType
    required: bool = True
    options: Annotated[tuple[Option, ...], Bounds(max_length=40)] = ()
    show_if: Condition = {}
    element: Code | Literal[""] = ""
    group_zh: Name
    group_en: Name
    longest: Annotated[int, Bounds(ge=1, le=2000)] = 100  # characters
    least: Decimal | None = None  # of numbers and money
    most: Decimal | None = None
    on_result: bool = False  # the licence states it
    checks: Annotated[tuple[CheckText, ...], Bounds(max_length=8, exclude_if=_is_empty)] = ()


class Where(Part):
    window: bool = True
    online: bool = False
    kiosk: bool = False
    cabinet: bool = False


Yuan = Annotated[Decimal, Bounds(ge=0, max_digits=10, decimal_places=2)]


class Step(Part):
    """档, in order: up to and with `up_to` of the field, above the one before; None: whatever is above. `value`: yuan of a tier,
    per mille of a share."""

    up_to: Annotated[Decimal, Bounds(gt=0, max_digits=13, decimal_places=2)] | None = None
    value: Yuan


class Formula(Part):
    """计费方式: what a number of the form comes to (rules/costs.py). per_unit: `base`, and `unit_price` for each above those
    `included` in it; share: in each step so many per mille of what lies in it; tiers: the sum of the step that it lies in. Never
    below `least`, never above `most`.

    :ivar field: a number or amount that the form asks. :ivar unit_zh: what is counted: 份.
    """

    kind: Literal["per_unit", "share", "tiers"]
    field: Code
    unit_zh: Annotated[str, StringConstraints(max_length=20, strip_whitespace=True)] = ""
    unit_en: Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)] = ""
    unit_price: Yuan | None = None
    base: Yuan = Decimal(0)
    included: Copies = 0
    steps: Annotated[tuple[Step, ...], Bounds(max_length=12)] = ()
    least: Yuan | None = None
    most: Yuan | None = None


class Rate(Part):
    """收费标准 of one kind of case: the first whose `when` holds. An amount, or what computes it."""

    amount: Yuan | None = None
    text_zh: Words
    text_en: Words
    when: Condition
    # Left out of documents where there is none, as blanks are.
    formula: Annotated[Formula | None, Bounds(exclude_if=_is_none)] = None


class Remission(Part):
    """减免 that the rules of the fee grant by themselves: so many per cent less; the first whose `when` holds."""

    text_zh: Name
    text_en: Name
    percent: Annotated[int, Bounds(ge=1, le=100)] = 100
    when: Condition


class Fee(Part):
    """收费. `amount` in yuan; None: by `rates`, or by the tariff that the text names. `basis`: what sets it (收费依据)."""

    amount: Yuan | None = None
    text_zh: Words
    text_en: Words
    basis_zh: Help = ""
    basis_en: Help = ""
    rates: Annotated[tuple[Rate, ...], Bounds(max_length=20)] = ()
    needed_if: Condition = {}
    remissions: Annotated[tuple[Remission, ...], Bounds(max_length=12, exclude_if=_is_empty)] = ()


class Limit(Part):
    """A span of time that somebody may rely on. `value` 0: none is set."""

    value: Annotated[int, Bounds(ge=0, le=3660)]
    unit: Unit = "working_day"


class Limits(Part):
    """时限. The days beside the two great ones: 预审, 一次性告知 (行政许可法 Art. 32), 补正, 送达 (Art. 44)."""

    promised: Limit
    statutory: Limit
    pre_review_days: Days = 1
    notice_days: Days = 5
    supplement_days: Days = 15
    issue_days: Days = 10


ROUND = "quota.round"  # no field: the round of the case, as it is called


class Grant(Part):
    """核定内容: a fact that is decided with the grant, and stated on the decision and the result.

    :ivar of: the field whose value is proposed; `quota.round`: the round (期次) in which the case got its place.
    :ivar after_months: of a day: so many months after the decision are proposed, 0: its day. Without either whoever decides
        says it. :ivar always: also where the field was left empty somebody says it.
    :ivar masked: only its last four signs are stated.
    """

    code: Code
    label_zh: Name
    label_en: Name
    type: Literal["text", "number", "money", "date"] = "text"
    of: Code | Literal[""] = ""
    after_months: Annotated[int, Bounds(ge=0, le=1200)] | None = None
    longest: Annotated[int, Bounds(ge=1, le=200)] = 100
    least: Decimal | None = None
    most: Decimal | None = None
    masked: bool = False
    needed_if: Condition = {}
    always: Annotated[bool, Bounds(exclude_if=_is_false)] = False

    @property
    def has_source(self) -> bool:
        return bool(self.of) or self.after_months is not None


class Ending(Part):
    """注销、换发: certificates of the library that hold no more once the result is made; the result itself never.

    :ivar type: of certificates; `name_zh`, `name_en` are what people call it. :ivar which: used – the one that stands for a paper
        of the case, or whose number `field` says; only – likewise, and where neither says which, the one there is; all – each
        that the holder has.
    """

    type: Code
    name_zh: Name
    name_en: Name
    which: Which = "used"
    field: Code | Literal[""] = ""
    when: Condition = {}


class Term(Part):
    """有效期, one of several: the first whose `when` holds, over answers, fields and the ages that documents say.

    :ivar until: code of a day – of what is granted, or of the form – that is the last one. Without any of the four it holds
        without end (长期).
    """

    text_zh: Name
    text_en: Name
    for_years: Annotated[int, Bounds(ge=1, le=100)] | None = None
    for_months: Annotated[int, Bounds(ge=1, le=1200)] | None = None
    for_days: Annotated[int, Bounds(ge=1, le=3660)] | None = None
    until: Code | Literal[""] = ""
    when: Condition = {}


class Result(Part):
    """What comes of it. `certificate_type`: of the certificate that goes to the library, "" where none does."""

    kind: Literal["licence", "certificate", "reply"]
    name_zh: Name
    name_en: Name
    certificate_type: Code | Literal[""] = ""
    valid_years: Annotated[int, Bounds(ge=1, le=100)] | None = None
    printable: bool = False  # 自助打印: worth the same on a sheet of paper from a kiosk
    # Left out of documents where there is none, as blanks are.
    grants: Annotated[tuple[Grant, ...], Bounds(max_length=12, exclude_if=_is_empty)] = ()
    ends: Annotated[tuple[Ending, ...], Bounds(max_length=12, exclude_if=_is_empty)] = ()
    valid: Annotated[tuple[Term, ...], Bounds(max_length=12, exclude_if=_is_empty)] = ()  # before `valid_years`


class Rule(Part):
    """审批规则, one of a pack: what has to be so, in words that are printed, and as a condition on answers and fields."""

    id: Code
    text_zh: Words
    text_en: Words
    holds: Condition


class ByRule(Part):
    """秒批 (无人工干预审批): where every rule holds, no person decides. `papers`: every paper that is asked for came as trust A
    or B. `minutes`: within which it is done. `electronic`: the result is a file, and given at once.
    """

    rules: Annotated[tuple[Rule, ...], Bounds(min_length=1, max_length=30)]
    papers: Literal["trusted"] = "trusted"
    minutes: Annotated[int, Bounds(ge=1, le=24 * 60)] = 1
    electronic: bool = True


MonthDay = Annotated[str, StringConstraints(pattern=r"^(\d{4}-)?\d{2}-\d{2}$", max_length=10)]


class Season(Part):
    """受理时段: its first and last day, both within. MM-DD: of every year, perhaps over New Year; YYYY-MM-DD: once."""

    first: MonthDay
    last: MonthDay


class Stage(Part):
    """环节 of the flow, in order of their beginning. Nothing is granted before what stands above the decision is done.

    :ivar act: the step of a case that it is; consult: `department` is asked for its opinion; procedure: a special procedure
        of this kind (行政许可法 45 条); other: said to those who read it, and followed by nothing.
    :ivar days: working days that it may take, of those promised; None: no limit of its own. :ivar who_zh: by whom (岗位).
    """

    code: Code
    name_zh: Name
    name_en: Name
    act: Act = "other"
    department: Code | Literal[""] = ""
    procedure: Procedure | Literal[""] = ""
    days: Days | None = None
    who_zh: Help = ""
    who_en: Help = ""
    standard_zh: Help = ""  # 审查标准
    standard_en: Help = ""
    needed_if: Condition = {}


class Duties(Part):
    """岗位分离. That who decides neither accepted nor proposed nor issues is the law's, and stands in no item."""

    receiver_reviews: bool = False  # who accepted it may also propose what is decided
    reviewer_issues: bool = False  # who proposed may also make the result


class Quota(Part):
    """数量限制 that is counted: in each round so many are granted, and no more (cases/rules/quota.py).

    :ivar by: order – of those who fulfil the conditions whoever was accepted first (行政许可法 57 条); draw – by lot, once a
        round has closed. :ivar carried: whoever was not drawn takes part in the next round, instead of being refused.
    """

    by: Literal["order", "draw"]
    carried: bool = False


class Stated(Part):
    """What else the national list has of an item, in words; "" where nothing is stated."""

    basis_zh: Help = ""  # 设定依据
    basis_en: Help = ""
    quantity_zh: Help = ""  # 数量限制
    quantity_en: Help = ""
    intermediary_zh: Help = ""  # 中介服务
    intermediary_en: Help = ""
    bodies_zh: Help = ""  # 联办机构
    bodies_en: Help = ""
    advice_zh: Help = ""  # 咨询方式
    advice_en: Help = ""
    complaints_zh: Help = ""  # 监督投诉
    complaints_en: Help = ""
    # Left out of documents where there is none, as blanks are.
    limits_zh: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""  # 时限依据
    limits_en: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""
    scene_zh: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""  # 必须现场办理原因
    scene_en: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""
    payment_zh: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""  # 网上支付
    payment_en: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""
    courier_zh: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""  # 物流快递
    courier_en: Annotated[Help, Bounds(exclude_if=_is_blank)] = ""
    # 复议机关, where it is another than the department's
    reconsider_zh: Annotated[Body, Bounds(exclude_if=_is_blank)] = ""
    reconsider_en: Annotated[Body, Bounds(exclude_if=_is_blank)] = ""
    court_zh: Annotated[Body, Bounds(exclude_if=_is_blank)] = ""
    court_en: Annotated[Body, Bounds(exclude_if=_is_blank)] = ""


class Faq(Part):
    """常见问题: `text`: the question."""

    text_zh: Name
    text_en: Name
    answer_zh: Words
    answer_en: Words


class Handling(Part):
    questions: Annotated[tuple[Question, ...], Bounds(max_length=30)] = ()
    situations: Annotated[tuple[Situation, ...], Bounds(max_length=60)] = ()
    conditions: Annotated[tuple[Clause, ...], Bounds(max_length=60)] = ()
    materials: Annotated[tuple[Paper, ...], Bounds(max_length=100)] = ()
    fields: Annotated[tuple[Field, ...], Bounds(max_length=150)] = ()
    where: Where = Where()
    appointment: Appointment = "advised"
    fee: Fee | None = None
    limits: Limits
    result: Result
    instant: bool = False  # 即办: the window may decide
    joint: bool = False  # several bodies decide together
    minutes: Annotated[float, Bounds(gt=0, le=24 * 60)] | None = None  # typical, at the window
    by_rule: ByRule | None = None
    wait_minutes: Annotated[int, Bounds(ge=1, le=8 * 60)] | None = None  # 立等可取: ready so soon after it was received
    seasons: Annotated[tuple[Season, ...], Bounds(max_length=12)] = ()  # 受理时段; none: all year
    stated: Stated = Stated()
    handling_items: Annotated[tuple[HandlingItem, ...], Bounds(max_length=40)] = ()  # none: as the item itself
    # Left out of documents where there is none, as blanks are.
    flow: Annotated[tuple[Stage, ...], Bounds(max_length=20, exclude_if=_is_empty)] = ()  # none: the general flow
    duties: Annotated[Duties, Bounds(exclude_if=_is_usual)] = Duties()
    # 实名等级: how whoever sends it online has to be known; what is handed in at a window is seen there.
    online_level: Annotated[OnlineLevel, Bounds(exclude_if=_is_declared)] = "declared"
    faq: Annotated[tuple[Faq, ...], Bounds(max_length=60, exclude_if=_is_empty)] = ()
    quota: Annotated[Quota | None, Bounds(exclude_if=_is_none)] = None  # none: whoever fulfils the conditions has it


class Element(Part):
    """An entry of the data dictionary, as far as rules ask: `source_precedence` says where its value is taken from, the best
    source first, separated by `;` (library;applicant)."""

    code: Code
    name_zh: Name
    type: FieldType
    source_precedence: str
    checks: str = ""  # separated by ; – see rules/checks.py

    @property
    def listed_checks(self) -> tuple[Check, ...]:
        return listed(self.checks)

    @property
    def from_library(self) -> bool:
        return self.source_precedence.startswith("library")

    @property
    def kept(self) -> bool:
        """Whether what was said in a case that was granted is known from then on (一表一库)."""
        return "earlier" in self.source_precedence.split(";")
