"""Who walks to a certificate, and what they see on the way: shared by the walks of test_done_when.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from banshi.kernel.documents import generate_resident_id
from tests.e2e.test_matter import PAPERS, Owner, do, judge, lay_ready, take


class Walker(Owner):
    """Whoever walks, and what the hall asks of her: papers by their codes."""

    uploaded: tuple[str, ...] = ()
    on_paper: tuple[str, ...] = ()  # what must lie in the hall as an original
    asked: tuple[str, ...] = ()  # all of them, as acceptance looks at them
    amiss: tuple[str, str] = ("", "")  # a paper, and what is wrong with it
    at_once = pays = False  # decided at the window on the spot; a fee

    def pay(self) -> None:
        """By telephone, at the cashier's page."""
        self.reads()
        self.page.get_by_role("link", name="去缴费").click()
        self.page.get_by_role("button", name="手机缴费").click()
        self.page.get_by_role("link", name="去收银台付款").click()
        self.page.click("button[value=pay]")
        self.page.get_by_role("link", name="回到办件").click()
        self.page.wait_for_selector("#present")

    def mend(self) -> None:
        """What was wrong, handed in anew."""
        self.page.click(".present .btn--primary")
        self.hand_in(self.amiss[0], "both.pdf")
        self.page.click(".action-bar .btn--primary")
        self.page.click("form.action-bar .btn--primary")
        self.page.wait_for_selector("#present")


class Trader(Walker):
    """Who opens a shop on her own ground: nothing to pay."""

    uploaded = asked = PAPERS
    amiss = ("property-certificate", "只有第一页，缺附图页")
    at_once = True


class Buyer(Walker):
    """Who buys a home without a loan, the seller beside her."""

    uploaded = ("property-registration-form", "seller-id", "id-card", "sale-contract")
    on_paper = ("property-registration-form", "property-certificate", "sale-contract")
    asked = (*uploaded, "property-certificate")
    amiss = ("sale-contract", "缺第三页，看不到价款")
    pays = True
    item = "registration-house-sale-transfer"
    answers = ("住宅", "商品房", "没有抵押", "不贷款", "成年人", "买卖双方都到场")
    said: ClassVar[dict[str, str]] = {
        "seller": "王建国", "seller-id-number": generate_resident_id("110101", date(1970, 1, 1), 123),
        "location": "东城街道花园路 8 号 2 栋 301", "unit": "110101001001GB00001F00020301", "area": "89.5", "price": "3200000",
        "former": "京（2015）东城区不动产权第0012345号", "certificates": "1",
    }  # fmt: skip

    def fill(self) -> None:
        self.page.select_option("[name=f-ownership]", "sole")
        self.page.select_option("[name=f-former-kind]", "estate")
        super().fill()


@dataclass(frozen=True)
class Seen:
    """What whoever applies saw: what stood at each look, the story, every message, every paper."""

    stood: list[dict[str, str]]
    story: list[str]
    heard: list[str]
    papers: list[str]


def stands(owner: Owner) -> dict[str, str]:
    """What stands now, and each date beside it, on a page that was opened anew; the case's number as NO."""
    found = {"眼下": owner.reads()}
    terms = owner.page.locator(".present dl.facts > dt").all_inner_texts()
    values = owner.page.locator(".present dl.facts > dd").all_inner_texts()
    plain = (" ".join(each.split()).replace(owner.no, "NO") for each in values)
    return found | dict(zip(terms, plain, strict=True))


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
    """What was sent of the case until this, oldest first, without its addresses; the case's number as NO, a code as CODE. What
    is said of a number in the hall hangs on how soon it is called.
    """

    def sent(rows: list[dict[str, Any]]) -> bool:
        return any(last in row["text"] and row["status"] == "sent" for row in rows)

    texts = [row["text"] for row in owner.installation.messages(owner.phone, until=sent)[::-1]]
    ours = [text for text in texts if text.startswith("“")]  # each names its matter first
    plain = [re.sub(r"。[^。]*http\S+$", "。", text).replace(owner.no, "NO") for text in ours]
    return list(dict.fromkeys(re.sub(r"取件码 \d{8}", "取件码 CODE", text) for text in plain if text))


def looked_over(staff: Any, owner: Walker) -> None:
    page = staff("pre-review")
    take(page, owner.no)
    judge(page, *owner.uploaded)
    assert do(page, "都对，通过") == "已通过，并通知了申请人。"


def received(staff: Any, owner: Walker) -> Any:
    """At the hall, what must be there on paper beside it."""
    page = staff("accept")
    take(page, owner.no)
    for paper in owner.on_paper:
        page.check(f"[name=here-{paper}]")
    assert do(page, "收件") == "已收件。"
    return page


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
