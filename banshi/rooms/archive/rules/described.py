"""What a package says of its case, as JSON and as XML after the terms of GB/T 42727-2023: the same facts, sorted."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

# Our name → the element in XML.
TERMS = {
    "fonds": "立档单位名称", "fonds_code": "立档单位代码", "hall": "办理地点", "item": "事项名称", "task_code": "实施编码",
    "catalog_code": "基本编码", "item_version": "事项版本", "case_no": "办件编号", "case_kind": "办件类型", "applicant": "申请人",
    "received_at": "收件时间", "accepted_at": "受理时间", "decided_at": "决定时间", "closed_at": "办结时间",
    "phase": "办结状态", "outcome": "办理结果", "keep_years": "保管期限", "chain": "过程信息校验值",
}  # fmt: skip


# List of a package → what stands in it.
LISTS = {
    "events": "办理过程", "papers": "文书", "materials": "申请材料", "certificates": "电子证照",
    "consents": "同意及使用记录", "ratings": "评价、差评工单及处理结果", "complaints": "投诉及答复",
    "opinions": "审查意见", "procedures": "特殊程序及结果", "extensions": "延长审批", "consultations": "征求意见及答复",
    "site_visits": "现场勘查",
    "rule_runs": "规则判定", "notices": "一次性告知", "obligations": "容缺承诺", "promise_checks": "承诺核查",
    "handovers": "物料流转", "fees": "收费、缴费、减免、退费",
}  # fmt: skip


def as_json(said: Any) -> bytes:
    return (json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def as_xml(said: dict[str, Any]) -> bytes:
    """:param said: by the names in TERMS; what is not known is an empty element."""
    root = ElementTree.Element("归档信息包")
    for name, term in TERMS.items():
        value = said.get(name)
        ElementTree.SubElement(root, term, {"name": name}).text = "" if value is None else str(value)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
