"""One word per state: said in foundation/states.py, and by nobody else in words of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

from banshi.foundation import states
from banshi.foundation.words import words
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking.models import Appointment
from banshi.rooms.library.rules import CERTIFICATE, UPLOAD
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets.models import STATES as TICKET_STATES
from banshi.rooms.tickets.queries import ENDED_BY_THE_DAY
from banshi.rooms.tickets.rules import OUTCOMES

ROOT = Path(__file__).resolve().parent.parent.parent
# What was said for “the hall is closed” before there was one word; whole texts, not parts of sentences.
OTHERWISE = "现在不开|现在不开放|不开放|不开|未开门|暂未开|没有开放|现在不办理|关门|已关门|休息中|闭厅中|今天不开门"


def texts():
    for path in sorted(ROOT.glob("banshi/**/locale/zh_Hans/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if message.id:
                    yield path.relative_to(ROOT), message


def of_constraint(model, name):
    constraint = next(each for each in model._meta.constraints if each.name == name)
    return set(re.findall(r"'(\w+)'", str(constraint.condition)))


@pytest.mark.parametrize(
    ("of", "known"),
    [
        ("ticket", set(TICKET_STATES)),
        (
            "appointment",
            of_constraint(Appointment, "appointment_state_is_known") - {"state__in"}
            | {"no_number", "no_show_forgiven", "not_reached", "number_over", "refused"},
        ),
        ("message", of_constraint(Message, "message_state_is_known") - {"state__in"}),
        (
            "waiting",
            {
                "waiting",
                "offered",
                "taken",
                "lapsed",
                "left",
                "closed",
                "reopened",
                "handed",
                "over",
                "unbooked",
                "list_off",
            },  # fmt: skip
        ),
        ("task", {"open", "answered", "appealed", "settled"}),
        ("outcome", set(OUTCOMES) | set(ENDED_BY_THE_DAY.values())),
        ("upload", set(UPLOAD.states)),
        ("certificate", set(CERTIFICATE.states)),
        ("window", {"idle", "called", "serving", "paused", "emergency", "closed"}),
    ],
)
def test_every_state_has_its_word_in_both_languages(of, known):
    assert set(states.STATES[of]) == known
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said = [states.word(of, state) for state in known]
        assert len(set(said)) == len(said)
        assert [word for word in said if word.isascii() != (language == "en")] == []


def test_a_closed_hall_has_one_word():
    found = [(str(path), message.id) for path, message in texts() if message.string in OTHERWISE.split("|")]

    assert found == []


def test_no_page_branches_over_states_to_translate_their_names():
    names = {str(word[0]) for table in states.STATES.values() for word in table.values()}
    branch = re.compile(
        r"""(?:state|status|health) == ["']\w+["'] %\}(?:<[^>]*>)?"""
        r"""\{% translate "([^"]+)"[^%]*%\}(?:</\w+>)?\{%"""
    )
    found = [
        (str(path.relative_to(ROOT)), text)
        for path in sorted((ROOT / "banshi").rglob("templates/**/*.html"))
        for text in branch.findall(path.read_text(encoding="utf-8"))
        if text.capitalize() in names
    ]

    assert found == []


def test_a_refusal_says_the_word_of_a_state_and_not_its_code():
    refusal = Refusal("wrong-state", {"state": "no_show", "needs": ["booked", "checked_in"]})

    with translation.override("zh-hans"):
        detail = words(refusal)[1]
        channels = words(Refusal("channel-not-allowed", {"channels": ["phone", "staff"]}))[1]

    assert detail == "现在是“失约”；“已约、已签到”时才能这样做。"
    assert ("电话" in channels, "工作人员" in channels, "staff" in channels) == (True, True, False)
