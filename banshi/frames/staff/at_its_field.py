"""A refusal stands once: at the field it is about, which gets the focus, or above the page when it is about none.

Every form of the office is covered by the frame, without a line of its own: the form that was sent is found by its address, the
field by its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.utils.html import escape

from banshi.kernel.refusals import Refused

# What rooms call a fact and a form of the office by another name.
CALLED: Mapping[str, tuple[str, ...]] = {
    "id_number": ("id_number", "number"),
    "valid_until": ("until",),
    "limits": ("live_most",),
    "starts_at": ("starts_at", "starts", "from", "from_day"),
    "ends_at": ("ends_at", "ends", "to", "to_day"),
    "document": ("text",),
    "text": ("text", "answer"),
    "persons": ("persons", "most_persons"),
    "items": ("items", "item", "scope"),
    "contact": ("phone",),
    "role": ("what", "role"),
    "doc_type": ("id_type",),
}
# Refusals that can only be about one field, whoever says them.
ALWAYS: Mapping[str, str] = {"identity-invalid": "id_number", "phone-invalid": "phone"}


def field_of(refused: Refused) -> str | None:
    """The field a refusal is about, by the name its room gave it."""
    named = refused.facts.get("field") or ALWAYS.get(refused.slug)
    return named if isinstance(named, str) else None


def names_of(said: str) -> tuple[str, ...]:
    return CALLED.get(said, (said,))


@dataclass
class Control:
    """One field of the form, and where its error is written."""

    name: str
    start: int
    end: int
    before: int  # where the error goes
    details: tuple[int, ...]  # the folded parts it lies in, by where their tags end


@dataclass
class Form:
    action: str
    method: str
    act: str | None = None
    controls: list[Control] = field(default_factory=list)


class _Forms(HTMLParser):
    """The forms of a page with their fields, by place in the text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._form: Form | None = None
        self._details: list[int] = []
        self._around: dict[str, int] = {}  # label: where it begins; fieldset: where its legend ends
        self.feed(text)
        self.close()

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said, at = dict(attrs), self._at()
        end = at + len(self.get_starttag_text() or "")
        if tag == "form":
            self._form = Form(said.get("action") or "", (said.get("method") or "get").lower())
            self.forms.append(self._form)
        elif tag == "details":
            self._details.append(end)
        elif tag == "label":
            self._around["label"] = at
        elif tag == "fieldset":
            self._around.pop("legend", None)
        elif tag in ("input", "select", "textarea") and self._form is not None:
            self._control(tag, said, at, end)

    def _control(self, tag: str, said: dict[str, str | None], at: int, end: int) -> None:
        kind, name = said.get("type") or "", said.get("name") or ""
        form = self._form
        if form is None:
            return
        if kind == "hidden":
            form.act = said.get("value") if name == "act" else form.act
            return
        before = at
        if kind in ("checkbox", "radio"):
            before = self._around.get("legend", self._around.get("label", at))
        form.controls.append(Control(name, at, end, before, tuple(self._details)))

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "details" and self._details:
            self._details.pop()
        elif tag == "label":
            self._around.pop("label", None)
        elif tag == "legend":
            self._around["legend"] = self._at() + len("</legend>")
        elif tag == "fieldset":
            self._around.pop("legend", None)


def _meant(text: str, path: str, act: str | None, method: str, names: tuple[str, ...]) -> Control | None:
    """The field in the form that was sent."""
    here = ("", path)
    sent = [form for form in _Forms(text).forms if form.method == method and _bare(form.action) in here]
    sent.sort(key=lambda form: (form.act != act, form.action == ""))  # the very form first
    by_name = {
        name: control for form in reversed(sent) for control in reversed(form.controls) for name in [control.name]
    }
    return next((by_name[name] for name in names if name in by_name), None)


def placed(
    text: str, said: str, sentence: str, *, path: str, act: str | None = None, method: str = "post"
) -> str | None:
    """The page with the sentence at its field, focused; None where the sent form has no such field to see."""
    found = _meant(text, path, act, method, names_of(said))
    if found is None:
        return None
    error = f'<span class="error" id="refused-here" role="alert">{escape(sentence)}</span>'
    marked = _marked(text[found.start : found.end])
    opened = [(end - 1, end - 1, " open") for end in found.details]
    pieces = sorted(
        [*opened, (found.before, found.before, error), (found.start, found.end, marked)], key=lambda each: each[:2]
    )
    done, last = [], 0
    for start, end, new in pieces:
        done += [text[last:start], new]
        last = end
    return "".join([*done, text[last:]])


def _bare(address: str) -> str:
    return address.partition("#")[0].partition("?")[0]


DESCRIBED = re.compile(r' aria-describedby="([^"]*)"')


def _marked(tag: str) -> str:
    """The field's tag as wrong, described by the error too, and where the page begins."""
    kept = DESCRIBED.search(tag)
    described = f"{kept[1]} refused-here" if kept else "refused-here"
    plain = DESCRIBED.sub(
        "", tag.replace(' autofocus=""', "").replace(" autofocus", "").replace(' aria-invalid="true"', "")
    )
    end = 2 if plain.endswith("/>") else 1
    return f'{plain[:-end]} aria-describedby="{described}" aria-invalid="true" autofocus{plain[-end:]}'
