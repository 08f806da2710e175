"""What may be done to a thing, and what it becomes: one declared table a kind (号票, 预约, 候补, 差评工单 …).

    NUMBER = Table("ticket", states=["waiting", "called", "finished"], ends=["finished"], steps={
        "call": Step("waiting", to="called"),
        "recall": Step("called", guard=recall_refusal),
        "finish": Step("called", to="finished"),
    })

Rules ask it, refusals name it, and a statement takes its states from it: `NUMBER.of("call")` as a parameter, `NUMBER.sql("call")`
as text. A slip of the pen – a state that is none, one that nothing leads to, an end that is left without saying so – fails
where the table is declared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banshi.kernel.refusals import Refusal

Guard = Callable[..., Refusal | None]


@dataclass(frozen=True, init=False)
class Step:
    """A verb: from which states, and to which; without `to` the thing stays what it is.

    `guard`: the further rule that may refuse it, asked with what the caller knows. `undoes`: it takes back what had ended.
    """

    of: tuple[str, ...]
    to: str | None
    guard: Guard | None
    undoes: bool

    def __init__(self, *of: str, to: str | None = None, guard: Guard | None = None, undoes: bool = False) -> None:
        for name, value in (("of", of), ("to", to), ("guard", guard), ("undoes", undoes)):
            object.__setattr__(self, name, value)


def _one_or_list(states: Sequence[str]) -> Any:
    return states[0] if len(states) == 1 else list(states)


class Table:
    """The steps of one kind of thing.

    :param kind: as `foundation.states` has words for it. :param states: all of them, the one in which most begin first.
    :param ends: those that nothing leads on from but an `undoes`. :param begins: further ones in which it may begin.
    :param needs: how a refusal names the states a verb needs; else by the word, of several as a list.
    :raises ValueError: a table that cannot be meant.
    """

    def __init__(
        self,
        kind: str,
        *,
        states: Sequence[str],
        ends: Collection[str],
        steps: Mapping[str, Step],
        begins: Collection[str] = (),
        needs: Callable[[Sequence[str]], Any] = _one_or_list,
    ) -> None:
        self.kind, self.steps, self._needs = kind, dict(steps), needs
        self.states, self.ends = tuple(map(str, states)), frozenset(map(str, ends))
        self.goes_on = tuple(state for state in self.states if state not in self.ends)
        led_to = {each.to for each in steps.values()} - {None}
        named = {state for each in steps.values() for state in each.of} | led_to | self.ends | set(begins)
        if strange := named.difference(self.states):
            raise ValueError(f"{kind}: no such state: {sorted(map(str, strange))}")
        if left := set(self.states).difference(led_to, self.states[:1], begins):
            raise ValueError(f"{kind}: nothing leads to {sorted(left)}")
        for verb, step in steps.items():
            if not step.of or (not step.undoes and self.ends.intersection(step.of)):
                raise ValueError(f"{kind}: {verb} begins nowhere, or goes on from an end")

    def of(self, verb: str) -> list[str]:
        """The states the verb needs: for `state__in`, or `ANY(%s)`."""
        return list(self.steps[verb].of)

    def to(self, verb: str) -> str:
        """The state the verb leads to. :raises ValueError: the thing stays what it is."""
        to = self.steps[verb].to
        if to is None:
            raise ValueError(f"{self.kind}: {verb} leads nowhere else")
        return to

    def sql(self, verb: str) -> str:
        """The same as `of` for a statement's text: `state IN ({NUMBER.sql("call")})`."""
        return ", ".join(f"'{state}'" for state in self.steps[verb].of)

    def sql_to(self, verb: str) -> str:
        return f"'{self.to(verb)}'"

    def may(self, state: str, verb: str) -> bool:
        """Whether the state allows it; a guard may still refuse."""
        return state in self.steps[verb].of

    def refusal(self, state: str, verb: str, **known: Any) -> Refusal | None:
        """None when the verb fits: else `wrong-state` with what it is and needs, or what the step's guard says.

        :param known: what the guard asks for; without any, the state alone is looked at.
        """
        step = self.steps[verb]
        if state not in step.of:
            return Refusal("wrong-state", {"state": state, "needs": self.needs(verb)})
        return step.guard(**known) if step.guard is not None and known else None

    def needs(self, verb: str) -> Any:
        """The states the verb needs, as a refusal names them."""
        return self._needs(self.steps[verb].of)
