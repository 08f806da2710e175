"""Loaded by pytest (`-p tests.strict`): what a page takes for granted fails in tests, instead of showing nothing or, tomorrow,
something else.

- A template that writes down or passes on a variable nobody gave it. Asking (`{% if refused %}`) is allowed, and so is a
  filter that says what stands there instead (`default`, `yesno` …).
- A filter's argument that nobody gave, wherever it stands: in `{% if one|default:another %}` Django takes the whole for
  untrue, whatever `one` is.
- The first rows, or one row, of a query without an order: PostgreSQL gives any.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet
from django.template.base import FilterExpression, Variable, VariableDoesNotExist

INSTEAD = {"default", "default_if_none", "yesno", "among"}


class Undefined(AssertionError):
    """A template uses what its view does not give."""


class Unordered(AssertionError):
    """Some rows of a query that has no order."""


def resolved(self: FilterExpression, context: Any, ignore_failures: bool = False) -> Any:
    if (
        not ignore_failures
        and isinstance(self.var, Variable)
        and not INSTEAD & {each.__name__ for each, _ in self.filters}
    ):
        try:
            self.var.resolve(context)
        except VariableDoesNotExist:
            raise Undefined(f"{{{{ {self.token} }}}} in {_name_of(context)}") from None
    for _, args in self.filters:
        for is_variable, arg in args:
            if is_variable:
                try:
                    arg.resolve(context)
                except VariableDoesNotExist:
                    raise Undefined(f"{arg} of {{{{ {self.token} }}}} in {_name_of(context)}") from None
    return _resolve(self, context, ignore_failures)


def some_of(self: QuerySet[Any], key: Any) -> Any:
    if self._result_cache is None and not self.ordered and not self.query.is_sliced:
        raise Unordered(f"{self.model.__name__}: {self.query}")
    return _some_of(self, key)


def _name_of(context: Any) -> str:
    template = getattr(getattr(context, "render_context", None), "template", None)
    return getattr(template, "name", None) or "a template"


_resolve = FilterExpression.resolve
_some_of = QuerySet.__getitem__


def pytest_configure(config: pytest.Config) -> None:
    FilterExpression.resolve = resolved  # type: ignore[method-assign]
    QuerySet.__getitem__ = some_of  # type: ignore[method-assign]


def pytest_unconfigure(config: pytest.Config) -> None:
    FilterExpression.resolve = _resolve  # type: ignore[method-assign]
    QuerySet.__getitem__ = _some_of  # type: ignore[method-assign]
