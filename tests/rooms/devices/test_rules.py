"""The operator's list of printers, and what stands on it."""

from __future__ import annotations

import pytest

from banshi.rooms.devices.rules import Allowed, allowed_printers, numbers_a_minute, printer_fault, suspicious

LIST = allowed_printers("192.168.1.20:9100, 10.9.0.0/28:9100, Printer.hall.local:9101, /dev/usb/lp0")


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("", None),
        ("file:slips", None),
        ("file:slips-1.bin#32", None),
        ("file:/dev/usb/lp0", None),
        ("tcp:192.168.1.20:9100", None),
        ("tcp:10.9.0.14:9100#32", None),
        ("tcp:printer.HALL.local:9101", None),
        ("tcp:192.168.1.20:22", "host"),
        ("tcp:192.168.1.21:9100", "host"),
        ("tcp:10.9.0.16:9100", "host"),
        ("tcp:localhost:9100", "host"),
        ("tcp:0xc0a80114:9100", "host"),
        ("tcp:printer.hall.local.evil:9101", "host"),
        ("file:/dev/usb/lp1", "device"),
        ("file:/dev/usb/../sda", "device"),
        ("file:/srv/banshi/var/demo.json", "device"),
        ("file:../demo.json", "name"),
        ("file:a/b", "name"),
        ("file:..", "name"),
        ("file:.profile", "name"),
        ("file:a\nb", "name"),
        ("lpt1", "form"),
        ("tcp:x", "form"),
        ("file:a#7", "form"),
    ],
)
def test_slips_go_where_the_operator_lets_them(address: str, fault: str | None):
    assert printer_fault(address, LIST) == fault


def test_without_a_list_slips_go_into_the_spool_alone():
    assert [printer_fault(a, ()) for a in ("file:slips", "tcp:127.0.0.1:9100", "file:/dev/usb/lp0")] == [
        None,
        "host",
        "device",
    ]


@pytest.mark.parametrize(
    "text", ["printer", "10.0.0.0/99:9100", "1.2.3.4:0", "1.2.3.4:70000", "/etc/passwd", "/dev/../etc/x"]
)
def test_what_is_no_printer_is_no_list(text: str):
    with pytest.raises(ValueError, match=r"\S"):
        allowed_printers(f"192.168.1.20:9100,{text}")


@pytest.mark.parametrize("port", [1, 65535])
def test_every_port_there_is_may_stand_on_the_list(port: int):
    allowed = allowed_printers(f"192.168.1.20:{port}")

    assert allowed == (Allowed(f"192.168.1.20:{port}", host="192.168.1.20", port=port),)
    assert printer_fault(f"tcp:192.168.1.20:{port}", allowed) is None


def test_a_device_on_the_list_is_no_host():
    (device,) = allowed_printers("/dev/usb/lp0")

    assert device == Allowed("/dev/usb/lp0", host="", port=0, device="/dev/usb/lp0")
    assert not device.covers("", 0)


@pytest.mark.parametrize(("speed", "per_minute"), [(0, 8), (0.5, 8), (1, 8), (1.5, 12), (60, 480)])
def test_a_kiosk_gives_numbers_by_the_halls_time_and_never_slower_than_the_clock(speed: float, per_minute: float):
    assert numbers_a_minute(speed) == per_minute


@pytest.mark.parametrize(("left", "looked_at"), [(0, True), (14.9, True), (15, False), (30, False)])
def test_somebody_is_to_look_once_half_of_the_numbers_in_a_row_are_given(left: float, looked_at: bool):
    assert suspicious(left) == looked_at


def test_a_network_may_be_named_by_one_of_its_machines():
    allowed = allowed_printers("10.9.0.5/28:9100")

    assert [each.covers("10.9.0.14", 9100) for each in allowed] == [True]
