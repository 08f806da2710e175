"""Words for refusals: title and detail per slug, filled with the refusal's facts, in the asked language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from banshi.foundation import states
from banshi.foundation.said import english
from banshi.foundation.times import day_words
from banshi.kernel.refusals import Refusal
from banshi.kernel.wording import counted

# slug: (title = what cannot be, detail = why, the rule in plain words). {names} are facts; a missing fact reads “–”.
WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "slot-full": (_("This time is fully booked"), _("All places are taken: {quota}.")),
    "not-open-yet": (_("Not open for booking yet"), _("This day opens for booking on {opens}.")),
    "past": (_("This time is over"), _("It ended at {ended}.")),
    "same-day": (
        _("Not on the same day"),
        _("This hall takes bookings from the day before. Walk-in numbers are given today."),
    ),
    "cut-off": (_("Booking for this session has closed"), _("Bookings stopped at {cut_off}.")),
    "closed": (_("Closed then"), _("{reason}")),
    "limit-half-day": (
        _("Already booked this half day"),
        _("One live appointment per person, half day and business. Yours: {appointment}."),
    ),
    "move-limit": (_("Moved often enough"), _("An appointment can be moved {limit} times. Cancel it and book again.")),
    "limit-live": (_("Too many open appointments"), _("At most {limit} at a time.")),
    "limit-period": (
        _("Too many in this period"),
        _("One account books at most {limit} visits in one period of a hall."),
    ),
    "limit-day": (_("Too many on that day"), _("This agent books at most {limit} visits for one day of a hall.")),
    "too-many-people": (
        _("Too many people for one account"),
        _("At most {limit}. Agents can be registered at the hall."),
    ),
    "too-many-enquiries": (
        _("Too many questions wait for an answer"),
        _("At most {limit} at a time. Once one is answered, ask the next."),
    ),
    "mandate-missing": (
        _("No mandate for this"),
        _(
            "An agent acts for the people, and in the matters, whose mandates the hall has seen. A new one is shown there."
        ),
    ),
    "member-limited": (
        _("You act for this organisation in other matters"),
        _("Yours are: {may}. {ask} can widen it."),
    ),
    "guardian-over": (
        _("You are not the guardian any more"),
        _("The child is of age, or the hall ended or is examining this guardianship. Ask at a window."),
    ),
    "asked-enough": (
        _("This number is not asked again yet"),
        _("Its owner refused, or was asked often enough. It can be asked again from {opens}."),
    ),
    "same-time": (_("Booked at that time already"), _("Nobody is at two places at a time. Yours: {appointment}.")),
    "suspended": (
        _("Online booking is suspended"),
        _("Until {until}, because: {reason}. Walk-in numbers are still given, and the hall's staff can book."),
    ),
    "already-cancelled": (
        _("Already cancelled"),
        _("Cancelled at {cancelled_at}. The place is free; book again at once."),
    ),
    "too-early": (_("Too early"), _("This is possible from {opens}.")),
    "too-late": (_("Too late"), _("This was possible until {closes}.")),
    "identity-mismatch": (
        _("The ID does not match"),
        _(
            "Name and ID number do not belong together here. Check both with the document; if they are right, bring it to the "
            "window: it settles this at once."
        ),
    ),
    "identity-not-seen": (
        _("The document was not seen yet"),
        _("Compare person and document before it is granted on the spot, or say which document was seen."),
    ),
    "identity-level": (_("The identity is not checked far enough"), _("{reason}")),
    "identity-invalid": (_("The ID number is not right"), _("{reason}")),
    "phone-invalid": (_("The phone number is not right"), _("{reason}")),
    "item-not-here": (_("Not handled in this hall"), _("This matter is not on this hall's list.")),
    "item-retired": (_("This matter is no longer handled"), _("{reason}")),
    "out-of-season": (_("This matter is not received now"), _("{reason}")),
    "not-bookable": (_("This matter needs no appointment"), _("Come during opening hours and take a number.")),
    "channel-not-allowed": (
        _("Not bookable through this channel"),
        _("This session takes bookings through: {channels}."),
    ),
    "agent-not-allowed": (_("Must be done in person"), _("This matter cannot be done by somebody else.")),
    "last-number": (
        _("Probably not served today any more"),
        _("About {minutes} minutes of waiting; service ends at {until}."),
    ),
    "daily-limit": (_("No more numbers today"), _("Today's {limit} walk-in numbers are all given.")),
    "walk-ins-closed": (_("No walk-in numbers now"), _("{reason}")),
    "wrong-state": (_("Not possible now"), _("It is “{state}”; this needs: {needs}.")),
    "not-signed-in": (_("Nobody is signed in at this window"), _("Sign in at the window first.")),
    "window-busy": (_("The window is serving somebody"), _("Finish number {number} first.")),
    "window-taken": (_("The window is taken"), _("{staff} is signed in there.")),
    "person-elsewhere": (_("Already at another window"), _("This person is at window {window}.")),
    "recall-limit": (_("Called often enough"), _("Recalled {limit} times. Mark the number as missed.")),
    "already-rated": (_("Already rated"), _("One rating per visit, and one follow-up.")),
    "already-checked-in": (_("Already checked in"), _("The number is {number}.")),
    "already-waiting": (_("Already in line"), _("Number {number} is still waiting.")),
    "video-not-here": (_("This hall has no video service"), _("Choose another hall, or ask in writing.")),
    "too-many-waiting": (
        _("Too many people wait for a call"),
        _("{waiting} are waiting. Try again in a while, or ask in writing."),
    ),
    "too-many-lines": (_("This call is full"), _("At most {limit} lines. End it and begin another.")),
    "visit-asked": (_("A visit is asked for already"), _("{number} goes on. Follow it, or cancel it first.")),
    "visits-full": (_("No more visits that half day"), _("{limit} are planned. Choose another half day.")),
    "visitor-busy": (
        _("Somebody is elsewhere at that time"),
        _("{who} has another visit then. Choose another time or somebody else."),
    ),
    "which-appointment": (
        _("Several appointments on this document"),
        _("Say which one it is: by its code, or at the service desk."),
    ),
    "hold-expired": (_("The held place has run out"), _("It was held until {expired}.")),
    "changed-meanwhile": (_("Somebody changed this meanwhile"), _("Load it again and repeat the change.")),
    "idempotency-conflict": (_("Same key, other content"), _("This Idempotency-Key was used with another body.")),
    "not-your-hall": (_("Not your hall"), _("This needs a role in {hall}.")),
    "not-every-hall": (
        _("Other halls handle this matter, too"),
        _("It changes in every hall at once, and you hold no right for it in: {halls}. Who may: {who}."),
    ),
    "other-hall": (_("Not for this hall"), _("This code is for {hall}.")),
    "not-allowed": (_("Not allowed"), _("This needs the permission “{permission}”.")),
    "code-wrong": (_("The code is not right"), _("Tries left: {left}.")),
    "code-void": (
        _("This code is void"),
        _("Whoever was given it may fetch this no more. Whoever applied comes to the issue window with their ID card."),
    ),
    "code-used": (_("Handed over already"), _("The code opens nothing any more.")),
    "cabinet-full": (
        _("Every cell of this cabinet is taken"),
        _("Come to a window in opening hours, or send the papers online."),
    ),
    "door-stuck": (
        _("The door does not open"),
        _("Nothing is lost: the code stays good, and the issue window opens the cell."),
    ),
    "zone-full": (
        _("As many people are inside as may be"),
        _("{inside} of {limit} are inside. A place is free as soon as somebody leaves."),
    ),
    "zone-closed": (_("The 24-hour zone is closed"), _("It lets people in again once its keeper has opened it.")),
    "zone-needs-card": (
        _("This door opens by ID card"),
        _("Lay the card on the reader. Without a card press the help button, or choose another zone."),
    ),
    "zone-code-wrong": (
        _("The code does not fit this door"),
        _("Look at the six digits on the phone, and the name of the zone."),
    ),
    "zone-code-over": (
        _("The code opens no door any more"),
        _("It is for one entry within ten minutes. Get a new one on the phone."),
    ),
    "fee-due": (
        _("It is not paid for yet"),
        _("The result is made once the fee is paid, or let off. It is due by {day}."),
    ),
    "fee-settled": (_("Nothing is to be paid"), _("The fee was paid, or let off, or the case has ended.")),
    "till-down": (
        _("The till does not answer"),
        _("Nothing was taken. Try again in a few minutes, or pay at a window."),
    ),
    "not-sealed-yet": (
        _("The result has no seal yet"),
        _("It gets it within seconds. Where it takes longer, the hall's office sees why."),
    ),
    "copy-not-set": (
        _("The copy cannot be shown yet"),
        _(
            "A character in it is in no font here, and nothing is left out of a copy. What the certificate says stands beside it "
            "in words; the copy comes once the font is added."
        ),
    ),
    "paper-set-aside": (
        _("This paper cannot be printed yet"),
        _(
            "A character on it is not in the fonts here. The hall's office sees which, and has it added; nothing else waits "
            "for that."
        ),
    ),
    "already-dropped": (_("Papers of this case lie in the cabinet"), _("The hall takes them out on {day}.")),
    "papers-in-cabinet": (
        _("Its papers still lie in a cabinet"),
        _("{place}: the issue window takes them out; then they are counted and received."),
    ),
    "on-its-way": (
        _("It is on its way by courier"),
        _("A parcel is made for it. Once it arrives or comes back, you are told."),
    ),
    "telephony-down": (
        _("The exchange does not answer"),
        _("Nobody was rung up. Try again in a moment, or dial by hand."),
    ),
    "courier-down": (
        _("The courier does not answer"),
        _("Nothing is lost. Try again in a few minutes; it can also be fetched at the window."),
    ),
    "show-first": (
        _("Show first that it is you"),
        _("The card alone is not enough for this: a code to your phone, a clerk, or a look of the machine."),
    ),
    "way-not-shown": (
        _("That did not show that it is you"),
        _("Tries left this way: {left}. Every other way leads on by itself."),
    ),
    "way-not-here": (
        _("This hall does not hand results over this way"),
        _("Fetch it at the issue window, or choose another way."),
    ),
    "printer-stuck": (
        _("It did not print"),
        _("Nothing is handed over, and the code stays good. Try another machine, or go to the issue window."),
    ),
    "form-invalid": (_("The form is not complete"), _("To be put right: {count}.")),
    "material-missing": (_("Papers are missing"), _("Still needed: {materials}.")),
    "second-notice": (
        _("Everything is told once"),
        _("One notice was given. A further one needs somebody else who supervises cases here."),
    ),
    "same-person": (_("This takes another person"), _("{reason}")),
    "locked": (_("Somebody works on it"), _("{who} has it now.")),
    "urged-already": (_("It was urged already"), _("It can be urged again from {day}.")),
    "deferred-open": (_("Papers are still to follow"), _("Before it is granted, these have to come: {materials}.")),
    "stage-open": (_("The flow is not finished"), _("Before it is granted, these have to be done: {stages}.")),
    "quota-full": (_("All places are given"), _("This round has {places}, and every one of them is taken.")),
    "earlier-first": (
        _("Those accepted earlier come first"),
        _("Places left: {left}. Accepted earlier and not decided yet: {earlier}."),
    ),
    "not-drawn-yet": (
        _("Not drawn yet"),
        _("Places of this round are drawn by lot on {day}; nothing is granted before."),
    ),
    "not-drawn": (_("Not drawn"), _("The places of this round went to others, by lot.")),
    "no-round-open": (
        _("No round is open"),
        _(
            "Its places are counted, and applications are taken while a round is open. The next one is not published yet."
        ),
    ),
    "round-unsettled": (
        _("Not every case of this round is ready"),
        _("Cases that wait to be accepted or reviewed: {left}. Once they are, the list can be closed."),
    ),
    "not-looked-at": (
        _("Not every paper was looked at"),
        _("Look at these, and say of each whether it is right: {materials}."),
    ),
    "not-deferrable": (_("This paper cannot follow later"), _("{material} has to be there from the beginning.")),
    "deferral-barred": (
        _("No paper may follow later here"),
        _("The credit record bars promises of whoever applies: every paper has to be there from the beginning."),
    ),
    "promise-barred": (
        _("No promise stands for a paper here"),
        _("The credit record bars promises of whoever applies: hand in the paper itself, online or at the window."),
    ),
    "promise-barred-until": (
        _("No promise stands for a paper here"),
        _("A promise was found not to be so: until {until} the paper itself is handed in, online or at the window."),
    ),
    "duplicate-case": (
        _("This matter is under way already"),
        _("Case {case} goes on. Open another one only if it is about something else."),
    ),
    "clock-stopped": (_("The clock is stopped"), _("A special procedure is under way since {since}. End it first.")),
    "proof-of-work-needed": (
        _("One moment"),
        _("Much is asked from here just now, so this browser does a short calculation first. Nothing is asked of you."),
    ),
    "material-rejected": (_("The file is not taken"), _("{reason}")),
    "wrong-offset": (_("The file has not come whole"), _("{offset} bytes have come: go on from there.")),
    "consent-missing": (
        _("Consent is missing"),
        _("A certificate is used for a matter once its holder agrees; the paper does as well."),
    ),
    "library-can-supply": (
        _("This need not be handed in"),
        _("It is on record already, and is not asked of anybody again: {what}."),
    ),
    "address-not-allowed": (
        _("Nothing is sent to this address"),
        _("It takes https, a public address without a user name, and no part behind #."),
    ),
    "too-many-webhooks": (_("Webhooks enough"), _("A key has {limit} at most. End one first.")),
    "nothing-found": (_("Nothing found"), _("Check the number or the address.")),
    "invalid": (_("Something in the input is not right"), _("{reason}")),
    "unauthenticated": (_("Sign in first"), _("This needs a key or a signed-in person.")),
    "rate-limited": (_("Too many tries"), _("Wait {wait_s} seconds.")),
}


class _Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


def local(value: Any, zone: ZoneInfo) -> str:
    """A fact as people say it."""
    if isinstance(value, date):  # a moment is one too
        return _spoken_time(value, zone)
    if isinstance(value, Mapping):  # {"zh": …, "en": …}
        return str(value.get("en" if english() else "zh", ""))
    if isinstance(value, (list, tuple)):
        return gettext(", ").join(local(v, zone) for v in value)
    return gettext(value) if isinstance(value, str) and value else str(value)


def _spoken_time(value: date, zone: ZoneInfo) -> str:
    """3月10日 周二 9:05 – which day today is, a refusal does not know."""
    if not isinstance(value, datetime):
        return day_words(value, None)
    there = value.astimezone(zone)
    return f"{day_words(there.date(), None)} {there.hour}:{there.minute:02d}"


# Facts that are codes of something with words of its own.
_CODES: dict[str, Callable[[str], str | None]] = {
    "channels": lambda code: str(states.CHANNELS[code]) if code in states.CHANNELS else None,
}
_STATES = ("state", "needs")


def name_codes(fact: str, named: Callable[[str], str | None]) -> None:
    """Codes under this fact are said by name; the owner of the names says how. Facts themselves keep their codes."""
    _CODES[fact] = named


def _fact(name: str, value: Any, zone: ZoneInfo, kind: str) -> str:
    """:param kind: of what the facts are, where they say so: a case that is closed is no number that is void."""
    if (name in _CODES or name in _STATES) and isinstance(value, (list, tuple)):
        return gettext(", ").join(_fact(name, each, zone, kind) for each in value)
    if name in _STATES and isinstance(value, str) and (said := states.any_word(value, kind)):
        return said
    if name in _CODES and isinstance(value, str) and (said := _CODES[name](value)):
        return said
    return local(value, zone)


# Where the booking is somebody else's to name.
_WHICHEVER = {
    "limit-half-day": _("One live appointment per person, half day and business."),
    "same-time": _("Nobody is at two places at a time."),
}

# The same slug, said closer to the matter where a fact tells it.
SAID_OF: dict[tuple[str, str], tuple[str | Promise, str | Promise]] = {
    ("closed", "excused"): (_("Closed then"), _("It is no no-show: choose another time. Why it is closed: {reason}")),
    ("closed", "stopped"): (pgettext_lazy("state", "Booking stopped"), _("{reason}")),
    ("no-round-open", "opens"): (
        _("No round is open"),
        _("Its places are counted. The next round takes applications from {opens}."),
    ),
    ("other-hall", "at"): (_("Not for this hall"), _("It is booked at {hall} for {at}.")),
    ("other-hall", "state"): (_("Not for this hall"), _("Number {number} is of {hall} ({day}): {state}.")),
    ("channel-not-allowed", "channel"): (
        _("Not possible online"),
        _("In this situation the papers are handed in at the window. Book a time, or take a number in the hall."),
    ),
    ("material-missing", "lacking"): (
        _("Papers are missing"),
        _("Still needed: {lacking}. Still as it was told: {same}."),
    ),
    ("material-missing", "same"): (
        _("What was told is not put right"),
        _("Still as it was when the hall told it: {same}. Send it anew."),
    ),
    ("code-wrong", "pickup"): (_("The pick-up code is not right"), _("Tries left: {left}.")),
    ("mandate-missing", "covers"): (
        _("No mandate for this"),
        _("It covers: {covers}, until {last}, unless it was ended. {ask} can extend it: a window looks at the letter."),
    ),
    ("mandate-missing", "fetches"): (
        _("The mandate does not cover fetching"),
        _("A letter that says so is seen at the window, or whoever applied comes with their card."),
    ),
    ("mandate-missing", "until"): (
        _("The mandate ends before that day"),
        _("It lasts until {until}. A new one is shown at the hall."),
    ),
    ("member-limited", "fills"): (
        _("You fill in, somebody else sends"),
        _("You may fill in: {may}. {ask} can send it, or let you do so."),
    ),
    ("too-many-people", "day"): (
        _("Too many new people today"),
        _("At most {limit} a day for one account. Agents can be registered at the hall."),
    ),
    ("too-many-enquiries", "day"): (_("Too many questions today"), _("At most {limit} a day.")),
    ("slot-full", "left"): (_("Too few places together"), _("{left} left in this period, {persons} are needed.")),
    ("not-allowed", "link"): (_("The link is needed"), _("Open the link on the slip or in the message.")),
    ("not-allowed", "rating_link"): (_("The link is needed"), _("Rate with the link on the slip or in the message.")),
    ("nothing-found", "renewed"): (
        _("This number has a new slip"),
        _("Scan the code on the new slip to follow it. None at hand? Lay the ID card on the number machine."),
    ),
    ("nothing-found", "sent_on"): (
        _("A number was sent on to here"),
        _("The card alone does not open it, as its number was typed: scan the code on its slip or in its message."),
    ),
    ("nothing-found", "typed"): (
        _("A typed number alone tells nothing"),
        _(
            "What is booked on it can be checked in from {minutes} minutes before its time: by the card, by the booking's "
            "code, or by typing the number and the last four digits of the phone given with it. A number taken "
            "already is printed again by the card or the slip. Otherwise ask at the service desk."
        ),
    ),
    ("already-checked-in", "declared"): (_("Already checked in"), _("Its number is for whoever shows the card.")),
    ("already-checked-in", "left"): (
        _("The number was given up"),
        _("Still need it? Take a new number in the hall, or book a time."),
    ),
    ("already-checked-in", "over"): (
        _("The number is over"),
        _("Still need it? Take a new number in the hall, or book a time."),
    ),
    ("printer-stuck", "own"): (
        _("It did not print"),
        _("The document stays yours: print it at another machine, or open it on the phone."),
    ),
    ("way-not-here", "sheet"): (
        _("This one is not printed at a machine"),
        _("Fetch it at the issue window with your card, or choose another way."),
    ),
    ("zone-full", "zone"): (
        _("As many people are inside as may be"),
        _("{inside} of {limit} are inside. There is room now in: {other}."),
    ),
    ("zone-full", "frees"): (
        _("As many people are inside as may be"),
        _("{inside} of {limit} are inside. The first stay ends at {frees}."),
    ),
    ("zone-closed", "opens"): (_("The 24-hour zone is closed"), _("It lets people in again from {opens}.")),
    ("code-used", "at"): (_("Handed over already"), _("With this code it was taken out at {at}.")),
    ("identity-mismatch", "number"): (
        _("Card and person do not match"),
        _("Number {number}: compare the card again, refuse, or let the lead decide."),
    ),
}


def words(refusal: Refusal, zone: ZoneInfo = ZoneInfo("Asia/Shanghai")) -> tuple[str, str]:  # noqa: B008 – immutable
    """Title and detail in the active language."""
    said_of = next((of for of in SAID_OF if of[0] == refusal.slug and of[1] in refusal.facts), None)
    title, detail = SAID_OF[said_of] if said_of else WORDS[refusal.slug]
    if "appointment" not in refusal.facts:
        detail = _WHICHEVER.get(refusal.slug, detail)
    kind = str(refusal.facts.get("kind", ""))
    facts = _Filled({k: _fact(k, v, zone, kind) for k, v in refusal.facts.items()})
    return str(title), counted(str(detail), facts).format_map(facts)
