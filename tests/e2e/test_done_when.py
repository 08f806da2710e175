"""What a stranger can do in the demo, over the pages alone, each document opened, each date and each message read: a home
registered online with its papers dropped at night, a home registered at the window from a folder laid ready before, and
a shop's licence in which a paper was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, ClassVar

import pytest

from banshi.kernel.documents import generate_resident_id
from tests.e2e.conftest import OPENING
from tests.e2e.test_citizen import call_until
from tests.e2e.test_matter import HALL, KIOSK, Owner, do, judge, lay_ready, take
from tests.e2e.test_matter import PAPERS as OF_SHOP

pytestmark = pytest.mark.browser
NIGHT, NEXT_MORNING = "2026-11-24T21:30:00+08:00", "2026-11-25T09:12:00+08:00"
UPLOADED = ("property-registration-form", "seller-id", "id-card", "sale-contract")
ON_PAPER = ("property-registration-form", "property-certificate", "sale-contract")
DESK, WINDOW = (1366, 768), "dongcheng-01"


@pytest.fixture(autouse=True)
def clock_stands(installation: Any) -> Iterator[None]:
    """Ten past nine, before and after."""
    installation.set_clock(OPENING, 0)
    yield
    installation.set_clock(OPENING, 0)


class Buyer(Owner):
    """Who buys a home without a loan, the seller beside her."""

    item = "registration-house-sale-transfer"
    answers = ("住宅", "商品房", "没有抵押", "不贷款", "成年人", "买卖双方都到场")
    said: ClassVar[dict[str, str]] = {
        "seller": "王建国", "seller-id-number": generate_resident_id("110101", date(1970, 1, 1), 123),
        "location": "东城街道花园路 8 号 2 栋 301", "unit": "110101001001GB00001F00020301", "area": "89.5", "price": "3200000",
        "former": "京（2015）东城区不动产权第0012345号", "certificates": "1",
    }  # fmt: skip

    def fill(self) -> None:
        self.page.select_option("[name=f-ownership]", "sole")
        super().fill()

    def pay(self) -> None:
        self.reads()
        self.page.get_by_role("link", name="去缴费").click()
        self.page.get_by_role("button", name="手机缴费").click()
        self.page.get_by_role("link", name="去收银台付款").click()
        self.page.click("button[value=pay]")
        self.page.get_by_role("link", name="回到办件").click()
        self.page.wait_for_selector("#present")


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


def stands(owner: Owner) -> dict[str, str]:
    """What stands now, and each date beside it, on a page that was opened anew."""
    found = {"眼下": owner.reads()}
    terms = owner.page.locator(".present dl.facts > dt").all_inner_texts()
    values = owner.page.locator(".present dl.facts > dd").all_inner_texts()
    return found | dict(zip(terms, (" ".join(each.split()) for each in values), strict=True))


def story(owner: Owner) -> list[str]:
    """Step by step, oldest first, with its day."""
    owner.reads()
    return [" ".join(each.split()) for each in owner.page.locator(".story__step:not(.is-now)").all_inner_texts()][::-1]


def opened(owner: Owner) -> list[str]:
    """Every paper that was given, opened, oldest first: its name, which its number names in short."""
    owner.reads()
    names = []
    for card in owner.page.locator(".document").all()[::-1]:
        file = owner.page.request.get(card.get_by_role("link", name="PDF").get_attribute("href"))
        assert (file.headers["content-type"], file.body()[:5]) == ("application/pdf", b"%PDF-")
        assert re.search(r"北京市东城区政务服务中心\w\w〔2026〕\d+ 号", card.inner_text())
        names.append(card.locator("b").inner_text())
    return names


def told(owner: Owner, last: str) -> list[str]:
    """What was sent of the case until this, oldest first, without its addresses; the case's number as NO, a code as CODE."""

    def sent(rows: list[dict[str, Any]]) -> bool:
        return any(last in row["text"] and row["status"] == "sent" for row in rows)

    texts = [row["text"] for row in owner.installation.messages(owner.phone, until=sent)[::-1]]
    plain = [re.sub(r"。[^。]*http\S+$", "。", text).replace(owner.no, "NO") for text in texts if "验证码" not in text]
    return list(dict.fromkeys(re.sub(r"取件码 \d{8}", "取件码 CODE", text) for text in plain if text))


def looked_over(staff: Any, owner: Owner, papers: tuple[str, ...]) -> None:
    page = staff("pre-review")
    take(page, owner.no)
    judge(page, *papers)
    assert do(page, "都对，通过") == "已通过，并通知了申请人。"


def granted(staff: Any, owner: Owner) -> None:
    """By the department: reviewed by one, decided by another who reads what the first wrote."""
    page = staff("review3")
    take(page, owner.no)
    said = [do(page, "接收进入审查")]
    page.fill("#opinion", "材料齐全，符合法定形式。")
    said.append(do(page, "建议准予"))
    page = staff("approve3")
    take(page, owner.no)
    assert "材料齐全，符合法定形式。" in "".join(page.locator(".opinion").all_inner_texts())
    assert [*said, do(page, "准予")] == ["已移交部门。", "意见已记下。", "决定已作出。"]


def made(staff: Any, owner: Owner) -> Any:
    page = staff("issue")
    take(page, owner.no)
    assert do(page, "制证") == "证照做好了。打印出来，再写放在哪里。"
    assert lay_ready(page, "A-3") == "可以领了，取件码已发给申请人。"
    return page


def real(owner: Owner) -> bool:
    """Whoever has the certificate before them can look whether it is."""
    owner.reads()
    owner.page.locator(".document").first.get_by_text("谁都能核验真伪").click()
    owner.page.locator(".verdict").wait_for()
    said = owner.page.inner_text("main section")
    return "真实，有效" in said and "周**" in said and owner.page.get_by_text("证书序列号").count() == 1


def rated(owner: Owner) -> str:
    owner.reads()
    owner.page.get_by_role("link", name="办得怎么样？").click()
    owner.page.click("[data-stars='5']")
    owner.page.click(".rate .btn--primary")
    owner.page.wait_for_selector("text=谢谢")
    owner.reads()
    return str(owner.page.locator(".present p.small").last.inner_text())


FEE = "¥ 80.00 不动产登记费（住宅类） 80 元，含 1 本 发改价格规〔2016〕2559号"
COURSE = ("申报回执", "预审意见", "接收回执", "受理通知书", "批准决定书")
ENDS = ("证照制好", "可以领取", "交到手里", "办结")
OF_HOME = [*COURSE, "缴费通知书", "缴费收据", "领取通知", "送达回执", "不动产权证书"]


def test_a_home_is_registered_online_and_its_papers_are_dropped_at_night(
    installation: Any, open_page: Any, staff: Any
) -> None:
    buyer = Buyer(installation, open_page)
    buyer.prove_the_telephone()
    buyer.apply(UPLOADED)
    stood = [stands(buyer)]
    looked_over(staff, buyer, UPLOADED)
    stood.append(stands(buyer))

    installation.set_clock(NIGHT, 0)
    machine = open_page(f"/kiosk/{HALL}/", size=KIOSK)
    machine.click("a[href$='/cabinet/drop']")
    machine.fill("#case", buyer.no)
    machine.click("form .btn--primary")
    machine.fill("[name=last4]", buyer.phone[-4:])
    machine.click("form .btn--primary")
    machine.get_by_text("柜门开了").wait_for()
    assert "大厅现在不上班，明天起算收件。" in machine.inner_text("main")
    code = machine.locator("dd").last.inner_text()
    dropped = stands(buyer)
    assert told(buyer, "文件柜")[-1].endswith("投进了北京市东城区政务服务中心的文件柜，明天（11月25日）起算收件。")
    assert (dropped["眼下"], dropped["起算收件"], dropped["材料"], dropped["校验码"]) == (
        "材料在文件柜里", "明天", "3 份", code,
    )  # fmt: skip

    installation.set_clock(NEXT_MORNING, 0)
    page = staff("issue")
    page.goto(f"/issue/{HALL}/cabinets/")
    drop = page.locator(f"li.row:has-text('{buyer.no}')")
    assert f"今天起算 · 校验码 {code}" in drop.inner_text()
    drop.get_by_role("button", name="已取出").click()
    page.locator(".told", has_text=f"已取出：{buyer.no}。").wait_for()
    page = staff("accept")
    take(page, buyer.no)
    for paper in ON_PAPER:
        page.check(f"[name=here-{paper}]")
    assert do(page, "收件") == "已收件。"
    stood.append(stands(buyer))
    judge(page, *UPLOADED, "property-certificate")
    assert do(page, "受理") == "受理了，期限开始算。"
    stood.append(stands(buyer))
    granted(staff, buyer)
    stood.append(stands(buyer))
    buyer.pay()
    stood.append(stands(buyer))
    number = stood[-1].pop("已缴")
    page = made(staff, buyer)
    heard = told(buyer, "取件码")
    buyer.reads()
    page.fill("#code", buyer.page.inner_text(".pickup__code").replace(" ", ""))
    assert do(page, "凭码交付") == "已领走，办结。"

    hall, department = "北京市东城区政务服务中心", "不动产登记中心"
    assert stood == [
        {"眼下": "正在预审", "现在在": hall, "最晚": "明天"},
        {"眼下": "预审通过"},
        {"眼下": "大厅已收件", "现在在": hall, "最晚": "12月2日 周三"},
        {"眼下": "已受理", "现在在": department, "决定最晚": "12月2日 周三 法定期限到2027年1月7日 周四"},
        {"眼下": "批准了，待缴费", "费用": FEE, "缴费期限": "12月16日 周三"},
        {"眼下": "准予", "现在在": hall, "制作和送达最晚": "12月9日 周三 决定已经作出，制作和送达另有期限。", "费用": FEE},
    ]  # fmt: skip
    assert re.fullmatch(r"今天 9:12 dongcheng-F2026-\d{6}", number)
    assert story(buyer) == [
        *(f"{step} 昨天 9:12" for step in ("开始申请", "提交申请", "预审：材料没问题")), "材料投进了文件柜 昨天 21:30",
        *(f"{step} 今天 9:12" for step in ("大厅收件", "受理，承诺期限开始", "转交审批部门", "决定：准予", "费用缴清了", *ENDS)),
    ]  # fmt: skip
    assert heard == [
        "“房屋买卖转移登记”的申报收到了，办件编号 NO。明天（11月25日）前看完材料，有问题一次说清。",
        "“房屋买卖转移登记”的材料看过了，都对。",
        "“房屋买卖转移登记”的材料投进了北京市东城区政务服务中心的文件柜，明天（11月25日）起算收件。",
        "“房屋买卖转移登记”的材料收下了，办件编号 NO。12月2日（周三）前告诉你受理了没有，缺什么一次说清。",
        "“房屋买卖转移登记”受理了，12月2日（周三）前作出决定。",
        "“房屋买卖转移登记”批准了，要缴费 80.00 元，12月16日（周三）前缴清后出证。",
        "“房屋买卖转移登记”的费用 80.00 元收到了，12月9日（周三）前出证。",
        "“房屋买卖转移登记”的证照好了。到北京市东城区政务服务中心出件窗口，出示取件码 CODE 或身份证。",
    ]
    assert told(buyer, "办结了")[-1] == "“房屋买卖转移登记”办结了。"
    assert opened(buyer) == OF_HOME
    assert (real(buyer), rated(buyer)) == (True, "评了 5 星。补充一句")


@pytest.fixture
def folder(staff: Any) -> Callable[[Owner], str]:
    """The folder made for a case whose papers lie here, on its shelf: the number on its label."""

    def made_for(owner: Owner) -> str:
        page = staff("accept")
        take(page, owner.no)
        page.get_by_role("button", name="建材料袋").click()
        page.fill("#place", "A-3")
        page.get_by_role("button", name="放好", exact=True).click()
        page.locator(".told", has_text="已放好：架上 A-3。").wait_for()
        return str(page.url.rstrip("/").split("/")[-1])

    return made_for


@pytest.fixture
def desk(installation: Any, open_page: Callable[..., Any]) -> Iterator[Callable[[Owner], Any]]:
    """The desk's page of the cases of whoever took a number with her card and is served now."""
    sat: list[str] = []

    def serving(owner: Owner) -> Any:
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


def test_a_home_is_registered_at_the_window_from_a_folder_in_three_actions(
    installation: Any, open_page: Any, staff: Any, folder: Any, desk: Any
) -> None:
    buyer = Buyer(installation, open_page)
    buyer.prove_the_telephone()
    buyer.apply(UPLOADED)
    looked_over(staff, buyer, UPLOADED)
    label = folder(buyer)
    page = desk(buyer)
    pressed: list[str] = []

    def press(key: str, *, typed: str = "") -> None:
        page.keyboard.type(typed)
        page.keyboard.press(key)
        pressed.append(key)

    page.focus("#case-q")
    with page.expect_navigation(url=f"**/{buyer.no}/"):
        press("Enter", typed=label)  # as a reader's beam does
    page.locator("[data-whole]").wait_for()
    press("w")
    page.wait_for_function("[...document.querySelectorAll('[name^=here-]')].some((each) => each.checked)")
    with page.expect_response(re.compile("/do/accept$")):
        press("Space")
    page.get_by_text("受理通知书").first.wait_for()
    stood = [stands(buyer)]
    granted(staff, buyer)
    stood.append(stands(buyer))
    page = staff("issue")
    take(page, buyer.no)
    assert do(page, "现金") == "缴费收到了。收据在文书里，打印给对方。"
    stood.append(stands(buyer))
    number = stood[-1].pop("已缴")
    page = made(staff, buyer)
    heard = told(buyer, "取件码")
    page.check("form[action$='/by-card'] [name=compared]")
    page.select_option("#why", index=1)
    assert do(page, "凭证件交付") == "已领走，办结。"

    hall, department = "北京市东城区政务服务中心", "不动产登记中心"
    assert len(pressed) <= 3
    assert stood == [
        {"眼下": "已受理", "现在在": department, "决定最晚": "12月1日 周二 法定期限到2027年1月6日 周三"},
        {"眼下": "批准了，待缴费", "费用": FEE, "缴费期限": "12月15日 周二"},
        {"眼下": "准予", "现在在": hall, "制作和送达最晚": "12月8日 周二 决定已经作出，制作和送达另有期限。", "费用": FEE},
    ]  # fmt: skip
    assert re.fullmatch(r"今天 9:12 dongcheng-F2026-\d{6}", number)
    assert heard == [
        "“房屋买卖转移登记”的申报收到了，办件编号 NO。明天（11月25日）前看完材料，有问题一次说清。",
        "“房屋买卖转移登记”的材料看过了，都对。",
        "“房屋买卖转移登记”的材料收下了，也受理了，办件编号 NO，12月1日（周二）前作出决定。",
        "“房屋买卖转移登记”批准了，要缴费 80.00 元，12月15日（周二）前缴清后出证。",
        "“房屋买卖转移登记”的费用 80.00 元收到了，12月8日（周二）前出证。",
        "“房屋买卖转移登记”的证照好了。到北京市东城区政务服务中心出件窗口，出示取件码 CODE 或身份证。",
    ]
    assert told(buyer, "办结了")[-1] == "“房屋买卖转移登记”办结了。"
    assert opened(buyer) == OF_HOME
    assert real(buyer)


def test_a_shop_is_licensed_after_one_notice_of_what_is_wrong(installation: Any, open_page: Any, staff: Any) -> None:
    owner = Owner(installation, open_page)
    owner.prove_the_telephone()
    owner.apply()
    looked_over(staff, owner, OF_SHOP)
    page = staff("accept")
    take(page, owner.no)
    assert do(page, "收件") == "已收件。"
    judge(page, "id-card", "application-form", wrong={"property-certificate": "只有第一页，缺附图页"})
    page.get_by_text("一次性告知").click()
    assert do(page, "发告知书") == "告知书发出了。"

    stood = [stands(owner)]
    lacks = owner.page.inner_text(".present")
    owner.page.click(".present .btn--primary")
    owner.hand_in("property-certificate", "both.pdf")
    owner.page.click(".action-bar .btn--primary")
    owner.page.click("form.action-bar .btn--primary")
    owner.page.wait_for_selector("#present")
    stood.append(stands(owner))
    page = staff("accept")
    take(page, owner.no)
    judge(page, *OF_SHOP)
    assert do(page, "受理") == "受理了，期限开始算。"
    stood.append(stands(owner))
    granted(staff, owner)
    stood.append(stands(owner))
    made(staff, owner)
    heard = told(owner, "取件码")
    owner.reads()
    owner.page.get_by_role("button", name="现在领电子件").click()
    owner.page.get_by_text("电子件已领").first.wait_for()

    hall, department = "北京市东城区政务服务中心", "市场监督管理局"
    assert "经营场所的不动产权证书\n只有第一页，缺附图页" in lacks
    assert stood == [
        {"眼下": "有材料要补", "最晚": "12月15日 周二"},
        {"眼下": "大厅已收件", "现在在": hall, "最晚": "12月1日 周二"},
        {"眼下": "已受理", "现在在": department, "决定最晚": "明天 法定期限到11月27日 周五"},
        {"眼下": "准予", "现在在": hall, "制作和送达最晚": "12月8日 周二 决定已经作出，制作和送达另有期限。"},
    ]  # fmt: skip
    steps = (
        "开始申请", "提交申请", "预审：材料没问题", "大厅收件", "大厅告知缺什么", "补正已提交", "受理，承诺期限开始",
        "转交审批部门", "决定：准予", *ENDS,
    )  # fmt: skip
    assert story(owner) == [f"{step} 今天 9:12" for step in steps]
    by_person = "没有自动办结，由工作人员来看：没有做到“要求的材料齐全，由出具机关核发或者窗口核验”。"
    assert heard == [
        f"“个体工商户营业执照（新办）”收到了，办件编号 NO。{by_person}明天（11月25日）前答复，有问题一次说清。",
        "“个体工商户营业执照（新办）”的材料看过了，都对。",
        f"“个体工商户营业执照（新办）”收到了，办件编号 NO。{by_person}12月1日（周二）前答复，有问题一次说清。",
        "“个体工商户营业执照（新办）”还要补：经营场所的不动产权证书。12月15日（周二）前补齐，逾期就终止办理。",
        "“个体工商户营业执照（新办）”补的材料收到了。12月1日（周二）前告诉你受理了没有。",
        "“个体工商户营业执照（新办）”受理了，明天（11月25日）前作出决定。",
        "“个体工商户营业执照（新办）”批准了，12月8日（周二）前出证。",
        "“个体工商户营业执照（新办）”的证照好了。到北京市东城区政务服务中心出件窗口，出示取件码 CODE 或身份证。",
    ]
    assert told(owner, "办结了")[-1] == "“个体工商户营业执照（新办）”办结了。"
    assert opened(owner) == [
        *COURSE[:3], "补正告知书", "补正材料接收回执", *COURSE[3:], "领取通知", "送达回执", "营业执照",
    ]  # fmt: skip
    assert real(owner)
