"""The desk's numbers: kept as facts when they happen, added up when looked at, and a look ahead."""
