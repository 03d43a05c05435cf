"""`./run bench [name …]`: run the measurements, each in a process of its own, one after another."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

BENCHES = {
    "planning": "100,000 delivered orders planned",
    "sending": "10,000 mails to an SMTP sink, with exactly-once bookkeeping",
    "publish": "one review on a product of 10 to 100,000; a burst",
    "rebuild": "everything published anew, by one process and by two",
    "reads": "head.json from the app and from nginx",
    "live": "every order and filter at 10 and 100,000 reviews, beside a bare query",
    "imports": "orders from a CSV file",
    "images": "12-megapixel photos against bare decode and encode",
    "videos": "films against plain ffmpeg on the same input",
    "queue": "a hundred reviews decided by keyboard in Chromium",
    "library": "the library at a million pieces: every filter, search and count",
    "library_pairs": "any two filters of it together: pages, counts, and the worst of them",
    "desk": "the moderators' pages over 200,000 reviews",
    "cases": "the desk over 200,000 cases: lists, filters, search",
    "case_numbers": "the desk's numbers of 12 weeks with 120,960 cases",
    "screening": "words screened per second",
    "accessibility": "axe over every page, tag and state; writes docs/accessibility.md",
    "widgets": "what the tags cost a phone; with --snippet FILE.html, what another's lines do",
}


def main(wanted: list[str]) -> int:
    """Run the named measurements, all by default; 1 when one failed or is unknown."""
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}. There are: {', '.join(BENCHES)}")
        return 1
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    failed = []
    for name in wanted or BENCHES:
        print(f"\n== {name}: {BENCHES[name]}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
