from banshi.rooms.insight.rules import Place, Queue, hints, in_trouble, verdict


def queue(code="B", *, waiting=8, longest_min=23, likely_min=5, windows=1, zone="main"):
    return Queue(code, zone, waiting, longest_min * 60, likely_min * 60, windows)


def place(number, *, state="idle", idle_min=10, serves="A", zone="main"):
    return Place(f"town-{number}", number, zone, state, idle_min * 60, frozenset(serves))


def test_an_idle_window_that_could_help_is_named_for_the_long_queue():
    places = [place("03"), place("04"), place("05", state="serving")]

    found = hints(queues=[queue()], places=places, free_clerks=0)

    assert [(h.kind, h.window, h.category, h.idle) for h in found] == [("serve_too", "town-03", "B", 2)]


def test_a_window_of_the_categorys_own_zone_comes_before_one_idle_longer_elsewhere():
    places = [place("03", idle_min=60, zone="upstairs"), place("04", idle_min=5)]

    found = hints(queues=[queue()], places=places, free_clerks=0)

    assert [h.window for h in found] == ["town-04"]


def test_an_idle_window_that_serves_the_queue_already_is_told_to_call():
    found = hints(queues=[queue()], places=[place("03", serves="AB"), place("04")], free_clerks=3)

    assert [(h.kind, h.window) for h in found] == [("call", "town-03")]


def test_without_idle_windows_a_closed_one_is_opened_while_there_are_clerks():
    places = [place("01", state="serving", serves="B"), place("02", state="closed", serves="B")]

    with_clerk = hints(queues=[queue()], places=places, free_clerks=1)
    without = hints(queues=[queue()], places=places, free_clerks=0)

    assert [(h.kind, h.window) for h in with_clerk] == [("open", "town-02")]
    assert without == []


def test_one_free_clerk_opens_one_window_only():
    places = [place("01", state="closed", serves="A"), place("02", state="closed", serves="B")]
    queues = [queue("A", longest_min=40), queue("B", longest_min=30)]

    found = hints(queues=queues, places=places, free_clerks=1)

    assert [h.category for h in found] == ["A"]


def test_a_window_that_has_only_just_become_idle_is_left_alone():
    found = hints(queues=[queue()], places=[place("03", idle_min=2)], free_clerks=0)

    assert found == []


def test_a_queue_no_window_serves_comes_first_whatever_it_waits():
    queues = [queue("A", longest_min=50), queue("B", longest_min=4, windows=0)]
    places = [place("03", serves="C"), place("04", serves="C")]

    found = hints(queues=queues, places=places, free_clerks=0)

    assert [h.category for h in found] == ["B", "A"]


def test_trouble_begins_at_fifteen_minutes_waited_or_twenty_foretold():
    assert in_trouble(queue(longest_min=15)) is True
    assert in_trouble(queue(longest_min=14)) is False
    assert in_trouble(queue(longest_min=1, likely_min=20)) is True
    assert in_trouble(queue(waiting=0, longest_min=99)) is False


def test_no_more_than_three_hints_at_a_time():
    queues = [queue(code) for code in "BCDEF"]
    places = [place(f"{n:02d}") for n in range(10)]

    found = hints(queues=queues, places=places, free_clerks=0)

    assert len(found) == 3
    assert len({h.window for h in found}) == 3


def test_load_is_told_by_the_share_of_ready_time_with_somebody_there():
    assert verdict(at_work_s=3600, busy_s=1259) == "idle"
    assert verdict(at_work_s=3600, busy_s=1260) == "even"
    assert verdict(at_work_s=3600, busy_s=3312) == "overloaded"
    assert verdict(at_work_s=1799, busy_s=1799) == ""
