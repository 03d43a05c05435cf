"""PostgreSQL and Valkey for one machine: our own runner for server binaries found on it."""
