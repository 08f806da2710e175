# ruff: noqa: E501 – the words of a message stay on one line
"""What messages say: every key, both languages, with everything known and with nothing known."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import product

import pytest

from banshi.rooms.messaging import rules
from banshi.rooms.messaging.rules import Standing
from tests.town import CN, TUESDAY_NINE, at

FULL = {
    "hall_zh": "南城政务服务中心", "hall_en": "Nancheng Service Centre", "address": "一号路", "item_zh": "养老保险参保登记",
    "item_en": "Pension enrolment", "starts_at": at("2026-03-11 09:30").isoformat(),
    "ends_at": at("2026-03-11 10:30").isoformat(), "old_starts_at": at("2026-03-12 14:00").isoformat(),
    "old_ends_at": at("2026-03-12 15:00").isoformat(), "bring": [["身份证", "ID card"], {"zh": "户口本", "en": "Household book"}],
    "come_early": 15, "code": "K7Q2M4", "link": "https://x.cn/a/1", "number": "A017", "window": "12", "floor_zh": "2 楼",
    "floor_en": "floor 2", "ahead": 3, "likely_s": 725, "at_most_s": 1190, "reason_zh": "停电", "reason_en": "power cut",
    "until": "2026-04-09", "since": "2026-03-11", "count": 3, "limit": 3, "days": 30,
    "expires": at("2026-03-10 09:30").isoformat(), "day": "2026-03-09", "text": "已经补办好了。", "closed": {"from": at("2026-03-11 09:00").isoformat(), "until": at("2026-03-11 11:00").isoformat()}, "part": "一层", "advice": "补号", "stays": "号和位置都保留。", "again": "还在原来的位置。", "still": "一层", "fate": {"zh": "没能办上", "en": "could not be served"}, "next": at("2026-03-12 09:00").isoformat(), "outcome": "成立", "answer": "核实属实", "case": "441900-260310-000001", "what_zh": "听证", "what_en": "a hearing", "cabinet_zh": "1 号文件柜", "cabinet_en": "Cabinet 1", "hours": 72, "amount": "80.00", "at": at("2026-03-09 15:20").isoformat(), "waybill": "DX01234567890", "instead_zh": "灵活就业参保登记", "instead_en": "Enrolment of the self-employed",
}  # fmt: skip


def say(key: str, language: str, params: dict[str, object]) -> str:
    spoken = rules.spoken(params, language=language, zone=CN, now=TUESDAY_NINE)
    return rules.render(rules.COMMON[key][language], spoken)


@pytest.mark.parametrize(("key", "language"), list(product(rules.COMMON, rules.LANGUAGES)))
def test_every_message_is_whole_when_everything_is_known(key: str, language: str):
    text = say(key, language, FULL)

    assert re.findall(r"[{}\[\]]|–(?!\d)|None", text) == []
    assert rules.fault(key, rules.COMMON[key][language]) is None


@pytest.mark.parametrize(("key", "language"), list(product(rules.COMMON, rules.LANGUAGES)))
def test_every_message_survives_when_nothing_is_known(key: str, language: str):
    text = say(key, language, {})

    assert re.findall(r"[{}\[\]]|None", text) == []
    assert text != ""


@pytest.mark.parametrize("key", list(rules.COMMON))
def test_one_of_a_thing_is_said_as_one_in_english(key: str):
    one = FULL | dict.fromkeys(("ahead", "count", "limit", "days", "minutes", "at_most", "persons", "early"), 1)
    spoken = rules.spoken(
        one | {"likely_s": 50, "at_most_s": 55, "come_early": 1}, language="en", zone=CN, now=TUESDAY_NINE
    )

    text = rules.render(rules.COMMON[key]["en"], spoken)

    assert re.findall(r"(?<![\d.:–])1 (?!ahead|March|of)\w+s\b|\b1 people", text) == []


def test_words_a_hall_wrote_itself_are_counted_too():
    assert rules.render("In {minutes} minutes.", {"minutes": "1"}) == "In 1 minute."
    assert rules.render("In {minutes} minutes.", {"minutes": "21"}) == "In 21 minutes."


@pytest.mark.parametrize("key", list(rules.COMMON))
def test_chinese_words_are_a_clerks_not_a_machines(key: str):
    spoken = rules.COMMON[key]["zh"].replace("申请", "")  # to apply for something

    assert re.findall("您|请|系统|尊敬", spoken) == []


@pytest.mark.parametrize("answer", ["核实属实", "核实属实。"])
def test_an_answer_ends_before_the_next_sentence(answer: str):
    text = say("appeal_answered", "zh", {"outcome": "成立", "answer": answer, "link": "https://x.cn/a/1"})

    assert text == "申诉有答复了：成立。核实属实。看记录：https://x.cn/a/1"


def test_a_confirmation_says_when_where_what_and_what_to_bring():
    text = say("confirmation", "zh", FULL)

    assert text == (
        "约好了：明天（3月11日）9:30–10:30，南城政务服务中心，办“养老保险参保登记”。带：身份证、户口本。提前 15 分钟到。"
        "预约号 K7Q2M4。出示、改期、取消：https://x.cn/a/1"
    )


def test_a_confirmation_in_english_is_written_not_translated():
    text = say("confirmation", "en", FULL)

    assert text == (
        "Booked: tomorrow (11 March) 9:30–10:30, Nancheng Service Centre, for “Pension enrolment”. Bring: ID card, Household book. "
        "Come 15 minutes early. Reference K7Q2M4. Show, change or cancel: https://x.cn/a/1"
    )


def test_people_ahead_are_told_in_minutes():
    assert (
        say("ahead", "zh", FULL)
        == "A017 号，前面还有 3 人，约 12 分钟，最多 20 分钟。到2 楼等。看进度：https://x.cn/a/1"
    )


@pytest.mark.parametrize(
    ("ahead", "zh", "en"), [(2, "前面还有 2 人。", "2 ahead."), (0, "下一个就到。", "Next in line.")]
)
def test_nobody_ahead_is_said_in_words(ahead: int, zh: str, en: str):
    assert (say("ahead", "zh", {"ahead": ahead}), say("ahead", "en", {"ahead": ahead})) == (zh, en)


def test_a_missing_value_shortens_the_sentence():
    assert say("your_turn", "zh", {"number": "A017", "window": "12"}) == "A017 号，到了：12 号窗口。"


def test_braces_inside_a_value_are_only_characters():
    assert rules.render("{a}[ {b}]", {"a": "{b}", "b": "[{a}]"}) == "{b} [{a}]"


def test_many_materials_are_named_up_to_five_and_then_counted():
    spoken = rules.spoken({"bring": [str(n) for n in range(8)]}, language="zh", zone=CN, now=TUESDAY_NINE)

    assert spoken["bring"] == "0、1、2、3、4等 8 样"


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (date(2026, 3, 10), "今天（3月10日）", "today (10 March)"),
        (date(2026, 3, 12), "后天（3月12日）", "Thursday 12 March"),
        (date(2026, 3, 15), "3月15日（周日）", "Sunday 15 March"),
        (date(2026, 3, 9), "3月9日（周一）", "Monday 9 March"),
        (date(2027, 1, 4), "2027年1月4日（周一）", "Monday 4 January 2027"),
    ],
)
def test_days_are_said_as_people_say_them(day: date, zh: str, en: str):
    assert rules.spoken_day(day, language="zh-hans", today=date(2026, 3, 10)) == zh
    assert rules.spoken_day(day, language="en", today=date(2026, 3, 10)) == en


def test_a_period_over_midnight_names_both_days():
    said = rules.period(at("2026-03-10 23:00"), at("2026-03-11 01:00"), language="zh", zone=CN, now=TUESDAY_NINE)

    assert said == "今天（3月10日）23:00 – 明天（3月11日）1:00"


@pytest.mark.parametrize(
    ("params", "zh", "en"),
    [
        ({"reason": "停电", "reason_en": "power cut"}, "停电", "power cut"),
        ({"reason": {"zh": "停电。", "en": "power cut."}}, "停电", "power cut"),
        ({"reason_en": "power cut", "reason": "停电"}, "停电", "power cut"),
    ],
)
def test_a_reason_given_in_both_languages_is_said_in_the_person_s(params: dict[str, object], zh: str, en: str):
    said = [rules.spoken(params, language=each, zone=CN, now=TUESDAY_NINE)["reason"] for each in rules.LANGUAGES]

    assert said == [zh, en]


FLOOR = {"zh": "三层", "en": "Floor 3"}


@pytest.mark.parametrize(
    ("part", "first", "last", "zh", "en"),
    [
        ({}, "2026-03-10 10:15", "2026-03-10 11:30", "大厅今天（3月10日）10:15–11:30关闭", "the hall is closed today (10 March) 10:15–11:30"),
        (FLOOR, "2026-03-16 00:00", "2026-03-16 23:59", "三层3月16日（周一）关闭", "Floor 3 is closed Monday 16 March"),
        (FLOOR, "2026-03-16 00:00", "2026-03-18 00:00", "三层3月16日（周一）至3月17日（周二）关闭", "Floor 3 is closed Monday 16 March to Tuesday 17 March"),
        ({**FLOOR, "zh": "税务", "en": "Tax", "matter": True}, "2026-03-11 09:00", "2026-03-11 10:00", "税务明天（3月11日）9:00–10:00暂停办理", "Tax is not served tomorrow (11 March) 9:00–10:00"),
    ],
)  # fmt: skip
def test_what_is_closed_is_named_with_its_own_times(part: dict[str, object], first: str, last: str, zh: str, en: str):
    params = {"closed": {**part, "from": at(first).isoformat(), "until": at(last).isoformat()}}

    said = [rules.spoken(params, language=each, zone=CN, now=TUESDAY_NINE)["closed"] for each in rules.LANGUAGES]

    assert said == [zh, en]


@pytest.mark.parametrize("strange", ["2026-13-45", "2026-03-11T99:00", {}, [], None, True, 3.5, "2026-03-11T09:00"])
def test_strange_values_never_crash(strange: object):
    text = rules.render(
        "{when}|{x}", rules.spoken({"x": strange, "starts_at": strange}, language="zh", zone=CN, now=TUESDAY_NINE)
    )

    assert text.startswith("–|")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "The text is empty"),
        ("{when", "A brace is open or stands alone"),
        ("[办“{item}”", "A square bracket is open, nested or stands alone"),
        ("[[{item}]]", "A square bracket is open, nested or stands alone"),
        ("x" * 501, "The text is longer than 500 characters"),
    ],
)
def test_a_template_that_cannot_be_filled_is_named(body: str, why: str):
    assert rules.fault("reminder", body)["en"] == why


def test_a_template_may_only_use_what_the_message_knows():
    assert rules.fault("rate", "{link} {password}") == {
        "zh": "不认识：password。可以用：address, hall, item, link, phone",
        "en": "Unknown placeholders: password. Possible: address, hall, item, link, phone",
    }


@pytest.mark.parametrize(
    ("key", "body", "why"),
    [
        ("your_turn", "{number} 号，到了。", "This message must say: {window}"),
        ("your_turn", "到 {window} 号窗口。", "This message must say: {number}"),
        ("confirmation", "约好了：{hall}。{link}", "This message must say: {when}"),
        ("confirmation", "约好了：{when}。", "This message must say: {hall}, {link} or {code}"),
        ("code", "别告诉任何人。", "This message must say: {code}"),
        ("waiting_offer", "有位子了：{when}，{hall}。{link}", "This message must say: {expires}"),
        ("missed", "过号 {number}", "This message must say: {advice}"),
        ("redirected", "{number} 号转到 {hall}", "This message must say: {way} or {address}"),
        ("evacuation_over", "{hall}恢复", "This message must say: {number}"),
        ("code", "验证码\u202e {code}", "There are characters in it that cannot be seen: type it again"),
    ],
)
def test_a_template_must_hold_what_the_message_is_for(key: str, body: str, why: str):
    assert rules.fault(key, body)["en"] == why


def test_a_template_that_says_it_all_is_fine():
    assert rules.fault("your_turn", "{number} 号到 {window} 号窗口") is None
    assert rules.fault("confirmation", "{when}，{hall}，{code}") is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("号" * 70, 1),
        ("号" * 71, 2),
        ("号" * 134, 2),
        ("号" * 135, 3),
        ("a" * 70 + "号", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_text_messages_are_counted_as_they_are_paid_for(text: str, parts: int):
    assert rules.parts(text) == parts


@pytest.mark.parametrize(
    ("key", "wanted", "to", "unreachable", "channels"),
    [
        ("reminder", ["sms", "wechat"], "+86138", [], ("sms", "wechat")),
        ("reminder", ["wechat", "sms", "wechat"], "+86138", [], ("wechat", "sms")),
        ("reminder", ["sms", "wechat"], "+86138", ["wechat"], ("sms",)),
        ("reminder", ["wechat"], "+86138", ["wechat"], ("sms",)),
        ("reminder", ["email"], "+86138", [], ("sms",)),
        ("reminder", ["sms", "wechat"], "+86769", ["sms"], ("wechat",)),
        ("reminder", ["sms"], "+86769", ["sms"], ()),
        ("reminder", [], "+86138", [], ()),
        ("reminder", ["sms"], "a@b.cn", [], ("email",)),
        ("code", ["wechat"], "+86138", [], ("sms",)),
        ("code", [], "+86138", [], ("sms",)),
    ],
)
def test_a_message_takes_the_channels_that_reach_the_person(key, wanted, to, unreachable, channels):
    offered = ["sms", "wechat", "email"]

    found = rules.channels_for(key=key, wanted=wanted, to=to, offered=offered, unreachable=frozenset(unreachable))

    assert found == channels


def test_the_dedupe_of_a_sibling_fits_its_column():
    assert rules.sibling("reminder:K7:0", "wechat") == "reminder:K7:0:wechat"
    assert len(rules.sibling("x" * 140, "wechat")) == 71
    assert rules.sibling("x" * 139, "sms") != rules.sibling("x" * 140, "sms")


def test_tries_wait_longer_each_time_while_the_end_is_far():
    waits = [rules.next_try(n, left=timedelta(days=1)) for n in (1, 2, 3, 4, 5, 6, 40)]

    assert [w.total_seconds() for w in waits] == [10, 60, 300, 1200, 3600, 3600, 3600]


def test_tries_come_closer_together_as_the_end_comes_near_and_never_closer_than_ten_seconds():
    waits = [rules.next_try(4, left=timedelta(seconds=left)) for left in (600, 120, 20, -5)]

    assert [w.total_seconds() for w in waits] == [150, 30, 10, 10]


@pytest.mark.parametrize(
    ("key", "params", "until"),
    [
        ("leave", {"starts_at": FULL["starts_at"]}, "2026-03-11 09:30"),
        ("reminder", {"starts_at": FULL["starts_at"], "ends_at": FULL["ends_at"]}, "2026-03-11 09:30"),
        ("confirmation", {"starts_at": FULL["starts_at"], "ends_at": FULL["ends_at"]}, "2026-03-11 10:30"),
        ("moved", {"starts_at": FULL["starts_at"]}, "2026-03-11 09:30"),
        ("confirmation", {"starts_at": "2026-03-10T08:00:00+08:00"}, "2026-03-10 10:00"),
        ("waiting_offer", {"expires": FULL["expires"], "starts_at": FULL["starts_at"]}, "2026-03-10 09:30"),
        ("code", {}, "2026-03-10 09:10"),
        ("your_turn", {}, "2026-03-10 09:30"),
        ("cancelled", {"starts_at": FULL["starts_at"]}, "2026-03-11 09:00"),
        ("leave", {"starts_at": "soon"}, "2026-03-11 09:00"),
    ],
)
def test_a_message_has_a_last_moment(key: str, params: dict[str, object], until: str):
    assert rules.last_moment(key=key, due_at=TUESDAY_NINE, params=params) == at(until)


@pytest.mark.parametrize(
    ("key", "subject", "params", "now", "lost"),
    [
        ("reminder", "appointment:K7", {}, Standing("booked"), False),
        ("reminder", "appointment:K7", {}, Standing("cancelled"), True),
        ("leave", "appointment:K7", {}, Standing("checked_in"), True),
        ("reminder", "appointment:K7", {"starts_at": FULL["starts_at"]}, Standing("booked", at("2026-03-11 09:30")), False),
        ("reminder", "appointment:K7", {"starts_at": FULL["starts_at"]}, Standing("booked", at("2026-03-12 09:30")), True),
        ("cancelled", "appointment:K7", {}, Standing("cancelled", at("2026-03-12 09:30")), False),
        ("your_turn", "ticket:T", {"call": 1}, Standing("called", 1), False),
        ("your_turn", "ticket:T", {"call": 1}, Standing("called", 2), True),
        ("your_turn", "ticket:T", {"call": 1}, Standing("finished", 1), True),
        ("ahead", "ticket:T", {}, Standing("waiting", 0), False),
        ("missed", "ticket:T", {}, Standing("waiting", 1), True),
        ("rate", "ticket:T", {}, Standing("rated", 1), True),
        ("waiting_offer", "waiting:1", {}, Standing("lapsed"), True),
        ("suspended", "suspension:1", {}, Standing("lifted"), True),
        ("reminder", "appointment:K7", {}, None, False),
    ],
)  # fmt: skip
def test_a_message_keeps_its_sense_only_while_what_it_speaks_of_stands_so(key, subject, params, now, lost):
    asked = rules.sense_of(key=key, subject=subject)

    assert asked is not None
    assert rules.lost_sense(asked[2], params=params, now=now) is lost


@pytest.mark.parametrize(("key", "subject"), [("code", ""), ("confirmation", ""), ("rate", "appointment:K7")])
def test_of_some_messages_nothing_is_asked(key: str, subject: str):
    assert rules.sense_of(key=key, subject=subject) is None


@pytest.mark.parametrize(
    ("key", "subject", "link"),
    [
        ("confirmation", "appointment:K7", "https://x/a/K7"),
        ("ahead", "ticket:abc", "https://x/t/abc"),
        ("rate", "ticket:abc", "https://x/r/abc"),
        ("code", "", ""),
        ("suspended", "suspension:1", "https://x/appointments/"),
        ("waiting_offer", "waiting:7", "https://x/appointments/"),
    ],
)
def test_a_message_leads_to_the_page_it_is_about(key: str, subject: str, link: str):
    assert rules.link("https://x", key=key, subject=subject) == link


def test_two_matters_of_one_visit_name_each_paper_once():
    one = rules.together(
        [
            {
                "item_zh": "身份证首次申领",
                "bring_zh": "申请表；居民户口簿",
                "bring_en": "Application form; Household book",
            },
            {"item_zh": "出生登记", "bring_zh": "申请表；出生证", "bring_en": "Application form; Birth certificate"},
        ]
    )

    assert one["bring_zh"] == "申请表；居民户口簿；出生证"
    assert one["bring_en"] == "Application form; Household book; Birth certificate"


@pytest.mark.parametrize(
    ("likely_s", "language", "said"),
    [
        (None, "zh", "前面没有人，窗口还没开"),
        (60, "zh", "下一个就到"),
        (None, "en", "nobody ahead, no window open yet"),
    ],
)
def test_nobody_is_next_while_no_window_works(likely_s: int | None, language: str, said: str):
    params = {"ahead": 0, "likely_s": likely_s, "at_most_s": likely_s}

    assert rules.spoken(params, language=language, zone=CN, now=at("2026-03-10 09:00"))["in_line"] == said
