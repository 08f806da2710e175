"""Rate a visit or a case; answer, appeal against and settle what a bad rating opens."""

from banshi.rooms.feedback.actions.appealing import appeal, judge
from banshi.rooms.feedback.actions.rating import rate, rate_case
from banshi.rooms.feedback.actions.tasks import answer, forget_words, settle

__all__ = ["answer", "appeal", "forget_words", "judge", "rate", "rate_case", "settle"]
