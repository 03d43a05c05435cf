"""The evidence pack of a case: all that was said, sent and decided, with the log's hashes."""
