"""Nothing is skipped silently: what could not run is listed at the end, with its reason."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line per reason, with how many tests it kept from running."""
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    reasons = Counter(
        report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        for report in skipped
    )
    terminalreporter.section("not run, and why")
    for reason, number in reasons.most_common():
        terminalreporter.write_line(f"{number:4d}  {reason.removeprefix('Skipped: ')}")
