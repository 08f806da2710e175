"""What a kind of self-service machine does beside beginning matters. Pure."""

from __future__ import annotations

from typing import Final

# begin a matter · pay a fee · see and print what was granted · change the own telephone · hand in papers from a stick
DEEDS: Final = ("apply", "pay", "print", "contact", "papers")
