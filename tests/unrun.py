"""Nothing is silent: what could not run, and what needed a second try, is told at the end."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What failed before it passed, in full; one line per reason why tests did not run."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"failed at the first try: {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
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
