"""How the commands speak: progress on long work, tables for people, JSON for machines, trouble with advice."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

console = Console(highlight=False, soft_wrap=True)
PLAIN_EVERY_S = 5.0


class Trouble(click.ClickException):
    """Said on stderr as ``banshi: …``; exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(f"banshi: {self.format_message()}", err=True)


class Step:
    """One piece of long work. Call it with what is being done, how much is done, and of how much."""

    def __init__(self, progress: Progress | None, title: str) -> None:
        self.progress = progress
        self.task = progress.add_task(title, total=None) if progress else None
        self.said_at = time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        if self.progress is not None and self.task is not None:
            self.progress.update(self.task, completed=done, total=total or None, what=what)
        elif time.monotonic() - self.said_at >= PLAIN_EVERY_S:
            self.said_at = time.monotonic()
            console.print(f"  {what}: {done} of {total}" if total else f"  {what}")


@contextmanager
def step(title: str, *, quiet: bool = False) -> Iterator[Step]:
    """Show that something goes on: a live line on a terminal, plain lines elsewhere, nothing when ``quiet``."""
    if quiet:
        yield Step(None, title)
        return
    began = time.monotonic()
    if console.is_terminal:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[what]}", style="dim"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, transient=True) as progress:
            work = Step(None, title)
            work.progress = progress
            work.task = progress.add_task(title, total=None, what="")
            yield work
    else:
        console.print(f"… {title}")
        yield Step(None, title)
    console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - began:.1f} s[/]")


def as_json(value: Any) -> None:
    """Print for machines: one JSON document on stdout."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write("\n")
