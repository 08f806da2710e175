"""A matter from the first question to the certificate: a shop's licence, over the pages of everybody who has a hand in it."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, ClassVar

import pytest
from PIL import Image, ImageDraw

from banshi.kernel.documents import generate_resident_id
from tests.e2e.conftest import OPENING
from tests.e2e.test_citizen import digits

pytestmark = pytest.mark.browser
HALL, ITEM = "dongcheng", "sole-trader-licence-new"
PHONE, KIOSK, STAFF, ISSUE = (390, 844), (1080, 1920), (1440, 900), (1366, 768)
SHOP = (
    "个人",
    "内地居民",
    "办理时申报",
    "自有商铺",
    "不经营",
    "不用",
    "经营者本人",
)  # what is answered, question by question
PAPERS = ("application-form", "id-card", "property-certificate")
SERIAL = itertools.count(701)  # nobody comes twice, also where a test is tried again


@pytest.fixture(autouse=True)
def clock_stands(installation: Any) -> Iterator[None]:
    """Ten past nine, before and after."""
    installation.set_clock(OPENING, 0)
    yield
    installation.set_clock(OPENING, 0)


class Owner:
    """Who opens a shop: her card, her telephone, and the page she holds in her hand."""

    item, answers = ITEM, SHOP
    said: ClassVar[dict[str, str]] = {
        "operator-address": "东城街道花园路 8 号", "trade-name": "晓明百货店", "scope": "日用百货零售",
        "place": "东城街道花园路 12 号", "staff": "2",
    }  # fmt: skip

    def __init__(self, installation: Any, open_page: Callable[..., Any]) -> None:
        serial = next(SERIAL)
        self.installation, self.open_page = installation, open_page
        self.phone, self.number = f"13822070{serial}", generate_resident_id("110101", date(1985, 3, 4), serial)
        self.codes: list[str] = []
        self.no, self.proven = "", False
        self.page: Any = None

    def code(self) -> str:
        """The code that was sent just now."""

        def fresh(rows: list[dict[str, Any]]) -> list[str]:
            texts = [row["text"] for row in rows if "验证码" in row["text"]]
            return [word for text in texts for word in digits(text) if len(word) == 6 and word not in self.codes]

        self.codes.append(fresh(self.installation.messages(self.phone, until=fresh))[0])
        return self.codes[-1]

    def prove_the_telephone(self) -> None:
        """With the card, at a kiosk of the hall: from now on what is sent to this telephone is hers alone."""
        kiosk = self.open_page(f"/kiosk/{HALL}/phone", size=KIOSK)
        kiosk.get_by_text("身份证放到感应区").or_(kiosk.locator("h1")).first.wait_for()
        kiosk.keyboard.type(f"BC1|{self.number}|周晓明|")
        kiosk.keyboard.press("Enter")
        kiosk.fill("#phone", self.phone)
        kiosk.click("form .btn--primary")
        kiosk.fill("#code", self.code())
        kiosk.click("form .btn--primary")
        kiosk.wait_for_selector(".kiosk-yes")
        self.proven = True
        self.installation.set_clock("2026-11-24T09:12:00+08:00", 0)  # a second code comes after a minute

    def answer(self) -> None:
        """Question by question, to what it takes."""
        self.page = self.open_page(f"/matters/{self.item}/?hall={HALL}", size=PHONE)
        for place, words in enumerate(self.answers):
            self.page.get_by_text(f"第 {place + 1} 问").wait_for()
            self.page.get_by_role("link", name=words, exact=True).click()

    def sign_in(self) -> None:
        self.page.fill("input[name=phone]", self.phone)
        self.page.click("main .btn--primary")
        self.page.fill("input[name=code]", self.code())
        self.page.click("main .btn--primary")

    def fill(self) -> None:
        """What the authorities do not know yet, and she did not type before."""
        for code, words in self.said.items():
            self.page.fill(f"[name=f-{code}]", words)
        self.page.click(".action-bar .btn--primary")

    def hand_in(self, code: str, name: str = "page.jpg") -> None:
        """One photo, or a PDF."""
        with self.page.expect_navigation():
            self.page.locator(f"#paper-{code} input[type=file]").last.set_input_files(
                {
                    "name": name,
                    "mimeType": "application/pdf" if name.endswith("pdf") else "image/jpeg",
                    "buffer": drawn(name),
                }
            )
        self.page.locator(f"#paper-{code} .page").first.wait_for()

    def apply(self, papers: tuple[str, ...] = PAPERS) -> None:
        """All of it, at once."""
        self.answer()
        self.page.click("a:visible:has-text('网上办理')")
        self.sign_in()
        self.page.wait_for_selector("input[name=who]")
        if not self.proven:
            self.page.fill("input[name=name]", "周晓明")
            self.page.fill("input[name=id_number]", self.number)
        self.page.click(".action-bar .btn--primary")
        self.page.wait_for_selector("#case-fields")
        self.no = self.page.url.split("/cases/")[1].split("/")[0]
        self.fill()
        for code in papers:
            self.hand_in(code, "deed.pdf" if code == "property-certificate" else "page.jpg")
        self.page.click(".action-bar .btn--primary")
        self.page.click("form.action-bar .btn--primary")
        self.page.wait_for_selector("#present")

    def reads(self) -> str:
        """What stands as the present step, on a page that was opened anew."""
        self.page.goto(f"/cases/{self.no}/")
        return str(self.page.inner_text("#present"))


def drawn(name: str) -> bytes:
    """A page, as a photo or a PDF."""
    image, out = Image.new("RGB", (900, 1200), "#f4f1e8"), io.BytesIO()
    ImageDraw.Draw(image).rectangle((60, 60, 840, 1140), outline="#555", width=6)
    image.save(out, "PDF" if name.endswith("pdf") else "JPEG")
    return out.getvalue()


@pytest.fixture
def owner(installation: Any, open_page: Callable[..., Any]) -> Owner:
    return Owner(installation, open_page)


@pytest.fixture
def at_work(open_page: Callable[..., Any]) -> Callable[..., Any]:
    """Through the demo's door of a step to its list."""

    def entered(login: str, *, size: tuple[int, int] = STAFF) -> Any:
        page = open_page("/demo/", size=size)
        page.click(f"button[value={HALL}-{login}]")
        page.locator(".side a[aria-current=page]").wait_for()
        return page

    return entered


def take(page: Any, no: str) -> None:
    """The case, from the list."""
    page.locator(f".worklist tr:has-text('{no}') a, .columns a:has-text('{no}')").first.click()
    page.get_by_text("办理经过").wait_for()


def judge(page: Any, *right: str, wrong: dict[str, str] | None = None) -> None:
    for code in right:
        page.locator(f"label:has(input[name='ok-{code}'][value=ok])").click()
    for code, why in (wrong or {}).items():
        page.locator(f"label:has(input[name='ok-{code}'][value=bad])").click()
        page.fill(f"#why-{code}", why)


def do(page: Any, label: str) -> str:
    """Press it: what the page says then."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).click()
    return str(page.inner_text(".told")).strip()


def lay_ready(page: Any, place: str) -> str:
    """Laid ready once it is sealed, which the worker does by itself; until then the page says so, and keeps what was typed."""
    for _ in range(120):
        page.fill("#place", place)
        with page.expect_navigation():
            page.get_by_role("button", name="放好了，通知申请人", exact=True).click()
        if page.locator(".told").count():
            return str(page.inner_text(".told")).strip()
        page.wait_for_timeout(250)
    raise AssertionError(page.inner_text("main"))


def test_a_licence_from_the_first_question_to_the_certificate(
    owner: Owner, at_work: Any, picture: Any, axe: Any
) -> None:
    owner.prove_the_telephone()
    owner.apply()
    assert (owner.page.inner_text("#present"), axe(owner.page)) == ("正在预审", [])

    before = at_work("pre-review")
    faults = axe(before)
    picture(before, "review-list-zh")
    take(before, owner.no)
    judge(before, *PAPERS)
    faults += axe(before)
    picture(before, "review-case-zh")
    said = [do(before, "都对，通过")]
    read = [owner.reads()]

    front = at_work("accept")
    take(front, owner.no)
    said.append(do(front, "收件"))
    judge(front, *PAPERS)
    said.append(do(front, "受理"))
    read.append(owner.reads())

    office = at_work("review")
    take(office, owner.no)
    said.append(do(office, "接收进入审查"))
    office.fill("#opinion", "材料齐全，符合法定形式。")
    faults += axe(office)
    said.append(do(office, "建议准予"))

    head = at_work("approve")
    take(head, owner.no)
    assert "材料齐全，符合法定形式。" in "".join(head.locator(".opinion").all_inner_texts())
    faults += axe(head)
    said.append(do(head, "准予"))
    read.append(owner.reads())

    window = at_work("issue", size=ISSUE)
    faults += axe(window)
    picture(window, "issue-zh")
    take(window, owner.no)
    said.append(do(window, "制证"))
    said.append(lay_ready(window, "A-3"))
    faults += axe(window)
    picture(window, "issue-case-zh")
    read.append(owner.reads())
    window.fill("#code", owner.page.inner_text(".pickup__code").replace(" ", ""))
    said.append(do(window, "凭码交付"))
    read.append(owner.reads())

    assert said == [
        "已通过，并通知了申请人。", "已收件。", "受理了，期限开始算。", "已移交部门。", "意见已记下。", "决定已作出。",
        "证照做好了。打印出来，再写放在哪里。", "可以领了，取件码已发给申请人。", "已领走，办结。",
    ]  # fmt: skip
    assert read == ["预审通过", "已受理", "准予", "可以领取", "办结"]
    assert faults == []
    # The certificate is hers as a file, too, and whoever has it before them can look whether it is real.
    licence = owner.page.locator(".document").first
    assert licence.locator("b").inner_text() == "营业执照"
    file = owner.page.request.get(licence.get_by_role("link", name="PDF").get_attribute("href"))
    assert (file.headers["content-type"], file.body()[:5]) == ("application/pdf", b"%PDF-")
    licence.get_by_text("谁都能核验真伪").click()
    owner.page.get_by_text("真实，有效").wait_for()


def test_what_is_wrong_is_told_at_once_put_right_and_accepted(
    owner: Owner, at_work: Any, picture: Any, axe: Any
) -> None:
    owner.apply()
    before = at_work("pre-review")
    take(before, owner.no)
    judge(before, *PAPERS)
    do(before, "都对，通过")
    front = at_work("accept")
    take(front, owner.no)
    do(front, "收件")

    judge(front, "id-card", "application-form", wrong={"property-certificate": "只有第一页，缺附图页"})
    front.get_by_text("一次性告知").click()
    faults = axe(front)
    picture(front, "review-notice-zh")
    said = [do(front, "发告知书")]
    read = [owner.reads()]
    told = owner.page.inner_text(".present")
    owner.page.click(".present .btn--primary")
    owner.hand_in("property-certificate", "both.pdf")
    owner.page.click(".action-bar .btn--primary")
    owner.page.click("form.action-bar .btn--primary")
    owner.page.wait_for_selector("#present")
    read.append(owner.page.inner_text("#present"))

    front.goto(f"/review/{HALL}/acceptance")
    take(front, owner.no)
    judge(front, *PAPERS)
    said.append(do(front, "受理"))
    read.append(owner.reads())
    assert said == ["告知书发出了。", "受理了，期限开始算。"]
    assert read == ["有材料要补", "大厅已收件", "已受理"]
    assert "经营场所的不动产权证书\n只有第一页，缺附图页" in told
    assert faults == []
