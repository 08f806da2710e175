"""The plan of a hall."""

from __future__ import annotations

from banshi.rooms.places.queries import FloorView, HallView, WindowView, ZoneView
from banshi.surfaces.citizen import plan


def hall(*windows: WindowView) -> HallView:
    return HallView(
        "town", "小镇", "Town", "", "", "", "Asia/Shanghai", "441900", "", "", None, None,
        (FloorView("1", "1 楼", "Floor 1"), FloorView("2", "2 楼", "Floor 2")),
        (ZoneView("a", "1", "甲", "A"), ZoneView("b", "2", "乙", "B")), (), windows,
    )  # fmt: skip


def window(number: str, zone: str = "a", x: float = 0) -> WindowView:
    return WindowView(f"town-{number}", number, "integrated", zone, "1", x, 0, ())


def test_windows_stand_in_rows_as_in_the_hall():
    first, _second = plan.floors(hall(*(window(f"{i:02d}", x=-i) for i in range(1, 9))), {}, columns=6)

    (zone,) = first.zones
    assert [w.number for w in zone.windows] == ["08", "07", "06", "05", "04", "03", "02", "01"]
    assert len({w.y for w in zone.windows}) == 2
    assert max(w.x for w in zone.windows) + first.side <= first.width
    assert zone.height == first.height


def test_a_window_without_a_clerk_is_closed_and_a_called_one_stands_out():
    first, _second = plan.floors(
        hall(window("01"), window("02", x=1), window("03", x=2)), {"01": "called", "02": "idle"}
    )

    assert [w.state for w in first.zones[0].windows] == ["calling", "idle", "closed"]


def test_a_floor_without_windows_has_no_plan():
    _first, second = plan.floors(hall(window("01")), {})

    assert (second.zones, second.height) == ((), 0)
