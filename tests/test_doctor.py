from __future__ import annotations

import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from reviewapp.core.kit import Kit
from reviewapp.doctor import examine


def findings(kit: Kit) -> dict[str, bool]:
    return {finding.part: finding.well for finding in examine(kit)}


@pytest.fixture
def smtp_url():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    yield f"smtp://127.0.0.1:{port}"
    server.stop()


def test_a_whole_installation_is_well(kit, smtp_url) -> None:
    healthy = Kit(kit.settings.changed(smtp_url=smtp_url))
    assert set(findings(healthy).values()) == {True}
    healthy.close()


def test_each_missing_part_is_named_and_can_be_mended(kit, tmp_path) -> None:
    (tmp_path / "file").write_text("not a folder")
    broken = Kit(
        kit.settings.changed(
            public_url="http://reviews.example",
            redis_url=f"unix://{tmp_path}/nobody.sock",
            storage_url=(tmp_path / "file").as_uri(),
            publish_url=(tmp_path / "file").as_uri(),
            smtp_url="smtp://127.0.0.1:1",
        )
    )
    found = list(examine(broken))
    unwell = {finding.part for finding in found if not finding.well}
    assert unwell == {"settings", "queue", "storage", "publishing", "mail"}
    assert all(finding.mend for finding in found if not finding.well)
    broken.close()


def test_a_database_that_is_away_is_a_finding_not_a_crash(kit, tmp_path) -> None:
    away = Kit(kit.settings.changed(database_url=f"postgresql+psycopg://x@/x?host={tmp_path}"))
    assert findings(away)["database"] is False
    away.close()


def test_a_role_that_passes_the_walls_is_reported(kit, superuser_url) -> None:
    mighty = Kit(kit.settings.changed(database_url=superuser_url))
    assert findings(mighty)["walls between shops"] is False
    mighty.close()


def test_https_without_a_known_proxy_is_reported(kit) -> None:
    alone = Kit(kit.settings.changed(public_url="https://reviews.example"))
    assert findings(alone)["settings"] is False
    told = Kit(kit.settings.changed(public_url="https://reviews.example", trusted_proxies=1))
    assert findings(told)["settings"] is True
    for held in (alone, told):
        held.close()


def test_private_files_inside_the_published_folder_are_reported(kit) -> None:
    inside = f"{kit.settings.storage_at}"
    open_to_all = Kit(kit.settings.changed(publish_url=inside))
    found = {finding.part: finding for finding in examine(open_to_all)}
    assert found["storage"].seen == "anyone can read private files"
    assert found["publishing"].well
    open_to_all.close()
