"""The official papers (文书) of a case: their kinds, their numbers, and what the typesetter takes.

The set is that of Foshan's DB4406/T 14-2021, with what comes before (申报, 预审) and after (领取, 证照).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from banshi.rooms.cases.rules.paper_texts import SAID, Facts, Named, PaperWords, day_words

__all__ = ["KINDS", "Facts", "Named", "PaperKind", "PaperWords", "numbered", "sheet", "words"]


@dataclass(frozen=True)
class PaperKind:
    """`number_mark` stands in the paper's number (…受理〔2026〕12 号); `signed_by`: in whose name it goes out."""

    code: str
    title_zh: str
    title_en: str
    number_mark: str
    addressed: bool = True
    copies: int = 1
    signed_by: Literal["hall", "department"] = "hall"
    layout: Literal["notice", "certificate"] = "notice"


KINDS: Mapping[str, PaperKind] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            PaperKind("submission_receipt", "申报回执", "Receipt of application", "申报"),
            PaperKind("pre_review_opinion", "预审意见", "Pre-review opinion", "预审"),
            PaperKind("receipt", "接收回执", "Receipt of materials", "接收", copies=2),
            PaperKind("one_time_notice", "补正告知书", "Notice of what is missing", "补正", copies=2),
            PaperKind("supplement_receipt", "补正材料接收回执", "Receipt of supplements", "补收", copies=2),
            PaperKind(
                "non_acceptance", "不予受理通知书", "Notice of non-acceptance", "不受", copies=2, signed_by="department"
            ),
            PaperKind("acceptance", "受理通知书", "Notice of acceptance", "受理", copies=2, signed_by="department"),
            PaperKind(
                "commitment", "告知承诺书", "Promise in place of a paper", "承诺", copies=2, signed_by="department"
            ),
            PaperKind("deferral_receipt", "容缺补齐回执", "Receipt of papers that followed", "容补"),
            PaperKind(
                "deferral_overdue",
                "容缺逾期告知",
                "Notice of papers that did not follow",
                "容逾",
                signed_by="department",
            ),
            PaperKind("handover_slip", "物料流转凭证", "Handover slip", "流转", addressed=False, copies=2),
            PaperKind(
                "special_procedure",
                "特殊程序期限告知书",
                "Notice of time outside the limit",
                "特程",
                signed_by="department",
            ),
            PaperKind("extension", "延长办理期限通知书", "Notice of extension", "延期", signed_by="department"),
            PaperKind("grant", "批准决定书", "Decision to grant", "批准", copies=2, signed_by="department"),
            PaperKind("rule_trace", "规则判定记录", "Record of the rules", "规则", signed_by="department"),
            PaperKind("refusal", "不予批准决定书", "Decision to refuse", "不批", copies=2, signed_by="department"),
            PaperKind("payment_notice", "缴费通知书", "Notice of payment", "缴费", copies=2),
            PaperKind("fee_receipt", "缴费收据", "Receipt of payment", "收据"),
            PaperKind("pickup_notice", "领取通知", "Notice of collection", "领取"),
            PaperKind("delivery_receipt", "送达回执", "Receipt of delivery", "送达", addressed=False),
            PaperKind("withdrawal", "撤回确认", "Confirmation of withdrawal", "撤回"),
            PaperKind(
                "lapse_notice", "终止通知", "Notice that the application has ended", "终知", signed_by="department"
            ),
            PaperKind(
                "promise_untrue",
                "承诺核查结果告知书",
                "Notice of a promise that is not so",
                "承核",
                copies=2,
                signed_by="department",
            ),
            PaperKind("revocation", "撤销决定书", "Decision to revoke", "撤销", copies=2, signed_by="department"),
            PaperKind("termination", "终止决定", "Decision to end the case", "终止", copies=2, signed_by="department"),
            PaperKind(
                "licence", "证照", "Certificate", "证照", addressed=False, signed_by="department", layout="certificate"
            ),
        )
    }
)


HOLDER = "持有人"


def words(kind: str, facts: Facts) -> PaperWords:
    """:raises KeyError: no such kind."""
    known = KINDS[kind]
    said = SAID[kind](facts)
    return replace(
        said,
        title=said.title or known.title_zh,
        to=facts.applicant if known.addressed else "",
        paragraphs=tuple(line.strip() for text in said.paragraphs for line in text.splitlines() if line.strip()),
        rows=tuple((label, value) for label, value in said.rows if value),
        foot=_foot(known, facts),
    )


def sheet(
    kind: str, facts: Facts, *, number: str, verify_url: str, verify_code: str, sealed: bool = False
) -> dict[str, Any]:
    """All that the typesetter takes, as plain JSON: what it says, and what is round it.

    :param sealed: it gets a seal (电子印章), which a copy on paper only shows.
    """
    known, said = KINDS[kind], words(kind, facts)
    label, rows = _holder(facts, said.rows) if known.layout == "certificate" else (HOLDER, said.rows)
    return {
        "layout": known.layout,
        "title": said.title,
        "title_en": (facts.result_en if known.layout == "certificate" else "") or known.title_en,
        "number": number,
        "hall": facts.hall,
        "department": facts.department,
        "holder": facts.applicant,
        "holder_label": label,
        "to": said.to,
        "paragraphs": list(said.paragraphs),
        "rows": [list(row) for row in rows],
        "list_head": list(said.list_head),
        "listed": [list(row) for row in said.listed],
        "remedy": said.remedy,
        "signs": list(said.signs),
        "foot": said.foot,
        "signer": signer_of(kind, facts),
        "on": facts.on.isoformat(),
        "on_words": day_words(facts.on),
        "verify_url": verify_url,
        "verify_code": verify_code,
        "proof": "电子印章见电子文件，打印件以核验结果为准" if sealed else "没有加盖印章，以核验结果为准",
    }


def _holder(facts: Facts, rows: tuple[tuple[str, str], ...]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What the holder is called on a certificate, and what else it says: where its form states the holder's name – as
    经营者姓名 –, that stands at the top, and not twice."""
    label = next((label for label, value in rows if (label, value) in facts.stated and value == facts.applicant), "")
    return label or HOLDER, tuple(row for row in rows if not label or row != (label, facts.applicant))


def signer_of(kind: str, facts: Facts) -> str:
    """In whose name it goes out."""
    signer = facts.hall if KINDS[kind].signed_by == "hall" else facts.department
    return signer or facts.department or facts.hall


def numbered(kind: str, *, year: int, no: int, before: str = "") -> str:
    """The number as GB/T 9704 writes it: the full year in 〔〕, no leading noughts, no 第. `before`: whose numbers these are."""
    return f"{before}{KINDS[kind].number_mark}〔{year}〕{no} 号"


def _foot(kind: PaperKind, facts: Facts) -> str:
    sides = "申请人、本机关" if kind.addressed else "移交方、接收方"
    copies = f"一式两份，{sides}各存一份。" if kind.copies > 1 else ""
    return f"{copies}{f'咨询电话：{facts.phone}。' if facts.phone else ''}"
