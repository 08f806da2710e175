"""What each official paper (文书) says. Official papers are Chinese; the English title stands small beneath.

A paper states what happened, what follows and until when. It invents no office and no seal: who decides on review and which court
are named where they are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True)
class Named:
    """A material or a paper: what about it, or until when."""

    name: str
    why: str = ""
    by: date | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a paper may speak of. What is empty is not spoken of. Days are the hall's; `promised`, `statutory` and
    `days_stopped` are words (“5 个工作日”). `permit`: an 行政许可, whose law says what silence means (Art. 32).
    """

    applicant: str
    item: str
    case_no: str
    on: date
    hall: str = ""
    department: str = ""
    organisation: bool = False
    permit: bool = False
    agent: str = ""
    mandate: str = ""  # by which the agent acts, in words
    guardian: str = ""
    taker: str = ""  # 代领人
    phone: str = ""
    applied_on: date | None = None
    received_on: date | None = None
    counts_from: date | None = None
    accepted_on: date | None = None
    due_notice: date | None = None
    due_supplement: date | None = None
    due_promised: date | None = None
    due_statutory: date | None = None
    due_before: date | None = None  # 法定办结日期 before an extension
    promised_before: date | None = None  # 承诺办结日期 before it
    draw_on: date | None = None  # of what is drawn by lot: the day from which its days run
    due_issue: date | None = None
    promised: str = ""
    statutory: str = ""
    provisional: bool = False
    law_provisional: bool = False  # 法定办结日期
    deemed: bool = False
    materials: tuple[Named, ...] = ()
    missing: tuple[Named, ...] = ()
    apart: tuple[Named, ...] = ()  # papers of the case that are not handed over with the others, each with why
    deferred: tuple[Named, ...] = ()
    ground: str = ""  # 不予受理的情形
    reason: str = ""
    law: str = ""
    body: str = ""
    reconsider_at: str = ""
    court: str = ""
    procedure: str = ""
    days_stopped: str = ""
    result: str = ""
    result_en: str = ""  # its English name, below the title of a certificate
    result_no: str = ""
    place: str = ""
    shelf: str = ""
    code: str = ""
    channel: str = ""
    proof: str = ""
    valid_until: date | None = None
    stated: tuple[tuple[str, str], ...] = ()
    granted: tuple[tuple[str, str, str], ...] = ()  # 核定内容: code, label, what it says
    rules: tuple[Named, ...] = ()
    rules_version: str = ""
    fees: tuple[Named, ...] = ()
    amount: str = ""
    pay_by: date | None = None
    paid_how: str = ""
    receipt_no: str = ""
    replaces: str = ""  # 文号 of the notice whose place this one takes
    wait: str = ""
    promise: str = ""  # 告知承诺: what is promised, what was told of it, what follows where it is not so
    duty: str = ""
    untrue: str = ""
    refused: bool = False  # 送达回执 of a refusal
    at_once: bool = False  # 即办: settled while the person stands there; no day is promised


@dataclass(frozen=True)
class PaperWords:
    """The words of one paper, from top to bottom. `list_head`: over the columns of `listed` (no, name, why)."""

    title: str = ""
    to: str = ""
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    list_head: tuple[str, str] = ("材料", "说明")
    listed: tuple[tuple[str, str, str], ...] = ()
    remedy: str = ""
    signs: tuple[str, ...] = ()
    foot: str = ""


def day_words(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def day_said(words: str) -> date:
    """The day that `day_words` wrote so."""
    year, month, day = (int(each) for each in re.findall(r"\d+", words))
    return date(year, month, day)


def _day(day: date | None) -> str:
    return day_words(day) if day else ""


def _by(day: date | None) -> str:
    """“在…前”: the day itself counts."""
    return f"最迟于 {day_words(day)}" if day else ""


def _you(facts: Facts) -> str:
    return "你单位" if facts.organisation else "你"


def _asked(facts: Facts) -> str:
    on = facts.applied_on or facts.received_on
    when = f"于 {day_words(on)}" if on else ""
    return f"{_you(facts)}{when}提出的“{facts.item}”申请"


def _head(facts: Facts) -> tuple[tuple[str, str], ...]:
    agent = (("经办人" if facts.organisation else "代理人", facts.agent),) if facts.agent else ()
    mandate = (("授权委托", facts.mandate),) if facts.agent and facts.mandate else ()
    guardian = (("监护人", facts.guardian),) if facts.guardian else ()
    return (
        ("办件编号", facts.case_no),
        ("办理事项", facts.item),
        ("申请人", facts.applicant),
        *guardian,
        *agent,
        *mandate,
    )


def _listed(named: tuple[Named, ...]) -> tuple[tuple[str, str, str], ...]:
    told = (" ".join(part for part in (each.why, _by(each.by)) if part) for each in named)
    return tuple((str(no), each.name, why) for no, (each, why) in enumerate(zip(named, told, strict=True), start=1))


def _due(day: date | None, span: str, *, provisional: bool) -> str:
    if day is None:
        return span
    return f"{day_words(day)}{f'（{span}）' if span else ''}{'，暂定' if provisional else ''}"


AT_ONCE = "当场办结"


def _dues(facts: Facts) -> tuple[tuple[str, str], ...]:
    if facts.at_once:
        return (("办结时限", AT_ONCE),)
    return (
        *_begins(facts),
        ("承诺办结日期", _due(facts.due_promised, facts.promised, provisional=facts.provisional)),
        ("法定办结日期", _due(facts.due_statutory, facts.statutory, provisional=facts.law_provisional)),
    )


def _begins(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Of what is drawn by lot: without it the dates would seem to count from the acceptance."""
    return (("期限起算", f"摇号日 {day_words(facts.draw_on)}"),) if facts.draw_on else ()


DRAWN = "名额经公开摇号确定，办理期限自摇号日起算，等待摇号的时间不计入。"


def _why(facts: Facts) -> tuple[str, ...]:
    """Reason and basis, each a paragraph of its own."""
    return tuple(f"{head}：{_ended(text)}" for head, text in (("理由", facts.reason), ("依据", facts.law)) if text)


def _ended(text: str) -> str:
    return text if text.rstrip().endswith(tuple("。！？；：.!?")) else f"{text.rstrip()}。"


PROVISIONAL = "暂定的日期跨入放假安排尚未公布的年份，公布后重新计算；推迟的，另行告知。"


def _remedy(facts: Facts, paper: str) -> str:
    """行政复议法 (2023) Art. 20: sixty days; 行政诉讼法 Art. 46: six months. Both count from when one knows, here: gets it."""
    reviewed_by = f"向{facts.reconsider_at}" if facts.reconsider_at else "依法"
    court = facts.court or "有管辖权的人民法院"
    return (
        f"不服本{paper}的，可以自收到之日起六十日内{reviewed_by}申请行政复议（《中华人民共和国行政复议法》第二十条），"
        f"也可以自收到之日起六个月内直接向{court}提起行政诉讼（《中华人民共和国行政诉讼法》第四十六条）。"
    )


def _submission_receipt(facts: Facts) -> PaperWords:
    due = f"预审意见{_by(facts.due_notice)}给出。" if facts.due_notice else ""
    return PaperWords(
        paragraphs=(f"{_asked(facts)}已收到。{due}", "本回执只证明已经提交，是否受理以受理通知书为准。"),
        rows=(*_head(facts), ("提交日期", _day(facts.received_on))),
        listed=_listed(facts.materials),
    )


def _pre_review_opinion(facts: Facts) -> PaperWords:
    if facts.missing:
        opinion = "经预审，下列内容需要更换、更正或者补充，已经一次列全。改好后重新提交，其他内容不必再交、再填。"
    else:
        opinion = "经预审，材料齐全，符合要求。可以到窗口交验原件，或者按告知的方式投递。"
    return PaperWords(
        title="" if facts.missing else "预审通过通知",
        paragraphs=(f"{_asked(facts)}，{opinion}", f"{'预审意见' if facts.missing else '预审通过'}不代替受理决定。"),
        rows=_head(facts),
        list_head=("材料或者填写的内容", "要改的地方"),
        listed=_listed(facts.missing),
    )


def _silence(facts: Facts) -> str:
    """What it means that nobody says anything in time: the law says it of permits, and of nothing else."""
    law = "《中华人民共和国行政许可法》第三十二条"
    return f"逾期不告知的，视为受理，自收到材料之日起算（{law}）。" if facts.permit else ""


def _receipt(facts: Facts) -> PaperWords:
    until = "当场" if facts.at_once else _by(facts.due_notice)
    due = f"材料不齐全或者不符合要求的，{until}一次告知。{_silence(facts)}" if facts.due_notice else ""
    return PaperWords(
        paragraphs=(f"{_you(facts)}为办理“{facts.item}”提交的下列材料已收到。{due}", "本回执不代替受理决定。"),
        rows=(
            *_head(facts),
            ("收到日期", _day(facts.received_on)),
            *([("期限起算", _day(facts.counts_from))] if facts.counts_from else []),
            *([("立等可取", facts.wait)] if facts.wait else []),
            *([("办结时限", AT_ONCE)] if facts.at_once else []),
        ),
        list_head=("材料", "份数与形式"),
        listed=_listed(facts.materials),
        signs=("申请人（经办人）", "收件人"),
    )


def _one_time_notice(facts: Facts) -> PaperWords:
    until = f"补正{_by(facts.due_supplement)}，补正时间不计入办理期限。" if facts.due_supplement else ""
    after = "到期没有补正的，本次申请终止，可以重新申请。" if facts.due_supplement else ""
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}，材料不齐全或者不符合要求。需要补正的全部内容如下，一次告知。",
            f"{until}{after}",
            *_why(facts),
        ),
        rows=_head(facts),
        list_head=("材料", "需要补正的内容"),
        listed=_listed(facts.missing),
        signs=("申请人（经办人）", "告知人"),
    )


def _mended(facts: Facts) -> str:
    left = "、".join(each.name for each in facts.missing)
    return f"补正告知书列出的{left}还没有交来。" if left else "补正告知书列出的内容已经齐全。"


def _supplement_receipt(facts: Facts) -> PaperWords:
    return PaperWords(
        paragraphs=(
            f"{_you(facts)}为办理“{facts.item}”补正的下列材料已收到，{_mended(facts)}",
            f"是否受理，{_by(facts.due_notice)}通知。{_silence(facts)}" if facts.due_notice else "是否受理，另行通知。",
        ),
        rows=(*_head(facts), ("补正日期", _day(facts.received_on))),
        list_head=("材料", "份数与形式"),
        listed=_listed(facts.materials),
        signs=("申请人（经办人）", "收件人"),
    )


def _non_acceptance(facts: Facts) -> PaperWords:
    elsewhere = f"该申请可以向{facts.body}提出。" if facts.body else ""
    return PaperWords(
        paragraphs=(f"{_asked(facts)}，决定不予受理。", *_why(facts), elsewhere),
        rows=(*_head(facts), *([("不予受理的情形", facts.ground)] if facts.ground else [])),
        remedy=_remedy(facts, "决定"),
    )


def _acceptance(facts: Facts) -> PaperWords:
    since = f"自 {day_words(facts.accepted_on)}起" if facts.accepted_on else "决定"
    if facts.deemed:
        basis = f"（{facts.law}）" if facts.law else ""
        said = f"期限内没有告知需要补正的内容，自收到材料之日起即为受理{basis}。"
    elif facts.deferred:
        said = f"主要材料齐全，{since}受理。下列材料经{_you(facts)}承诺后补（容缺受理）。"
    else:
        said = f"材料齐全，符合要求，{since}受理。"
    has_days = not facts.at_once and bool(facts.due_promised or facts.due_statutory)
    promise = f"{_you(facts)}承诺在列出的日期前补交；补齐前不作批准决定，到期没有补交的，另行告知如何处理。"
    return PaperWords(
        title="容缺受理通知书" if facts.deferred else "",
        paragraphs=(
            f"{_asked(facts)}，{said}",
            promise if facts.deferred else "",
            DRAWN if facts.draw_on and has_days else "",
            "节假日和依法不计入期限的时间除外。" if has_days else "",
            PROVISIONAL if (facts.provisional or facts.law_provisional) and has_days else "",
        ),
        rows=(*_head(facts), ("受理日期", _day(facts.accepted_on)), *_dues(facts)),
        list_head=("容缺后补的材料", "补交期限"),
        listed=_listed(facts.deferred),
        signs=("承诺人（申请人）", "受理人") if facts.deferred else (),
    )


def _deferral_receipt(facts: Facts) -> PaperWords:
    left = "其余容缺后补的材料，仍按承诺的日期补交：" if facts.deferred else "容缺后补的材料已经补齐。"
    rest = "；".join(f"{each.name}，{_by(each.by)}" for each in facts.deferred)
    return PaperWords(
        paragraphs=(
            f"{_you(facts)}为办理“{facts.item}”容缺后补的下列材料已收到，符合要求。",
            f"{left}{_ended(rest)}" if rest else left,
        ),
        rows=(*_head(facts), ("补齐日期", _day(facts.received_on))),
        listed=_listed(facts.materials),
    )


def _deferral_overdue(facts: Facts) -> PaperWords:
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}已经容缺受理。{_you(facts)}承诺后补的下列材料，到期没有收到。",
            "补齐前不作批准决定。作出决定前仍可以补交；到决定时还没有补交的，不予批准。",
        ),
        rows=(*_head(facts), ("受理日期", _day(facts.accepted_on)), *_dues(facts)),
        list_head=("没有补交的材料", "承诺的期限"),
        listed=_listed(facts.deferred),
    )


def _handover_slip(facts: Facts) -> PaperWords:
    """What is on paper is counted by two people; files and certificates go with the case by themselves. What was given back, or
    lies elsewhere, is not handed over, and the slip says so."""
    if not facts.materials:
        said = "没有材料随办件移交。"
    elif any("份" in each.why for each in facts.materials):
        said = "下列材料已经移交，纸质材料已经当面点清。"
    else:
        said = "下列材料都是电子材料，随办件移交，没有纸质材料。"
    apart = "；".join(f"{each.name}，{each.why}" for each in facts.apart)
    return PaperWords(
        paragraphs=(said, *((f"不在本次移交之列：{apart}。",) if apart else ())),
        rows=(*_head(facts), ("移交方", facts.hall), ("接收方", facts.department)),
        list_head=("材料", "份数与形式"),
        listed=_listed(facts.materials),
        signs=("移交人", "接收人"),
    )


def _special_procedure(facts: Facts) -> PaperWords:
    needed = f"所需时间为{facts.days_stopped}，" if facts.days_stopped else "所需时间"
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}，依法需要进行{facts.procedure or '特殊程序'}，{needed}不计入办理期限。",
            "结束后恢复计算，新的办结日期另行告知。",
            *((f"依据：{_ended(facts.reason)}",) if facts.reason else ()),
        ),
        rows=(*_head(facts), ("程序", facts.procedure), ("所需时间", facts.days_stopped)),
    )


def _extension(facts: Facts) -> PaperWords:
    longer = f"办理期限延长{facts.days_stopped}" if facts.days_stopped else "延长办理期限"
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}，不能在原定期限内办结。经本机关负责人批准，{longer}。",
            *_why(facts),
            PROVISIONAL if facts.provisional or facts.law_provisional else "",
        ),
        rows=(
            *_head(facts),
            *_begins(facts),
            *_moved(facts),
        ),
    )


def _moved(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Both days of a case, each by its name, before and after: one alone would be taken for the other."""
    promised, statutory = (facts.promised_before, facts.due_promised), (facts.due_before, facts.due_statutory)
    kinds = [("法定办结日期", *statutory, facts.law_provisional)]
    if promised != statutory:  # where only the law sets one, there is no promise
        kinds.insert(0, ("承诺办结日期", *promised, facts.provisional))
    return tuple(
        (label, f"{f'原 {day_words(before)}，' if before else ''}延长后 {_due(after, '', provisional=moves)}")
        for label, before, after, moves in kinds
        if after
    )


def _grant(facts: Facts) -> PaperWords:
    decided = "准予行政许可" if facts.permit else "予以批准"
    issued = f"{facts.result or '结果'}{_by(facts.due_issue)}颁发、送达。" if facts.due_issue else ""
    if facts.amount:
        issued = f"本事项收费 {facts.amount} 元，见缴费通知书。颁发、送达的期限自缴费之日起算。"
    return PaperWords(
        paragraphs=(f"{_asked(facts)}，经审查符合条件，决定{decided}。", *_why(facts), issued),
        rows=(
            *_head(facts),
            ("受理日期", _day(facts.accepted_on)),
            ("结果", facts.result),
            *_granted(facts),
        ),
        remedy=_remedy(facts, "决定"),
    )


def _granted(facts: Facts) -> tuple[tuple[str, str], ...]:
    return tuple((label, said) for _, label, said in facts.granted)


def _rule_trace(facts: Facts) -> PaperWords:
    """规则判定记录: each rule that was asked, and that it held. Rules never refuse."""
    version = f"（{facts.rules_version}）" if facts.rules_version else ""
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}，按该事项公布的审批规则{version}判定，下列规则全部成立，当场决定，没有人工审批。",
            "规则只用来批准；有一条不成立，就由人来看。",
        ),
        rows=(*_head(facts), ("判定日期", day_words(facts.on)), ("结果", facts.result)),
        list_head=("审批规则", "判定"),
        listed=_listed(facts.rules),
    )


def _payment_notice(facts: Facts) -> PaperWords:
    """缴费通知书: what is owed, on which basis, until when; who does not pay on the day loses nothing by itself."""
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}已经批准，需要缴费 {facts.amount} 元，{_by(facts.pay_by)}缴清。",
            f"{facts.result or '结果'}自缴费之日起制作，颁发、送达的期限自缴费之日起算。",
            "可以到窗口缴；网上办件页面有缴费入口的，也可以在网上缴。符合减免条件的，向窗口提出。",
            *([f"此前的缴费通知书（{facts.replaces}）作废，以本通知书为准。"] if facts.replaces else []),
        ),
        rows=(
            *_head(facts),
            ("应缴金额", f"{facts.amount} 元"),
            ("缴费期限", _day(facts.pay_by)),
            ("缴费地点", facts.place),
        ),
        list_head=("收费项目", "金额与依据"),
        listed=_listed(facts.fees),
    )


def _fee_receipt(facts: Facts) -> PaperWords:
    return PaperWords(
        paragraphs=(f"{_you(facts)}为办理“{facts.item}”缴纳的费用已经收到。",),
        rows=(
            *_head(facts),
            ("收据编号", facts.receipt_no),
            ("实收金额", f"{facts.amount} 元"),
            ("缴费方式", facts.paid_how),
            ("缴费日期", day_words(facts.on)),
        ),
        list_head=("收费项目", "金额与依据"),
        listed=_listed(facts.fees),
    )


def _refusal(facts: Facts) -> PaperWords:
    decided = "不予行政许可" if facts.permit else "不予批准"
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}，经审查，决定{decided}。",
            *_why(facts),
            f"本决定书{_by(facts.due_issue)}送达。" if facts.due_issue else "",
        ),
        rows=(*_head(facts), ("受理日期", _day(facts.accepted_on))),
        remedy=_remedy(facts, "决定"),
    )


def _pickup_notice(facts: Facts) -> PaperWords:
    return PaperWords(
        paragraphs=(
            f"{_you(facts)}申请的“{facts.item}”已经办好，{facts.result or '结果'}可以领取。",
            "领取时出示取件码或者有效身份证件。代领的，另带委托书和代领人的身份证件。",
        ),
        rows=(
            *_head(facts),
            ("领取的内容", facts.result),
            ("取件码", facts.code),
            ("领取地点", facts.place),
            ("存放位置", facts.shelf),
        ),
    )


def _delivery_receipt(facts: Facts) -> PaperWords:
    return PaperWords(
        paragraphs=(
            "下列文书、证照已经送达。",
            "申请行政复议、提起行政诉讼的期限，自送达之日起算。" if facts.refused else "",
        ),
        rows=(
            *_head(facts),
            ("送达方式", facts.channel),
            ("送达地点", facts.place),
            ("送达日期", day_words(facts.on)),
            ("代领人", facts.taker),
            ("核验方式", facts.proof),
        ),
        list_head=("文书、证照", "编号"),
        listed=_listed(facts.materials),
        signs=("受送达人", "送达人"),
    )


def _to_fetch(facts: Facts) -> str:
    """Papers that the hall still has: where and when they are fetched. Their receipt is signed then."""
    if not facts.materials:
        return ""
    hall = facts.hall or "本大厅"
    where = f"（{facts.place}）" if facts.place else ""
    asked = f"，电话 {facts.phone}" if facts.phone else ""
    return f"下列材料由{hall}保管，可以在办公时间凭有效身份证件到{hall}{where}领回，领回时签收{asked}。"


def _withdrawal(facts: Facts) -> PaperWords:
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}，已按{_you(facts)}的要求撤回，不再办理。",
            _to_fetch(facts),
            "撤回不影响以后重新申请。",
            *_why(facts),
        ),
        rows=(*_head(facts), ("撤回日期", day_words(facts.on))),
        list_head=("可以领回的材料", "份数与形式"),
        listed=_listed(facts.materials),
    )


def _termination(facts: Facts) -> PaperWords:
    return PaperWords(
        paragraphs=(f"{_asked(facts)}，决定终止办理。", *_why(facts), _to_fetch(facts), "条件具备后，可以重新申请。"),
        rows=_head(facts),
        list_head=("可以领回的材料", "份数与形式"),
        listed=_listed(facts.materials),
        remedy=_remedy(facts, "决定"),
    )


def _lapse_notice(facts: Facts) -> PaperWords:
    """终止通知: nobody decides anything; the day that was told has gone by."""
    until = f"应当{_by(facts.due_supplement)}补正的材料" if facts.due_supplement else "要补正的材料"
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}，{until}没有收到，补正期限已经届满，本次申请终止。",
            _to_fetch(facts),
            "材料备齐后，可以重新申请。",
        ),
        rows=(*_head(facts), ("终止日期", day_words(facts.on))),
        list_head=("可以领回的材料", "份数与形式"),
        listed=_listed(facts.materials),
        remedy=_remedy(facts, "通知"),
    )


def _commitment(facts: Facts) -> PaperWords:
    """告知承诺书 (国办发〔2020〕42号): what the authority tells, and what the applicant promises, on one sheet."""
    what = "、".join(each.name for each in facts.materials)
    told = (("告知", facts.duty), ("不实承诺的责任", facts.untrue), ("承诺", facts.promise))
    return PaperWords(
        paragraphs=(
            f"办理“{facts.item}”需要{what or '证明材料'}。可以提交这份材料，也可以选择告知承诺：签署本承诺书，不再提交。",
            *(f"{head}：{_ended(text)}" for head, text in told if text),
            "承诺人已经知晓上述告知的全部内容，承诺的内容真实，愿意承担不实承诺的法律责任。办结后由本机关核查。",
        ),
        rows=(*_head(facts), ("以承诺代替的材料", what), ("承诺日期", day_words(facts.on))),
        signs=("承诺人（申请人）", "告知人"),
    )


def _promise_untrue(facts: Facts) -> PaperWords:
    """承诺核查结果告知书: `refused` – it was granted already, and revoking it is proposed; `due_before` – the last
    day on which nothing is promised."""
    what = "、".join(each.name for each in facts.materials) or "证明材料"
    follows = (
        f"本机关将依法决定是否撤销对“{facts.item}”的批准。"
        if facts.refused
        else f"{what}按没有提交处理。决定作出前可以补交这份材料；没有补交的，不予批准。"
    )
    bars = f"至 {day_words(facts.due_before)}（含当天），办事不适用告知承诺。" if facts.due_before else ""
    return PaperWords(
        paragraphs=(f"{_asked(facts)}中，以告知承诺代替{what}。经核查，承诺不实。", *_why(facts), follows, bars),
        rows=(*_head(facts), ("以承诺代替的材料", what), ("情形", facts.ground), ("核查日期", day_words(facts.on))),
        remedy=_remedy(facts, "告知书"),
    )


def _revocation(facts: Facts) -> PaperWords:
    """撤销决定书: what was granted on a promise that is not so (行政许可法 69 条 of permits)."""
    what = "、".join(each.name for each in facts.materials) or "证明材料"
    law = "依照《中华人民共和国行政许可法》第六十九条，" if facts.permit else ""
    return PaperWords(
        paragraphs=(
            f"{_asked(facts)}中，以告知承诺代替{what}，经核查承诺不实。{law}决定撤销对该申请的批准，"
            f"已经发给的{facts.result or '证照'}不再有效。",
            *_why(facts),
        ),
        rows=(
            *_head(facts),
            ("情形", facts.ground),
            ("撤销的文书", facts.result_no),
            ("撤销日期", day_words(facts.on)),
        ),
        remedy=_remedy(facts, "决定"),
    )


def _licence(facts: Facts) -> PaperWords:
    return PaperWords(
        title=facts.result,
        rows=(
            *facts.stated,
            *_granted(facts),
            ("发证日期", day_words(facts.on)),
            ("有效期至", _day(facts.valid_until)),
        ),
    )


SAID: Mapping[str, Callable[[Facts], PaperWords]] = MappingProxyType(
    {
        "submission_receipt": _submission_receipt,
        "pre_review_opinion": _pre_review_opinion,
        "receipt": _receipt,
        "one_time_notice": _one_time_notice,
        "supplement_receipt": _supplement_receipt,
        "non_acceptance": _non_acceptance,
        "acceptance": _acceptance,
        "deferral_receipt": _deferral_receipt,
        "deferral_overdue": _deferral_overdue,
        "handover_slip": _handover_slip,
        "special_procedure": _special_procedure,
        "extension": _extension,
        "grant": _grant,
        "rule_trace": _rule_trace,
        "refusal": _refusal,
        "payment_notice": _payment_notice,
        "fee_receipt": _fee_receipt,
        "pickup_notice": _pickup_notice,
        "delivery_receipt": _delivery_receipt,
        "withdrawal": _withdrawal,
        "termination": _termination,
        "lapse_notice": _lapse_notice,
        "commitment": _commitment,
        "promise_untrue": _promise_untrue,
        "revocation": _revocation,
        "licence": _licence,
    }
)
