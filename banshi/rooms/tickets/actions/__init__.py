"""What is done in the line; every refusal is a `Refused` that explains itself.

taking: numbers given · windows: sign in, pause · calling: call next, out of turn · serving: at the window · moving: in
the line and out of it · stretches: of a service · relieving: from clerk to clerk · planning: desks to come ·
paper: numbers of an outage · day: closing, learning, telling.
"""

from __future__ import annotations

from banshi.rooms.tickets.actions.calling import (
    call_at_idle_window,
    call_next,
    call_next_many,
    call_of_visit,
    call_ticket,
)
from banshi.rooms.tickets.actions.day import close_day, learn, send_ahead, unpark_due
from banshi.rooms.tickets.actions.deciding import override_mismatch, set_matter, skip, turn_away
from banshi.rooms.tickets.actions.ground import lets_in
from banshi.rooms.tickets.actions.handing import connect, follow_number, hand_over, send_to, tell_as_booked
from banshi.rooms.tickets.actions.moving import (
    came_early,
    came_late,
    claim,
    come_back,
    confirm_lane,
    expect,
    join_booking,
    late,
    leave,
    mark_rated,
    mark_redirected,
    park,
    put_first,
    reinstate,
    renew,
    renew_returned,
    standing,
    unpark,
)
from banshi.rooms.tickets.actions.paper import enter_paper, paper_number, print_paper
from banshi.rooms.tickets.actions.planning import expect_desk, forget_desks, plan_desks, unexpect_desk
from banshi.rooms.tickets.actions.relieving import free_window, take_over
from banshi.rooms.tickets.actions.serving import (
    add_matter,
    finish,
    hold,
    identity_checked,
    miss,
    recall,
    resume_held,
    start,
    transfer,
)
from banshi.rooms.tickets.actions.stopping import (
    apologise,
    at_windows_of,
    call_back,
    concerned,
    send_home,
    stopped_by,
    tell_back,
    tell_evacuated,
    tell_goes_on,
    tell_stopped,
    untold,
    without_windows,
)
from banshi.rooms.tickets.actions.stretches import interrupt_services, resume_services
from banshi.rooms.tickets.actions.taking import issue, of_same_visit
from banshi.rooms.tickets.actions.undoing import undo
from banshi.rooms.tickets.actions.windows import (
    emergency,
    emergency_over,
    pause,
    resume,
    see_emergency,
    sign_in,
    sign_out,
)

__all__ = [
    "add_matter",
    "apologise",
    "at_windows_of",
    "call_at_idle_window",
    "call_back",
    "call_next",
    "call_next_many",
    "call_of_visit",
    "call_ticket",
    "came_early",
    "came_late",
    "claim",
    "close_day",
    "come_back",
    "concerned",
    "confirm_lane",
    "connect",
    "emergency",
    "emergency_over",
    "enter_paper",
    "expect",
    "expect_desk",
    "finish",
    "follow_number",
    "forget_desks",
    "free_window",
    "hand_over",
    "hold",
    "identity_checked",
    "interrupt_services",
    "issue",
    "join_booking",
    "late",
    "learn",
    "leave",
    "lets_in",
    "mark_rated",
    "mark_redirected",
    "miss",
    "of_same_visit",
    "override_mismatch",
    "paper_number",
    "park",
    "pause",
    "plan_desks",
    "print_paper",
    "put_first",
    "recall",
    "reinstate",
    "renew",
    "renew_returned",
    "resume",
    "resume_held",
    "resume_services",
    "see_emergency",
    "send_ahead",
    "send_home",
    "send_to",
    "set_matter",
    "sign_in",
    "sign_out",
    "skip",
    "standing",
    "start",
    "stopped_by",
    "take_over",
    "tell_as_booked",
    "tell_back",
    "tell_evacuated",
    "tell_goes_on",
    "tell_stopped",
    "transfer",
    "turn_away",
    "undo",
    "unexpect_desk",
    "unpark",
    "unpark_due",
    "untold",
    "without_windows",
]
