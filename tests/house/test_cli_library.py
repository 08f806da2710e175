"""`banshi library import`: an authority's list as certificates, a report, and exit codes that a script can rely on."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from banshi.cli import main
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.identity.models import Person
from banshi.rooms.library.models import Certificate
from banshi.rooms.library.queries import certificates_of
from tests.together import together
from tests.town import TUESDAY_NINE, Town

ID = generate_resident_id("441900", date(1985, 6, 6), 71)
HEAD = "holder,id_number,uscc,type,number,name,issuer,issued_on,valid_until,status"


def row(
    number: str = "K1", issued: str = "2024-05-01", until: str = "2034-05-01", status: str = "valid", **more: str
) -> str:
    said = {"holder": "李小明", "id_number": ID, "uscc": ""} | more
    head = [said["holder"], said["id_number"], said["uscc"]]
    return ",".join([*head, "driving-licence", number, "驾驶证", "公安局", issued, until, status])


def csv_of(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows, ""]).encode()


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django is set up already, on the tests' database."""
    monkeypatch.setattr("banshi.cli.ground.django", lambda data=None: None)


def run(tmp_path: Path, content: bytes, *more: str) -> Any:
    (tmp_path / "list.csv").write_bytes(content)
    return CliRunner().invoke(main, ["library", "import", str(tmp_path / "list.csv"), "--source", "police", *more])


def results(done: Any) -> list[str]:
    return [each["result"] for each in json.loads(done.stdout)["certificates"]]


def test_a_list_is_entered_once_renewed_and_ended(town: Town, tmp_path: Path) -> None:
    first = run(tmp_path, csv_of(row()), "--json")
    again = run(tmp_path, csv_of(row()))
    newer = run(tmp_path, csv_of(row(issued="2026-01-01", until="长期")), "--json")
    older = run(tmp_path, csv_of(row()), "--json")
    ended = run(tmp_path, csv_of(row(status="吊销")), "--json")

    assert [results(each) for each in (first, newer, older, ended)] == [["new"], ["newer"], ["refused"], ["ended"]]
    assert (first.exit_code, again.exit_code, older.exit_code, ended.exit_code) == (0, 0, 3, 0)
    assert again.output == "1 certificates: 0 new, 0 newer, 1 unchanged, 0 ended, 0 refused\n"
    person = Person.objects.order_by("-id")[0]
    assert certificates_of(person_id=person.pk) == []
    assert list(Certificate.objects.order_by("id").values_list("status", "source")) == [("ended", "import:police")] * 2


def test_a_row_that_is_wrong_says_why_and_the_others_come(town: Town, tmp_path: Path) -> None:
    bad = [row("A", issued="soon"), row("B", until="2020-01-01"), row("C", id_number="123"), row("D", status="lost")]

    done = run(tmp_path, csv_of(*bad, row("E"), row("F", uscc="91441900MA4W1234X1")), "--json")

    said = json.loads(done.stdout)["certificates"]
    assert (done.exit_code, [each["result"] for each in said]) == (3, ["refused"] * 4 + ["new", "refused"])
    assert [each["why"]["field"] for each in said if each["why"]] == [
        "issued_on",
        "valid_until",
        "",
        "status",
        "id_number",
    ]
    assert Certificate.objects.get().number == "E"
    assert ID not in done.output


@pytest.mark.parametrize(
    "content",
    [
        csv_of(row()) + b'"half a cell',
        csv_of(row()) + b"one,two\n",
        b"\xff\xfe\xff",
        b"",
        b'{"type": "driving-licence", "number": "K1"}\n{"type": "dri',
        b"number only\nK1\n",
    ],
)
def test_a_file_that_is_cut_short_is_not_taken_at_all(town: Town, tmp_path: Path, content: bytes) -> None:
    done = run(tmp_path, content)

    assert (done.exit_code, Certificate.objects.count()) == (2, 0)
    assert "Nothing of it was taken" in done.output


def test_json_lines_and_chinese_columns_are_read_as_well(town: Town, tmp_path: Path) -> None:
    line = {"holder": "李小明", "id_number": ID, "type": "resident-id", "number": "N1", "name": "身份证", "issuer": "公安局",
            "issued_on": "20240501", "valid_until": None, "trust": "B"}  # fmt: skip
    chinese = "持证主体,持证主体代码,证照类型代码,证照编号,证照名称,证照颁发机构,证照颁发日期\n"
    chinese += f"李小明,{ID},hukou-book,H1,户口簿,公安局,2024/5/1\n"

    done = [run(tmp_path, json.dumps(line).encode(), "--json"), run(tmp_path, chinese.encode("gb18030"), "--json")]

    assert [results(each) for each in done] == [["new"], ["new"]]
    found = {(c.type, c.trust, c.issued_on, c.valid_until) for c in Certificate.objects.order_by("id")}
    assert found == {("resident-id", "B", date(2024, 5, 1), None), ("hukou-book", "A", date(2024, 5, 1), None)}


@pytest.mark.django_db(transaction=True)
def test_two_lists_at_once_leave_one_certificate(committed_town: Any) -> None:
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.library.actions import import_certificates

    content = csv_of(row())

    taken = together(
        3, lambda i: [e.result for e in import_certificates(content, source="import:x", by=SYSTEM, now=TUESDAY_NINE)]
    )

    assert Certificate.objects.count() == 1
    assert sorted(result for each in taken for result in each).count("new") == 1


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_two_lists_say_at_once_is_known_once(committed_town: Any) -> None:
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.catalogue.models import DataElement
    from banshi.rooms.library.actions import import_certificates
    from banshi.rooms.library.models import Fact

    DataElement.objects.create(
        code="job", name_zh="职业", name_en="Job", type="text", sensitivity="personal", source_precedence="library"
    )
    content = f"holder,id_number,element,value,number\n李小明,{ID},job,教师,J1\n".encode()

    taken = together(
        3, lambda i: [e.result for e in import_certificates(content, source="import:x", by=SYSTEM, now=TUESDAY_NINE)]
    )

    assert (Fact.objects.count(), Fact.objects.get().value) == (1, "教师")
    assert sorted(result for each in taken for result in each) == ["new", "unchanged", "unchanged"]


@pytest.mark.django_db(transaction=True)
def test_one_that_is_used_as_its_authority_ends_it_is_used_before_or_not_at_all(committed_town: Any) -> None:
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.refusals import Refused
    from banshi.rooms.library.actions import end_own, import_certificates, use_certificate
    from banshi.rooms.library.queries import uses_of

    list(import_certificates(csv_of(row()), source="import:police", by=SYSTEM, now=TUESDAY_NINE))
    held = Certificate.objects.get()
    asked = {"by": SYSTEM, "now": TUESDAY_NINE}

    def act(i: int) -> Any:
        if i:
            return end_own(ref=held.ref, reason="吊销", sources=["import:police"], **asked)
        return use_certificate(
            ref=held.ref, purpose="licence", subject="case:1", consent=True, person_id=held.person_id, **asked
        )

    used, ended = together(2, act)

    assert ended.status == "ended"
    if isinstance(used, Refused):
        assert (used.slug, uses_of(held.person_id)) == ("wrong-state", [])
    else:
        assert uses_of(held.person_id)[0].ended_at == TUESDAY_NINE


def test_a_key_speaks_for_an_authority_until_it_is_taken_away(town: Town) -> None:
    from banshi.rooms.identity.actions import create_key
    from banshi.rooms.identity.models import ApiKey
    from banshi.rooms.library.queries import authorities_of

    create_key(name="police", scope="manage", hall="town", now=TUESDAY_NINE)
    create_key(name="app", scope="channel", now=TUESDAY_NINE)
    police, app = ApiKey.objects.order_by("id")

    def said(*words: str) -> tuple[int, frozenset[str]]:
        return CliRunner().invoke(main, ["library", "authority", *words]).exit_code, authorities_of(police.pk)

    assert said("police", "--key", str(police.pk)) == (0, {"police"})
    assert said("police", "--key", str(police.pk)) == (0, {"police"})
    assert said("police", "--key", str(app.pk))[0] != 0
    assert said("Police!", "--key", str(police.pk))[0] != 0
    assert said("police", "--key", str(police.pk), "--end") == (0, frozenset())
