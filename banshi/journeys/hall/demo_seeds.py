"""Seeds of a demo: staff for every window, managers, who works cases, keys, and demo.json that names them all.

Keys are derived from the installation's secret, so a second run writes the same ones. Names are generated. A demo that
others can reach (BANSHI_DEMO_PASSWORD) has passwords and keys of its own, and the known ones do not open it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import random
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from banshi.foundation import clock, demo
from banshi.journeys.hall import demo_visits, load_fleet
from banshi.journeys.hotline import taking
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.rooms.audit.models import Entry
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.cases import actions as cases
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.devices.models import Device, MachineType
from banshi.rooms.hotline.actions import Opening
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import ApiKey, Role, Staff
from banshi.rooms.places.models import Hall, SelfServiceArea, Window
from banshi.rooms.remote import actions as remote
from banshi.rooms.remote.models import Seat

PASSWORD = "banshi-demo"  # noqa: S105 – a demo's, refused in production
CHINA = ZoneInfo("Asia/Shanghai")
OPENING_SPEED = 20.0  # the first hall opens after 15 seconds, the last after two minutes, and a day lasts half an hour
PAGES = {
    "Kiosk": "/kiosk/dongcheng/",
    "Wall board": "/screens/dongcheng/board",
    "Window clerk": "/desk/",
    "Hall manager": "/office/",
    "Messages sent": "/demo/notices",
}
LOGINS = {
    "clerk": "dongcheng-01",
    "senior_clerk": "dongcheng-lead",
    "guide": "dongcheng-guide",
    "hall_manager": "dongcheng-manager",
    "nancheng_manager": "nancheng-manager",
    "nancheng_clerk": "nancheng-01",
    "pre_reviewer": "dongcheng-pre-review",
    "receiver": "dongcheng-accept",
    "reviewer": "dongcheng-review",
    "approver": "dongcheng-approve",
    "issue_clerk": "dongcheng-issue",
    "supervisor": "dongcheng-supervise",
    "video_agent": "dongcheng-video",
    "hotline_agent": "dongcheng-hotline",
    "city_admin": "city",
    "auditor": "auditor",
}
# Halls with people for each step of a case: two a step, so that whoever began is never the only one to go on.
CASE_HALLS = ("dongcheng", "nancheng", "dongguan")
CASE_ROLES = {
    "pre_reviewer": "pre-review",
    "receiver": "accept",
    "reviewer": "review",
    "approver": "approve",
    "issue_clerk": "issue",
    "supervisor": "supervise",
}
OF_DEPARTMENTS = ("reviewer", "approver")
# As the public API calls the steps: for each two different people who take it in every case of their hall.
API_ROLES = {login.replace("-", "_"): role for role, login in CASE_ROLES.items()}
# Whose cases the first and the second reviewer and approver of a hall work: the departments of these items. Two more work all.
ITEMS_WORKED = ("sole-trader-licence-new", "land-and-house-reg")
# Matters whose rules decide in a demo: a paper, a record or a clerk vouches for what they grant, or the law asks no more.
RULED = (
    "sole-trader-licence-new", "filing-changed-driver-details", "proof-life-pensioners", "unemployment-benefit-statement",
)  # fmt: skip
# A matter whose places are drawn by lot, and how many there are in its first rounds.
DRAWN = "car-quota-ordinary-car-lottery-application"
PLACES_DRAWN = (40, 60)
SURNAMES = [("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang"), ("黄", "Huang"),
            ("周", "Zhou"), ("吴", "Wu"), ("徐", "Xu"), ("孙", "Sun"), ("胡", "Hu"), ("朱", "Zhu"), ("高", "Gao"),
            ("林", "Lin"), ("何", "He"), ("郭", "Guo"), ("马", "Ma"), ("罗", "Luo"), ("梁", "Liang")]  # fmt: skip
GIVEN = [("敏", "Min"), ("静", "Jing"), ("丽", "Li"), ("强", "Qiang"), ("磊", "Lei"), ("军", "Jun"), ("洋", "Yang"),
         ("勇", "Yong"), ("艳", "Yan"), ("杰", "Jie"), ("娟", "Juan"), ("涛", "Tao"), ("明", "Ming"), ("超", "Chao"),
         ("秀兰", "Xiulan"), ("霞", "Xia"), ("平", "Ping"), ("刚", "Gang"), ("桂英", "Guiying"), ("文", "Wen"),
         ("慧", "Hui"), ("建华", "Jianhua"), ("玉梅", "Yumei"), ("思远", "Siyuan"), ("雨晴", "Yuqing")]  # fmt: skip


def opening_moment() -> datetime:
    """Where a demo's clock starts: 8:25 of the next working day (today, if it is one), local time."""
    calendar = calendars.work_calendar()
    day = clock.wall().astimezone(CHINA).date()
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return datetime.combine(day, time(8, 25), CHINA)


def password() -> str:
    """What all demo staff sign in with: known to everybody, or, where others can reach the demo, its own."""
    return os.environ.get("BANSHI_DEMO_PASSWORD") or PASSWORD


def sow(url: str, path: Path) -> dict[str, Any]:
    """Make the demo's staff and keys where missing, and write them to `path`.

    :param url: address of this installation, as written into the file.
    :returns: what was written: {"url", "keys", "logins", "pages"}.
    :raises RuntimeError: in production settings.
    """
    if settings.PRODUCTION:
        raise RuntimeError("a production installation has no demo seeds")
    now = clock.now()
    halls = list(Hall.objects.order_by("order", "code"))
    with transaction.atomic():
        first_time = not Staff.objects.exists()
        clerks = _staff(halls, now)
        _devices(halls)
        _machines()
        keys = _keys(halls, clerks, now)
        _cabinets(halls)
        _seats(halls, clerks, now)
        if first_time:
            _rules(now)
            _rounds(now)
            _orders(halls, now)
            for hall in halls:
                if hall.code in CASE_HALLS:
                    demo_visits.sow(hall, [clerks[f"{hall.code}-guide"]], now=now)
            demo.set_crowd_halls(h.code for h in halls)
    logins = {role: {"user": user, "password": password()} for role, user in LOGINS.items()}
    seeds = {"url": url, "keys": keys, "logins": logins, "pages": PAGES}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".json.new")
    fresh.write_text(json.dumps(seeds, ensure_ascii=False, indent=1), encoding="utf-8")
    fresh.chmod(0o600)
    fresh.replace(path)
    return seeds


def case_logins(hall: str, role: str) -> tuple[str, str]:
    """The two of a hall who take this step of a case."""
    login = f"{hall}-{CASE_ROLES[role]}"
    return login, f"{login}2"


def of_all_departments(hall: str, role: str) -> tuple[str, str]:
    """The two who take this step of a case of any department."""
    if role not in OF_DEPARTMENTS:
        return case_logins(hall, role)
    login = f"{hall}-{CASE_ROLES[role]}"
    return f"{login}3", f"{login}4"


def key_logins(hall: str) -> dict[str, list[str]]:
    """Whose keys demo.json has for each step: by the names of the public API, and by the roles that people hold – there the two
    of the hall, and who works the cases of all departments last."""
    of_api = {name: list(of_all_departments(hall, role)) for name, role in API_ROLES.items()}
    of_roles = {
        role: [*case_logins(hall, role), *(of_all_departments(hall, role)[:1] if role in OF_DEPARTMENTS else ())]
        for role in CASE_ROLES
    }
    return {**of_api, **of_roles, "video": list(video_logins(hall)), "hotline": list(hotline_logins(hall))}


def video_logins(hall: str) -> tuple[str, str]:
    """The two of a hall who take calls of the video service; the second signs, too."""
    return f"{hall}-video", f"{hall}-video2"


def hotline_logins(hall: str) -> tuple[str, str]:
    """The two of a hall who sit at the hotline's desk."""
    return f"{hall}-hotline", f"{hall}-hotline2"


def _wanted(halls: list[Hall]) -> list[tuple[str, str, str, str]]:
    """Login, role, scope kind, scope: `<window code>` for each window's clerk, `<hall>-manager`, `-lead`, `-guide`, `city`,
    `auditor`; then who works cases, `<hall>-review` and so on. New ones come last: names and badges stay whose they are."""
    wanted: list[tuple[str, str, str, str]] = []
    for hall in halls:
        for code in Window.objects.filter(hall=hall).order_by("code").values_list("code", flat=True):
            wanted.append((code, "clerk", "hall", hall.code))
        wanted += [
            (f"{hall.code}-manager", "hall_manager", "hall", hall.code),
            (f"{hall.code}-lead", "senior_clerk", "hall", hall.code),
            (f"{hall.code}-guide", "guide", "hall", hall.code),
        ]
    wanted += [("city", "city_admin", "all", "*"), ("auditor", "auditor", "all", "*")]
    for hall in halls:
        if hall.code in CASE_HALLS:
            wanted += [
                (login, role, "hall", hall.code) for role in CASE_ROLES for login in case_logins(hall.code, role)
            ]
    case_halls = [hall.code for hall in halls if hall.code in CASE_HALLS]
    for nth in range(2):
        wanted += [
            (of_all_departments(code, role)[nth], role, "hall", code) for code in case_halls for role in OF_DEPARTMENTS
        ]
    # Who watches over a hall's limits is in a demo the head of its bodies, too.
    wanted += [(login, "head", "hall", code) for code in case_halls for login in case_logins(code, "supervisor")]
    wanted.append(("city2", "city_admin", "all", "*"))  # what takes two with rights in every hall
    wanted += [(login, "video_agent", "hall", code) for code in case_halls for login in video_logins(code)]
    wanted += [(login, "hotline_agent", "hall", code) for code in case_halls for login in hotline_logins(code)]
    return wanted


def departments_worked() -> list[Department | None]:
    """Whose cases the first and the second of a hall work, as the catalogue has it; None while it lacks the item."""
    rows = Item.objects.filter(code__in=ITEMS_WORKED).select_related("department").order_by("code")
    of_item = {row.code: row.department for row in rows}
    return [of_item.get(item) for item in ITEMS_WORKED]


def _departments(halls: list[Hall]) -> dict[str, str]:
    """Login → department of whoever works the cases of one."""
    codes = [row.code if row is not None else "" for row in departments_worked()]
    return {
        login: code
        for hall in halls
        for role in OF_DEPARTMENTS
        for login, code in zip(case_logins(hall.code, role), codes, strict=True)
    }


def _staff(halls: list[Hall], now: datetime) -> dict[str, Staff]:
    """Login → staff, those who are missing made, with their roles."""
    dice = random.Random(20180702)  # noqa: S311 – demo names, no secret
    hashed = make_password(password())
    wanted, departments = _wanted(halls), _departments(halls)
    known = set(Staff.objects.values_list("login", flat=True))
    fresh = []
    for number, (login, _role, _kind, _scope) in enumerate(wanted):
        (family_zh, family_en), (given_zh, given_en) = dice.choice(SURNAMES), dice.choice(GIVEN)
        if login not in known:
            known.add(login)  # may hold two roles
            fresh.append(
                Staff(
                    login=login, password=hashed, name_zh=family_zh + given_zh, name_en=f"{given_en} {family_en}",
                    badge=f"{number + 1001}", department=departments.get(login, ""), created_at=now,
                )
            )  # fmt: skip
    Staff.objects.bulk_create(fresh, batch_size=500)
    staff = {s.login: s for s in Staff.objects.filter(login__in=[w[0] for w in wanted])}
    if "city" in staff and not check_password(password(), staff["city"].password):
        Staff.objects.filter(login__in=list(staff)).update(password=hashed)
    made = {s.login for s in fresh}
    Role.objects.bulk_create(
        [
            Role(staff=staff[login], role=role, scope_kind=kind, scope=scope, given_at=now, given_by="system")
            for login, role, kind, scope in wanted
            if login in made
        ],
        batch_size=500,
    )
    return staff


def _secret(scope: str, what: str) -> str:
    own = os.environ.get("BANSHI_DEMO_PASSWORD", "")
    said = f"demo-key\0{scope}\0{what}" + (f"\0{own}" if own else "")
    digest = hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()
    return f"bs_{scope}_{digest[:40]}"


def _keys(halls: list[Hall], staff: dict[str, Staff], now: datetime) -> dict[str, Any]:
    known = set(ApiKey.objects.values_list("key_hash", flat=True))
    wanted: set[str] = set()

    def key(scope: str, what: str = "", **bound: Any) -> str:
        secret = _secret(scope, what)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        wanted.add(digest)
        if digest not in known:
            create_key(name=f"demo {scope} {what}".strip(), scope=scope, now=now, secret=secret, **bound)
            known.add(digest)
        return secret

    windows = Window.objects.order_by("code").values_list("code", "hall__code")
    machines = (
        Device.objects.filter(type__isnull=False, retired_at=None).order_by("code").values_list("code", "hall__code")
    )
    found = {
        "channel": key("channel"),
        "manage": key("manage", region="*"),
        "read": key("read"),
        "demo": key("demo"),
        "kiosk": {hall.code: key("kiosk", hall.code, hall=hall.code) for hall in halls},
        "desk": {code: key("desk", code, hall=hall, staff=staff[code]) for code, hall in windows},
        "device": {code: key("kiosk", code, hall=hall, device=code) for code, hall in machines},
        "staff": {
            hall.code: {
                name: [key("staff", login, hall=hall.code, staff=staff[login]) for login in logins]
                for name, logins in key_logins(hall.code).items()
            }
            for hall in halls
            if hall.code in CASE_HALLS
        },
    }
    # Those of the other kind of run, known or not, open nothing now.
    ours = ApiKey.objects.filter(name__startswith="demo ")
    ours.exclude(key_hash__in=wanted).filter(revoked_at=None).update(revoked_at=now)
    back = ours.filter(key_hash__in=wanted).exclude(revoked_at=None)
    # Those that somebody ended are in the trail, and stay ended; the other kind of run ends them without a word.
    subjects = {f"key:{pk}": pk for pk in back.order_by("id").values_list("id", flat=True)}
    ended = Entry.objects.filter(action="revoked", subject__in=list(subjects)).values_list("subject", flat=True)
    back.exclude(id__in=[subjects[subject] for subject in ended.order_by("id")]).update(revoked_at=None)
    return found


def _devices(halls: list[Hall]) -> None:
    """A kiosk whose slips go to a file, a wall board, and at the first window a display and an evaluator."""
    first = {w.hall_id: w for w in Window.objects.order_by("-code")}
    rows = []
    for hall in halls:
        slips = f"file:slips-{hall.code}.bin"
        rows += [
            Device(hall=hall, code=f"{hall.code}-kiosk-1", kind="kiosk", name="1 号取号机", printer=slips),
            Device(hall=hall, code=f"{hall.code}-board-1", kind="board", name="大厅综合屏"),
            Device(
                hall=hall,
                code=f"{hall.code}-window_display-1",
                kind="window_display",
                name="窗口屏",
                window=first.get(hall.id),
            ),
            Device(
                hall=hall, code=f"{hall.code}-evaluator-1", kind="evaluator", name="评价器", window=first.get(hall.id)
            ),
        ]
    Device.objects.bulk_create(rows, ignore_conflicts=True)


def _seats(halls: list[Hall], staff: dict[str, Staff], now: datetime) -> None:
    """Two who take calls and nothing else, and the clerks of the first two windows while nobody is there (policy)."""
    known = set(Seat.objects.values_list("staff_id", flat=True))
    for hall in halls:
        if hall.code not in CASE_HALLS:
            continue
        windows = (
            Window.objects.filter(hall=hall, kind="integrated").order_by("code").values_list("code", flat=True)[:2]
        )
        kinds = [*((login, "dedicated") for login in video_logins(hall.code)), *((code, "window") for code in windows)]
        for login, kind in kinds:
            if login in staff and staff[login].pk not in known:
                languages = ("zh", "sign") if login == video_logins(hall.code)[1] else ("zh", "en")
                remote.set_up(staff=staff[login], hall=hall, kind=kind, languages=languages, by=SYSTEM, now=now)


def _machines() -> None:
    """Those of the self-service areas, as the presets count them; the same ones with every run."""
    areas = {area.code: area for area in SelfServiceArea.objects.order_by("code")}
    names = dict(MachineType.objects.order_by("code").values_list("code", "name_zh"))
    rows = []
    for each in load_fleet.counted(settings.ROOT / "presets"):
        area = areas.get(each.area)
        if area is None:
            continue
        kinds = [kind for kind, count in each.machines for _ in range(count) if kind in names]
        rows += [
            Device(
                hall_id=area.hall_id, area=area, type_id=kind, code=f"{area.code}-{no}", kind="machine",
                name=f"{area.name_zh} {no} 号{names[kind]}",
            )
            for no, kind in enumerate(kinds, start=1)
        ]  # fmt: skip
    rows += [
        Device(hall_id=area.hall_id, area=area, code=f"{area.code}-door", kind="door", name=f"{area.name_zh}大门")
        for area in areas.values()
        if area.asks != "nobody"
    ]
    Device.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _rules(now: datetime) -> None:
    """They decide; of twenty cases a person looks at one all the same."""
    for item in Item.objects.filter(code__in=RULED).order_by("code"):
        if catalogue.handling_of(item).by_rule is None:
            continue
        asked = cases.propose_rules(item_code=item.code, sample_percent=5, by=SYSTEM, now=now)
        cases.switch_on(item_code=item.code, proposal=asked.pk, by=Actor(ActorKind.DEMO), now=now)


def _rounds(now: datetime) -> None:
    """Two rounds of what is drawn by lot, one after the other: whoever is not drawn in the first goes on to the second."""
    item = Item.objects.filter(code=DRAWN).first()
    if item is None or catalogue.handling_of(item).quota is None:
        return
    opens = now.astimezone(CHINA).date()
    for places in PLACES_DRAWN:
        closes = opens + timedelta(days=20)
        asked = cases.propose_round(
            item_code=DRAWN, places=places, opens_on=opens, closes_on=closes, draw_on=closes + timedelta(days=7),
            by=SYSTEM, now=now,
        )  # fmt: skip
        cases.publish_round(round_id=asked.pk, by=Actor(ActorKind.DEMO), now=now)
        opens = closes + timedelta(days=1)


def _cabinets(halls: list[Hall]) -> None:
    """A cabinet at the door of each hall whose people work cases."""
    for hall in halls:
        if hall.code in CASE_HALLS:
            delivery.install(
                hall=hall, code=f"{hall.code}-cabinet-1", name_zh="1 号文件柜", name_en="Cabinet 1",
                place_zh="大门东侧", place_en="East of the main gate", cells=24,
            )  # fmt: skip


CALLS = (
    ("enquiry", "booking", "明天下午还能约号吗？", "city"),
    ("complaint", "machines", "自助机吞了我的卡，没人管。", "subject"),
    ("help", "waiting", "老人行动不便，能不能少排一会儿？", "subject"),
    ("suggestion", "place", "大厅里多放几把椅子。", "subject"),
    ("enquiry", "rules", "灵活就业的人怎么参保？", "subject"), ("complaint", "service", "窗口让我跑了三趟。", ""),
)  # fmt: skip


def _orders(halls: list[Hall], now: datetime) -> None:
    """A few orders of the hotline at the desk of each hall with people for it, from the days before, so that some are late."""
    for hall in halls:
        if hall.code not in CASE_HALLS:
            continue
        for nth, (kind, subject, text, line) in enumerate(CALLS):
            opening = Opening(hall, kind, subject, text, phone=f"1390013{nth:04d}", line=line)
            taking.take(opening, by=SYSTEM, now=now - timedelta(days=nth))
