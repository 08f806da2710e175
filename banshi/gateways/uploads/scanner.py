"""A scanner of the demo's: it finds the harmless file that scanners agree on (EICAR), and is down, or finds something in
anything, as the demo's page has it.
"""

from __future__ import annotations

from banshi.gateways.moods import strikes

HARMLESS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


def found(content: bytes) -> str | None:
    """Library's port `Scanner`. :raises OSError: it does not answer."""
    if strikes("scanner", "down"):
        raise OSError("the scanner does not answer")
    if strikes("scanner", "infected"):
        return "Demo-Virus"
    return "Eicar-Test-Signature" if HARMLESS in content else None
