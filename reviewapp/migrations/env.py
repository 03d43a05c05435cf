"""Alembic's entry: runs on the connection it is handed."""

from __future__ import annotations

from alembic import context

from reviewapp import models  # noqa: F401  # autogenerate compares against every table
from reviewapp.core.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
