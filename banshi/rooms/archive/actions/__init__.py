"""What is done in the archive."""

from __future__ import annotations

from banshi.rooms.archive.actions.keeping import archive, archive_due, take_out, verify

__all__ = ["archive", "archive_due", "take_out", "verify"]
