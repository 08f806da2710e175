"""Orders as the desk and the lines see them, due first, and what was done with one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet

from banshi.foundation.crypto import blind_index
from banshi.kernel.masking import mask_name, mask_phone
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.hotline import rules
from banshi.rooms.hotline.models import Handling, Order, PhoneCall
from banshi.rooms.hotline.rules import ORDER, TOPICS, Line
from banshi.rooms.identity.models import Person
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

CITY = ("市级", "City")
MOST_RINGS = 5  # of what rings at once, and of what is known of one


@dataclass(frozen=True)
class OrderLine:
    """An order in a list: its caller masked, no word of what was said. `light`: red | yellow | green | ""."""

    no: str
    hall: str
    kind: str
    subject_zh: str
    subject_en: str
    caller: str
    phone: str
    state: str
    line: str
    line_zh: str
    line_en: str
    first: str  # the number of the order it follows, or ""
    asked_at: datetime
    due_on: date | None
    left: int | None
    light: str
    reminders: int
    redone: int
    stars: int | None

    @property
    def late(self) -> int:
        """Working days since it was due."""
        return max(0, -self.left) if self.left is not None else 0


def all_orders() -> QuerySet[Order]:
    return Order.objects.select_related("hall", "item__department", "department", "line_hall", "first", "person")


def by_no(no: str) -> Order:
    """:raises Refused: nothing-found."""
    found = all_orders().filter(no=no).first()
    if found is None:
        raise Refused("nothing-found", facts={"hotline_order": no})
    return found


def line_of(order: Order) -> Line | None:
    """With which line it is, or was; None: it is at the desk."""
    if not order.line:
        return None
    named = order.department or order.line_hall
    return Line(order.line, named.code if named is not None else "")


def line_for(subject: str, *, item: Item | None, hall: Hall) -> Line:
    """The line that has a subject: the department of its matter, the hall, or the city."""
    if item is not None:
        return Line("department", item.department.code)
    kind = TOPICS[subject].line
    return Line("hall", hall.code) if kind == "hall" else Line("city")


def at_desk(*, halls: Collection[str]) -> QuerySet[Order]:
    """What goes on at the desks of these halls – "*" = all –, due first."""
    rows = all_orders().filter(closed_at=None)
    return (rows if "*" in halls else rows.filter(hall__code__in=list(halls))).order_by("due_on", "id")


def ever_at_desk(*, halls: Collection[str]) -> QuerySet[Order]:
    """All that the desks of these halls ever took down, newest first."""
    rows = all_orders().order_by("-id")
    return rows if "*" in halls else rows.filter(hall__code__in=list(halls))


def of_line(*, hall: str, department: str = "", city: bool = False) -> QuerySet[Order]:
    """What is, or was last, with a line: of a department's staff their department's, of the desk of this hall; of who belongs to
    none what is with the hall itself. :param city: and what this hall's desk gave to the city. Due first."""
    theirs = Q(department__code=department, hall__code=hall) if department else Q(line_hall__code=hall)
    if city:
        theirs |= Q(line="city", hall__code=hall)
    return all_orders().filter(theirs).order_by("due_on", "id")


def to_reply(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Of these, what waits for a reply of its line."""
    return rows.filter(state__in=ORDER.of("reply"))


def lines_to_choose(hall: Hall) -> list[tuple[Line, str, str]]:
    """The lines that the desk of a hall gives orders to, with their names (zh, en): departments that have matters there, the
    hall, the city."""
    rows = Department.objects.filter(item__halls__hall=hall).distinct().order_by("code")
    found = [(Line("department", row.code), row.name_zh, row.name_en) for row in rows]
    return [*found, (Line("hall", hall.code), hall.name_zh, hall.name_en), (Line("city"), *CITY)]


def of_phone(phone: str) -> QuerySet[Order]:
    """What came from this telephone, newest first. :param phone: E.164."""
    return all_orders().filter(phone_index=blind_index(phone, purpose="phone")).order_by("-id")


SHOWN = timedelta(
    days=180
)  # numbers are given to somebody else in the end: what is long over is shown by telephone to nobody


def shown_to(phone: str | None, *, now: datetime) -> QuerySet[Order]:
    """What came from the telephone that somebody has just proven theirs, newest first: what goes on, and what ended lately.

    :param phone: E.164.
    """
    if not phone:
        return Order.objects.none()
    return of_phone(phone).filter(Q(closed_at=None) | Q(closed_at__gt=now - SHOWN))


def replies(order: Order) -> list[Handling]:
    """What was answered, in its order: of all that was done with it this alone is the caller's to read."""
    return [each for each in handlings(order) if each.verb in ("reply", "answer") and each.text]


def may_rate(order: Order) -> bool:
    """Whether its caller may say how content they are."""
    answered = order.first or order
    return order.stars is None and answered.replied_at is not None


def of_caller(phone: str | None, person_id: int | None) -> QuerySet[Order]:
    """What a caller wanted so far, by telephone or by who they are, newest first. :param phone: E.164."""
    theirs = of_phone(phone) if phone else Order.objects.none()
    return theirs if person_id is None else theirs | all_orders().filter(person_id=person_id).order_by("-id")


def alike(order: Order) -> QuerySet[Order]:
    """Which orders say perhaps the same: of the same subject, going on, older first."""
    rows = all_orders().filter(subject=order.subject, item=order.item, state__in=ORDER.of("be_joined"))
    return rows.exclude(pk=order.pk).order_by("id")


def found_by(asked: str) -> Q:
    """By number or its last digits, or by matter or topic; what people said is nobody's to search."""
    topics = [code for code, topic in TOPICS.items() if asked in topic.zh or asked.lower() in topic.en.lower()]
    by_item = Q(item__name_zh__icontains=asked) | Q(item__name_en__icontains=asked)
    return Q(no__endswith=asked.upper()) | by_item | Q(subject__in=topics, item=None)


def handlings(order: Order) -> list[Handling]:
    """All that was done with it, in its order."""
    return list(Handling.objects.filter(order=order).order_by("seq"))


def heard(order: Order) -> list[str]:
    """What came of ringing the caller up since the last reply, in its order."""
    steps = Handling.objects.filter(order=order)
    replied = steps.filter(verb__in=["reply", "answer"]).aggregate(last=Max("seq"))["last"] or 0
    return list(steps.filter(verb="revisit", seq__gt=replied).order_by("seq").values_list("said", flat=True))


def lines(rows: Iterable[Order], *, now: datetime) -> list[OrderLine]:
    """One calendar for all of them."""
    calendar = work_calendar()
    return [_line(row, now, calendar) for row in rows]


def _line(row: Order, now: datetime, calendar: WorkCalendar) -> OrderLine:
    today = now.astimezone(ZoneInfo(row.hall.timezone)).date()
    left = calendar.working_days_between(today, row.due_on) if row.due_on is not None else None
    subject_zh, subject_en = subject_of(row)
    line_zh, line_en = line_names(row)
    return OrderLine(
        no=row.no, hall=row.hall.code, kind=row.kind, subject_zh=subject_zh, subject_en=subject_en,
        caller=mask_name(row.caller_name) if row.caller_name else "", phone=mask_phone(row.phone) if row.phone else "",
        state=row.state, line=str(line_of(row) or ""), line_zh=line_zh, line_en=line_en,
        first=row.first.no if row.first is not None else "", asked_at=row.asked_at, due_on=row.due_on, left=left,
        light=rules.light(row.due_on, today=today, left=left or 0), reminders=row.reminders, redone=row.redone,
        stars=row.stars,
    )  # fmt: skip


def subject_of(order: Order) -> tuple[str, str]:
    """(zh, en) of what it is about."""
    if order.item is not None:
        return order.item.name_zh, order.item.name_en
    topic = TOPICS[order.subject]
    return topic.zh, topic.en


def line_names(order: Order) -> tuple[str, str]:
    """(zh, en) of the line it is with; empty: it is at the desk."""
    if order.line == "city":
        return CITY
    named = order.department or order.line_hall
    return (named.name_zh, named.name_en) if named is not None else ("", "")


def joined_to(order: Order) -> QuerySet[Order]:
    """What follows it, older first."""
    return all_orders().filter(first=order).order_by("id")


def may_close(order: Order, *, now: datetime) -> bool:
    """Whether its caller has had the last word."""
    policy = policy_of(order.hall_id, now=now).hotline
    return rules.close_refusal(heard(order), redone=order.redone, policy=policy) is None


# --- What rises ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rising:
    """What many ring up about at once. `about`: the topic, or `item:` and the code of a matter; `usual`: in a day, over the four
    weeks before.
    """

    about: str
    subject_zh: str
    subject_en: str
    today: int
    usual: float


def rising(hall: Hall, *, now: datetime) -> list[Rising]:
    """Subjects of the last 24 hours that far more want than usual, most first. Joined orders count: they are people, too."""
    since = now - timedelta(days=1)
    first = since - timedelta(days=rules.USUAL_DAYS)
    rows = Order.objects.filter(hall=hall, asked_at__gt=first, asked_at__lte=now)
    counted = rows.values("subject", "item__code", "item__name_zh", "item__name_en").annotate(
        today=Count("id", filter=Q(asked_at__gt=since)), before=Count("id", filter=Q(asked_at__lte=since))
    )
    found = []
    for row in counted.order_by("-today", "subject", "item__code"):
        if not rules.rises(row["today"], row["before"]):
            continue
        code, topic = row["item__code"], TOPICS[row["subject"]]
        zh, en = (row["item__name_zh"], row["item__name_en"]) if code else (topic.zh, topic.en)
        about = f"item:{code}" if code else row["subject"]
        found.append(Rising(about, zh, en, row["today"], row["before"] / rules.USUAL_DAYS))
    return found


def about(rows: QuerySet[Order], asked: str) -> QuerySet[Order]:
    """Of these, those on one subject, as `Rising.about` names it."""
    kind, _, code = asked.partition(":")
    return rows.filter(item__code=code) if kind == "item" else rows.filter(subject=kind, item=None)


# --- The telephone ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ring:
    """A call as the desk sees it, its number masked. `names`: who has proven the number theirs, masked; `orders`: of theirs that
    go on."""

    call: PhoneCall
    phone: str
    names: tuple[str, ...]
    orders: tuple[str, ...]


def ringing(hall: Hall) -> list[Ring]:
    """Who rings up now, the longest first."""
    rows = PhoneCall.objects.filter(hall=hall, state="ringing", inward=True).order_by("rung_at", "id")
    return [_ring(row) for row in rows[:MOST_RINGS]]


def call_of(staff_id: int, hall: Hall) -> Ring | None:
    """The call an agent is in, or rings somebody up with."""
    rows = PhoneCall.objects.filter(Q(state="talking") | Q(state="ringing", inward=False), hall=hall, agent_id=staff_id)
    row = rows.order_by("-rung_at", "-id").first()
    return _ring(row) if row is not None else None


def to_ring_back(hall: Hall) -> QuerySet[PhoneCall]:
    """Who was missed and nobody has rung back, the longest first."""
    return PhoneCall.objects.filter(hall=hall, state="missed", inward=True, settled_at=None).order_by("rung_at", "id")


def phone_call(call: str, hall: Hall) -> PhoneCall:
    """:raises Refused: nothing-found."""
    row = PhoneCall.objects.filter(call=call[:64], hall=hall).first()
    if row is None:
        raise Refused("nothing-found", facts={"phone_call": call[:64]})
    return row


def rings(rows: Iterable[PhoneCall]) -> list[Ring]:
    return [_ring(row) for row in rows]


def _ring(row: PhoneCall) -> Ring:
    if not row.phone_index:
        return Ring(row, "", (), ())
    people = Person.objects.filter(phone_index=row.phone_index, same_as=None).order_by("id")[:MOST_RINGS]
    orders = Order.objects.filter(phone_index=row.phone_index, closed_at=None).order_by("id")
    return Ring(
        row, mask_phone(str(row.phone)) if row.phone else "", tuple(each.masked_name for each in people),
        tuple(orders.values_list("no", flat=True)[:MOST_RINGS]),
    )  # fmt: skip
