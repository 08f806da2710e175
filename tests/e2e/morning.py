"""A hall in the middle of a living morning, for pictures: people who booked, came, waited and were served until now.

Run in an installation's environment before its hall opens, then let its clock stand at that moment:
`python -m tests.e2e.morning 2026-11-24T09:40:00+08:00 nancheng …`. Were its clock there already, its jobs would call those
no-shows who have not come yet while the morning is played. The same moment gives the same morning. A hall that does not
live – nobody waits, nobody is served – ends it: no picture is taken of it.
"""

from __future__ import annotations

import heapq
import random
import sys
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FAMILIES, GIVEN = "王李张刘陈杨黄赵周吴徐孙", ("伟", "敏", "静", "磊", "秀英", "建国", "丽华", "志强", "晓燕", "海涛")

PHONE, KIOSK, DESK, WIDE, WALL = (390, 844), (1080, 1920), (1366, 768), (1440, 900), (1920, 1080)

# Name, size, language, who is signed in, address.
SHOWN = (
    ("screen-board-zh", WALL, "zh-CN", "", "/screens/nancheng/board"),
    ("screen-board-en", WALL, "en-GB", "", "/screens/nancheng/board?lang=en"),
    ("citizen-home-zh", PHONE, "zh-CN", "", "/"),
    ("citizen-home-phone-en", PHONE, "en-GB", "", "/"),
    ("citizen-home-wide-zh", WIDE, "zh-CN", "", "/"),
    ("citizen-hall-phone-en", PHONE, "en-GB", "", "/halls/nancheng"),
    ("citizen-hall-wide-zh", WIDE, "zh-CN", "", "/halls/nancheng"),
    ("kiosk-start-zh", KIOSK, "zh-CN", "", "/kiosk/nancheng/"),
    ("kiosk-categories-zh", KIOSK, "zh-CN", "", "/kiosk/nancheng/walk-in"),
    ("desk-serving-zh", DESK, "zh-CN", "nancheng-05", "/desk/"),
    ("desk-serving-en", DESK, "en-GB", "nancheng-05", "/desk/"),
    ("office-home-zh", WIDE, "zh-CN", "city", "/office/"),
    ("office-home-en", WIDE, "en-GB", "city", "/office/"),
    ("office-live-zh", WIDE, "zh-CN", "nancheng-manager", "/office/nancheng/live"),
    ("office-overview-zh", WIDE, "zh-CN", "nancheng-manager", "/office/nancheng/"),
    ("office-overview-en", WIDE, "en-GB", "nancheng-manager", "/office/nancheng/"),
    ("office-slots-zh", WIDE, "zh-CN", "nancheng-manager", "/office/nancheng/slots/"),
    ("office-slots-en", WIDE, "en-GB", "nancheng-manager", "/office/nancheng/slots/"),
    ("office-figures-zh", WIDE, "zh-CN", "nancheng-manager", "/office/nancheng/figures"),
    ("office-appointments-zh", WIDE, "zh-CN", "nancheng-manager", "/office/nancheng/appointments/"),
    ("office-calendar-edit-zh", WIDE, "zh-CN", "nancheng-manager", "/office/nancheng/calendar/edit/"),
    ("office-policy-zh", WIDE, "zh-CN", "nancheng-manager", "/office/nancheng/policy/"),
    ("office-devices-zh", WIDE, "zh-CN", "nancheng-manager", "/office/nancheng/devices/"),
    ("office-device-zh", WIDE, "zh-CN", "nancheng-manager", "/office/nancheng/devices/nancheng-kiosk-1/"),
)


def live(hall_code: str, now: datetime) -> None:
    from banshi.rooms.calendars import queries as calendars
    from banshi.rooms.places.models import Hall, Window

    hall = Hall.objects.get(code=hall_code)
    dice = random.Random(hall_code)  # noqa: S311 – demo people, no secret
    zone = ZoneInfo(hall.timezone)
    today = now.astimezone(zone).date()
    opens = calendars.sessions(hall, today, today)[today][0].starts_at
    windows = list(Window.objects.filter(hall=hall).order_by("code"))
    at_work = windows[:: max(1, len(windows) // 14)] if len(windows) > 16 else windows[:-1]
    Morning(hall, dice, opens, now, at_work).play()
    worth_showing(hall_code, seen_in(hall, today))


class EmptyHall(Exception):
    """A hall in which nothing happens is not shown to anybody."""


@dataclass(frozen=True)
class Seen:
    """What a picture of a hall would show: people and windows, now and so far today."""

    waiting: int
    being_served: int
    windows_at_work: int
    served: int
    booked: int


def seen_in(hall: Any, today: date) -> Seen:
    from banshi.rooms.booking.models import Appointment
    from banshi.rooms.tickets.models import Ticket, WindowSession

    numbers = Ticket.objects.filter(hall=hall, day=today)
    return Seen(
        waiting=numbers.filter(state="waiting").count(),
        being_served=numbers.filter(state="serving").count(),
        windows_at_work=WindowSession.objects.filter(window__hall=hall, signed_out_at=None).count(),
        served=numbers.filter(state="finished").count(),
        booked=Appointment.objects.filter(hall=hall, day=today).count(),
    )


def worth_showing(hall_code: str, seen: Seen) -> None:
    """:raises EmptyHall: naming what there is none of."""
    if missing := [what.replace("_", " ") for what, n in asdict(seen).items() if n == 0]:
        raise EmptyHall(f"{hall_code} is not in the middle of a morning: nothing {', '.join(missing)}")


class Morning:
    """What happens, in order of time: ("come" | "call" | "start" | "finish", what it is about)."""

    def __init__(self, hall: Any, dice: random.Random, opens: datetime, now: datetime, windows: list[Any]) -> None:
        self.hall, self.dice, self.opens, self.now, self.windows = hall, dice, opens, now, windows
        self.queue: list[tuple[datetime, int, str, Any]] = []
        self.order = 0

    def at(self, moment: datetime, what: str, about: Any) -> None:
        self.order += 1
        heapq.heappush(self.queue, (moment, self.order, what, about))

    def play(self) -> None:
        from banshi.kernel.refusals import Refused
        from banshi.rooms.identity.models import Staff
        from banshi.rooms.tickets import actions as tickets

        clerks = {each.login: each.pk for each in Staff.objects.filter(login__in=[w.code for w in self.windows])}
        for window in self.windows:
            began = self.opens - timedelta(minutes=self.dice.randint(1, 9))
            tickets.sign_in(window_code=window.code, staff_id=clerks[window.code], now=began)
            self.at(
                self.opens + timedelta(seconds=self.dice.randint(5, 90)), "call", (window.code, clerks[window.code])
            )
        for booked in self.book():
            early = timedelta(minutes=self.dice.randint(2, 14))
            self.at(max(self.opens, booked.starts_at - early), "check in", booked)
        gap = 560 / len(self.windows)  # with those who booked, a little more come than can be served
        moment = self.opens - timedelta(minutes=4)
        while moment < self.now:
            self.at(moment, "come", None)
            moment += timedelta(seconds=self.dice.expovariate(1 / gap) + 5)
        while self.queue and self.queue[0][0] <= self.now:
            moment, _order, what, about = heapq.heappop(self.queue)
            try:
                getattr(self, what.replace(" ", "_"))(about, moment)
            except Refused:
                continue  # the hall said no: as it does in life

    def book(self) -> list[Any]:
        """People who booked the day before for this morning's periods."""
        from banshi.kernel.refusals import Refused
        from banshi.rooms.booking import actions as booking
        from banshi.rooms.booking.models import Slot
        from banshi.rooms.catalogue.models import HallItem

        items: dict[str, list[str]] = {}
        for row in HallItem.objects.filter(hall=self.hall, bookable=True).select_related("item").order_by("item__code"):
            items.setdefault(f"cat:{row.category.code}", []).append(row.item.code)
        day = self.opens.astimezone(ZoneInfo(self.hall.timezone)).date()
        found = []
        for slot in Slot.objects.filter(hall=self.hall, day=day).order_by("starts_at", "id"):
            for _ in range(self.dice.choice((0, 1, 1, 2, 3)) if slot.business in items else 0):
                try:
                    made = booking.place(
                        slot_id=slot.pk, item_code=self.dice.choice(items[slot.business][:6]),
                        person_id=self.person(), source=self.dice.choice(("wechat", "web", "phone")), by=self.citizen(),
                        now=self.opens - timedelta(hours=18, minutes=self.dice.randint(0, 59)),
                    )  # fmt: skip
                except Refused:
                    continue
                if slot.starts_at < self.now + timedelta(minutes=15) and self.dice.random() > 0.06:
                    found.append(made)
        return found

    def person(self) -> int:
        from banshi.kernel.documents import generate_resident_id
        from banshi.kernel.evidence import Evidence
        from banshi.rooms.identity.actions import enrol

        self.order += 1
        number = generate_resident_id(
            "441900", date(1950 + self.dice.randint(0, 50), 5, 1 + self.order % 28), self.order % 999 + 1
        )
        made = enrol(
            name=self.dice.choice(FAMILIES) + self.dice.choice(GIVEN), id_type="resident_id", id_number=number,
            evidence=Evidence.VOUCHED, by=self.citizen(), now=self.opens - timedelta(days=1),
        )  # fmt: skip
        return int(made.pk)

    @staticmethod
    def citizen() -> Any:
        from banshi.kernel.actors import Actor, ActorKind

        return Actor(ActorKind.CITIZEN, "0")

    def check_in(self, appointment: Any, now: datetime) -> None:
        from banshi.journeys.visit.check_in import check_in, holder_of

        holder = holder_of(appointment, now=now)
        check_in(
            hall=self.hall, found=appointment, limit_key=holder, by=self.citizen(), now=now, channel="kiosk", lane=""
        )

    def come(self, _about: None, now: datetime) -> None:
        from banshi.rooms.places.models import Category
        from banshi.rooms.tickets import actions as tickets

        categories = list(Category.objects.filter(hall=self.hall).order_by("order", "code"))
        chosen = self.dice.choices(categories, [each.weight for each in categories])[0]
        lane = "elderly" if self.dice.random() < 0.05 else ""
        tickets.issue(
            tickets.Take(channel="kiosk", by=self.citizen(), category_code=chosen.code, lane=lane),
            hall=self.hall,
            now=now,
        )

    def call(self, desk: tuple[str, int], now: datetime) -> None:
        from banshi.rooms.tickets import actions as tickets

        ticket = tickets.call_next(window_code=desk[0], staff_id=desk[1], now=now)
        if ticket is None:
            self.at(now + timedelta(seconds=20), "call", desk)
        else:
            self.at(now + timedelta(seconds=self.dice.randint(25, 70)), "start", (desk, ticket.ref))

    def start(self, about: tuple[tuple[str, int], str], now: datetime) -> None:
        from banshi.rooms.tickets import actions as tickets

        desk, ref = about
        if self.dice.random() < 0.03:
            tickets.miss(ref=ref, staff_id=desk[1], now=now)
            self.at(now + timedelta(seconds=10), "call", desk)
            return
        tickets.start(ref=ref, staff_id=desk[1], now=now)
        lasts = timedelta(minutes=min(24.0, self.dice.lognormvariate(2.2, 0.45)))
        self.at(now + lasts, "finish", about)

    def finish(self, about: tuple[tuple[str, int], str], now: datetime) -> None:
        from banshi.rooms.feedback import actions as feedback
        from banshi.rooms.tickets import actions as tickets

        desk, ref = about
        outcome = self.dice.choices(("done", "paper_missing", "advice_only"), (88, 8, 4))[0]
        tickets.finish(ref=ref, staff_id=desk[1], now=now, outcome=outcome)
        if self.dice.random() < 0.35:
            stars = self.dice.choices((5, 4, 3, 1), (80, 14, 4, 2))[0]
            feedback.rate(ref=ref, stars=stars, channel="evaluator", now=now, follow_up=False)
        self.at(now + timedelta(seconds=self.dice.randint(8, 40)), "call", desk)


if __name__ == "__main__":
    import django

    django.setup()
    for code in sys.argv[2:]:
        live(code, datetime.fromisoformat(sys.argv[1]))
