"""The suite: rules as plain functions, services with a session, doors through a client."""
