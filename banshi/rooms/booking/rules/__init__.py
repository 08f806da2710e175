"""Rules of booking (预约): which days are open, who may book, what a missed or cancelled appointment leads to.

lifecycle: what may be done to what · by_video: at a window or by video · opening: which days · facts, booking: who may book,
cancel, move · whose: whose bookings count together · quotas · credit · reminders.

Pure functions on frozen facts. Days are plain dates in the hall's zone; moments are aware. `now` is a parameter and,
where a rule is about a local day or hour, in the hall's zone (`now.astimezone(zone)`). Spans are half-open: a period
9:00–10:00 is over at 10:00. Sources: mission §1 ([N] Nancheng, [C] Chengdu) and §11.
"""

from __future__ import annotations

from banshi.rooms.booking.rules.booking import (
    STOPPED,
    beyond_mandate,
    change_refusal,
    full,
    in_a_row,
    move_refusal,
    refusal,
    serves,
)
from banshi.rooms.booking.rules.by_video import PLACES, lines_of, place_of, rules_at, video_places
from banshi.rooms.booking.rules.credit import (
    MISTAKE_IS_FORGIVEN_WITHIN,
    REASONS,
    Called,
    Due,
    Entry,
    in_force,
    rebooking_forgives,
    suspended,
    suspensions_from,
)
from banshi.rooms.booking.rules.facts import (
    NOBODY,
    SOURCES,
    VIDEO,
    AgentFacts,
    Barred,
    ItemFacts,
    PersonFacts,
    SlotFacts,
    half_of,
    storable,
)
from banshi.rooms.booking.rules.lifecycle import APPEAL, APPOINTMENT, FOLLOW_UP, WAITING, State
from banshi.rooms.booking.rules.opening import horizon, opens_at
from banshi.rooms.booking.rules.quotas import businesses, nearest_quiet, places, quota_for
from banshi.rooms.booking.rules.reminders import reminder_times, reminders_at
from banshi.rooms.booking.rules.whose import (
    BY_TELEPHONE,
    OWN,
    PASSED_ON,
    behind,
    holder_of,
    is_of,
    party_of,
    tells_which,
)

__all__ = [
    "APPEAL",
    "APPOINTMENT",
    "BY_TELEPHONE",
    "FOLLOW_UP",
    "MISTAKE_IS_FORGIVEN_WITHIN",
    "NOBODY",
    "OWN",
    "PASSED_ON",
    "PLACES",
    "REASONS",
    "SOURCES",
    "STOPPED",
    "VIDEO",
    "WAITING",
    "AgentFacts",
    "Barred",
    "Called",
    "Due",
    "Entry",
    "ItemFacts",
    "PersonFacts",
    "SlotFacts",
    "State",
    "behind",
    "beyond_mandate",
    "businesses",
    "change_refusal",
    "full",
    "half_of",
    "holder_of",
    "horizon",
    "in_a_row",
    "in_force",
    "is_of",
    "lines_of",
    "move_refusal",
    "nearest_quiet",
    "opens_at",
    "party_of",
    "place_of",
    "places",
    "quota_for",
    "rebooking_forgives",
    "refusal",
    "reminder_times",
    "reminders_at",
    "rules_at",
    "serves",
    "storable",
    "suspended",
    "suspensions_from",
    "tells_which",
    "video_places",
]
