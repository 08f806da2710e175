"""What may be done to a number (号票): the one table that rules, statements and refusals go by."""

from __future__ import annotations

from banshi.kernel.transitions import Step, Table
from banshi.rooms.tickets.rules.line import recall_refusal, reinstate_refusal

NUMBER = Table(
    "ticket",
    states=["waiting", "called", "serving", "held", "parked", "missed", "finished", "left", "redirected", "closed"],
    ends=["finished", "left", "redirected", "closed"],
    begins=["finished", "left"],  # of paper, entered when it was over
    needs=list,
    steps={
        "call": Step("waiting", to="called"),
        "call_out_of_order": Step("waiting", "parked", "missed", to="called"),
        "recall": Step("called", guard=recall_refusal),
        "start": Step("called", to="serving"),
        "miss": Step("called", to="missed"),
        "hold": Step("serving", to="held"),
        "resume_held": Step("held", to="serving"),
        "finish": Step("serving", to="finished"),
        "check_identity": Step("called", "serving"),
        "add_matter": Step("serving"),
        "park": Step("waiting", to="parked"),
        "unpark": Step("parked", to="waiting"),
        "expect": Step("waiting", to="parked"),  # given here to somebody on the way from another hall
        "reinstate": Step("missed", to="waiting", guard=reinstate_refusal),
        "transfer": Step("waiting", "called", "serving", "held", to="waiting"),
        "turn_away": Step("called", "serving", to="finished"),
        "set_matter": Step("called", "serving"),
        "skip": Step("waiting"),
        "take_over": Step("called", "serving"),
        "call_back": Step("called", to="waiting"),  # an evacuation, or a window whose clerk works no more
        "put_aside": Step("serving", to="held"),
        # Within minutes, what was pressed by mistake.
        "undo": Step("finished", "missed", "called", "serving", undoes=True),
        "undo_call": Step("called", to="waiting"),
        "undo_call_of_missed": Step("called", to="missed"),
        "undo_start": Step("serving", to="called"),
        "undo_miss": Step("missed", to="called"),
        "undo_finish": Step("finished", to="serving", undoes=True),
        "undo_turning_away": Step("finished", to="called", undoes=True),
        "undo_closing": Step("closed", to="waiting", undoes=True),
        "join_booking": Step("waiting", "parked", "called", "serving", "held"),
        "confirm_lane": Step("waiting", "parked", "missed"),
        "claim": Step("waiting", "called", "parked", "missed", "held"),
        "put_first": Step("waiting", "parked", to="waiting"),
        "fall_back": Step("waiting"),
        "leave": Step("waiting", "called", "held", "parked", "missed", to="left"),
        "redirect": Step("waiting", "called", "serving", "parked", "missed", to="redirected"),
        "send_home": Step("waiting", "parked", "missed", to="closed"),  # by a closure that lasts the day
        "close": Step("waiting", "held", "parked", "missed", to="closed"),
        # The end of the day: who waits, who was called and never came, who was begun with.
        "close_waiting": Step("waiting", "parked", "missed", to="closed"),
        "close_expected": Step("parked", to="closed"),
        "close_called": Step("called", to="closed"),
        "end_held": Step("held", to="finished"),
        "end_left_open": Step("serving", to="finished"),
        # A closure that sent people home is taken back.
        "bring_back": Step("closed", to="parked", undoes=True),
        "bring_back_in_line": Step("closed", to="waiting", undoes=True),
        "bring_back_missed": Step("closed", to="missed", undoes=True),
    },
)

BEYOND_WAITING = tuple(state for state in NUMBER.goes_on if state != "waiting")
FOLLOWED = (*NUMBER.goes_on, "finished")  # worth a look on the phone: what comes next, and the rating
