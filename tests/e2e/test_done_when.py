"""What a stranger can do in the demo, over the pages alone, each document opened, each date and each message read: a home
registered and a shop licensed, each of them three times – online with its papers dropped at night, at the window from a
folder laid ready before, and with a paper that was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.conftest import OPENING
from tests.e2e.test_citizen import call_until
from tests.e2e.test_matter import HALL, KIOSK, do, judge, take
from tests.e2e.walks import (
    Buyer,
    Seen,
    Trader,
    Walker,
    granted,
    looked_over,
    made,
    opened,
    rated,
    real,
    received,
    stands,
    story,
    told,
)  # fmt: skip

pytestmark = pytest.mark.browser
NIGHT, NEXT_MORNING = "2026-11-24T21:30:00+08:00", "2026-11-25T09:12:00+08:00"
DESK, WINDOW = (1366, 768), "dongcheng-01"
AT_HALL = {"现在在": "北京市东城区政务服务中心"}
LIES_HERE = {"受理答复最晚": "12月2日 周三"} | AT_HALL  # papers in a cabinet count from tomorrow
HOME, SHOP = "“房屋买卖转移登记”", "“个体工商户营业执照（新办）”"
REGISTRY, MARKET = {"现在在": "不动产登记中心"}, {"现在在": "市场监督管理局"}
FEE = {"费用": "¥ 80.00 不动产登记费（住宅类） 80 元，含 1 本 发改价格规〔2016〕2559号"}
MOVES = "暂定：那一年的放假安排还没公布。"  # 2027
THEN = " 决定已经作出，制作和送达另有期限。"
BY_PERSON = "没有自动办结，由工作人员来看：没有做到“要求的材料齐全，由出具机关核发或者窗口核验”。"
ASKED = "办得怎么样，评一下。"
READY = "的证照好了。到北京市东城区政务服务中心出件窗口，出示取件码 CODE 或身份证。"
IN_CABINET = "的材料投进了北京市东城区政务服务中心的文件柜，明天（11月25日）起算收件。"
APPLIED, COURSE = ("申报回执", "预审意见", "接收回执"), ("受理通知书", "批准决定书")
PAID, FETCHED = ("缴费通知书", "缴费收据"), ("领取通知", "送达回执")
MENDED = ("补正告知书", "补正材料接收回执")
AT_DEPARTMENT, ENDS = ("受理，承诺期限开始", "转交审批部门", "决定：准予"), ("证照制好", "可以领取", "交到手里", "办结")


@pytest.fixture(autouse=True)
def clock_stands(installation: Any) -> Iterator[None]:
    """Ten past nine, before and after."""
    installation.set_clock(OPENING, 0)
    yield
    installation.set_clock(OPENING, 0)


@pytest.fixture
def staff(open_page: Callable[..., Any]) -> Callable[[str], Any]:
    """One screen, at which one after the other works: `staff("accept")` stands at the list of that step."""
    screens: list[Any] = []

    def entered(login: str) -> Any:
        if not screens:
            screens.append(open_page("/demo/", size=DESK))
        screens[0].goto("/demo/")
        screens[0].click(f"button[value={HALL}-{login}]")
        screens[0].locator(".side a[aria-current=page]").wait_for()
        return screens[0]

    return entered


def paid(owner: Walker, stood: list[dict[str, str]]) -> None:
    """What stands once the fee came in; the number of its receipt counts over all halls."""
    stood.append(stands(owner))
    assert re.fullmatch(r"今天 9:12 2026-\d{3}-\d{6}", stood[-1].pop("已缴"))


def days(yesterday: tuple[str, ...], *today: str) -> list[str]:
    return [
        *(f"{step} 昨天 9:12" for step in yesterday),
        "材料投进了文件柜 昨天 21:30",
        *(f"{step} 今天 9:12" for step in today),
    ]


def on_one_day(*steps: str) -> list[str]:
    return [f"{step} 今天 9:12" for step in steps]


BEGUN = ("开始申请", "提交申请", "预审：材料没问题")
AT_NIGHT: dict[type[Walker], Seen] = {
    Buyer: Seen(
        stood=[
            {"眼下": "正在预审", "预审最晚": "明天"} | AT_HALL,
            {"眼下": "预审通过"},
            {"眼下": "材料在文件柜里", "办件编号": "NO", "材料": "3 份", "起算收件": "明天"} | LIES_HERE,
            {"眼下": "大厅已收件", "受理答复最晚": "12月2日 周三"} | AT_HALL,
            {"眼下": "已受理", "决定最晚": "12月2日 周三 法定期限到2027年1月7日 周四 " + MOVES} | REGISTRY,
            {"眼下": "批准了，待缴费", "缴费期限": "12月16日 周三"} | FEE,
            {"眼下": "准予", "制作和送达最晚": f"12月9日 周三{THEN}"} | AT_HALL | FEE,
        ],
        story=days(BEGUN, "大厅收件", *AT_DEPARTMENT, "费用缴清了", *ENDS),
        heard=[
            f"{HOME}的申报收到了，办件编号 NO。明天（11月25日）前看完材料，有问题一次说清。",
            f"{HOME}的材料看过了，都对。",
            f"{HOME}{IN_CABINET}",
            f"{HOME}的材料收下了，办件编号 NO。12月2日（周三）前告诉你受理了没有，缺什么一次说清。",
            f"{HOME}受理了，12月2日（周三）前作出决定。",
            f"{HOME}批准了，要缴费 80.00 元，12月16日（周三）前缴清后出证。",
            f"{HOME}的费用 80.00 元收到了，12月9日（周三）前出证。",
            f"{HOME}{READY}",
            f"{HOME}办结了。{ASKED}",
        ],
        papers=[*APPLIED, *COURSE, *PAID, *FETCHED, "不动产权证书"],
    ),
    Trader: Seen(
        stood=[
            {"眼下": "正在预审", "预审最晚": "明天"} | AT_HALL,
            {"眼下": "预审通过"},
            {"眼下": "材料在文件柜里", "办件编号": "NO", "材料": "1 份", "起算收件": "明天"} | LIES_HERE,
            {"眼下": "大厅已收件", "受理答复最晚": "12月2日 周三"} | AT_HALL,
            {"眼下": "已受理", "决定最晚": "明天 法定期限到11月30日 周一"} | MARKET,
            {"眼下": "准予", "制作和送达最晚": f"12月9日 周三{THEN}"} | AT_HALL,
        ],
        story=days(BEGUN, "大厅收件", *AT_DEPARTMENT, *ENDS),
        heard=[
            f"{SHOP}收到了，办件编号 NO。{BY_PERSON}明天（11月25日）前答复，有问题一次说清。",
            f"{SHOP}的材料看过了，都对。",
            f"{SHOP}{IN_CABINET}",
            f"{SHOP}收到了，办件编号 NO。{BY_PERSON}12月2日（周三）前答复，有问题一次说清。",
            f"{SHOP}受理了，明天（11月26日）前作出决定。",
            f"{SHOP}批准了，12月9日（周三）前出证。",
            f"{SHOP}{READY}",
            f"{SHOP}办结了。{ASKED}",
        ],
        papers=[*APPLIED, *COURSE, *FETCHED, "营业执照"],
    ),
}


@pytest.mark.parametrize("who", [Buyer, Trader])
def test_online_and_its_papers_are_dropped_at_night(
    installation: Any, open_page: Any, staff: Any, who: type[Walker]
) -> None:
    owner = who(installation, open_page)
    owner.prove_the_telephone()
    owner.apply(owner.uploaded)
    stood = [stands(owner)]
    looked_over(staff, owner)
    stood.append(stands(owner))

    installation.set_clock(NIGHT, 0)
    machine = open_page(f"/kiosk/{HALL}/", size=KIOSK)
    machine.click("a[href$='/cabinet/drop']")
    machine.fill("#case", owner.no)
    machine.click("form .btn--primary")
    machine.fill("[name=last4]", owner.phone[-4:])
    machine.click("form .btn--primary")
    machine.get_by_text("柜门开了").wait_for()
    assert "大厅现在不上班，明天起算收件。" in machine.inner_text("main")
    code = machine.locator("dd").last.inner_text()
    told(owner, "文件柜")
    stood.append(stands(owner))
    assert stood[-1].pop("校验码").split() == [code, "大厅开柜时看到的是同一个码，用来核对。"]
    assert re.fullmatch(r"\d 号文件柜 \d+ 号格", stood[-1].pop("放在"))

    installation.set_clock(NEXT_MORNING, 0)
    page = staff("issue")
    page.goto(f"/issue/{HALL}/cabinets/")
    drop = page.locator(f"li.row:has-text('{owner.no}')")
    assert f"今天起算 · 校验码 {code}" in drop.inner_text()
    drop.get_by_role("button", name="已取出").click()
    page.locator(".told", has_text=f"已取出：{owner.no}。").wait_for()
    page = received(staff, owner)
    stood.append(stands(owner))
    judge(page, *owner.asked)
    assert do(page, "受理") == "受理了，期限开始算。"
    stood.append(stands(owner))
    granted(staff, owner)
    stood.append(stands(owner))
    if owner.pays:
        owner.pay()
        paid(owner, stood)
    page = made(staff, owner)
    told(owner, "取件码")
    owner.reads()
    page.fill("#code", owner.page.inner_text(".pickup__code").replace(" ", ""))
    assert do(page, "凭码交付") == "已领走，办结。"

    assert Seen(stood, story(owner), told(owner, "办结了"), opened(owner)) == AT_NIGHT[who]
    assert (real(owner), rated(owner)) == (True, "评了 5 星。补充一句")


@pytest.fixture
def folder(staff: Any) -> Callable[[Walker], str]:
    """The folder made for a case whose papers lie here, on its shelf: the number on its label."""

    def made_for(owner: Walker) -> str:
        page = staff("accept")
        take(page, owner.no)
        page.get_by_role("button", name="建材料袋").click()
        page.fill("#place", "A-3")
        page.get_by_role("button", name="放好", exact=True).click()
        page.locator(".told", has_text="已放好：架上 A-3。").wait_for()
        return str(page.url.rstrip("/").split("/")[-1])

    return made_for


@pytest.fixture
def desk(installation: Any, open_page: Callable[..., Any]) -> Iterator[Callable[[Walker], Any]]:
    """The desk's page of the cases of whoever took a number with her card and is served now."""
    sat: list[str] = []

    def serving(owner: Walker) -> Any:
        person = {"name": "周晓明", "id_type": "resident_id", "id_number": owner.number, "phone": owner.phone}
        with installation.api("kiosk", HALL) as kiosk:
            number = kiosk.post(f"/halls/{HALL}/tickets", json={"category": "L", "person": person}).raise_for_status()
        ref = str(number.json()["id"])
        with installation.api("desk", WINDOW) as clerk:
            clerk.post(f"/windows/{WINDOW}/sign-in").raise_for_status()
            sat.append(ref)
            call_until(clerk, WINDOW, ref)
            clerk.post(f"/tickets/{ref}/start").raise_for_status()
        page = open_page("/demo/", size=DESK)
        page.click(f"button[value={WINDOW}]")
        page.wait_for_selector("[data-seen*=':serving']")
        page.keyboard.press("c")
        page.wait_for_selector("#case-q")
        return page

    yield serving
    with installation.api("desk", WINDOW) as clerk:
        for ref in sat:
            clerk.post(f"/tickets/{ref}/finish")
            clerk.post(f"/windows/{WINDOW}/sign-out").raise_for_status()


FROM_A_FOLDER: dict[type[Walker], Seen] = {
    Buyer: Seen(
        stood=[
            {"眼下": "已受理", "决定最晚": "12月1日 周二 法定期限到2027年1月6日 周三 " + MOVES} | REGISTRY,
            {"眼下": "批准了，待缴费", "缴费期限": "12月15日 周二"} | FEE,
            {"眼下": "准予", "制作和送达最晚": f"12月8日 周二{THEN}"} | AT_HALL | FEE,
        ],
        story=on_one_day(*BEGUN, "大厅收件", *AT_DEPARTMENT, "费用缴清了", *ENDS),
        heard=[
            f"{HOME}的申报收到了，办件编号 NO。明天（11月25日）前看完材料，有问题一次说清。",
            f"{HOME}的材料看过了，都对。",
            f"{HOME}的材料收下了，也受理了，办件编号 NO，12月1日（周二）前作出决定。",
            f"{HOME}批准了，要缴费 80.00 元，12月15日（周二）前缴清后出证。",
            f"{HOME}的费用 80.00 元收到了，12月8日（周二）前出证。",
            f"{HOME}{READY}",
            f"{HOME}办结了。{ASKED}",
        ],
        papers=[*APPLIED, *COURSE, *PAID, *FETCHED, "不动产权证书"],
    ),
    Trader: Seen(  # granted on the spot: two actions
        stood=[
            {"眼下": "准予", "制作和送达最晚": f"12月8日 周二{THEN}"} | AT_HALL,
        ],
        story=on_one_day(*BEGUN, "大厅收件", *AT_DEPARTMENT, *ENDS),
        heard=[
            f"{SHOP}收到了，办件编号 NO。{BY_PERSON}明天（11月25日）前答复，有问题一次说清。",
            f"{SHOP}的材料看过了，都对。",
            f"{SHOP}批准了，12月8日（周二）前出证。",
            f"{SHOP}{READY}",
            f"{SHOP}办结了。{ASKED}",
        ],
        papers=[*APPLIED, *COURSE, *FETCHED, "营业执照"],
    ),
}


@pytest.mark.parametrize("who", [Buyer, Trader])
def test_at_the_window_from_a_folder_in_three_actions(
    installation: Any, open_page: Any, staff: Any, folder: Any, desk: Any, who: type[Walker]
) -> None:
    owner = who(installation, open_page)
    owner.prove_the_telephone()
    owner.apply(owner.uploaded)
    looked_over(staff, owner)
    label = folder(owner)
    page = desk(owner)
    pressed: list[str] = []

    def press(key: str, *, typed: str = "") -> None:
        page.keyboard.type(typed)
        page.keyboard.press(key)
        pressed.append(key)

    page.focus("#case-q")
    with page.expect_navigation(url=f"**/{owner.no}/"):
        press("Enter", typed=label)  # as a reader's beam does
    step = "grant" if owner.at_once else "accept"
    page.locator(f"[formaction$='/do/{step}']").wait_for()
    if owner.on_paper:  # else what was looked over needs nobody's eye again
        press("w")
        page.wait_for_function("() => [...document.querySelectorAll('[name^=here-]')].some((each) => each.checked)")
    with page.expect_response(re.compile(f"/do/{step}$")):
        press("Space")
    page.get_by_text("受理通知书").first.wait_for()
    assert len(pressed) <= 3
    stood = [stands(owner)]
    if not owner.at_once:
        granted(staff, owner)
        stood.append(stands(owner))
    if owner.pays:
        page = staff("issue")
        take(page, owner.no)
        assert do(page, "现金") == "缴费收到了。收据在文书里，打印给对方。"
        paid(owner, stood)
    page = made(staff, owner)
    told(owner, "取件码")
    page.check("form[action$='/by-card'] [name=compared]")
    page.select_option("#why", index=1)
    assert do(page, "凭证件交付") == "已领走，办结。"

    assert Seen(stood, story(owner), told(owner, "办结了"), opened(owner)) == FROM_A_FOLDER[who]
    assert real(owner)


NOTICE = ("大厅告知缺什么", "补正已提交")
AFTER_ONE_NOTICE: dict[type[Walker], Seen] = {
    Buyer: Seen(
        stood=[
            {"眼下": "有材料要补", "补交最晚": "12月15日 周二"},
            {"眼下": "大厅已收件", "受理答复最晚": "12月1日 周二"} | AT_HALL,
            {"眼下": "已受理", "决定最晚": "12月1日 周二 法定期限到2027年1月6日 周三 " + MOVES} | REGISTRY,
            {"眼下": "批准了，待缴费", "缴费期限": "12月15日 周二"} | FEE,
            {"眼下": "准予", "制作和送达最晚": f"12月8日 周二{THEN}"} | AT_HALL | FEE,
        ],
        story=on_one_day(*BEGUN, "大厅收件", *NOTICE, *AT_DEPARTMENT, "费用缴清了", *ENDS),
        heard=[
            f"{HOME}的申报收到了，办件编号 NO。明天（11月25日）前看完材料，有问题一次说清。",
            f"{HOME}的材料看过了，都对。",
            f"{HOME}的材料收下了，办件编号 NO。12月1日（周二）前告诉你受理了没有，缺什么一次说清。",
            f"{HOME}还要补：房屋买卖合同。12月15日（周二）前补齐，逾期就终止办理。",
            f"{HOME}补的材料收到了。12月1日（周二）前告诉你受理了没有。",
            f"{HOME}受理了，12月1日（周二）前作出决定。",
            f"{HOME}批准了，要缴费 80.00 元，12月15日（周二）前缴清后出证。",
            f"{HOME}的费用 80.00 元收到了，12月8日（周二）前出证。",
            f"{HOME}{READY}",
            f"{HOME}办结了。{ASKED}",
        ],
        papers=[*APPLIED, *MENDED, *COURSE, *PAID, *FETCHED, "不动产权证书"],
    ),
    Trader: Seen(
        stood=[
            {"眼下": "有材料要补", "补交最晚": "12月15日 周二"},
            {"眼下": "大厅已收件", "受理答复最晚": "12月1日 周二"} | AT_HALL,
            {"眼下": "已受理", "决定最晚": "明天 法定期限到11月27日 周五"} | MARKET,
            {"眼下": "准予", "制作和送达最晚": f"12月8日 周二{THEN}"} | AT_HALL,
        ],
        story=on_one_day(*BEGUN, "大厅收件", *NOTICE, *AT_DEPARTMENT, *ENDS),
        heard=[
            f"{SHOP}收到了，办件编号 NO。{BY_PERSON}明天（11月25日）前答复，有问题一次说清。",
            f"{SHOP}的材料看过了，都对。",
            f"{SHOP}收到了，办件编号 NO。{BY_PERSON}12月1日（周二）前答复，有问题一次说清。",
            f"{SHOP}还要补：经营场所的不动产权证书。12月15日（周二）前补齐，逾期就终止办理。",
            f"{SHOP}补的材料收到了。12月1日（周二）前告诉你受理了没有。",
            f"{SHOP}受理了，明天（11月25日）前作出决定。",
            f"{SHOP}批准了，12月8日（周二）前出证。",
            f"{SHOP}{READY}",
            f"{SHOP}办结了。{ASKED}",
        ],
        papers=[*APPLIED, *MENDED, *COURSE, *FETCHED, "营业执照"],
    ),
}


@pytest.mark.parametrize("who", [Buyer, Trader])
def test_after_one_notice_of_what_is_wrong(installation: Any, open_page: Any, staff: Any, who: type[Walker]) -> None:
    owner = who(installation, open_page)
    owner.prove_the_telephone()
    owner.apply(owner.uploaded)
    looked_over(staff, owner)
    page = received(staff, owner)
    told(owner, "12月1日")  # else the notice overtakes it, and nobody is told of a step that is over
    paper, why = owner.amiss
    judge(page, *(each for each in owner.asked if each != paper), wrong={paper: why})
    page.get_by_text("一次性告知").click()
    assert do(page, "发告知书") == "告知书发出了。"

    stood = [stands(owner)]
    assert why in owner.page.inner_text(".present")
    owner.mend()
    stood.append(stands(owner))
    page = staff("accept")
    take(page, owner.no)
    judge(page, *owner.asked)
    assert do(page, "受理") == "受理了，期限开始算。"
    stood.append(stands(owner))
    granted(staff, owner)
    stood.append(stands(owner))
    if owner.pays:
        owner.pay()
        paid(owner, stood)
    made(staff, owner)
    told(owner, "取件码")
    owner.reads()
    owner.page.get_by_role("button", name="现在领电子件").click()
    owner.page.get_by_text("电子件已领").first.wait_for()

    assert Seen(stood, story(owner), told(owner, "办结了"), opened(owner)) == AFTER_ONE_NOTICE[who]
    assert real(owner)
