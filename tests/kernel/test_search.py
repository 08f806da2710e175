from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.search import Entry, Index

ENTRIES = [
    Entry("id-first", "居民身份证首次申领", "Resident ID card: first application", ("办身份证",)),
    Entry("id-temporary", "临时居民身份证办理", "Temporary resident ID card"),
    Entry("licence", "个体工商户营业执照办理", "Business licence for a sole trader", ("开店", "工商登记")),
    Entry("licence-renewal", "营业执照遗失补领", "Replacement of a lost business licence"),
    Entry("property-query", "不动产登记查询", "Real estate register query", ("查房产",)),
    Entry("property-archive", "不动产查询出档案登记", "Real estate archive"),
    Entry("bank", "银行行号变更备案", "Change of bank code"),
    Entry("restart", "重新参保登记", "Joining social insurance again"),
    Entry("elder", "长者长期护理补贴", "Long-term care allowance"),
    Entry("rent-invoice", "个人代开租金发票", "Invoice issued for an individual's rent"),
    Entry("newcomer", "新莞人积分入学", "School places for new residents by points"),
    Entry("lawyer", "律师执业许可", "Lawyer's practising permit"),
]
INDEX = Index.build(ENTRIES)


def codes(q, limit=20):
    return [hit.code for hit in INDEX.search(q, limit)]


def first(q):
    hit = INDEX.search(q)[0]
    return hit.code, hit.why


@pytest.mark.parametrize(
    ("q", "code", "why"),
    [
        ("居民身份证首次申领", "id-first", "name"),
        ("营业执照", "licence-renewal", "name"),
        ("开店", "licence", "keyword"),
        ("budongchan", "property-query", "pinyin"),
        ("budongchandengjichaxun", "property-query", "pinyin"),
        ("BUDONGCHAN", "property-query", "pinyin"),
        ("bdcdjcx", "property-query", "initials"),
        ("bdccxcdadj", "property-archive", "initials"),
        ("yingye zhizhao", "licence-renewal", "pinyin"),
        ("ying ye zhi zhao", "licence-renewal", "pinyin"),
        ("yingye执照", "licence-renewal", "pinyin"),
        ("bdc登记查询", "property-query", "name"),
        ("bdcdengji", "property-query", "mixed"),
        ("yyzhizhao", "licence-renewal", "mixed"),
        ("business licence", "licence", "english"),
        ("id card temporary", "id-temporary", "english"),
        ("rent", "rent-invoice", "english"),
    ],
)
def test_an_item_is_found_by_words_pinyin_initials_english_and_their_mixture(q, code, why):
    assert first(q) == (code, why)


@pytest.mark.parametrize(
    ("q", "code"),
    [
        ("营业执召", "licence-renewal"),  # right sound, wrong character
        ("营业技照", "licence-renewal"),  # wrong character
        ("营执照", "licence-renewal"),  # one missing
        ("shenfenzhegn", "id-first"),  # two changed over
        ("shengfenzheng", "id-first"),  # eng for en
        ("senfenzen", "id-first"),  # s for sh, en for eng
        ("yinyezhizhao", "licence-renewal"),  # in for ing
        ("yingyezizao", "licence-renewal"),  # z for zh
        ("budonchan", "property-query"),  # on for ong
        ("budongcan", "property-query"),  # c for ch
        ("budngchan", "property-query"),  # one missing
        ("budoongchan", "property-query"),  # one too many
        ("nvshi", "lawyer"),  # n for l
        ("lüshi", "lawyer"),
        ("lushi", "lawyer"),
        ("busines", "licence"),
        ("buisness", "licence"),
        ("temporery", "id-temporary"),
    ],
)
def test_a_slip_of_the_finger_or_the_ear_still_finds_it(q, code):
    assert code in codes(q, limit=2)


@pytest.mark.parametrize(
    ("q", "code"),
    [
        ("yinhang", "bank"),
        ("hanghao", "bank"),
        ("chongxincanbao", "restart"),
        ("cxcb", "restart"),
        ("zhangzhe", "elder"),
        ("changqihuli", "elder"),
        ("xinguanren", "newcomer"),
        ("xingguanren", "newcomer"),
    ],
)
def test_characters_with_two_readings_are_read_as_in_their_word(q, code):
    assert codes(q)[0] == code


def test_spelling_right_ranks_above_spelling_by_ear():
    index = Index.build([Entry("a", "司机驾驶证"), Entry("b", "时机评估")])

    assert [hit.code for hit in index.search("shiji")] == ["b", "a"]
    assert [hit.why for hit in index.search("shiji")] == ["pinyin", "similar"]


def test_id_card_finds_both_cards_and_nothing_else():
    assert sorted(codes("id card")) == ["id-first", "id-temporary"]


def test_every_term_must_be_found_and_their_order_does_not_matter():
    assert codes("查询 不动产 登记") == codes("登记 不动产 查询")
    assert sorted(codes("查询 不动产 登记")) == ["property-archive", "property-query"]


def test_when_no_item_has_every_term_those_with_most_of_them_are_offered():
    assert [(hit.code, hit.why) for hit in INDEX.search("律师 飞船")] == [("lawyer", "words")]


@pytest.mark.parametrize("q", ["我想办身份证", "怎么办理身份证", "身份证在哪里补办呢"])
def test_a_question_in_a_sentence_finds_what_it_is_about(q):
    assert "id-first" in codes(q)


def test_stop_words_do_not_stand_in_the_way():
    assert first("how do I get a business licence") == ("licence", "english")


def test_a_reading_that_is_also_an_english_stop_word_is_still_searched():
    assert codes("can")[0] == "restart"


@pytest.mark.parametrize("q", ["", "   ", "？！", "🦀", "zzzzzzzzz", "魑魅魍魉"])
def test_nothing_is_found_for_nothing_and_for_nonsense(q):
    assert INDEX.search(q) == []


def test_an_empty_index_finds_nothing():
    assert Index.build([]).search("身份证") == []
    assert len(INDEX) == len(ENTRIES)


def test_no_more_than_the_limit_come_back_and_they_are_the_best():
    assert codes("登记", limit=2) == codes("登记")[:2]
    assert codes("登记", limit=0) == []


def test_what_is_asked_for_often_stands_above_its_equal():
    index = Index.build([Entry("a", "户口迁入"), Entry("b", "户口迁出", weight=3.0)])

    assert [hit.code for hit in index.search("户口")] == ["b", "a"]


def test_equals_stand_in_the_order_of_their_codes_however_they_came():
    entries = [Entry(code, "户口登记") for code in "cab"]

    assert [hit.code for hit in Index.build(entries).search("户口")] == ["a", "b", "c"]


def test_among_equals_what_ends_something_stands_last():
    index = Index.build([Entry("a", "营业执照（注销）"), Entry("b", "营业执照（新办）")])

    assert [hit.code for hit in index.search("营业执照")] == ["b", "a"]


def test_two_things_typed_as_one_are_found_across_name_and_keyword():
    index = Index.build([Entry("a", "房屋所有权（首次登记）", keywords=("不动产",)), Entry("b", "社团首次登记")])

    assert [(hit.code, hit.why) for hit in index.search("bdcscdj")] == [("a", "words")]
    assert [(hit.code, hit.why) for hit in index.search("budongchanshoucidengji")] == [("a", "words")]


def test_two_entries_with_one_code_are_refused():
    with pytest.raises(ValueError, match="two entries have the code 'a'"):
        Index.build([Entry("a", "一"), Entry("a", "二")])


@given(st.text())
def test_any_text_can_be_searched_and_gives_the_same_answer_twice(q):
    hits = INDEX.search(q)

    assert hits == INDEX.search(q)
    assert len({hit.code for hit in hits}) == len(hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(st.sampled_from(ENTRIES), st.data())
def test_every_item_is_found_by_any_two_characters_of_its_name(entry, data):
    start = data.draw(st.integers(0, len(entry.name_zh) - 2))

    assert entry.code in codes(entry.name_zh[start : start + 2])


THINGS = [
    "不动产",
    "营业执照",
    "食品经营",
    "道路运输",
    "医疗机构",
    "建设工程",
    "劳动保障",
    "出版物",
    "户外广告",
    "特种设备",
]
PARTS = ["许可", "备案", "登记", "年检", "证书", "场地", "人员", "标准", "项目", "资格", "信息"]
ACTIONS = ["新办", "变更", "延续", "注销", "补领", "查询"]
SCOPES = ["", "市级", "镇街", "个人", "企业"]


def large_index():
    names = [f"{scope}{thing}{part}{act}" for scope in SCOPES for thing in THINGS for part in PARTS for act in ACTIONS]
    return Index.build(Entry(f"{number:04d}", name) for number, name in enumerate(names[:2711]))


def test_a_city_centre_of_2711_items_answers_with_exactly_those_that_fit():
    index = large_index()

    assert len(index) == 2711
    assert len(index.search("不动产", limit=5000)) == 330
    assert len(index.search("budongchan", limit=5000)) == 330
    assert len(index.search("yyzzxkxb", limit=5000)) == 5
    assert len(index.search("查询 个人", limit=5000)) == 110
    assert len(index.search("不动产登纪查询", limit=5000)) == 5
    assert len(index.search("登记", limit=20)) == 20


def test_the_work_for_a_slip_grows_with_the_query_and_not_with_the_number_of_items(monkeypatch):
    from banshi.kernel import search

    looked_up = []
    original = search._Table.has
    monkeypatch.setattr(search._Table, "has", lambda table, term: looked_up.append(term) or original(table, term))
    index = large_index()

    index.search("yingyezhizhqo")

    assert 0 < len(looked_up) < 2 * 2 * 26 * 14
