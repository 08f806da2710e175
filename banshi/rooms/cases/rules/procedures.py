"""特殊程序 by code: what may stop the clock (行政许可法 45 条; codes after A.7 with the law's own list)."""

from __future__ import annotations

from banshi.rooms.catalogue.rules.handling import PERMIT

SITE_VISIT = "site_visit"
PROCEDURES: dict[str, tuple[str, str]] = {
    "hearing": ("听证", "Hearing"),
    "bidding": ("招标", "Bidding"),
    "auction": ("拍卖", "Auction"),
    "inspection": ("检验", "Inspection"),
    "testing": ("检测", "Testing"),
    "quarantine": ("检疫", "Quarantine"),
    "appraisal": ("鉴定", "Appraisal"),
    "expert_review": ("专家评审", "Expert review"),
    "site_visit": ("现场勘查", "On-site visit"),
    "publication": ("公示", "Public notice"),
}
OUTSIDE_LAW = ("site_visit", "publication")  # Art. 45 names neither: of a permit they are held while the clock runs


def stops_clock(kind: str, *, item_type: str) -> bool:
    """Whether a procedure's time is not counted. Of permits the law's list is closed; other matters follow their own rules."""
    return kind in PROCEDURES and (item_type != PERMIT or kind not in OUTSIDE_LAW)


def stopping(item_type: str) -> dict[str, tuple[str, str]]:
    """Those that stop the clock of a matter of this type."""
    return {kind: names for kind, names in PROCEDURES.items() if stops_clock(kind, item_type=item_type)}
