"""特殊程序 by code: what may stop the clock (行政许可法 45 条; codes after A.7 with the law's own list)."""

from __future__ import annotations

PROCEDURES: dict[str, tuple[str, str]] = {
    "hearing": ("听证", "Hearing"),
    "inspection": ("检验", "Inspection"),
    "testing": ("检测", "Testing"),
    "quarantine": ("检疫", "Quarantine"),
    "appraisal": ("鉴定", "Appraisal"),
    "expert_review": ("专家评审", "Expert review"),
    "site_visit": ("现场勘查", "On-site visit"),
    "publication": ("公示", "Public notice"),
}
