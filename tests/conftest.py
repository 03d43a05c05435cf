"""Real servers for every test, a database per worker, people and a shop to work with."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from reviewapp.app import create_app
from reviewapp.core.db import EVERY_SHOP, Base, Database
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.embedded.postgres import EmbeddedPostgres
from reviewapp.embedded.valkey import EmbeddedValkey
from reviewapp.migrations.upgrade import upgrade

SHARED = Path(__file__).resolve().parents[2] / "shared"
TEMPLATE = "reviewapp_template"
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")
pytest_plugins = [
    "tests.unrun", "tests.people", "tests.sent_reviews", "tests.served", "tests.bucket",
]  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the servers once; xdist workers are told their addresses."""
    config.addinivalue_line("markers", "shared: reads the shared development data")
    config.addinivalue_line("markers", "browser: drives a real browser")
    config.addinivalue_line("markers", "nginx: runs a real nginx")
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="reviewapp-tests-"))
    postgres = EmbeddedPostgres(folder / "postgres", durable=False)
    valkey = EmbeddedValkey(folder / "valkey", durable=False)
    os.environ["TEST_POSTGRES"] = postgres.start()
    os.environ["TEST_POSTGRES_SUPERUSER"] = postgres.superuser_url
    os.environ["TEST_VALKEY"] = valkey.start()
    config.stash[SERVERS] = (postgres, valkey, folder)
    _make_template(os.environ["TEST_POSTGRES"])


SERVERS = pytest.StashKey[tuple[EmbeddedPostgres, EmbeddedValkey, Path]]()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if SERVERS in config.stash:
        postgres, valkey, folder = config.stash[SERVERS]
        postgres.stop()
        valkey.stop()
        shutil.rmtree(folder, ignore_errors=True)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests on shared data run where it is, and are listed where it is not."""
    if item.get_closest_marker("shared") and not SHARED.is_dir():
        pytest.skip("the shared development data is not here")


def _make_template(url: str) -> None:
    _create_database(url, TEMPLATE)
    engine = create_engine(_named(url, TEMPLATE))
    upgrade(engine)
    engine.dispose()


def _create_database(url: str, name: str, template: str | None = None) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        suffix = f" TEMPLATE {template}" if template else ""
        connection.execute(text(f"CREATE DATABASE {name}{suffix}"))
    engine.dispose()


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def worker_name() -> str:
    """This xdist worker's name; what keeps workers apart."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def database_url(worker_name: str) -> str:
    """A migrated database of this worker's own."""
    name = f"reviewapp_{worker_name}"
    _create_database(os.environ["TEST_POSTGRES"], name, TEMPLATE)
    return _named(os.environ["TEST_POSTGRES"], name)


@pytest.fixture(scope="session")
def superuser_url(database_url: str) -> str:
    """The same database for what row-level security and append-only guards would refuse."""
    return _named(os.environ["TEST_POSTGRES_SUPERUSER"], make_url(database_url).database or "")


@pytest.fixture(scope="session")
def redis_url(worker_name: str) -> str:
    """A Valkey database of this worker's own."""
    number = int(worker_name.removeprefix("gw")) + 1 if worker_name != "main" else 0
    return f"{os.environ['TEST_VALKEY']}?db={number}"


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data; tests that ask for it carry the marker `shared`."""
    return SHARED / "data"


@pytest.fixture
def settings(tmp_path: Path, database_url: str, redis_url: str) -> Settings:
    """An installation of this test's own."""
    return Settings(
        data_dir=tmp_path / "data",
        secret_keys=("a-key-for-tests-only-and-long-enough",),
        public_url="http://localhost",
        database_url=database_url,
        redis_url=redis_url,
        mail_from="reviews@shop.example",
    )


@pytest.fixture
def kit(settings: Settings, emptied: None) -> Iterator[Kit]:
    """The kit over real PostgreSQL and Valkey; what tests commit is deleted before the next."""
    settings.data_dir.mkdir(parents=True)
    held = Kit(settings)
    held.queues.redis.flushdb()
    yield held
    held.close()


@pytest.fixture(scope="session")
def _superuser_engine(superuser_url: str) -> Iterator[Database]:
    database = Database(superuser_url, pool_size=1)
    yield database
    database.close()


@pytest.fixture
def emptied(_superuser_engine: Database) -> None:
    """Every table empty, triggers aside; 1 ms."""
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    deletes = "; ".join(f"DELETE FROM {name}" for name in tables.split(", "))
    with _superuser_engine.transaction(EVERY_SHOP) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.connection().exec_driver_sql(deletes)


@pytest.fixture
def session(kit: Kit) -> Iterator[Session]:
    """A transaction above all shops that is undone at the end."""
    with kit.database.open(EVERY_SHOP) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def app(kit: Kit) -> Flask:
    """The whole web application."""
    app = create_app(kit=kit)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a session."""
    return app.test_client()
