"""Figures of days that are over, made at once: after a restore, or after days were put in."""

from __future__ import annotations

from pathlib import Path

import click

from banshi.cli.staffing import data_option


@click.command("settle-days")
@data_option
def settle_days(data: Path | None) -> None:
    """Count all days that are over and not settled yet, now instead of a few every twenty seconds. Twice is the same as once."""
    from banshi.cli.ground import django

    django(data)
    from banshi.foundation import clock
    from banshi.rooms.insight import actions as insight

    total = 0
    while settled := insight.settle_due(now=clock.now(), most=100):
        total += len(settled)
    click.echo(f"{total} days settled")
