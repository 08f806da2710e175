"""The trail speaks in sentences: every action that the code records has words, in Chinese and in English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.audit import actions as audit
from banshi.rooms.audit import queries
from banshi.rooms.identity.actions import enrol_organisation
from banshi.rooms.identity.models import Role
from banshi.surfaces.office.deeds import DEEDS, read
from banshi.surfaces.office.words import AUDIT
from tests.town import TUESDAY_NINE

ROOT = Path(__file__).resolve().parent.parent.parent
# Calls whose action is computed; what they may record.
COMPUTED = {
    "banshi/rooms/booking/actions/credit.py": {"upheld", "rejected"},  # row.state of an answered appeal
    "banshi/rooms/booking/actions/slots.py": {"closed", "opened"},
    "banshi/rooms/devices/actions/__init__.py": {"device_registered", "device_renamed", "device_changed"},
    "banshi/journeys/hall/steer.py": set(),  # by its `_record`
    "banshi/rooms/tickets/actions/ground.py": set(),
    "banshi/rooms/catalogue/actions/retiring.py": {
        "asked-to-retire",
        "agreed-to-retire",
        "kept-item",
        "asked-item-back",
        "kept-retired",
        "put-item-back",
    },  # by its `_record`
    "banshi/rooms/catalogue/actions/one_matters.py": set(),  # by its `_record`
    "banshi/rooms/cases/actions/rule_switch.py": set(),  # by its `_record`
    "banshi/rooms/cases/actions/rounds.py": set(),  # by its `_record`
    "banshi/rooms/delivery/actions/parcels.py": set(),  # by its `_record`
    "banshi/rooms/delivery/actions/folders.py": {
        "folder-moved",
        "folder-joined",
        "originals-given",
    },  # by its `_record`
    "banshi/rooms/consulting/actions.py": set(),  # by its `_record`
    "banshi/rooms/remote/actions/ground.py": set(),  # by its `record`
    "banshi/rooms/hotline/actions/ground.py": set(),  # by its `record`
    "banshi/rooms/hotline/actions/phoning.py": set(),  # by its `_record`
    "banshi/rooms/homevisits/actions/ground.py": set(),  # by its `record`
    "banshi/rooms/hooks/actions/keeping.py": set(),  # by its `_record`
}
SQL = re.compile(r"INSERT INTO audit_entry.*?(?=\n\)|\"\"\")", re.S)


def literals(node):
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def recorded():
    """Every action, with the file that records it; and the files whose action cannot be read."""
    found, unread = {}, set()
    for path in sorted((ROOT / "banshi").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if "migrations" in path.parts or "crowd" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                asked = {each.arg: each.value for each in node.keywords}
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called in ("_record", "record") and node.args:  # a room's own short way to record
                    found |= dict.fromkeys(literals(node.args[0]), name)
                if getattr(node.func, "attr", getattr(node.func, "id", "")) != "record" or "action" not in asked:
                    continue
                actions = asked["action"]
                kept = (
                    literals(actions.body) | literals(actions.orelse)
                    if isinstance(actions, ast.IfExp)
                    else literals(actions)
                )
                if not kept and name != "banshi/rooms/audit/actions.py":
                    unread.add(name)
                for action in kept:
                    found[action] = name
        for statement in SQL.findall(text):
            statement = re.sub(r"jsonb_build_object\([^)]*\)", "", statement)
            for action in re.findall(r"'([a-z][a-z_-]{3,})'(?=,| ELSE| END)", statement):
                if action != "system":
                    found[action] = name
    for name, actions in COMPUTED.items():
        found |= dict.fromkeys(actions, name)
    return found, unread


def test_every_action_in_the_code_has_a_sentence_and_a_short_word():
    found, unread = recorded()

    assert unread - set(COMPUTED) == set()
    assert len(found) > 50
    assert {action: name for action, name in found.items() if action not in DEEDS} == {}
    assert {action: name for action, name in found.items() if action not in AUDIT} == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_two_deeds_read_alike(language):
    with translation.override(language):
        sentences = [str(words) for words in DEEDS.values()]

    assert len(set(sentences)) == len(sentences)
    if language == "en":
        assert [text for text in sentences if not re.match(r"%\(|[A-Z]", text)] == []
    else:
        assert [text for text in sentences if text.isascii()] == []


def said(town, action, subject, language="zh-hans", **facts):
    by = Actor(ActorKind.STAFF, str(town.manager.pk))
    audit.record(action=action, subject=subject, by=by, now=TUESDAY_NINE, hall="town", facts=facts)
    with translation.override(language):
        line = read(queries.trail(hall="town", limit=1))[0]
    return line.sentence, " · ".join(line.details)


def test_a_line_names_things_as_people_do(town):
    slot = town.slot()

    assert said(town, "changed-window", "window:town-01", categories=["A", "B"]) == (
        "主任改了 01 号窗口办的业务",
        "业务：社保、户政",
    )
    assert said(town, "closed", f"slot:{slot.pk}") == ("主任停了社保，3月11日 周三 9:00–10:00 的预约", "")
    assert said(town, "gave-role", f"staff:{town.clerk.pk}", role="guide", scope="town") == (
        "主任给了工号一一个角色",
        "范围：小镇大厅 · 角色：导办",
    )
    assert said(town, "looked", f"person:{town.person(1).pk}", why="search")[0] == "主任查看了测** 的个人信息"
    assert said(town, "changed-item", "item:pension", "en", category="A", bookable=True, walk_in=False) == (
        "Manager changed how Pension enrolment is handled",
        "Business: Social security · Bookable",
    )


def test_an_organisation_and_who_acts_for_it_are_named_and_masked(town):
    by = Actor(ActorKind.STAFF, str(town.manager.pk))
    organisation = enrol_organisation(
        uscc="91350100M000100Y43", name="东莞市南城糖水铺有限公司", by=by, now=TUESDAY_NINE
    )
    subject, facts = f"person:{town.person(1).pk}", {"organisation": organisation.pk, "stands": "legal"}

    assert said(town, "organisation-enrolled", f"organisation:{organisation.pk}")[0] == "主任录入了单位东莞****公司"
    assert said(town, "member-authorised", subject, until="2026-12-31", **facts) == (
        "主任登记了测** 代表单位办事",
        "单位：东莞****公司 · 身份：法定代表人 · 至 12月31日 周四",
    )
    assert said(
        town, "member-authorised", subject, **(facts | {"stands": "agent", "items": ["pension"], "fills_only": True})
    )[1] == ("事项：养老保险参保登记 · 单位：东莞****公司 · 身份：经办人 · 只填写")
    assert said(town, "set-department", f"staff:{town.clerk.pk}", department="hrss") == (
        "主任改了工号一的部门",
        "部门：人社局",
    )


def test_what_is_gone_or_unknown_is_still_a_sentence(town):
    assert said(town, "changed-window", "window:gone")[0] == "主任改了一个窗口办的业务"
    assert said(town, "some-new-deed", "thing:1", secret="x") == ("主任改了某项内容", "")


def test_many_lines_cost_as_many_queries_as_few(town, django_assert_max_num_queries):
    by = Actor(ActorKind.STAFF, str(town.manager.pk))
    for _ in range(30):
        audit.record(action="changed-window", subject="window:town-01", by=by, now=TUESDAY_NINE, hall="town")
    rows = queries.trail(hall="town")

    with django_assert_max_num_queries(4):
        read(rows)


def test_the_page_shows_sentences_and_no_codes(town):
    Role.objects.filter(staff=town.manager).update(role="auditor")
    said(town, "quota", f"slot:{town.slot().pk}", **{"from": [3, 0], "to": [5, 0]})
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(town.manager)

    page = client.get(reverse("office:audit", args=["town"])).content.decode()

    assert "主任改了社保，3月11日 周三 9:00–10:00 的号数" in page
    assert "从 公开 3 个，预留 0 个" in page


def test_the_trail_tells_help_from_a_pause_and_names_the_day_looked_at(town):
    assert said(town, "ended-help", "window:town-01")[0] == "主任结束了 01 号窗口的求助"
    assert said(town, "resumed-window", "window:town-01")[0] == "主任让 01 号窗口恢复叫号"
    assert said(town, "looked", "day-sheet:2026-03-12")[0] == "主任查看了 3月12日 周四的预约名单"


def test_a_step_undone_is_named_and_what_counts_for_nobody_is_no_no_show(town):
    undone = said(town, "undone", "ticket:none", verb="turn_away")
    missed = said(town, "no_show", "appointment:none")
    excused = said(town, "no_show", "appointment:none", counted=False)
    passed = said(town, "transferred", "ticket:none", window="01", to_category="B", why="户籍的事")

    assert undone == ("主任撤销了一个号的上一步", "步骤：不予办理")
    assert [missed[0].endswith("记为失约"), excused[0].endswith("没人来，不计失约")] == [True, True]
    assert passed[1] == "窗口：01 · 转到业务：户政 · 原因：户籍的事"


def test_a_merge_says_why_there_were_two_apart_from_why_they_are_one(town):
    person = town.person(0).pk
    _, details = said(town, "entries_joined", f"person:{person}", how="renewed", why="本人带新旧证件来")

    assert sorted(details.split(" · ")) == ["为何有两条：换发了证件", "原因：本人带新旧证件来"]
