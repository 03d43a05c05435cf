"""Published reviews in the formats of others: one source, one interface, one format a file."""
