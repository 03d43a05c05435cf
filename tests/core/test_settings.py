from __future__ import annotations

import pytest

from reviewapp.core.settings import Settings, SettingsError, environment, read_settings


def test_without_any_setting_everything_lives_under_the_data_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("REVIEWAPP_DATA_DIR", str(tmp_path))
    settings = read_settings(None)
    assert settings.database_url is settings.redis_url is settings.smtp_url is None
    assert settings.storage_at == (tmp_path / "storage").as_uri()
    assert settings.publish_at == f"{settings.storage_at}/published"


def test_the_installation_keeps_the_key_it_made(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("REVIEWAPP_DATA_DIR", str(tmp_path))
    first, second = read_settings(None), read_settings(None)
    assert first.secret_keys == second.secret_keys
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_every_wrong_setting_is_named_at_once(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("REVIEWAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REVIEWAPP_PORT", "eighty")
    monkeypatch.setenv("REVIEWAPP_WEB_THREADS", "some")
    with pytest.raises(SettingsError) as error:
        read_settings(None)
    assert "PORT" in str(error.value)
    assert "WEB_THREADS" in str(error.value)


def test_children_read_the_very_same_settings(tmp_path, monkeypatch) -> None:
    told = Settings(
        data_dir=tmp_path, secret_keys=("a", "b"), port=8111, smtp_url="smtp://127.0.0.1:2525",
        public_url="https://reviews.example", demo=True,
    )  # fmt: skip
    for name, value in environment(told).items():
        monkeypatch.setenv(name, value)
    assert read_settings(None) == told
