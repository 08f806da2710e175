"""The port to the city's telephone exchange; gateways/telephony has what stands behind it."""

from __future__ import annotations

from typing import Protocol


class Unreachable(Exception):
    """The exchange does not answer: nothing was dialled."""


class Telephony(Protocol):
    """Click to call. What becomes of it the exchange tells as events (`actions.phoning.heard`)."""

    def dial(self, *, call: str, agent: str, phone: str) -> None:
        """Ring the agent's own telephone, then whoever is called.

        :param call: by which its events name it; :param agent: login of who calls; :param phone: E.164. :raises Unreachable:
        """
        ...
