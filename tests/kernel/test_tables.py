from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from banshi.kernel.tables import TableError, day_of, read
from banshi.kernel.working_days import DayInfo, rows_from_table

NATIONAL = "日期,类型,名称\n2027/2/6,放假,春节\n2027年2月14日,上班,春节\n"
READ = [
    DayInfo(date(2027, 2, 6), "restday", "春节", "春节"),
    DayInfo(date(2027, 2, 14), "workday", "春节", "春节"),
]


def workbook(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        NATIONAL.encode(),
        NATIONAL.encode("utf-8-sig"),
        NATIONAL.encode("gbk"),
        NATIONAL.encode("gb18030"),
        NATIONAL.encode("utf-16"),
        NATIONAL.replace(",", "\t").encode("utf-16"),  # Excel: Unicode text
        NATIONAL.replace(",", "\t").encode("gbk"),
        NATIONAL.replace(",", ";").encode("utf-8-sig"),
        NATIONAL.replace("\n", "\r\n").encode("gbk"),
        (NATIONAL + "\n,,\n").encode(),  # empty lines at the end
        NATIONAL.replace("2027/2/6", "46424").encode(),  # a date that Excel kept as its serial
        NATIONAL.replace("2027/2/6", " 2027-02-06 ").encode(),
        workbook(["日期", "类型", "名称"], [datetime(2027, 2, 6), "放假", "春节"], ["2027年2月14日", "上班", "春节"]),
        workbook(["日期", "类型", "名称"], [46424, "放假", "春节"], [None, None, None], [46432.0, "上班", "春节"]),
    ],
)
def test_a_table_is_read_however_excel_saved_it(content):
    assert rows_from_table(content) == READ


def test_a_day_keeps_the_number_of_its_notice():
    content = "日期,类型,名称,文号\n2027/2/6,放假,春节,国办发明电〔2026〕9号\n2027年2月14日,上班,春节,\n".encode()

    assert [each.notice for each in rows_from_table(content)] == ["国办发明电〔2026〕9号", ""]


@pytest.mark.parametrize("notice", ["国" * 61, "国办\u202e发明电"])
def test_a_notice_that_cannot_be_kept_or_read_is_refused_with_its_row(notice):
    with pytest.raises(TableError, match="row 2, column 文号"):
        rows_from_table(f"日期,类型,名称,文号\n2027/2/6,放假,春节,{notice}\n".encode())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-02-06", date(2027, 2, 6)),
        ("2027/2/6", date(2027, 2, 6)),
        ("2027.2.6", date(2027, 2, 6)),
        ("2027年2月6日", date(2027, 2, 6)),
        ("２０２７年２月６日", date(2027, 2, 6)),
        ("2027年2月6", date(2027, 2, 6)),
        ("20270206", date(2027, 2, 6)),
        ("2027-02-06 00:00:00", date(2027, 2, 6)),
        ("46424", date(2027, 2, 6)),
        ("46424.0", date(2027, 2, 6)),
        ("44927", date(2023, 1, 1)),
    ],
)
def test_a_day_is_understood_as_people_and_spreadsheets_write_it(text, day):
    assert day_of(text) == day


@pytest.mark.parametrize("text", ["", "2027-02-30", "6/2/2027", "2027-02-06 08:30", "soon", "4642", "2027/13/1"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError):
        day_of(text)


def test_everything_that_is_wrong_is_named_by_row_and_column_and_nothing_is_returned():
    content = "日期,类型,名称\n2027/2/30,放假,春节\n2027/2/6,过节,春节\n2027/2/7,放假,\n2027/2/8,放假,春节\n".encode(
        "gbk"
    )

    with pytest.raises(TableError) as refused:
        rows_from_table(content)

    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "row 2, column 日期",
        "row 3, column 类型",
        "row 4, column 名称",
    ]
    assert "2027/2/30" in refused.value.problems[0]


def test_a_day_that_stands_twice_is_named_with_both_rows():
    with pytest.raises(TableError, match="row 3, column 日期: 2027-02-06 stands in row 2 already"):
        rows_from_table("日期,类型,名称\n2027/2/6,放假,春节\n2027-02-06,上班,春节\n".encode())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the table is empty"),
        (b"\n\n", "the table is empty"),
        (b"day,day,kind\n1,2,3\n", "the column day stands twice"),
        (b"day,kind\n2027-01-01,restday,x,y\n", "row 2 has more cells than there are columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "this is a workbook of the old kind (.xls); save it as .xlsx or CSV"),
        (b"PK\x03\x04 broken", "this workbook cannot be opened"),
        (b"\xff\xff\xff\xff", "the text is neither UTF-8 nor GBK; save it as CSV UTF-8"),
    ],
)
def test_a_file_that_is_no_table_says_what_to_do(content, sentence):
    with pytest.raises(TableError) as refused:
        read(content)

    assert str(refused.value) == sentence


def test_a_missing_column_is_named_once():
    with pytest.raises(TableError) as refused:
        rows_from_table("日期,名称\n2027/2/6,春节\n2027/2/7,春节\n".encode())

    assert refused.value.problems == ("there is no column kind",)


def test_a_long_list_of_mistakes_is_cut_and_counted():
    lines = "".join(f"2027/2/{day},放假,春节\n" for day in range(30, 45))

    with pytest.raises(TableError) as refused:
        rows_from_table(f"日期,类型,名称\n{lines}".encode())

    assert len(refused.value.problems) == 15
    assert str(refused.value).endswith("; and 5 more")
