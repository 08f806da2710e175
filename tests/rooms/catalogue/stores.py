"""Answers of an item store to import: a small record in either spelling, whole or spoilt in one place."""

from __future__ import annotations

import json
from typing import Any

CODE = "1144190000000000XX4000131128001"
GUID = "00000000-0000-4000-8000-000000000001"


def record(**item: Any) -> dict[str, Any]:
    """The tables of one item; keyword arguments change its own row."""
    row = {
        "rowguid": GUID, "task_code": CODE, "catalog_code": "000131128000", "task_name": "个体工商户登记——设立登记",
        "task_version": 3, "task_state": "1", "is_history": "0", "dept_name": "人社局", "dept_code": "114419000000000000",
        "use_level": "4", "task_type": "01", "serve_type": "1", "project_type": "2", "handle_type": "1,2",
        "accept_name": "1.有经营能力；2.场所真实。", "anticipate_day": 15, "anticipate_type": "1", "promise_day": 2,
        "promise_type": "1", "limit_scene_num": 1, "is_fee": "0",
    }  # fmt: skip
    return {
        "AUDIT_ITEM": [{**row, **item}],
        "AUDIT_ITEM_EXTEND": [{"task_guid": item.get("rowguid", GUID), "result_name": "营业执照", "is_schedule": "1"}],
        "AUDIT_MATERIAL": [
            material(1, "登记申请书", task_guid=item.get("rowguid", GUID)),
            material(2, "经营者身份证明", task_guid=item.get("rowguid", GUID), source_type="20"),
            material(3, "经营场所使用文件", task_guid=item.get("rowguid", GUID), material_type="2", copy_amount=1),
        ],
    }


def material(n: int, name: str, **more: Any) -> dict[str, Any]:
    return {
        "rowguid": f"row-{n}", "task_guid": GUID, "materialid": f"paper-{n}", "material_name": name, "is_need": "1",
        "material_type": "1", "material_form": "3", "original_amount": 0, "copy_amount": 0, "source_type": "10",
        "ordernum": n, "remark": "无", **more,
    }  # fmt: skip


def answer(*records: dict[str, Any]) -> dict[str, Any]:
    return {"STATUS": {"CODE": "00", "TEXT": ""}, "CUSTOM": [*records] if len(records) > 1 else records[0]}


def upper(node: Any) -> Any:
    """The other spelling."""
    if isinstance(node, dict):
        return {name.upper(): upper(value) for name, value in node.items()}
    return [upper(each) for each in node] if isinstance(node, list) else node


def file(*records: dict[str, Any]) -> bytes:
    return json.dumps(answer(*records), ensure_ascii=False).encode()


def numbered(n: int, **item: Any) -> dict[str, Any]:
    """The n-th of many items."""
    return record(rowguid=f"guid-{n}", task_code=f"11441900000000{n:05}", task_name=f"第{n}号事项", **item)


def a_draft(**item: Any) -> Any:
    """What a file of one item becomes; nobody who works here entered it."""
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.catalogue.actions.drafts import import_records
    from banshi.rooms.catalogue.models import ItemDraft
    from tests.town import TUESDAY_NINE

    import_records(file(record(**item)), by=SYSTEM, now=TUESDAY_NINE)
    return ItemDraft.objects.get(task_code=item.get("task_code", CODE), state="draft")
