"""What stores hand out becomes items of ours: any spelling and wrapping, dirty text, and what cannot be taken says why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from banshi.rooms.catalogue.rules.faults import faults
from banshi.rooms.catalogue.rules.guided import guided
from banshi.rooms.catalogue.rules.handling import Handling
from banshi.rooms.catalogue.rules.item_store import NotTaken, Record, read
from banshi.rooms.catalogue.rules.store_answers import Unreadable
from banshi.rooms.catalogue.rules.store_text import clean, day_of, listed
from tests.rooms.catalogue.stores import CODE, GUID, answer, file, material, numbered, record, upper


def one(content: Any) -> Record:
    (found,) = read(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    assert isinstance(found, Record), found
    return found


def why(content: Any) -> tuple[str, str, str, str]:
    (found,) = read(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    assert isinstance(found, NotTaken)
    return found.why.row, found.why.field, found.why.value, found.why.en


def mended(found: Record) -> set[tuple[str, str]]:
    return {(each.where, each.what) for each in found.mended}


PLAIN = one(file(record())).content_hash
WRAPPED = {
    "upper case": upper(answer(record())),
    "tables alone": record(),
    "data around it": {"data": answer(record())},
    "a list of records": {"data": {"list": [record()]}},
    "a table as its only row": {"CUSTOM": {**record(), "AUDIT_ITEM": record()["AUDIT_ITEM"][0]}},
    "a table wrapped once more": {"CUSTOM": {**record(), "AUDIT_ITEM": {"ROW": record()["AUDIT_ITEM"]}}},
    "text in text": {"data": json.dumps({"CUSTOM": json.dumps(record())})},
    "a table as text": {"CUSTOM": {**record(), "AUDIT_MATERIAL": json.dumps(record()["AUDIT_MATERIAL"])}},
    "deep": {"a": {"b": [{"c": {"d": {"e": [answer(record())]}}}]}},
    "rows inside the item": {
        "AUDIT_ITEM": [{**record()["AUDIT_ITEM"][0], **{n: t for n, t in record().items() if n != "AUDIT_ITEM"}}]
    },
}


@pytest.mark.parametrize("name", WRAPPED)
def test_an_item_says_the_same_however_it_is_wrapped(name: str) -> None:
    assert one(WRAPPED[name]).content_hash == PLAIN


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_a_file_is_read_in_the_encodings_of_offices(encoding: str) -> None:
    found = one(json.dumps(answer(record()), ensure_ascii=False).encode(encoding))

    assert (found.content_hash, ("file", "encoding") in mended(found)) == (PLAIN, encoding == "gb18030")


def test_both_samples_of_provinces_are_read_whole() -> None:
    folder = Path(__file__).parents[2] / "data" / "item-store"
    lower, higher = (one((folder / name).read_bytes()) for name in ("lower.json", "upper.json"))

    assert [len(each.document["handling"]["materials"]) for each in (lower, higher)] == [4, 4]
    assert (lower.version, higher.version) == (3, 4)
    assert [(each.where, each.value, each.kept) for each in higher.unknown] == [
        ("AUDIT_ITEM.project_type", "7", "2"), *CODES_OF_BOTH,
    ]  # fmt: skip
    assert [(each.where, each.value, each.kept) for each in lower.unknown] == CODES_OF_BOTH
    assert lower.document["more"]["link_way"] == "0769—22000000"
    assert (lower.document["more"]["version_date"], higher.document["more"]["version_date"]) == (
        "2026-03-02", "2026-03-05",
    )  # fmt: skip
    for each in (lower, higher):
        handling = Handling.model_validate(each.document["handling"])
        assert [(said.text_zh, said.answer_zh) for said in handling.faq] == [
            ("当天能拿到执照吗？", "材料齐全的当场登记。")
        ]
        assert "qa" not in each.document["more"]
        assert [paper.source for paper in handling.materials] == ["applicant", "government", "applicant", "applicant"]
        assert {paper.issuer_zh for paper in handling.materials} == {""}
        assert (handling.stated.intermediary_zh, handling.stated.courier_en, handling.stated.payment_zh) == (
            "涉及中介服务", "Can be sent by courier", "",
        )  # fmt: skip


CODES_OF_BOTH = [
    ("AUDIT_ITEM_EXTEND.handle_area", "3,4", "text"), ("AUDIT_ITEM_EXTEND.is_intelli_approval", "1", "text"),
    ("AUDIT_ITEM_EXTEND.theme_legal_type", "010", "text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("explained", "source", "issuer", "told"),
    [
        ("公安机关核发", "20", "公安机关", []),
        ("由会计师事务所出具", "10", "由会计师事务所", []),
        ("申请人自备", "10", "", []),
        ("无", "99", "", []),
        ("共享获取", "10", "", [("AUDIT_MATERIAL.source_explain", "共享获取", "left out")]),
    ],
)
def test_where_a_paper_comes_from_is_told_apart_from_what_is_looked_at(
    explained: str, source: str, issuer: str, told: list[tuple[str, str, str]]
) -> None:
    row = material(
        1, "申请书", source_type=source, source_explain=explained, fill_explian="用黑色笔填写", accept_stand="字迹清楚"
    )
    found = one(file({**record(), "AUDIT_MATERIAL": [row]}))
    (paper,) = Handling.model_validate(found.document["handling"]).materials

    assert (paper.issuer_zh, paper.issuer_en, paper.fill_zh, paper.accept_zh) == (
        issuer, issuer, "用黑色笔填写", "字迹清楚",
    )  # fmt: skip
    assert paper.source == {"10": "applicant", "20": "government", "99": "other"}[source]
    assert [(each.where, each.value, each.kept) for each in found.unknown] == told


def test_a_source_that_nobody_knows_is_told() -> None:
    found = one(file({**record(), "AUDIT_MATERIAL": [material(1, "申请书", source_type="55")]}))

    assert found.document["handling"]["materials"][0].get("source", "") == ""
    assert [(each.where, each.value, each.kept) for each in found.unknown] == [("AUDIT_MATERIAL.source_type", "55", "")]


def test_questions_and_answers_come_once_in_order_and_half_ones_stay_beside() -> None:
    asked = [
        {"task_guid": GUID, "question": "<p>2、要预约吗？</p>", "answer": "不用。", "ordernum": 2},
        {"task_guid": GUID, "question": "当天能拿吗？", "answer": "能。", "ordernum": 1},
        {"task_guid": GUID, "question": "当天能拿吗？", "answer": "能。", "ordernum": 3},
        {"task_guid": GUID, "question": "当天能拿吗？", "answer": "不一定。", "ordernum": 4},
        {"task_guid": GUID, "question": "没有回答的", "answer": "无", "ordernum": 5},
    ]
    found = one(file({**record(), "AUDIT_QA": asked}))
    said = Handling.model_validate(found.document["handling"]).faq

    assert [(each.text_zh, each.answer_zh) for each in said] == [("当天能拿吗？", "能。"), ("要预约吗？", "不用。")]
    assert [each.get("answer", "") for each in found.document["more"]["qa"]] == ["不一定。", ""]
    assert [each.value for each in found.unknown] == ["当天能拿吗？", "没有回答的"]


@pytest.mark.parametrize(
    ("result", "years", "told"),
    [
        ({"validity": "5年"}, 5, []),
        ({"valid_years": 3}, 3, []),
        ({"validity": "36个月"}, 3, []),
        ({"validity": "长期有效"}, None, []),
        ({"validity": "18个月"}, None, ["18个月"]),
        ({"validity": "5"}, None, ["5"]),
        ({"validity": "101年"}, None, ["101年"]),
    ],
)
def test_how_long_a_result_holds_comes_in_whole_years_or_is_told(
    result: dict[str, Any], years: int | None, told: list[str]
) -> None:
    found = one(file({**record(), "AUDIT_ITEM_RESULT": [{"task_guid": GUID, "result_name": "营业执照", **result}]}))

    assert found.document["handling"]["result"]["valid_years"] == years
    assert [each.value for each in found.unknown] == told


def test_what_a_fee_and_its_remission_rest_on_comes_with_the_fee() -> None:
    charges = [
        {
            "task_guid": GUID,
            "charge_name": "工本费",
            "charge_standard": "10元",
            "by_law": "某价费〔2015〕1号",
            "desc_law": "低保户免收",
        },
        {"task_guid": GUID, "charge_name": "加急费", "charge_standard": "5元", "by_law": "某价费〔2015〕1号"},
    ]
    handling = _handling({"AUDIT_CHARGE": charges})

    assert handling.fee is not None
    assert handling.fee.basis_zh == "某价费〔2015〕1号\n减免：低保户免收"


def test_several_records_in_one_file_come_in_their_order_with_their_own_papers() -> None:
    second = numbered(2)
    lines = b"\n".join(file(each) for each in (record(), second))
    together = {n: record()[n] + second[n] for n in record()}

    found = [list(read(content)) for content in (file(record(), second), lines, file(together))]

    shapes = [
        [(each.task_code, len(each.document["handling"]["materials"])) for each in one if isinstance(each, Record)]
        for one in found
    ]
    assert shapes == [[(CODE, 3), ("1144190000000000002", 3)]] * 3


DIRTY: list[tuple[Any, str, str]] = [
    ("<p>字迹<b>清楚</b></p>", "字迹清楚", "html"),
    ("&lt;p&gt;字迹&lt;/p&gt;清楚", "字迹\n清楚", "html"),
    ("好<script>alert('x')</script>的", "好的", "html"),
    ("好<img src=x onerror=alert(1)", "好", "html"),
    ("租赁&amp;amp;自有", "租赁&自有", "entities"),
    ("　　由 登记机关", "由 登记机关", "spaces"),
    ("一  二", "一 二", "spaces"),
    ("0769\\u201422000000", "0769—22000000", "escapes"),
    ("零\u200b宽", "零宽", "unseen"),
    ("无", "", "nothing"),
    (" 暂无。", "", "nothing"),
    ("NULL", "", "nothing"),
]


@pytest.mark.parametrize(("dirty", "kept", "what"), DIRTY)
def test_dirty_text_is_mended_and_told(dirty: str, kept: str, what: str) -> None:
    found = one(file(record(link_way=dirty)))

    assert (found.document["more"].get("link_way", ""), ("AUDIT_ITEM.link_way", what) in mended(found)) == (kept, True)


@pytest.mark.parametrize("text", ["面积<100平方米", "a < b & c > d", "2.5米", "1寸照片2张", "A&B公司"])
def test_what_only_looks_like_markup_or_a_list_stays(text: str) -> None:
    assert clean(text) == (text, frozenset())
    assert listed(text) == [text]


def test_no_dirty_text_keeps_a_reader_for_long() -> None:
    for text in ("<" * 30_000, "<!--" * 9_000, "<script>" * 5_000, "&" * 30_000, "1." * 20_000, "\\u" * 20_000):
        assert len(clean(text)[0]) <= 20_000


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (1772409600000, "2026-03-02"), ("1772409600000", "2026-03-02"), (1772380800000, "2026-03-02"),
        ("2026-03-05 00:00:00", "2026-03-05"), ("2026/3/5", "2026-03-05"), ("20260305", "2026-03-05"),
        (1772409600, "2026-03-02"),
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(value: object, day: str) -> None:
    assert str(day_of(value)) == day


@pytest.mark.parametrize("value", ["soon", "2026-02-30", "", 12, "99999999999999999"])
def test_what_is_no_day_is_none(value: object) -> None:
    assert day_of(value) is None


def test_points_of_a_list_are_conditions_without_their_numbers() -> None:
    found = one(file(record(accept_name="（一）年满十八；（二）有住所。<br>三、有资金")))

    assert [each["text_zh"] for each in found.document["handling"]["conditions"]] == ["年满十八", "有住所。", "有资金"]
    assert ("AUDIT_ITEM.accept_name", "numbers") in mended(found)


def test_a_code_that_nobody_knows_is_kept_as_text_and_told_with_its_words() -> None:
    found = one(file(record(task_type="77", task_type_text="其他行政权力", serve_type="1,9")))

    assert [(each.where, each.value, each.kept) for each in found.unknown] == [
        ("AUDIT_ITEM.serve_type", "9", "text"), ("AUDIT_ITEM.task_type", "77 其他行政权力", "10"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field", "value", "said"),
    [
        ({"task_code": ""}, "AUDIT_ITEM.task_code", "", "The code is missing"),
        ({"task_code": "x y"}, "AUDIT_ITEM.task_code", "x y", "This is no code"),
        ({"task_name": "无"}, "AUDIT_ITEM.task_name", "无", "The name is missing"),
        ({"task_version": "三"}, "AUDIT_ITEM.task_version", "三", "The version is no whole number"),
        ({"promise_day": 30}, "AUDIT_ITEM.promise_day", "30 working_day > 15 working_day",
         "Promised later than the law allows"),
        ({"promise_day": "尽快"}, "AUDIT_ITEM.promise_day", "尽快", "The limit is no whole number"),
        ({"promise_day": -1}, "AUDIT_ITEM.promise_day", "-1", "The limit is no whole number"),
        ({"anticipate_day": 99999}, "AUDIT_ITEM.anticipate_day", "99999", "The limit is longer than ten years"),
        ({"task_state": "3"}, "AUDIT_ITEM.task_state", "3", "Cancelled in the store"),
    ],
)  # fmt: skip
def test_an_item_that_cannot_be_taken_says_row_field_and_value(
    changed: dict[str, Any], field: str, value: str, said: str
) -> None:
    assert why(file(record(**changed))) == ("#1 AUDIT_ITEM 1", field, value, said)


def test_a_paper_without_a_name_is_told_with_its_row() -> None:
    spoilt = {**record(), "AUDIT_MATERIAL": [material(1, "申请书"), material(2, "")]}

    assert why(file(spoilt)) == (
        "#1 AUDIT_MATERIAL 2", "AUDIT_MATERIAL.material_name", "", "The name of a paper is missing",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "field", "value"),
    [
        (b"<html><body>502 Bad Gateway</body></html>", "", "502 Bad Gateway"),
        ({"errCode": "404", "errMsg": "未找到匹配的信息"}, "errcode", "404 未找到匹配的信息"),
        ({"STATUS": {"CODE": "99", "TEXT": "超时"}, "CUSTOM": {}}, "STATUS.CODE", "99 超时"),
    ],
)
def test_an_error_instead_of_an_item_is_told(content: Any, field: str, value: str) -> None:
    assert why(content)[1:3] == (field, value)


def test_an_error_page_among_records_keeps_no_other_from_coming() -> None:
    found = list(read(file(record()) + b"\n<html>502</html>\n" + file(numbered(2))))

    assert sorted(type(each).__name__ for each in found) == ["NotTaken", "Record", "Record"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b" \n", b"\xff\xff\xff", b"{}", b"[]", b"[" * 100_000, b'{"a": 1}', b"hello", b'{"v": ' + b"9" * 5000 + b"}",
        file(record())[:-5], file(record())[:400], file(record()) + b"\n" + file(numbered(2))[:-9],
        json.dumps(answer(record())).encode("utf-16")[:-3],
    ],
)  # fmt: skip
def test_a_file_that_is_none_or_breaks_off_gives_nothing(content: bytes) -> None:
    with pytest.raises(Unreadable):
        next(read(content), None)


def test_what_the_library_has_need_not_be_brought() -> None:
    found = one(file(record()))
    papers = {each["name_zh"]: each for each in found.document["handling"]["materials"]}

    assert papers["经营者身份证明"]["satisfied_by"] == ["resident-id"]
    assert papers["经营者身份证明"]["channels"] == ["paper", "scan", "upload", "library"]
    assert papers["登记申请书"]["satisfied_by"] == []
    assert [(papers[name]["originals"], papers[name]["copies"]) for name in papers] == [(1, 0), (1, 0), (0, 1)]


@pytest.mark.parametrize(
    ("limits", "promised", "columns"),
    [
        ({"anticipate_day": 1, "anticipate_type": "3"}, (2, "working_day"), (22, 2)),
        ({"promise_day": 3, "promise_type": "2"}, (3, "day"), (15, 2)),
        ({"promise_day": 2, "promise_type": "9", "promise_type_text": "小时"}, (2, "hour"), (15, 1)),
        ({"promise_day": ""}, (15, "working_day"), (15, 15)),
        ({"promise_day": 0, "project_type": "1"}, (1, "working_day"), (15, 1)),
    ],
)
def test_limits_come_with_their_units_and_lists_show_working_days(
    limits: dict[str, Any], promised: tuple[int, str], columns: tuple[int, int]
) -> None:
    document = one(file(record(**limits))).document

    assert tuple(document["handling"]["limits"]["promised"].values()) == promised
    assert (document["columns"]["statutory_days"], document["columns"]["promised_days"]) == columns


def _handling(tables: dict[str, Any]) -> Handling:
    return Handling.model_validate(one(file({**record(), **tables})).document["handling"])


CONDITIONS = [
    {"rowguid": "c-1", "task_guid": GUID, "condition_name": "自有场所", "ordernum": 1},
    {"rowguid": "c-2", "task_guid": GUID, "condition_name": "租赁场所", "ordernum": 2},
]
TIED = {
    "by ids": [{"condition_guid": "c-2", "material_guid": "paper-3"}],
    "by what stands inside": [{"CONDITION_NAME": "租赁场所", "AUDIT_MATERIAL": [material(3, "经营场所使用文件")]}],
}


@pytest.mark.parametrize("how", TIED)
def test_situations_become_a_question_and_papers_fall_to_its_answers(how: str) -> None:
    handling = _handling({"AUDIT_ITEM_CONDITION": CONDITIONS, "AUDIT_MATERIAL_CONDITION": TIED[how]})
    question = handling.questions[0]
    ends = [guided(handling, {question.id: option.id}) for option in question.options]

    assert [option.text_zh for option in question.options] == ["自有场所", "租赁场所"]
    assert [[paper.name_zh for paper in end.materials] for end in ends] == [
        ["登记申请书", "经营者身份证明"], ["登记申请书", "经营者身份证明", "经营场所使用文件"],
    ]  # fmt: skip
    assert [end.situation.name_zh if end.situation else "" for end in ends] == ["自有场所", "租赁场所"]
    assert faults(handling) == ()


def test_one_situation_alone_asks_nothing() -> None:
    handling = _handling({"AUDIT_ITEM_CONDITION": CONDITIONS[:1]})

    assert (handling.questions, len(handling.materials)) == ((), 3)


def test_the_record_is_kept_as_it_came_and_a_huge_one_is_left_out() -> None:
    small, huge = one(file(record(note="原样 <b>"))), one(file(record(note="x" * 600_000)))

    assert json.loads(small.raw)["AUDIT_ITEM"][0]["note"] == "原样 <b>"
    assert (huge.raw, [each.where for each in huge.unknown]) == ("", ["raw"])
