"""Every form of the office with one bad value: the refusal stands at its field, focused, and nowhere else – or once, on top."""

from __future__ import annotations

import html
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse

from banshi.foundation.words import words
from banshi.frames.staff.at_its_field import placed
from banshi.kernel.refusals import Refused
from tests.surfaces.office.editing import manager, office  # noqa: F401 – fixtures
from tests.surfaces.office.test_doors import rows  # noqa: F401 – a fixture

CARD = {"why": "看过身份证", "card_seen": "on"}
ON_TOP = None
OUTAGE = {"day": "2026-03-10", "from": "8:30", "to": "8:50", "why": "停电"}
SHIFT = {"staff": "", "duty": "window", "window": "town-01", "starts": "9:00", "ends": "12:00", "day": "2026-03-11"}
DESKS = {"desks": "2", "starts": "09:00", "ends": "12:00", "category": "", "weekday": "0"}
CLOSING = {
    "from_day": "2026-03-12", "from_time": "9:00", "to_day": "2026-03-12", "to_time": "12:00", "reason_zh": "检修",
}  # fmt: skip
MANDATE = {
    "name": "郑钱花", "id_type": "resident_id", "id_number": "11010119900307123X", "until": "2026-04-01", "paper": "委托书",
}  # fmt: skip
AGENT = {"name": "小镇代办", "phone": "13900000078", "live_most": "3", "day_most": "3", "paper": "执照"}
DEVICE = {"code": "town-kiosk-9", "kind": "kiosk", "name": "九号机"}

# page, what is sent, the field that is wrong
FORMS: list[tuple[str, dict[str, Any], str | None]] = [
    ("paper_make", {"category": "A", "n": "0"}, "n"),
    ("paper_make", {"category": "NOPE", "n": "3"}, "category"),
    ("paper_enter", {**OUTAGE, "day": "gestern"}, "day"),
    ("paper_enter", {**OUTAGE, "from": "früh"}, "from"),
    ("paper_enter", {**OUTAGE, "to": "spät"}, "to"),
    ("paper_enter", {**OUTAGE, "why": ""}, "why"),
    ("paper_enter", {**OUTAGE, "first-A": "eins", "last-A": "3"}, "first-A"),
    ("paper_enter", {**OUTAGE, "first-A": "1", "last-A": "9"}, "first-A"),
    ("paper_enter", {**OUTAGE, "first-A": "1", "last-A": "3", "left-A": "x"}, "left-A"),
    ("paper_enter", {**OUTAGE, "first-A": "1", "last-A": "3", "waiting-A": "x"}, "waiting-A"),
    ("desks_add", {**DESKS, "starts": "früh"}, "starts"),
    ("desks_add", {**DESKS, "ends": "spät"}, "ends"),
    ("desks_add", {**DESKS, "ends": "08:00"}, "ends"),
    ("desks_add", {**DESKS, "desks": "0"}, "desks"),
    ("desks_add", {**DESKS, "category": "NOPE"}, "category"),
    ("desks_add", {**DESKS, "weekday": ""}, "weekday"),
    ("desks_add", {**DESKS, "day": "gestern"}, "day"),
    ("roster_add", SHIFT, "staff"),
    ("roster_add", {**SHIFT, "staff": "clerk", "starts": "früh"}, "starts"),
    ("roster_add", {**SHIFT, "staff": "clerk", "ends": "8:00"}, "ends"),
    ("roster_add", {**SHIFT, "staff": "clerk", "day": ""}, "day"),
    ("roster_add", {**SHIFT, "staff": "clerk", "window": ""}, "window"),
    ("roster_copy", {"week": "2026-03-09", "to": "gestern"}, "to"),
    ("slots_copy", {"day": "2026-03-11", "first": "gestern", "last": "", "act": "copy"}, "first"),
    ("closure_preview", {**CLOSING, "to_time": "8:00"}, "to_day"),
    ("closure_preview", {**CLOSING, "reason_zh": ""}, "reason_zh"),
    ("closure_preview", {**CLOSING, "part": "zone:NOPE"}, "part"),
    ("agent_register", {**AGENT, "name": "\u202e"}, "name"),
    ("agent_register", {**AGENT, "phone": "123"}, "phone"),
    ("agent_register", {**AGENT, "paper": ""}, "paper"),
    ("agent_register", {**AGENT, "live_most": "0"}, "live_most"),
    ("mandate_give", {**MANDATE, "name": ""}, "name"),
    ("mandate_give", {**MANDATE, "id_number": "123"}, "id_number"),
    ("mandate_give", {**MANDATE, "until": "gestern"}, "until"),
    ("mandate_give", {**MANDATE, "until": "2020-01-01"}, "until"),
    ("mandate_give", {**MANDATE, "scope": "some"}, "items"),
    ("mandate_give", {**MANDATE, "paper": ""}, "paper"),
    ("person_name", {**CARD, "name": ""}, "name"),
    ("person_name", {**CARD, "name": "赵铁柱", "why": ""}, "why"),
    ("person_name", {"name": "赵铁柱", "why": "看过"}, "card_seen"),
    ("person_phone", {"phone": "123"}, "phone"),
    ("person_join", {"number": "123", "how": "renewed"}, "number"),
    ("person_join", {"number": "somebody", "how": ""}, "how"),
    ("appointment_cancel", {"side": "hall", "why": ""}, "why"),
    ("appointment_move", {"slot": "", "why": "看错"}, "slot"),
    ("fault_days", {"day": "gestern", "why": "停电", "act": "look"}, "day"),
    ("fault_days", {"day": "2026-03-10", "why": "", "act": "mark"}, "why"),
    ("credit_lift", {"why": ""}, "why"),
    ("credit_forgive", {"why": ""}, "why"),
    ("device_create", {**DEVICE, "code": "Ä"}, "code"),
    ("device_create", {**DEVICE, "name": ""}, "name"),
    ("device_create", {**DEVICE, "kind": "evaluator", "window": ""}, "window"),
    ("device", {"name": ""}, "name"),
    ("guide_give", {"what": ""}, "what"),
    ("guide_check_in", {"code": "NOPE"}, ON_TOP),
    ("template", {"body": "{nope}", "act": "save"}, "body"),
]  # fmt: skip


class Fields(HTMLParser):
    """What a page marks as wrong, and where the focus goes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str | None] = []
        self.focused: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if said.get("aria-invalid") == "true":
            self.wrong.append(said.get("name"))
        if "autofocus" in said:
            self.focused.append(said.get("name"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("name", "sent", "field"), FORMS, ids=[f"{name} {field}" for name, _, field in FORMS])
def test_a_refused_form_says_it_once(rows, office, manager, name, sent, field, language):  # noqa: F811
    manager.cookies["django_language"] = language
    pk = str(office.categories["A"].pk)
    values = {"clerk": office.clerk.pk, "somebody": office.person(3).id_number}
    meant = {key.replace("-A", f"-{pk}"): values.get(value, value) for key, value in sent.items()}
    at = None if field is None else field.replace("-A", f"-{pk}")
    pattern = {**rows, "device": "town-kiosk-1"}
    url = _address(name, pattern)

    answer = manager.post(url, meant)

    page = answer.content.decode()
    refused = answer.context["refused"]
    assert isinstance(refused, Refused)
    sentence = html.escape(_said(refused, language), quote=True)
    fields = Fields(page)
    assert answer.status_code in (404, 409, 422)
    assert page.count(sentence) == 1
    assert (page.count("data-refusal"), page.count("refused-here")) == ((1, 0) if at is None else (0, 2))
    assert fields.wrong == ([] if at is None else [at])
    assert at is None or fields.focused == [at]


def _address(name: str, values: dict[str, Any]) -> str:
    from banshi.surfaces.office import urls

    pattern = next(each for each in urls.urlpatterns if each.name == name)
    return reverse(f"office:{name}", kwargs={each: values[each] for each in pattern.pattern.converters})


def _said(refused: Refused, language: str) -> str:
    from django.utils.translation import override

    with override(language):
        return words(refused.refusal)[1]


PAGE = """<form method="post" action="/a"><input type="hidden" name="act" value="one"><label>x <input name="why"></label></form>
<form method="post" action="/a"><input type="hidden" name="act" value="two">
<details><summary>more</summary><input name="why" aria-describedby="hint"></details>
<fieldset><legend>How</legend><label><input type="radio" name="how" value="1"></label></fieldset></form>"""


def test_of_two_forms_to_one_address_the_one_that_was_sent_is_marked():
    found = placed(PAGE, "why", "<No>", path="/a", act="two") or ""

    assert found.count("refused-here") == 2
    assert (
        '<details open><summary>more</summary><span class="error" id="refused-here" role="alert">&lt;No&gt;</span>'
        '<input name="why" aria-describedby="hint refused-here" aria-invalid="true" autofocus></details>'
    ) in found


def test_an_error_of_a_choice_stands_below_its_legend():
    found = placed(PAGE, "how", "No", path="/a", act="two") or ""

    assert "<legend>How</legend><span" in found


def test_a_field_that_the_page_does_not_show_is_not_found():
    assert placed(PAGE, "nope", "No", path="/a", act="two") is None
    assert placed(PAGE, "act", "No", path="/a", act="two") is None
