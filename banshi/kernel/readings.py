"""How Chinese text may be read aloud, in pinyin without tones: by its phrases first, then by every living reading.

Dictionaries know readings nobody has used for a thousand years (会 kuài, 车 jū and 石 dàn live; 服 bì does not), and
people type the one they know, not the one a phrase table knows. `POLYPHONES` lists the readings that are alive in
today's Mandarin, after 普通话异读词审音表 and 现代汉语词典, and those people commonly take for right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from pypinyin import Style, lazy_pinyin, load_phrases_dict

Spelt = tuple[tuple[str, ...], ...]  # for each character its readings, the likeliest first

_ALIVE = """
还hai/huan 行xing/hang 重zhong/chong 长chang/zhang 调diao/tiao 参can/shen/cen 率lv/shuai 车che/ju
会hui/kuai 乐le/yue 单dan/shan/chan 传chuan/zhuan 藏cang/zang 朝chao/zhao 得de/dei 地di/de 都du/dou
给gei/ji 和he/huo 角jiao/jue 觉jue/jiao 系xi/ji 省sheng/xing 数shu/shuo 属shu/zhu 说shuo/shui 宿su/xiu
畜chu/xu 校xiao/jiao 降jiang/xiang 解jie/xie 卡ka/qia 壳ke/qiao 落luo/la/lao 绿lv/lu 没mei/mo 模mo/mu
泊bo/po 薄bo/bao 曝bao/pu 强qiang/jiang 塞sai/se 色se/shai 厦xia/sha 什shen/shi 石shi/dan 识shi/zhi
似si/shi 提ti/di 拓tuo/ta 遗yi/wei 尾wei/yi 吓xia/he 血xue/xie 咽yan/ye 叶ye/xie 择ze/zhai 扎zha/za
轧zha/ya 着zhe/zhao/zhuo 殖zhi/shi 种zhong/chong 仔zi/zai 查cha/zha 差cha/chai/ci 拆chai/ca 称cheng/chen
乘cheng/sheng 盛sheng/cheng 臭chou/xiu 大da/dai 弹dan/tan 的de/di 度du/duo 恶e/wu 佛fo/fu 夹jia/ga
劲jin/jing 颈jing/geng 嚼jiao/jue 圈quan/juan 括kuo/gua 勒le/lei 了le/liao 露lu/lou 埋mai/man 脉mai/mo
弄nong/long 疟nve/yao 炮pao/bao 朴pu/piao 奇qi/ji 茄qie/jia 亲qin/qing 区qu/ou 刹sha/cha 折zhe/she
甚shen/shi 术shu/zhu 缩suo/su 圩xu/wei 洗xi/xian 巷xiang/hang 吁xu/yu 约yue/yao 琢zhuo/zuo 柜gui/ju
券quan/juan 粘zhan/nian 剥bo/bao 堡bao/pu 便bian/pian 伯bo/bai 扁bian/pian 蔓man/wan 莞guan/wan
蚌bang/beng 秘mi/bi 娜na/nuo 膀bang/pang 屏ping/bing 暴bao/pu 辟pi/bi 缉ji/qi 浸jin/qin 脚jiao/jue
龟gui/jun 核he/hu 贾jia/gu 咖ka/ga 溃kui/hui 烙lao/luo 肋lei/le 六liu/lu 捋lv/luo 宅zhai/zhe 缴jiao/zhuo
契qi/xie 谁shei/shui 熟shu/shou
"""
POLYPHONES: dict[str, tuple[str, ...]] = {each[0]: tuple(each[1:].split("/")) for each in _ALIVE.split()}

# Readings that the pinyin phrases miss, from the vocabulary of the halls.
_PHRASES = {
    "参保": [["cān"], ["bǎo"]],
    "参评": [["cān"], ["píng"]],
    "还款": [["huán"], ["kuǎn"]],
    "还贷": [["huán"], ["dài"]],
    "重办": [["chóng"], ["bàn"]],
    "重领": [["chóng"], ["lǐng"]],
    "行号": [["háng"], ["hào"]],
    "调解": [["tiáo"], ["jiě"]],
    "调档": [["diào"], ["dàng"]],
    "莞": [["guǎn"]],
    "东莞": [["dōng"], ["guǎn"]],
}
AT_MOST = 12  # spellings of one name; a name of six polyphones could have a hundred
load_phrases_dict(_PHRASES)


def readings(text: str) -> Spelt:
    """For each character its readings, as in its phrase first; each Latin letter or digit reads as itself."""
    spelt = [syllable for syllable in lazy_pinyin(text, style=Style.NORMAL, errors=list) if syllable]  # type: ignore[arg-type]
    if len(spelt) != len(text):
        return tuple((syllable,) for syllable in spelt)
    return tuple(
        (syllable, *(other for other in POLYPHONES.get(character, ()) if other != syllable))
        for character, syllable in zip(text, spelt, strict=True)
    )


def spellings(read: Sequence[Sequence[str]], at_most: int = AT_MOST) -> Iterator[tuple[str, ...]]:
    """Ways to spell it, each once: as its phrases read, then with one reading changed, two, three …

    So the cap cuts off what nobody types: that every character of a name is read another way at once.
    """
    likeliest = tuple(each[0] for each in read)
    seen = {likeliest}
    yield likeliest
    several = [at for at, each in enumerate(read) if len(each) > 1]
    for changed in range(1, len(several) + 1):
        for places in combinations(several, changed):
            for chosen in product(*(read[at][1:] for at in places)):
                if len(seen) >= at_most:
                    return
                spelt = list(likeliest)
                for at, syllable in zip(places, chosen, strict=True):
                    spelt[at] = syllable
                if tuple(spelt) not in seen:
                    seen.add(tuple(spelt))
                    yield tuple(spelt)
