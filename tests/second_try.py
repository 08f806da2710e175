"""A browser test that fails is tried once more, and named at the end as flaky: that is a defect to mend, not a pass.

Only tests in a browser (tests/e2e): a page there may be slower than the machine is busy. Tests that kill processes get no
second try – what they lose once is lost. `--once` gives none to anybody.
"""

from __future__ import annotations

from typing import Any

import pytest
from _pytest.runner import runtestprotocol

FLAKY = pytest.StashKey[list[tuple[str, str]]]()
PROPERTY = "failed at first"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--once", action="store_true", help="no second try for browser tests")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FLAKY] = []


def may_be_tried_again(item: pytest.Item) -> bool:
    return (
        not item.config.getoption("--once")
        and "e2e" in item.path.parts
        and item.get_closest_marker("browser") is not None
        and item.get_closest_marker("crash") is None
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if not may_be_tried_again(item):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    trouble = "\n".join(report.longreprtext for report in reports if report.failed)
    if trouble:
        item._initrequest()  # type: ignore[attr-defined]  # fixtures of its own, anew
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            if any(each.failed for each in reports):
                report.sections.append(("What the first try said", trouble))
            elif report.when == "teardown":
                report.user_properties.append((PROPERTY, trouble))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


class Gather:
    """Where reports arrive: the only process, or the one that hands out tests to others."""

    def __init__(self, config: pytest.Config) -> None:
        self.flaky: list[tuple[str, str]] = config.stash[FLAKY]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.flaky += [(report.nodeid, str(said)) for name, said in report.user_properties if name == PROPERTY]


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.pluginmanager.register(Gather(session.config), "flaky")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    flaky = config.stash[FLAKY]
    if not flaky:
        return
    terminalreporter.section("flaky: needed a second try, to be mended", "=", yellow=True)
    for nodeid, said in flaky:
        terminalreporter.section(nodeid, "_")
        terminalreporter.write_line(said)
    for nodeid, _ in flaky:
        terminalreporter.write_line(f"FLAKY {nodeid}", yellow=True)
