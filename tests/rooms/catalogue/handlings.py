"""A small handling to ask, as a document; tests change one thing of it."""

from __future__ import annotations

from typing import Any

from banshi.rooms.catalogue.rules.handling import Element, Handling

ELEMENTS = (
    Element(code="person-name", name_zh="姓名", type="name", source_precedence="library;applicant"),
    Element(code="mobile", name_zh="手机号码", type="phone", source_precedence="applicant"),
)
GROUP = {"group_zh": "申请人", "group_en": "Applicant"}


def option(code: str) -> dict[str, Any]:
    return {"id": code, "text_zh": f"选{code}", "text_en": f"Option {code}"}


def question(code: str, *options: str, **more: Any) -> dict[str, Any]:
    return {"id": code, "text_zh": "问", "text_en": "Question", "options": [option(o) for o in options], **more}


def paper(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name_zh": f"材料{code}", "name_en": f"Paper {code}", "originals": 1, **more}


def field(code: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "label_zh": f"栏{code}", "label_en": f"Field {code}", "type": kind, **GROUP, **more}


def document(**more: Any) -> dict[str, Any]:
    """A shop: own or rented – then with a lease –, by oneself or by an agent."""
    return {
        "questions": [
            question("premises", "own", "rented"),
            question("lease", "long", "short", asked_if={"eq": ["premises", "rented"]}),
            question("agent", "self", "agent"),
        ],
        "situations": [
            {"id": "rented", "name_zh": "租的", "name_en": "Rented", "when": {"eq": ["premises", "rented"]}},
            {"id": "own", "name_zh": "自有", "name_en": "Own"},
        ],
        "conditions": [
            {"text_zh": "合法", "text_en": "Lawful"},
            {"text_zh": "租期够", "text_en": "Long enough", "needed_if": {"eq": ["lease", "short"]}},
        ],
        "materials": [
            paper("form"),
            paper("card", channels=["paper", "library"], satisfied_by=["resident-id"]),
            paper("contract", necessity="deferrable", needed_if={"known": "lease"}),
            paper("letter", needed_if={"eq": ["agent", "agent"]}),
        ],
        "fields": [
            field("owner", "name", element="person-name"),
            field("phone", "phone", element="mobile"),
            field("rent", "money", least=1, show_if={"eq": ["premises", "rented"]}),
            field("staff", "number", required=False, least=0, most=10),
            field("rooms", "text", longest=5, show_if={"ge": ["staff", 3]}),
        ],
        "where": {"window": True, "online": True},
        "fee": {"amount": "10.00", "text_zh": "工本费", "text_en": "Fee", "needed_if": {"eq": ["agent", "agent"]}},
        "limits": {"promised": {"value": 1}, "statutory": {"value": 15}},
        "result": {"kind": "licence", "name_zh": "执照", "name_en": "Licence", "certificate_type": "business-licence"},
        "minutes": 12,
        **more,
    }


def handling(**more: Any) -> Handling:
    return Handling.model_validate(document(**more))
