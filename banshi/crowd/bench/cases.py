"""Cases: lists, one case, searches, an acceptance, deadlines – with a thousand cases in the tables and with a hundred thousand –,
then papers and uploads. As those who work them and those who apply: over HTTP, one after the other.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from http.cookiejar import CookieJar
from typing import Any, Final

from banshi.crowd.bench.figures import ms, percentile, ratio
from banshi.crowd.bench.ground import BenchTrouble, Installation, Worker, direct
from banshi.crowd.bench.pages import signed_in
from banshi.crowd.bench.processor import spent

HALL: Final = "dongguan"
DEPARTMENT: Final = "market"  # of the hall's first reviewer
KEY: Final = "demo channel"
SIZES, QUICK_SIZES = (1_000, 100_000), (40, 80)
ITEMS, QUICK_ITEMS = 2_711, 40  # of a store's file
BYTES_OF_A_CASE: Final = (
    16 * 1024
)  # with its people, steps, papers, indexes and what is written about them, at the most
A_PAGE: Final = 60  # cases that wait for the reviewer at the least: the first page is full at either size
TABLES: Final = ("cases_case", "cases_event", "cases_paper", "cases_material", "identity_person")
SOME_SQL: Final = """
SELECT no FROM cases_case c JOIN catalogue_department d ON d.id = c.department_id
WHERE d.code = %s ORDER BY md5(no) LIMIT %s
"""
YARDSTICK: Final = "The page to sign in, as a yardstick"


class _Stays(urllib.request.HTTPRedirectHandler):
    """Where a page leads is not followed: that is another page."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


class CaseBench:
    """Measures at each size; `found` is what `cases` returns."""

    def __init__(self, on: Installation, *, quick: bool, say: Callable[[str], None]) -> None:
        self.on, self.quick, self.say = on, quick, say
        self.times = 3 if quick else 40
        self.helper: Worker = on.worker("banshi.crowd.bench.case_helper")
        self._ask(url=on.url, hall=HALL, key=KEY)
        self.written = 0
        self.citizen = str(self._ask(do="citizen")["cookie"])
        self.staff = {login: _signed_in(on, f"{HALL}-{login}") for login in ("review", "accept", "supervise")}
        self.clerk = self._at_a_window()

    def _ask(self, **asked: Any) -> dict[str, Any]:
        self.helper.say(json.dumps(asked))
        found: dict[str, Any] = json.loads(self.helper.hear())
        return found

    def _write(self, count: int, **more: Any) -> list[str]:
        numbers: list[str] = self._ask(do="write", count=count, **more)["numbers"]
        return numbers

    def _at_a_window(self) -> _Asker:
        """A clerk of the hall, who works at the first window."""
        ((window,),) = self.on.sql(
            "SELECT w.code FROM places_window w JOIN places_hall h ON h.id = w.hall_id WHERE h.code = %s ORDER BY 1 LIMIT 1",
            [HALL],
        )
        clerk = _signed_in(self.on, str(window))
        clerk.post("/desk/sign-in", window=str(window))
        return clerk

    # ---- at one size ----

    def at(self, size: int) -> dict[str, Any]:
        began, new = time.monotonic(), size - self.written
        self._write(A_PAGE, phase="in_review", department=DEPARTMENT)
        self._write(new)
        self.written = size
        filled = time.monotonic() - began
        received = self._write(self.times + 2, phase="received")
        self._settle()
        self.say(f"{size:,} cases: {new:,} of them filled in {filled:.0f} s")
        found = {
            "filled": new, "filled_s": round(filled, 1), "pages": self._pages(), "accept": self._accept(received),
            "due": self._due(),
        }  # fmt: skip
        self.say(f"cases, {size:,}: {found}")
        return found

    def _settle(self) -> None:
        for table in TABLES:
            self.on.sql(f"VACUUM ANALYZE {table}")

    def _pages(self) -> dict[str, dict[str, float]]:
        numbers = [no for (no,) in self.on.sql(SOME_SQL, [DEPARTMENT, self.times])]
        at, find = f"/review/{HALL}/", f"/review/{HALL}/find?no="
        word = urllib.parse.quote("登记")
        reviewer, receiver, supervisor = (self.staff[name] for name in ("review", "accept", "supervise"))
        citizen = _Asker(self.on, CookieJar(), self.citizen)
        asked: dict[str, tuple[_Asker, Sequence[str]]] = {
            "Work list of a department": (reviewer, [f"{at}review"]),
            "The same, by words of the matter": (reviewer, [f"{at}review?q={word}"]),
            "Acceptance list of a hall": (receiver, [f"{at}acceptance"]),
            "Supervision list of a hall": (supervisor, [f"{at}supervision"]),
            "One case": (reviewer, [f"{at}cases/{no}/" for no in numbers]),
            "A case found by its number": (reviewer, [f"{find}{no}" for no in numbers]),
            "A case found by its last digits": (reviewer, [f"{find}{no[-6:]}" for no in numbers]),
            "Cases looked for by words": (reviewer, [f"{find}{word}"]),
            "My cases, of a citizen": (citizen, ["/cases/"]),
            "The desk's page, of a clerk at a window": (self.clerk, ["/desk/"]),
            YARDSTICK: (citizen, ["/staff/sign-in"]),
        }
        return {name: self._timed(asker, paths) for name, (asker, paths) in asked.items()}

    def _timed(self, asker: _Asker, paths: Sequence[str]) -> dict[str, float]:
        """Each path once to warm; then as often as is measured."""
        for path in paths:
            asker.get(path)
        took = []
        with spent(self.on) as used:
            for n in range(self.times):
                began = time.monotonic()
                asker.get(paths[n % len(paths)])
                took.append(time.monotonic() - began)
        statements = self._ask(do="statements", cookie=asker.cookie(), path=paths[0])["statements"]
        return {
            "p50_ms": ms(percentile(took, 0.5)), "p95_ms": ms(percentile(took, 0.95)), "statements": statements,
            "kib": round(asker.bytes / 1024, 1), **used.per_request(self.times),
        }  # fmt: skip

    def _accept(self, numbers: Sequence[str]) -> dict[str, float]:
        """The hall says that it takes a matter on: page, rules, event, paper, message, in one transaction."""
        asker, took = self.staff["accept"], []
        with spent(self.on) as used:
            for n, no in enumerate(numbers):
                began = time.monotonic()
                asker.post(f"/review/{HALL}/cases/{no}/accept")
                if n >= len(numbers) - self.times:
                    took.append(time.monotonic() - began)
        rows = self.on.sql("SELECT count(*) FROM cases_case WHERE no = ANY(%s) AND phase = 'accepted'", [list(numbers)])
        return {
            "p50_ms": ms(percentile(took, 0.5)), "p95_ms": ms(percentile(took, 0.95)), "asked": len(numbers),
            "accepted": int(rows[0][0]), **used.per_request(len(numbers)),
        }  # fmt: skip

    def _due(self) -> dict[str, float]:
        late = len(self._write(5 if self.quick else 200, phase="received", overdue=True, permits=True))
        found = self._ask(do="due")
        return {
            "late": late, "done": int(found["done"]), "per_s": round(found["done"] / found["seconds"], 1),
            "per_processor_s": round(found["done"] / found["processor_s"], 1), "idle_ms": ms(found["idle_s"]),
        }  # fmt: skip

    # ---- at the last size ----

    def papers(self) -> dict[str, float]:
        found = self._ask(do="papers", count=3 if self.quick else 60)
        return {
            "made": int(found["done"]), "per_s": round(found["done"] / found["seconds"], 1),
            "per_processor_s": round(found["done"] / found["processor_s"], 1),
        }  # fmt: skip

    def uploads(self) -> dict[str, float]:
        """Photos of papers over the API, opened in a process of their own, drawn anew and sealed."""
        numbers = self._write(2 if self.quick else 20, phase="draft")
        key, content, took = self.on.keys["channel"], photo(), []
        for no in numbers:
            wanted = self.on.get(f"/cases/{no}", key)["requirements"]
            codes = [each["code"] for each in wanted if "upload" in each["channels"]]
            if codes:
                began = time.monotonic()
                _send(self.on, no, codes[0], content, key)
                took.append(time.monotonic() - began)
        whole = sum(took)
        return {
            "files": len(took), "mib_each": round(len(content) / 2**20, 2), "p50_ms": ms(percentile(took, 0.5)),
            "mib_per_s": round(len(took) * len(content) / 2**20 / whole, 2),
        }  # fmt: skip

    def items(self) -> dict[str, float]:
        """A store's file of so many items, read, compared and entered as drafts; beside it the same documents put into a table
        that knows nothing of them. Then the same file again, which changes nothing."""
        return self._ask(do="items", count=QUICK_ITEMS if self.quick else ITEMS)

    def broken_chains(self) -> int:
        numbers = [no for (no,) in self.on.sql(SOME_SQL, [DEPARTMENT, 10 if self.quick else 200])]
        return int(self._ask(do="chains", numbers=numbers)["broken"])


def cases(on: Installation, *, quick: bool, say: Callable[[str], None], most: int | None = None) -> dict[str, Any]:
    """Figures at each size, how many times as dear the largest is, papers, uploads, items.

    :param most: so many cases as a size of their own, where there is room for them; else `left_out` says why not.
    """
    say("cases …")
    bench = CaseBench(on, quick=quick, say=say)
    sizes, left_out = [*(QUICK_SIZES if quick else SIZES)], ""
    if most is not None:
        left_out = why_left_out(most, after=sizes[-1], free=shutil.disk_usage(on.data).free)
        sizes += [] if left_out else [most]
        say(left_out or f"with {most:,} cases as well")
    by = {str(size): bench.at(size) for size in sizes}
    found = {
        "sizes": sizes, "by": by, "ratios": ratios(by[str(sizes[0])], by[str(sizes[-1])]), "papers": bench.papers(),
        "uploads": bench.uploads(), "items": bench.items(), "broken_chains": bench.broken_chains(), "left_out": left_out,
    }  # fmt: skip
    say(f"papers {found['papers']}, uploads {found['uploads']}, items {found['items']}")
    return found


def why_left_out(most: int, *, after: int, free: int) -> str:
    """ "": there is room for so many. :param after: the size before it. :param free: bytes."""
    if most <= after:
        return f"left out {most:,} cases: {after:,} are measured anyway"
    if (needed := most * BYTES_OF_A_CASE) > free:
        return f"left out {most:,} cases: they take up to {needed / 2**30:.0f} GiB, and {free / 2**30:.0f} are free"
    return ""


def ratios(few: dict[str, Any], many: dict[str, Any]) -> dict[str, float]:
    """Medians at the larger size over those at the smaller."""
    found = {name: ratio(page["p50_ms"], few["pages"][name]["p50_ms"]) for name, page in many["pages"].items()}
    return {**found, "accept": ratio(many["accept"]["p50_ms"], few["accept"]["p50_ms"])}


class _Asker:
    """Somebody signed in, with a browser that follows no redirect."""

    def __init__(self, on: Installation, jar: CookieJar, cookie: str = "") -> None:
        """:param cookie: of a session that was not begun over HTTP."""
        self.on, self.jar, self._cookie = on, jar, cookie
        self.bytes = 0  # of the last page: whether a page that takes longer only says more
        self.browser = direct(_Stays(), *([] if cookie else [urllib.request.HTTPCookieProcessor(jar)]))

    def get(self, path: str) -> None:
        self._open(urllib.request.Request(f"http://127.0.0.1:{self.on.port}{path}"))

    def post(self, path: str, **said: str) -> None:
        """:raises BenchTrouble: it did not lead back to a page."""
        token = self._cookies()["csrftoken"]
        address = f"http://127.0.0.1:{self.on.port}{path}"
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **said}).encode()
        if self._open(urllib.request.Request(address, data=form, headers={"Referer": address})) != 302:
            raise BenchTrouble(f"{path} was not done")

    def _open(self, asked: urllib.request.Request) -> int:
        if self._cookie:
            asked.add_header("Cookie", self._cookie)
        try:
            with self.browser.open(asked, timeout=60) as answer:
                self.bytes = len(answer.read())
                return int(answer.status)
        except urllib.error.HTTPError as other:
            with other:
                self.bytes = 0
                if other.code == 302 and "/sign-in" not in other.headers["Location"]:
                    return 302
                raise BenchTrouble(f"{asked.selector} was answered by {other.code}") from other

    def cookie(self) -> str:
        return self._cookie or f"sessionid={self._cookies()['sessionid']}"

    def _cookies(self) -> dict[str, str]:
        return {each.name: each.value or "" for each in self.jar}


def _signed_in(on: Installation, login: str) -> _Asker:
    jar = CookieJar()
    signed_in(on, login, jar=jar)
    return _Asker(on, jar)


def photo() -> bytes:
    """A page as a telephone takes it: 12 megapixels, with noise, as JPEG."""
    from PIL import Image

    small = Image.frombytes("L", (1008, 756), random.Random(7).randbytes(1008 * 756))  # noqa: S311 - no secret
    into = io.BytesIO()
    small.resize((4032, 3024)).convert("RGB").save(into, "JPEG", quality=80)
    return into.getvalue()


def _send(on: Installation, no: str, code: str, content: bytes, key: str) -> None:
    mark = "bench-mark-of-a-part"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="requirement"\r\n\r\n{code}\r\n',
        f'--{mark}\r\nContent-Disposition: form-data; name="channel"\r\n\r\nupload\r\n',
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="page.jpg"\r\nContent-Type: image/jpeg\r\n\r\n',
    ]
    body = "".join(parts).encode() + content + f"\r\n--{mark}--\r\n".encode()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{on.port}/api/v1/cases/{no}/materials", data=body,
        headers={"Authorization": f"Bearer {key}", "Content-Type": f"multipart/form-data; boundary={mark}"},
    )  # fmt: skip
    try:
        with direct().open(asked, timeout=120) as answer:
            answer.read()
    except urllib.error.HTTPError as refused:
        raise BenchTrouble(f"a photo was not taken in: {refused.read()[:300]!r}") from refused
