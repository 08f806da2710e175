"""Everything a person sees exists in Chinese: each msgid in Python and templates has a translation in some catalogue."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent.parent
# Position of the message among the arguments of a call; where there is one before it, that is its context.
CALLS = dict.fromkeys(("gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "_"), 0)
CALLS |= dict.fromkeys(("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"), 1)
CONTEXT = re.compile(r"""context\s+(?:"([^"]*)"|'([^']*)')""")
ARGUMENT = re.compile(r"""_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*\)""")
BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b([^%]*)%\}(.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.S)
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
ENTRY = re.compile(r'^(?:msgctxt (".*(?:\n".*)*)\n)?msgid (".*(?:\n".*)*)', re.M)
PLAIN_TAG = re.compile(
    r"""\{%\s*(?:translate|trans)\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')((?:"[^"]*"|'[^']*'|[^%"'])*)%\}"""
)
# Names of things and deeds that are the same thing wherever they are said.
UNIVERSAL = {
    "%(n)s h", "%(n)s min", "(optional)", ", ", "Actions", "Advice only", "Appeal", "Appointments", "Auditor", "Back", "Day",
    "E-mail", "Evaluator", "Hall", "Halls", "ID number", "Kiosk", "Large type", "Matter", "Matters", "Missed", "Mobile number",
    "My account", "Not allowed", "Note", "Nothing found", "Now", "One moment", "Papers missing", "Pause", "Reference", "SMS",
    "Show", "Sign in", "Special", "Time", "WeChat", "Why", "Window", "Window display", "about %(time)s", "every matter",
    "right away",
}  # fmt: skip
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
PLURAL = re.compile(r"\{%\s*plural\s*%\}")


Said = tuple[str, str]  # context, message


def catalogue() -> dict[Said, str]:
    known: dict[Said, str] = {}
    for path in ROOT.glob("banshi/**/locale/zh_Hans/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if message.id:
                    msgid = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
                    text = message.string[0] if isinstance(message.string, (list, tuple)) else message.string
                    if text and not message.fuzzy:
                        known[message.context or "", msgid] = text
    return known


def said_in_python(path: Path) -> set[Said]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in CALLS and len(node.args) > CALLS[name]:
                said = [each.value for each in node.args[: CALLS[name] + 1] if isinstance(each, ast.Constant)]
                if len(said) == CALLS[name] + 1:
                    found.add((str(said[0]) if CALLS[name] else "", str(said[-1])))
    return found


def said_in_template(path: Path) -> set[Said]:
    text = path.read_text(encoding="utf-8")
    found = {(context_in(rest), a or b) for a, b, rest in PLAIN_TAG.findall(text)}
    found |= {("", a or b) for a, b in ARGUMENT.findall(text)}
    for options, body in BLOCK.findall(text):
        singular = PLURAL.split(body)[0]
        words = VARIABLE.sub(lambda m: f"%({m[1]})s", singular.replace("%", "%%") if "{{" not in singular else singular)
        trimmed = " ".join(line.strip() for line in words.splitlines()).strip()
        found.add((context_in(options), trimmed if "trimmed" in options else words))
    return {(context, message.replace('\\"', '"')) for context, message in found}


def context_in(options: str) -> str:
    named = CONTEXT.search(options)
    return (named[1] or named[2]) if named else ""


def test_everything_said_is_said_in_chinese():
    known = catalogue()
    missing: dict[str, set[Said]] = {}
    for path in sorted([*ROOT.glob("banshi/**/*.py"), *ROOT.glob("banshi/**/templates/**/*.html")]):
        if "migrations" not in path.parts:
            said = said_in_template(path) if path.suffix == ".html" else said_in_python(path)
            lost = {each for each in said if each[1].strip() and each not in known}
            if lost:
                missing[str(path.relative_to(ROOT))] = lost

    assert missing == {}


def said_twice(path: Path) -> list[str]:
    """Messages (with their context) that a .po file defines more than once: `msgfmt` rejects such a file."""
    defined = ENTRY.findall(path.read_text(encoding="utf-8"))
    messages = Counter("\x04".join("".join(QUOTED.findall(part)) for part in entry) for entry in defined)
    return [message for message, times in messages.items() if times > 1]


def test_no_message_is_translated_twice_in_one_catalogue():
    twice = {path: said_twice(path) for path in sorted(ROOT.glob("banshi/**/locale/*/LC_MESSAGES/*.po"))}

    assert twice
    assert {str(path.relative_to(ROOT)): messages for path, messages in twice.items() if messages} == {}


def test_a_message_said_twice_is_found_also_over_lines_and_apart_from_other_contexts(tmp_path: Path):
    po = tmp_path / "django.po"
    po.write_text(
        'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n\nmsgid ""\n"One "\n"two"\nmsgstr "a"\n'
        'msgctxt "desk"\nmsgid "Go"\nmsgstr "b"\n\nmsgid "Go"\nmsgstr "c"\n\n#, python-format\nmsgid "One two"\nmsgstr "d"\n'
    )

    assert said_twice(po) == ["\x04One two"]


def said_without_context(path: Path) -> set[str]:
    if path.suffix == ".html":
        text = path.read_text(encoding="utf-8")
        tags = {a or b for a, b, rest in PLAIN_TAG.findall(text) if "context" not in rest}
        return tags | {a or b for a, b in ARGUMENT.findall(text)}
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in {"gettext", "gettext_lazy", "_"} and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found


def room_of(path: Path) -> str:
    """The room or surface a file stands in; `foundation` and `config` are one each."""
    parts = path.relative_to(ROOT / "banshi").parts
    return "/".join(parts[:2]) if parts[0] in ("rooms", "frames", "surfaces") else parts[0]


def test_a_short_word_without_context_is_said_on_one_surface_only():
    said: dict[str, set[str]] = {}
    for path in [*ROOT.glob("banshi/**/*.py"), *ROOT.glob("banshi/**/templates/**/*.html")]:
        if "migrations" not in path.parts:
            for text in said_without_context(path):
                if len(text.split()) <= 2:
                    said.setdefault(text, set()).add(room_of(path))

    shared = {text: sorted(rooms) for text, rooms in said.items() if len(rooms) > 1 and text not in UNIVERSAL}
    assert shared == {}  # give each meaning its context: "Confirm" a number is not "Confirm" a code
    assert {text for text in UNIVERSAL if len(said.get(text, ())) < 2} == set()


def test_catalogues_do_not_say_one_message_in_two_ways():
    chinese: dict[tuple[str, str], set[str]] = {}
    for path in ROOT.glob("banshi/**/locale/zh_Hans/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if message.id:
                    msgid = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
                    chinese.setdefault((message.context or "", msgid), set()).add(str(message.string))

    assert {message: texts for message, texts in chinese.items() if len(texts) > 1} == {}


def test_translations_keep_their_placeholders():
    wrong = {}
    for (_context, msgid), text in catalogue().items():
        for pattern in (r"%\(\w+\)[sd]", r"(?<!\{)\{\w+\}(?!\})"):
            if set(re.findall(pattern, text)) - set(re.findall(pattern, msgid)):
                wrong[msgid] = text

    assert wrong == {}
