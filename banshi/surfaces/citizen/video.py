"""Be helped by somebody at a screen (视频办): the lobby, the call, and a mark at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock, limits
from banshi.frames import remote_call, remote_pages, remote_recording
from banshi.frames.case_fields import Line, lines_of
from banshi.frames.remote_call import Side
from banshi.frames.typed import clean, int_or_none
from banshi.journeys.case import from_library
from banshi.journeys.case.from_library import Held
from banshi.journeys.remote import hand_over
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import queries as booking
from banshi.rooms.booking.queries import AppointmentView
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.identity import queries as people
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import RemoteSession
from banshi.rooms.remote.rules import BEST
from banshi.surfaces.citizen.case_doors import my_case, opens_library, today_of
from banshi.surfaces.citizen.doors import asked, citizen_page, language, page
from banshi.surfaces.citizen.refusals import Option, Panel, panel
from banshi.surfaces.citizen.video_kept import recorded
from banshi.surfaces.citizen.video_mine import my_call

ME = Side("citizen")
WANTS = (
    ("consult", pgettext_lazy("video", "Ask something")), ("tutor", pgettext_lazy("video", "Be helped with the form")),
    ("pre-review", pgettext_lazy("video", "Have my papers looked through")),
    ("book", pgettext_lazy("video", "Have a place booked")),
)  # fmt: skip
MEDIA = (
    ("video", pgettext_lazy("video", "With picture and sound")), ("voice", pgettext_lazy("video", "With sound alone")),
    ("text", pgettext_lazy("video", "In writing: I cannot hear or speak now, or would rather write")),
)  # fmt: skip
LANGUAGES = (
    ("zh", pgettext_lazy("video", "Chinese")), ("en", pgettext_lazy("video", "English")),
    ("sign", pgettext_lazy("video", "Sign language")),
)  # fmt: skip
SAYS_A_MINUTE, SAYS_AT_ONCE = 60, 30


# --- Lobby --------------------------------------------------------------------------------------------------------


@citizen_page
@require_http_methods(["GET", "POST"])
def lobby(request: Any) -> HttpResponseBase:
    """Who helps, how long it takes, whether camera and sound work, and how one wants to be helped."""
    now = clock.now()
    if (open_one := queries.open_of_account(request.who.account_id)) is not None:
        return redirect("citizen:video-call", open_one.ref)
    item, halls = _item(request), _halls()
    if item is not None:
        here = set(HallItem.objects.filter(item=item).values_list("hall_id", flat=True))
        halls = [each for each in halls if each.pk in here] or halls
    hall = next((each for each in halls if each.code == _asked(request, "hall")), halls[0] if halls else None)
    if request.method == "GET" or hall is None:
        return _lobby(request, item, halls, hall)
    if item is not None and not HallItem.objects.filter(item=item, hall=hall).exists():
        item = None
    person = people.proven_person(request.who.account_id)
    asking = actions.Asking(
        hall=hall, origin="web", wants=one_of(request, "wants", WANTS), media=one_of(request, "media", MEDIA),
        language=one_of(request, "language", LANGUAGES), item=item.code if item is not None else None,
        person_id=person, evidence=people.proven_as(request.who.account_id), account_id=request.who.account_id,
        case_id=_case(request),
    )  # fmt: skip
    try:
        limits.take(key=f"video:{request.who.account_id}", per_minute=1, burst=5)
        session = actions.ask(asking, by=request.who.by, now=now)
    except Refused as refused:
        return _lobby(request, item, halls, hall, refused=refused)
    actions.assign(hall, now=now)
    return redirect("citizen:video-call", session.ref)


def _asked(request: Any, name: str) -> str:
    return clean(request.POST.get(name), 60) if request.method == "POST" else asked(request, name)


def one_of(request: Any, name: str, known: Any) -> str:
    """What was chosen; the first where nothing was that is known."""
    given, codes = clean(request.POST.get(name), 20), [code for code, _ in known]
    return given if given in codes else str(codes[0])


def _item(request: Any) -> Item | None:
    code = _asked(request, "item")
    return catalogue.item_by_code(code) if code else None


def _case(request: Any) -> int | None:
    """The case it is about, where it is the asker's own."""
    no = _asked(request, "case")
    if not no:
        return None
    try:
        return int(my_case(request, no).pk)
    except (Refused, Http404):
        return None


def _halls() -> list[Hall]:
    return [each for each in places.all_halls() if queries.has_seats(each.pk)]


def _lobby(
    request: Any, item: Item | None, halls: list[Hall], hall: Hall | None, *, refused: Refused | None = None
) -> HttpResponseBase:
    now = clock.now()
    place, closed = None, None
    if hall is not None:
        closed = queries.closed(hall, now=now)
        place = queries.place(RemoteSession(hall=hall, language="zh", skills=[], asked_at=now), now=now)
    context = {
        "item": item, "halls": halls, "hall": hall, "place": place, "case": _asked(request, "case"), "wants": WANTS,
        "media": MEDIA, "languages": LANGUAGES, "chosen": chosen(request),
        "panel": _panel(request, Refused(closed) if closed else refused, hall),
        "closed": closed is not None,
    }  # fmt: skip
    answer = page(request, "citizen/video_lobby.html", context, hall=hall, refused=refused)
    answer["Permissions-Policy"] = remote_pages.CAMERA_HERE
    return answer


def chosen(request: Any) -> dict[str, str]:
    """What stands chosen on the page: as it was sent, else as most want it."""
    tongue = "en" if language() == "en" else "zh"
    first = {"wants": "consult", "media": "video", "language": tongue}
    return {name: clean(request.POST.get(name), 20) or otherwise for name, otherwise in first.items()}


def _panel(request: Any, refused: Refused | None, hall: Hall | None) -> Panel | None:
    if refused is None or hall is None:
        return None
    zone = ZoneInfo(hall.timezone)
    more: tuple[Option, ...] = ()
    if refused.slug == "already-waiting":
        more = (Option(pgettext("video", "To my call"), reverse("citizen:video")),)
    elif item := _item(request):
        more = (Option(pgettext("video", "Ask in writing instead"), reverse("citizen:ask", args=[item.code])),)
    else:
        more = (Option(pgettext("video", "Find the matter and ask in writing"), reverse("citizen:items")),)
    return panel(refused, today=clock.now().astimezone(zone).date(), zone=zone, more=more)


# --- The call -----------------------------------------------------------------------------------------------------


@citizen_page
@require_GET
def call(request: Any, ref: str) -> HttpResponseBase:
    return _call(request, my_call(request, ref))


def _call(request: Any, session: RemoteSession, *, refused: Refused | None = None) -> HttpResponseBase:
    now, here = clock.now(), {"ref": session.ref}
    addresses = {
        "news": reverse("citizen:video-news", kwargs=here), "say": reverse("citizen:video-say", kwargs=here),
        "signal": reverse("citizen:video-signal", kwargs=here), "here": reverse("citizen:video-call", kwargs=here),
        "gone": reverse("citizen:video"), "file": reverse("citizen:video-file", kwargs=here),
        "files": reverse("citizen:video-file", kwargs=here), "record": reverse("citizen:video-record", kwargs=here),
    }  # fmt: skip
    waits = session.state in ("waiting", "callback")
    place = queries.place(session, now=now) if waits else None
    known = place is not None and place.minutes is not None
    context = {
        "session": session, "hall": session.hall, "place": place, "known": known, "unknown": not known,
        "call": remote_call.shown(session, ME, at=clock.wall(), addresses=addresses), "part": "citizen/_video_part.html",
        "collected": _collected(request, session, now=now), "recorded": recorded(session),
        "marks": range(BEST + 1), "panel": _panel(request, refused, session.hall) if refused else None,
    }  # fmt: skip
    answer = page(request, "citizen/video_call.html", context, hall=session.hall, refused=refused)
    answer["Permissions-Policy"] = remote_pages.CAMERA_HERE
    return answer


@dataclass(frozen=True)
class Collected:
    """What was collected in the call, to read: `lines` that are filled in; `booked`: when the window expects it; `held`: what
    the authorities hold of what the folder lacks, while its owner may let it be used."""

    case: Case | None
    lines: tuple[Line, ...]
    booked: AppointmentView | None
    held: tuple[Held, ...] = ()


def _collected(request: Any, session: RemoteSession, *, now: datetime) -> Collected | None:
    """None where nothing was."""
    case = session.case
    if case is None and not session.booking:
        return None
    lines = lines_of(case, known={}, today=today_of(case, now)) if case is not None else []
    booked = booking.appointment(session.booking, now=now) if session.booking else None
    mine = session.state == "talking" and case is not None and case.phase == "draft" and opens_library(request, case)
    held = tuple(from_library.held(case, now=now)) if mine and case is not None else ()
    return Collected(case, tuple(each for each in lines if each.value), booked, held)


@citizen_page
@require_GET
def news(request: Any, ref: str) -> HttpResponseBase:
    return remote_pages.news(request, my_call(request, ref), ME)


@citizen_page
@require_POST
def say(request: Any, ref: str) -> HttpResponseBase:
    session = my_call(request, ref)

    def act() -> dict[str, Any]:
        limits.take(key=f"video-say:{session.ref}", per_minute=SAYS_A_MINUTE, burst=SAYS_AT_ONCE)
        return remote_pages.say(request, session, ME)

    return _done(request, session, act)


@citizen_page
@require_POST
def use_held(request: Any, ref: str) -> HttpResponseBase:
    """Consent, in the call: papers that the authorities hold need not be brought."""
    session = my_call(request, ref)

    def act() -> dict[str, Any]:
        if session.case is not None and not opens_library(request, session.case):
            raise Refused("consent-missing")
        consent = request.POST.get("consent") == "1"
        hand_over.reuse(ref=session.ref, consent=consent, by=request.who.by, now=clock.now())
        return {}

    return _done(request, session, act)


@citizen_page
@require_POST
def send_file(request: Any, ref: str) -> HttpResponseBase:
    """A picture or a file, also while it waits."""
    session = my_call(request, ref)
    return _done(request, session, lambda: remote_pages.say_file(request, session, ME))


@citizen_page
@require_GET
def file(request: Any, ref: str, n: int) -> HttpResponseBase:
    """What was sent in one's own call, by either side."""
    return remote_pages.file_of(request, my_call(request, ref), n)


@citizen_page
@require_POST
def signal(request: Any, ref: str) -> HttpResponseBase:
    session = my_call(request, ref)
    return _done(request, session, lambda: remote_pages.signal(request, session, ME))


@citizen_page
@require_POST
def record(request: Any, ref: str) -> HttpResponseBase:
    """Whether it may be recorded: yes, no, or no longer."""
    session = my_call(request, ref)
    return _done(
        request, session, lambda: remote_recording.citizen_says(request, session, by=request.who.by, now=clock.now())
    )


@citizen_page
@require_POST
def leave(request: Any, ref: str) -> HttpResponseBase:
    session = my_call(request, ref)

    def act() -> dict[str, Any]:
        actions.leave(ref=session.ref, by=request.who.by, now=clock.now())
        actions.assign(session.hall, now=clock.now())
        return {}

    return _done(request, session, act)


@citizen_page
@require_POST
def call_back(request: Any, ref: str) -> HttpResponseBase:
    """Be called instead of waiting, at the number one signed in with or another."""
    session = my_call(request, ref)

    def act() -> dict[str, Any]:
        phone = clean(request.POST.get("phone"), 30) or people.phone_of(account_id=request.who.account_id) or ""
        actions.call_back(ref=session.ref, phone=phone, by=request.who.by, now=clock.now())
        return {}

    return _done(request, session, act)


@citizen_page
@require_POST
def rate(request: Any, ref: str) -> HttpResponseBase:
    session = my_call(request, ref)

    def act() -> dict[str, Any]:
        given = int_or_none(request.POST.get("score"))
        score = -1 if given is None else given
        actions.rate(ref=session.ref, score=score, by=request.who.by, now=clock.now())
        return {}

    return _done(request, session, act)


def _done(request: Any, session: RemoteSession, act: Callable[[], dict[str, Any]]) -> HttpResponseBase:
    return remote_pages.done(
        request, act, again=lambda refused: _call(request, queries.by_ref(session.ref), refused=refused),
        there=reverse("citizen:video-call", kwargs={"ref": session.ref}),
    )  # fmt: skip
