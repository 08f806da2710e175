"""Seconds saved are said of enough visits alone, and of like matters."""

from __future__ import annotations

import pytest

from banshi.rooms.remote import actions
from banshi.rooms.remote.queries.figures import saving, stats
from banshi.rooms.remote.rules.saving import Mean, saved
from tests.rooms.remote.conftest import Video
from tests.town import CITIZEN, TUESDAY_NINE

DAY = TUESDAY_NINE.date()


@pytest.mark.parametrize(("having", "lacking"), [(4, 5), (5, 4), (0, 0)])
def test_below_five_of_each_nothing_is_said(having: int, lacking: int):
    found = saved([("x", Mean(having, 100.0))], [("x", Mean(lacking, 300.0))])

    assert (found.with_folder, found.without, found.saved_s) == (having, lacking, None)


def test_like_is_compared_with_like():
    having = [("quick", Mean(5, 100.0)), ("slow", Mean(5, 500.0)), ("only here", Mean(9, 1.0))]
    lacking = [("quick", Mean(50, 160.0)), ("slow", Mean(5, 700.0)), ("only there", Mean(9, 9.0))]

    found = saved(having, lacking)

    assert (found.with_folder, found.without) == (10, 55)
    assert (found.with_mean_s, found.without_mean_s, found.saved_s) == (300.0, 430.0, 130.0)


@pytest.mark.django_db
def test_rows_add_up_to_the_total(video: Video):
    session = video.talking()
    actions.end(ref=session.ref, by=video.agent, now=TUESDAY_NINE)
    actions.rate(ref=session.ref, score=8, by=CITIZEN, now=TUESDAY_NINE)
    gone = video.asked(2)
    actions.leave(ref=gone.ref, by=CITIZEN, now=TUESDAY_NINE)
    halls = [video.town.hall.pk]

    row, total = stats(halls=halls, first=DAY, last=DAY, by="hall")

    assert (row.code, row.asked, row.answered, row.closed, row.left, row.users) == ("town", 2, 1, 1, 1, 1)
    assert (total.asked, total.rated, total.score_mean) == (2, 1, 8.0)
    assert saving(halls=halls, first=DAY, last=DAY).with_folder == 0
