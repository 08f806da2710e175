"""Reasons kept in both languages are read in one."""

from __future__ import annotations

import pytest
from django.forms import CharField
from django.utils import translation

from banshi.foundation.said import one_tongue
from banshi.foundation.words import words
from banshi.kernel import tongues
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.actions.changing import DOUBLE
from banshi.rooms.booking.actions.credit import RECOUNTED
from banshi.rooms.booking.rules import STOPPED
from banshi.surfaces.citizen.forms import NewPerson
from banshi.surfaces.citizen.rating import NO_KEY


@pytest.mark.parametrize(
    ("kept", "zh", "en"),
    [
        ("30 分钟内重新预约 · booked again within 30 minutes", "30 分钟内重新预约", "Booked again within 30 minutes"),
        (DOUBLE, "同一证件重复预约", "Booked twice on one document"),
        (RECOUNTED, "重新统计后不再达到次数", "Counted anew, below the limit"),
        ("停电 · 两小时", "停电 · 两小时", "停电 · 两小时"),
        ("power cut", "power cut", "power cut"),
        ("", "", ""),
    ],
)
def test_a_reason_kept_in_two_languages_is_read_in_one(kept, zh, en):
    with translation.override("zh-hans"):
        assert one_tongue(kept) == zh
    with translation.override("en"):
        assert one_tongue(kept) == en
    assert (tongues.one_tongue(kept, "zh"), tongues.one_tongue(kept, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("slug", "facts", "said"),
    [
        ("closed", {"reason": STOPPED, "stopped": True}, ("已停止预约", "这个时段不再接受预约")),
        ("closed", {"reason": {"zh": "国庆节", "en": "National Day"}}, ("那时未开放", "国庆节")),
        ("not-allowed", {"permission": NO_KEY, "rating_link": True}, ("需要链接", "用取号单或短信里的链接评价。")),
        ("not-allowed", {"permission": "line.view"}, ("没有权限", "需要“line.view”权限。")),
        (
            "identity-mismatch",
            {"checked": True, "number": "A012"},
            ("人证不符", "A012 号：重新核验、不予办理，或由值班长决定。"),
        ),
    ],
)
def test_a_refusal_is_said_as_close_to_the_matter_as_its_facts_tell(slug, facts, said):
    with translation.override("zh-hans"):
        title, detail = words(Refused(slug, facts=facts).refusal)

    assert (title, detail) == said


@pytest.mark.django_db
def test_a_field_left_empty_is_told_in_our_own_words():
    with translation.override("zh-hans"):
        assert str(CharField().error_messages["required"]) == "要填写。"
        assert NewPerson({}).errors["name"] == ["写姓名。"]
        assert NewPerson({}).errors["id_number"] == ["写证件号码。"]
