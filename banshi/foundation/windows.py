"""Windows in few words, said here once for kiosk, slip, phone and desk: by the numbers on the signs above them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import pgettext

FEW = 8  # more windows than these, of which nobody knows yet which will call, show nobody the way


def few(numbers: Sequence[str]) -> list[str]:
    """Windows that would serve, where none is at work yet: these, or none where they are many (“1–58”)."""
    return list(numbers) if len(numbers) <= FEW else []


def windows_words(numbers: Sequence[str]) -> str:
    """["01", "02", "03", "12"] → “01–03、12”. Numbers stay as the call will say them, leading zeros too."""
    runs: list[list[str]] = []
    for number in numbers:
        if runs and _follows(runs[-1][-1], number):
            runs[-1].append(number)
        else:
            runs.append([number])
    between = pgettext("between windows", ", ")
    return between.join(f"{run[0]}–{run[-1]}" if len(run) > 2 else between.join(run) for run in runs)


def _follows(before: str, number: str) -> bool:
    return before.isdecimal() and number.isdecimal() and int(number) == int(before) + 1
