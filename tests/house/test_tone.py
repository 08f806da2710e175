"""How the house speaks. Chinese: short and calm, without 请, 您好, 系统. English: whole sentences begin with a capital."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent.parent
HAN = re.compile(r"[\u4e00-\u9fff]")
# Parts of other words: to apply, a request, to invite, to ask for leave.
OTHER_WORDS = re.compile("申请|请求|邀请|请假|操作系统")
SAID_AS_NEEDED = {
    "banshi/surfaces/screens/static/screens/board.js": "the hall's voice calls “请A012号到…”, as halls do",
    "banshi/foundation/static/ui/ui.js": "the same call, in an example",
    "banshi/kernel/search.py": "words people type",
}
ALWAYS_SEVERAL = {"%(n)s people in all"}  # below a list that was cut
ENDS_LIKE_A_SENTENCE = re.compile(r"[.!?]$")


def messages():
    for path in sorted(ROOT.glob("banshi/**/locale/zh_Hans/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if message.id:
                    yield str(path.relative_to(ROOT)), message


def all_forms(text):
    return list(text) if isinstance(text, (list, tuple)) else [text]


def in_python():
    """Every literal with Chinese in it, without docstrings; and every English twin in {"zh": …, "en": …}."""
    for path in sorted((ROOT / "banshi").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if "migrations" in path.parts or "crowd" in path.parts or name in SAID_AS_NEEDED:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                yield name, node.value


def impolite(text):
    return re.findall("请|您|系统", OTHER_WORDS.sub("", text))


def test_chinese_is_said_without_please_hello_and_the_system():
    said = [(path, form) for path, message in messages() for form in all_forms(message.string)]
    said += [(path, text) for path, text in in_python() if HAN.search(text)]
    for path in sorted((ROOT / "banshi").rglob("*")):
        name = str(path.relative_to(ROOT))
        if path.suffix in (".html", ".js") and "crowd" not in path.parts and name not in SAID_AS_NEEDED:
            said.append((name, path.read_text(encoding="utf-8")))

    assert [(path, text[:60]) for path, text in said if impolite(text)] == []


OTHER_DESKS = {
    "服务台": "咨询台",
    "导办台": "咨询台",
    "问讯处": "咨询台",
    "guides' desk": "service desk",
    "help desk": "service desk",
}


def test_the_desk_where_people_ask_has_one_name():
    said = [(path, form) for path, message in messages() for form in all_forms(message.string) + all_forms(message.id)]
    said += list(in_python())
    for path in [*sorted(ROOT.glob("presets/halls/**/*.yaml")), *sorted(ROOT.glob("banshi/**/templates/**/*.html"))]:
        said.append((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")))

    assert [(path, other) for path, text in said for other in OTHER_DESKS if other in text] == []


# Days and weeks to come are 未来…; those behind us 近….
SPAN = "(?:[0-9一二三四五六七八九十两几]+|若干|%\\(\\w+\\)s|\\{\\w+\\}) ?(?:个工作)?[天日周]"
OTHER_SPANS = {
    "接下来的七天 and the like: 未来七天": re.compile(f"(?:接下来|往后|今后|随后)的? ?{SPAN}"),
    "未来 7 天, 未来一周: 未来七天": re.compile("未来 ?(?:7 ?[天日]|一周|1 ?周)"),
    "最近 30 天 and the like: 近 30 天": re.compile(f"(?:最近|过去) ?{SPAN}"),
    "近七天: 近 7 天": re.compile("近七[天日]"),
}


def in_chinese():
    """Whatever is said in Chinese: catalogues, Python, the halls' presets, pages."""
    yield from ((path, form) for path, message in messages() for form in all_forms(message.string))
    yield from ((path, text) for path, text in in_python() if HAN.search(text))
    for path in [*sorted(ROOT.glob("presets/halls/**/*.yaml")), *sorted(ROOT.glob("banshi/**/templates/**/*.html"))]:
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_days_to_come_and_days_past_have_one_word_each():
    wrong = [
        (path, why, m[0])
        for path, text in in_chinese()
        for why, other in OTHER_SPANS.items()
        for m in other.finditer(text)
    ]

    assert wrong == []


def test_the_hours_of_a_hall_are_those_of_the_next_seven_days():
    said = {
        form for _path, message in messages() for form in all_forms(message.string) if "七天" in form or "7 天" in form
    }

    assert said == {"未来七天开放时间", "近 7 天"}


def test_english_sentences_begin_with_a_capital():
    small = [
        (path, form)
        for path, message in messages()
        for form in all_forms(message.id)
        if re.match(r"[a-z]", form) and ENDS_LIKE_A_SENTENCE.search(form) and not form.endswith("…")
    ]

    assert small == []


def test_english_reads_as_english():
    said = [(path, form) for path, message in messages() for form in all_forms(message.id)]

    assert [each for each in said if re.search(r"\bplease\b", each[1], re.I)] == []
    assert [each for each in said if re.search(r"\w\(s\)", each[1])] == []


def test_a_number_has_its_singular_and_its_plural():
    """`%(n)s people` needs an ngettext: one person, two people."""
    plural = re.compile(
        r"^%\(n\)s (?:people|persons|places|windows|minutes|days|appointments|numbers|entries|messages)\b"
    )
    alone = [
        (path, message.id)
        for path, message in messages()
        if isinstance(message.id, str) and plural.match(message.id) and message.id not in ALWAYS_SEVERAL
    ]

    assert alone == []
