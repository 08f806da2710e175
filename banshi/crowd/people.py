"""Citizens: number n is always the same person with the same document and phone, whatever the seed.

A document that once was given to one name must never come with another: the product would refuse it, rightly.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from banshi.crowd.dice import dice
from banshi.kernel.documents import generate_resident_id

SURNAMES = (
    "王李张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段漕钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚英文慧华玉梅思远雨晴志建国海燕红春兰秀桂凤淑珍荣新民东健波辉"
    "斌鹏飞宇浩然子轩欣怡诗涵梓晨嘉俊佳琪雪琳婷倩瑶晓峰一鸣"
)
# Working age by day of birth; the elderly have a range of their own and their lane by policy.
_FIRST_BORN, _DAYS = date(1966, 1, 1), 14_600
_ELDER_BORN, _ELDER_DAYS = date(1940, 1, 1), 6_900
_PER_AREA = _DAYS * 500
_ELDERS_PER_AREA = _ELDER_DAYS * 500
AREAS = {"dongcheng": "110101", "chengdu": "510104", "xindu": "510114", "shuangliu": "510116", "xilai": "510131"}
DONGGUAN = "441900"


@dataclass(frozen=True)
class Person:
    """As the API takes a real-name person."""

    name: str
    id_type: str
    id_number: str
    phone: str

    def body(self) -> dict[str, str]:
        return asdict(self)


def person(number: int, *, hall: str = "", elder: bool = False) -> Person:
    """Person `number` of the hall's area; different numbers of one area have different documents.

    :param number: 0 to several million; beyond the range it begins again with the same people.
    """
    area = AREAS.get(hall, DONGGUAN)
    first, days, all_ = (_ELDER_BORN, _ELDER_DAYS, _ELDERS_PER_AREA) if elder else (_FIRST_BORN, _DAYS, _PER_AREA)
    number %= all_
    # A prime step spreads neighbours over birthdays; the sequence number moves on once all days are used.
    born = first + timedelta(days=number * 7919 % days)
    document = generate_resident_id(area, born, number // days * 2 + number % 2)
    chance = dice("person", document)
    name = chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2))))
    return Person(name, "resident_id", document, f"13{chance.randrange(10**9):09d}")
