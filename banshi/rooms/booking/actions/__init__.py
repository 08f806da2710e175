"""What booking does. Each verb is keyword-only, takes `by` and `now`, and says no with `Refused`."""

from banshi.rooms.booking.actions.asked import Asked, behind
from banshi.rooms.booking.actions.changing import (
    cancel,
    disown,
    free_doubles,
    lock_visit,
    mark_checked_in,
    mark_dealt_with,
    mark_not_dealt_with,
    mark_not_served,
    mark_served,
    move,
    prove,
    rebook,
)
from banshi.rooms.booking.actions.credit import (
    answer_appeal,
    appeal,
    forgive,
    lift,
    mark_fault_day,
    suspend,
    sweep_no_shows,
)
from banshi.rooms.booking.actions.following import VisitToFollow, keep, keep_no_more, open_follow_up
from banshi.rooms.booking.actions.forgetting import (
    forget_contacts,
    forget_late,
    forget_suspensions,
    subjects_appealed,
    without_telephone,
)
from banshi.rooms.booking.actions.granting import cannot_move_to
from banshi.rooms.booking.actions.handing import follow_account, follow_number, hand_over, lock_bookings, send_to
from banshi.rooms.booking.actions.holding import expire_holds, give_back, hold, keep_on
from banshi.rooms.booking.actions.letting_go import hold_again, let_go
from banshi.rooms.booking.actions.offering import EARLIER_BY, offer_waiting
from banshi.rooms.booking.actions.opening import ask_opening, tell_openings
from banshi.rooms.booking.actions.outage import note_outage
from banshi.rooms.booking.actions.passing import pass_on
from banshi.rooms.booking.actions.placing import looking_up, place, place_many
from banshi.rooms.booking.actions.placing_several import place_several, slot_beside
from banshi.rooms.booking.actions.slots import close_slot, materialise, set_quota
from banshi.rooms.booking.actions.taking_back import (
    tell_given_back,
    tell_kept,
    times_back,
    wait_for_moves,
    was_given_back,
)
from banshi.rooms.booking.actions.telling import confirm_again
from banshi.rooms.booking.actions.waiting import (
    join_earlier,
    join_waiting,
    leave_waiting,
    take_offer,
)
from banshi.rooms.booking.actions.waits_back import wait_again, wait_again_everywhere
from banshi.rooms.booking.actions.waits_ended import (
    end_all_waiting_in_vain,
    end_waiting_for_closed_days,
    end_waiting_for_days_over,
    end_waiting_in_vain,
)
from banshi.rooms.booking.actions.waits_follow import bookings_follow_their_line
from banshi.rooms.booking.actions.whose_wait import hand_back

__all__ = [
    "EARLIER_BY",
    "Asked",
    "VisitToFollow",
    "answer_appeal",
    "appeal",
    "ask_opening",
    "behind",
    "bookings_follow_their_line",
    "cancel",
    "cannot_move_to",
    "close_slot",
    "confirm_again",
    "disown",
    "end_all_waiting_in_vain",
    "end_waiting_for_closed_days",
    "end_waiting_for_days_over",
    "end_waiting_in_vain",
    "expire_holds",
    "follow_account",
    "follow_number",
    "forget_contacts",
    "forget_late",
    "forget_suspensions",
    "forgive",
    "free_doubles",
    "give_back",
    "hand_back",
    "hand_over",
    "hold",
    "hold_again",
    "join_earlier",
    "join_waiting",
    "keep",
    "keep_no_more",
    "keep_on",
    "leave_waiting",
    "let_go",
    "lift",
    "lock_bookings",
    "lock_visit",
    "looking_up",
    "mark_checked_in",
    "mark_dealt_with",
    "mark_fault_day",
    "mark_not_dealt_with",
    "mark_not_served",
    "mark_served",
    "materialise",
    "move",
    "note_outage",
    "offer_waiting",
    "open_follow_up",
    "pass_on",
    "place",
    "place_many",
    "place_several",
    "prove",
    "rebook",
    "send_to",
    "set_quota",
    "slot_beside",
    "subjects_appealed",
    "suspend",
    "sweep_no_shows",
    "take_offer",
    "tell_given_back",
    "tell_kept",
    "tell_openings",
    "times_back",
    "wait_again",
    "wait_again_everywhere",
    "wait_for_moves",
    "was_given_back",
    "without_telephone",
]
