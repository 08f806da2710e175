"""Pages of matters under way, those of everybody who has a hand in one: no barrier, and nothing wider than its screen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlparse

import pytest

from banshi.journeys.hall.demo_seeds import PASSWORD
from tests.e2e.conftest import OPENING, ROOT, Installation
from tests.e2e.test_kiosk_large import enlarged
from tests.e2e.test_office_narrow import WIDER

pytestmark = pytest.mark.browser
HALL, SHOP, HOME = "nancheng", "sole-trader-licence-new", "registration-house-sale-transfer"
PHONE, NARROW, DESK, KIOSK = (390, 844), (320, 640), (1366, 768), (1080, 1920)

# `{sent}` and so on: the number of the case that stands there (tests/e2e/under_way.py).
OF_CITIZENS = (
    f"/items/{SHOP}", f"/items/{HOME}?hall={HALL}", f"/items/{SHOP}/ask", f"/matters/{SHOP}/?hall={HALL}",
    f"/matters/{SHOP}/?hall={HALL}&a=form:individual&a=identity:mainland&a=name:undecided&a=premises:own&a=food:none"
    "&a=permit:none&a=applicant:self",
    "/together/", "/together/chosen/", "/together/buying-home/", "/verify/",
    "/cases/", "/cases/{filled}/form/", "/cases/{filled}/papers/", "/cases/{filled}/check/",
    *(f"/cases/{{{stands}}}/" for stands in (
        "sent", "in_folder", "received", "told", "in_review", "stopped", "ready", "closed", "refused", "owing",
    )),
    "/cases/{told}/papers/", "/cases/{owing}/pay", "/cases/{closed}/rate", "/cases/{sent}/complain",
    "/bundles/{bundle}/", "/bundles/{bundle}/papers/", "/me/record/", "/me/uses/", "/agents/",
)  # fmt: skip

# Who signs in → what they open.
OF_STAFF: Mapping[str, tuple[str, ...]] = {
    "pre-review": ("/review/nancheng/pre-review", "/review/nancheng/cases/{sent}/"),
    "accept": (
        "/review/nancheng/acceptance", "/review/nancheng/waiting", "/review/nancheng/folders",
        "/review/nancheng/stock", "/review/nancheng/stock?spot=A-3", "/review/nancheng/folders/{folder}/",
        "/review/nancheng/folders/{folder}/receipt", "/review/nancheng/cases/{in_folder}/",
        "/review/nancheng/cases/{received}/", "/review/nancheng/cases/{told}/",
    ),
    "review3": (
        "/review/nancheng/review", "/review/nancheng/cases/{in_review}/", "/review/nancheng/cases/{stopped}/",
        "/review/nancheng/consults", "/review/nancheng/enquiries",
    ),
    "approve3": ("/review/nancheng/approval", "/review/nancheng/cases/{opined}/"),
    "supervise": (
        "/review/nancheng/supervision", "/review/nancheng/rules/", "/review/nancheng/exceptions",
        "/review/nancheng/cases/{owing}/",
    ),
    "issue": (
        "/issue/nancheng/", "/issue/nancheng/cases/{decided}/", "/issue/nancheng/cases/{ready}/",
        "/issue/nancheng/cases/{owing}/", "/issue/nancheng/cabinets/", "/issue/nancheng/parcels/",
    ),
    "manager": (
        "/office/nancheng/matters/", "/office/nancheng/items/drafts/", "/office/nancheng/items/elements/",
        "/office/nancheng/items/elements/id-number/", "/office/nancheng/exchange/", "/office/nancheng/agents/",
        "/office/nancheng/seals/", "/office/nancheng/archive/", "/office/nancheng/figures/cases",
    ),
}  # fmt: skip

AT_A_DESK = (
    "/desk/cases/{served}/", "/desk/cases/{served}/glance", "/desk/cases/{served}/{in_folder}/",
    "/desk/cases/{served}/{told}/", "/desk/cases/{served}/{owing}/",
)  # fmt: skip
AT_A_MACHINE = (
    "mine", "begin", f"begin/{SHOP}", f"begin/{SHOP}?a=form:individual", f"together/{SHOP}+{HOME}",
    "mine/{filled}/situation?at=food", "mine/{filled}/form?at=0", "mine/{filled}/papers", "mine/{filled}/check",
    "mine/{sent}/sent", "mine/{owing}/pay", "bundles/{bundle}/form?at=0", "bundles/{bundle}/papers", "bundles/{bundle}/check",
)  # fmt: skip


@pytest.fixture(scope="module")
def under_way(installation: Installation) -> dict[str, str]:
    """What stands for what, made once."""
    installation.set_clock(OPENING, 0)
    play = [sys.executable, "-m", "tests.e2e.under_way", OPENING, HALL]
    out = subprocess.run(play, env=installation.environment, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    made: dict[str, str] = json.loads(out.splitlines()[-1])
    return made


def looked_at(
    page: Any, paths: tuple[str, ...], made: Mapping[str, str], axe: Any, *sizes: tuple[int, int]
) -> list[str]:
    """What is wrong with these pages at these sizes."""
    faults = []
    for path in paths:
        answer = page.goto(path.format(**made))
        if (answer.status, urlparse(page.url).path) != (200, urlparse(path.format(**made)).path):
            faults.append(f"{path}: {answer.status} at {page.url}")
        faults += [f"{path}: {each}" for each in axe(page)]
        for size in sizes:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            faults += [f"{path} at {size[0]}: {each}" for each in page.evaluate(WIDER)]
        page.set_viewport_size({"width": sizes[0][0], "height": sizes[0][1]})
    return faults


@pytest.mark.parametrize(("language", "elder"), [("en", "0"), ("zh-hans", "1")], ids=["en", "elder"])
def test_a_citizens_pages(
    under_way: dict[str, str], open_page: Callable[..., Any], axe: Any, language: str, elder: str
) -> None:
    page = open_page("/sign-in", size=PHONE)
    kept = {"elder": elder, "django_language": language, "sessionid": under_way["cookie"]}
    page.context.add_cookies([{"name": name, "value": value, "url": page.url} for name, value in kept.items()])

    assert looked_at(page, OF_CITIZENS, under_way, axe, PHONE, NARROW) == []


@pytest.mark.parametrize("login", OF_STAFF)
def test_pages_of_those_who_work_it(
    under_way: dict[str, str], open_page: Callable[..., Any], axe: Any, login: str
) -> None:
    page = open_page("/staff/sign-in", size=DESK, language="en-GB")
    page.fill("[name=login]", f"{HALL}-{login}")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")

    assert looked_at(page, OF_STAFF[login], under_way, axe, DESK, PHONE) == []


def test_pages_at_a_desk(under_way: dict[str, str], open_page: Callable[..., Any], axe: Any) -> None:
    page = open_page("/staff/sign-in", size=DESK, language="en-GB")
    page.fill("[name=login]", under_way["window"])
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")

    assert looked_at(page, AT_A_DESK, under_way, axe, DESK) == []


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_pages_of_a_machine(under_way: dict[str, str], open_page: Callable[..., Any], axe: Any, language: str) -> None:
    """In large type."""
    page = open_page(f"/kiosk/{HALL}/mine", size=KIOSK, language=language)
    page.keyboard.type(under_way["card"])
    page.keyboard.press("Enter")
    page.locator("main .row").first.wait_for()
    enlarged(page)

    assert looked_at(page, tuple(f"/kiosk/{HALL}/{path}" for path in AT_A_MACHINE), under_way, axe, KIOSK) == []
