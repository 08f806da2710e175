"""Ask for a visit, plan it, move it, set off, say what came of it, cancel it; forget whose it was."""

from banshi.rooms.homevisits.actions.asking import Asking, ask
from banshi.rooms.homevisits.actions.going import cancel, finish, forget_words, not_met, set_off
from banshi.rooms.homevisits.actions.planning import Plan, move, plan

__all__ = ["Asking", "Plan", "ask", "cancel", "finish", "forget_words", "move", "not_met", "plan", "set_off"]
