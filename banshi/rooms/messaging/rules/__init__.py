"""What a message says and when it may be said, without a clock or a database.

words: the common templates · templates: filling and checking them · values: as people say them · sending: channels,
tries, last moments, conditions.
"""

from __future__ import annotations

from banshi.rooms.messaging.rules.lifecycle import MESSAGE, OVER
from banshi.rooms.messaging.rules.papers import fitted, papers
from banshi.rooms.messaging.rules.sending import (
    BY_A_CLICK,
    DAY,
    LEASE,
    OF_A_RATING,
    URGENT,
    Standing,
    channels_for,
    last_moment,
    link,
    lost_sense,
    next_try,
    same_news,
    scrubbed,
    sense_of,
    sibling,
    together,
)
from banshi.rooms.messaging.rules.templates import (
    MISSING,
    allowed,
    fault,
    language_of,
    parts,
    placeholders,
    render,
    shown,
)
from banshi.rooms.messaging.rules.values import OWN_WORDS, moment_of, period, sentence, spoken, spoken_day
from banshi.rooms.messaging.rules.words import COMMON, LANGUAGES, UNSAID

__all__ = [
    "BY_A_CLICK",
    "COMMON",
    "DAY",
    "LANGUAGES",
    "LEASE",
    "MESSAGE",
    "MISSING",
    "OF_A_RATING",
    "OVER",
    "OWN_WORDS",
    "UNSAID",
    "URGENT",
    "Standing",
    "allowed",
    "channels_for",
    "fault",
    "fitted",
    "language_of",
    "last_moment",
    "link",
    "lost_sense",
    "moment_of",
    "next_try",
    "papers",
    "parts",
    "period",
    "placeholders",
    "render",
    "same_news",
    "scrubbed",
    "sense_of",
    "sentence",
    "shown",
    "sibling",
    "spoken",
    "spoken_day",
    "together",
]
