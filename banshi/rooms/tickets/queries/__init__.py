"""Reads on the line. The same frozen objects feed pages, screens and the API.

line: a hall's whole line, worked out at once · ticket: one number, as its holder sees it · desk: a clerk's place ·
truth: promises against what happened.
"""

from __future__ import annotations

from banshi.rooms.tickets.queries.called import Called, at_windows
from banshi.rooms.tickets.queries.contact import booked_behind, contact_of, contact_of_booked, to_confirm
from banshi.rooms.tickets.queries.desk import (
    DeskTicket,
    DeskView,
    Help,
    Named,
    Preview,
    TakenOver,
    Undoable,
    desk,
    help_called,
    preview,
    undoable,
)
from banshi.rooms.tickets.queries.kept_line import Newcomer
from banshi.rooms.tickets.queries.line import (
    Line,
    LineCall,
    LineCategory,
    LineTicket,
    LineWindow,
    line,
)
from banshi.rooms.tickets.queries.missed import (
    ENDED_BY_THE_DAY,
    NOT_SERVED,
    SHOWN_STATE,
    STATE_TO_STAFF,
    came_without_number,
    comes_back_by_ref,
    ending,
    fates,
    has_number_apart,
    missed,
    shown_states,
    states_to_staff,
)
from banshi.rooms.tickets.queries.numbers import categories_open, numbers_given, numbers_open, numbers_open_on
from banshi.rooms.tickets.queries.promise import promises_for
from banshi.rooms.tickets.queries.renewed import not_there, renewed
from banshi.rooms.tickets.queries.scene import Promise
from banshi.rooms.tickets.queries.steps import last_step
from banshi.rooms.tickets.queries.ticket import (
    NOT_OVER,
    TicketView,
    beside,
    by_number,
    claimable,
    expected_wait,
    given,
    given_many,
    goes_first,
    hall_code_of,
    name_of,
    names_differ,
    not_over,
    qr_text,
    read_keyed_qr,
    read_qr,
    ticket,
    ticket_now,
    to_go_on_with,
)
from banshi.rooms.tickets.queries.truth import HitRate, Published, estimate, hit_rate, published
from banshi.rooms.tickets.queries.where import Place, places

__all__ = [
    "ENDED_BY_THE_DAY",
    "NOT_OVER",
    "NOT_SERVED",
    "SHOWN_STATE",
    "STATE_TO_STAFF",
    "Called",
    "DeskTicket",
    "DeskView",
    "Help",
    "HitRate",
    "Line",
    "LineCall",
    "LineCategory",
    "LineTicket",
    "LineWindow",
    "Named",
    "Newcomer",
    "Place",
    "Preview",
    "Promise",
    "Published",
    "TakenOver",
    "TicketView",
    "Undoable",
    "at_windows",
    "beside",
    "booked_behind",
    "by_number",
    "came_without_number",
    "categories_open",
    "claimable",
    "comes_back_by_ref",
    "contact_of",
    "contact_of_booked",
    "desk",
    "ending",
    "estimate",
    "expected_wait",
    "fates",
    "given",
    "given_many",
    "goes_first",
    "hall_code_of",
    "has_number_apart",
    "help_called",
    "hit_rate",
    "last_step",
    "line",
    "missed",
    "name_of",
    "names_differ",
    "not_over",
    "not_there",
    "numbers_given",
    "numbers_open",
    "numbers_open_on",
    "places",
    "preview",
    "promises_for",
    "published",
    "qr_text",
    "read_keyed_qr",
    "read_qr",
    "renewed",
    "shown_states",
    "states_to_staff",
    "ticket",
    "ticket_now",
    "to_confirm",
    "to_go_on_with",
    "undoable",
]
