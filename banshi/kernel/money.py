"""Money: whole fen (分) everywhere, yuan only where people read it. Never floats."""

from __future__ import annotations

from decimal import Decimal


def fen(yuan: Decimal) -> int:
    """:raises ValueError: a part of a fen."""
    amount = yuan * 100
    if amount != amount.to_integral_value():
        raise ValueError(f"a part of a fen: {yuan}")
    return int(amount)


def yuan(amount: int) -> str:
    """8000 → “80.00”. :param amount: in fen."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"
