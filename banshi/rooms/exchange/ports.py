"""What the room needs from outside: somebody who carries batches to the national platform, and its answers back.

The adapter is named by the setting `BANSHI_EXCHANGE` (a dotted path, "" = batches are carried by hand): the room knows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class NotTaken(OSError):
    """It answers, and does not take the batch as it came: `checksum` (other bytes arrived than were sent) | `refused` | its own
    words."""


class Exchange(Protocol):
    """Sends a batch; the same number again is the same batch."""

    def send(self, no: str, content: bytes) -> None:
        """:raises NotTaken: why. :raises OSError: it does not answer. Either way it is tried again, ever later."""
        ...

    def receipts(self, no: str) -> Mapping[str, str]:
        """row_guid → why it was refused, "" for accepted; of rows that were looked at by now.

        :raises OSError: it does not answer.
        """
        ...
