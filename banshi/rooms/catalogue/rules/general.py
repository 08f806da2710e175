"""The handling of an item that nobody has modelled yet: what the catalogue says of it, without questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from banshi.rooms.catalogue.rules.handling import (
    LONGEST_WORDS,
    Clause,
    Fee,
    Field,
    Handling,
    Limit,
    Limits,
    Necessity,
    Paper,
    Result,
    Where,
)

FREE = "不收费"
# Materials of the shared list → the type of certificate in the library that stands for one.
_CERTIFICATES = {
    "id-card": "resident-id",
    "hukou-book": "hukou-book",
    "residence-permit": "residence-permit",
    "business-licence": "business-licence",
    "marriage-certificate": "marriage-certificate",
    "divorce-certificate": "divorce-certificate",
    "birth-certificate": "birth-certificate",
    "property-certificate": "real-estate-certificate",
    "disability-certificate": "disability-certificate",
}
# The same by the names that papers bear in lists from elsewhere.
_NAMED = tuple(
    (re.compile(rf"(?:{said})(?:（.*）|\(.*\))?(?:原件|复印件|及复印件|正反面|和|、)*"), certificate)
    for said, certificate in (
        ("(?:申请人|本人|经营者|当事人|个人)?(?:有效)?(?:居民)?身份证(?:件|明)?", "resident-id"),
        ("(?:居民)?户口[簿本]", "hukou-book"),
        ("(?:广东省|居民)?居住证", "residence-permit"),
        ("(?:企业|个体工商户)?营业执照(?:正本|副本)?", "business-licence"),
        ("结婚证(?:书)?", "marriage-certificate"),
        ("离婚证(?:书)?", "divorce-certificate"),
        ("出生医学证明", "birth-certificate"),
        ("不动产权(?:属)?证(?:书)?", "real-estate-certificate"),
        ("残疾人证", "disability-certificate"),
    )
)
# A.1: 01 permits; 05 benefits and 07 confirmations certify; the rest is answered.
_RESULTS = {"01": "licence", "05": "certificate", "07": "certificate"}
FIELDS = tuple(
    Field.model_validate({"group_zh": "申请人", "group_en": "Applicant", **each})
    for each in (
        {"code": "name", "label_zh": "姓名", "label_en": "Name", "type": "name", "element": "person-name"},
        {"code": "phone", "label_zh": "手机号码", "label_en": "Mobile number", "type": "phone", "element": "mobile"},
        {
            "code": "note", "label_zh": "说明", "label_en": "Note", "type": "text", "required": False, "longest": 500,
        },
    )
)  # fmt: skip

# Also of those whose card is in no library: 卖方身份证. What is asked for together with a card is no card.
_IDENTITY_CARD = re.compile(r"(?:[^、和及与]|、(?=.*或))*身份证(?:件)?(?:原件|正反面)?(?:（.*）|\(.*\))?")


def certificate_named(name: str) -> str:
    """The type of certificate in the library that stands for a paper of this name; "" where none does."""
    plain = "".join(name.split())
    return next((certificate for said, certificate in _NAMED if said.fullmatch(plain)), "")


def identity_card_named(name: str) -> bool:
    """Whether a paper of this name is somebody's identity card – the seller's, an agent's, a spouse's – and nothing besides."""
    return _IDENTITY_CARD.fullmatch("".join(name.split())) is not None


def result_kind(item_type: str) -> str:
    return _RESULTS.get(item_type, "reply")


def general(item: Mapping[str, Any], materials: Iterable[Mapping[str, Any]]) -> Handling:
    """:param item: its columns, as a version's document holds them. :param materials: its materials, likewise."""
    return Handling(
        conditions=_conditions(item),
        materials=tuple(_paper(each) for each in materials),
        fields=FIELDS,
        where=Where(window=True, online=bool({"2", "3"} & set(item["handling_forms"].split(";")))),
        fee=_fee(item),
        limits=Limits(promised=Limit(value=item["promised_days"]), statutory=Limit(value=item["statutory_days"])),
        result=Result(
            kind=result_kind(item["item_type"]),  # type: ignore[arg-type]
            name_zh=item["result_zh"] or "办理结果",
            name_en=item["result_en"] or "Result",
        ),
        instant=item["case_kind"] == "1",
        minutes=item["handling_minutes"] or None,
    )


def _conditions(item: Mapping[str, Any]) -> tuple[Clause, ...]:
    zh, en = (item[f"acceptance_condition_{each}"][:LONGEST_WORDS] for each in ("zh", "en"))
    return (Clause(text_zh=zh, text_en=en or zh),) if zh else ()


def _fee(item: Mapping[str, Any]) -> Fee | None:
    zh, en = item["fee_zh"], item["fee_en"]
    return Fee(text_zh=zh, text_en=en or zh) if zh and zh != FREE else None


def _paper(material: Mapping[str, Any]) -> Paper:
    certificate = _CERTIFICATES.get(material["code"]) or certificate_named(material["name_zh"])
    return Paper(
        code=material["code"],
        name_zh=material["name_zh"],
        name_en=material["name_en"] or material["name_zh"],
        necessity=material["necessity"] if material["necessity"] in get_args(Necessity) else "required",
        originals=material["originals"],
        copies=material["copies"],
        channels=("paper", "scan", "upload", "library") if certificate else ("paper", "scan", "upload"),
        satisfied_by=(certificate,) if certificate else (),
        accept_zh=material["note_zh"],
        accept_en=material["note_en"],
    )
