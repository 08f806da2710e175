"""The operator's list of printers, and what stands on it."""

from __future__ import annotations

import pytest

from banshi.rooms.devices.rules import allowed_printers, printer_fault

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
