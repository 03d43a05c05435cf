"""Settings, frozen; the only reader of the environment. Documented in docs/settings.md."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from environs import Env, EnvError
from marshmallow.validate import OneOf

PURGE_STYLES = ("json", "fastly", "cloudflare", "varnish")
"""How a CDN wants to be told what to forget."""


class SettingsError(Exception):
    """A setting is missing or wrong; the text lists every one at once."""


@dataclass(frozen=True)
class Settings:
    """What one installation is told from outside; None means: embedded, under `data_dir`."""

    data_dir: Path
    secret_keys: tuple[str, ...]
    public_url: str = "http://127.0.0.1:8000"
    database_url: str | None = None
    redis_url: str | None = None
    storage_url: str | None = None
    publish_url: str | None = None
    smtp_url: str | None = None
    mail_from: str = "reviews@localhost"
    host: str = "127.0.0.1"
    port: int = 8000
    web_threads: int = 8
    trusted_proxies: int = 0
    demo: bool = False
    demo_url: str = ""
    log_level: str = "INFO"
    max_upload_bytes: int = 20 * 1024 * 1024
    max_video_bytes: int = 256 * 1024 * 1024
    mail_per_domain_per_second: float = 50.0
    proof_days: int = 90
    private_mailboxes: bool = False
    raw_mail_days: int = 30
    max_mail_bytes: int = 35 * 1024 * 1024
    purge_url: str | None = None
    purge_style: str = "json"
    purge_token: str | None = field(default=None, repr=False)
    drafts_url: str | None = None
    drafts_key: str | None = field(default=None, repr=False)
    drafts_model: str = ""
    private_helpdesks: bool = False

    @property
    def storage_at(self) -> str:
        """Where private objects live, as a URL."""
        return self.storage_url or (self.data_dir / "storage").resolve().as_uri()

    @property
    def publish_at(self) -> str:
        """Where published documents live, as a URL; default: a folder inside storage."""
        if self.publish_url:
            return self.publish_url
        if self.storage_url and self.storage_url.startswith("s3://"):
            return f"{(self.data_dir / 'published').resolve().as_uri()}"
        return f"{self.storage_at}/published"

    @property
    def clock_file(self) -> Path:
        """What every process of the demo follows so that one clock moves them all."""
        return self.data_dir / "clock"

    @property
    def https(self) -> bool:
        """Whether customers reach us by HTTPS: cookies are then `Secure`."""
        return self.public_url.startswith("https://")

    def changed(self, **values: object) -> Settings:
        """A copy with other values; for tests and for the embedded servers' addresses."""
        return replace(self, **values)  # type: ignore[arg-type]  # names are checked by replace()


def read_settings(env_file: str | None = ".env", *, data_dir: str = "data") -> Settings:
    """Read `REVIEWAPP_*` from the environment and `.env`; SettingsError names all that is wrong.

    `data_dir` is where data lies when nothing is said about it.
    """
    env = Env(prefix="REVIEWAPP_", eager=False)
    if env_file and Path(env_file).is_file():
        env.read_env(env_file)
    values: dict[str, Any] = {
        "data_dir": env.path("DATA_DIR", Path(data_dir)),
        "public_url": env.str("PUBLIC_URL", ""),
        "database_url": env.str("DATABASE_URL", "") or None,
        "redis_url": env.str("REDIS_URL", "") or None,
        "storage_url": env.str("STORAGE_URL", "") or None,
        "publish_url": env.str("PUBLISH_URL", "") or None,
        "smtp_url": env.str("SMTP_URL", "") or None,
        "mail_from": env.str("MAIL_FROM", "reviews@localhost"),
        "host": env.str("HOST", "127.0.0.1"),
        "port": env.int("PORT", 8000),
        "web_threads": env.int("WEB_THREADS", 8),
        "trusted_proxies": env.int("TRUSTED_PROXIES", 0),
        "log_level": env.str("LOG_LEVEL", "INFO"),
        "max_upload_bytes": env.int("MAX_UPLOAD_BYTES", 20 * 1024 * 1024),
        "max_video_bytes": env.int("MAX_VIDEO_BYTES", 256 * 1024 * 1024),
        "proof_days": env.int("PROOF_DAYS", 90),
        "mail_per_domain_per_second": env.float("MAIL_PER_DOMAIN_PER_SECOND", 50.0),
        "private_helpdesks": env.bool("PRIVATE_HELPDESKS", False),
    }
    values |= _demo(env) | _purging(env) | _drafting(env) | _incoming(env)
    keys: list[str] = env.list("SECRET_KEY", [])
    try:
        env.seal()
    except EnvError as error:
        raise SettingsError(f"settings: {error}. See docs/settings.md.") from error
    values["data_dir"] = Path(values["data_dir"]).expanduser().resolve()
    values["public_url"] = values["public_url"].rstrip("/") or f"http://127.0.0.1:{values['port']}"
    return Settings(secret_keys=tuple(keys) or (_kept_key(values["data_dir"]),), **values)


def _incoming(env: Env) -> dict[str, Any]:
    return {
        "private_mailboxes": env.bool("PRIVATE_MAILBOXES", False),
        "raw_mail_days": env.int("RAW_MAIL_DAYS", 30),
        "max_mail_bytes": env.int("MAX_MAIL_BYTES", 35 * 1024 * 1024),
    }


def _demo(env: Env) -> dict[str, Any]:
    return {"demo": env.bool("DEMO", False), "demo_url": env.str("DEMO_URL", "").rstrip("/")}


def _purging(env: Env) -> dict[str, Any]:
    return {
        "purge_url": env.str("PURGE_URL", "") or None,
        "purge_style": env.str("PURGE_STYLE", "json", validate=OneOf(PURGE_STYLES)),
        "purge_token": env.str("PURGE_TOKEN", "") or None,
    }


def _drafting(env: Env) -> dict[str, Any]:
    return {
        "drafts_url": env.str("DRAFTS_URL", "") or None,
        "drafts_key": env.str("DRAFTS_KEY", "") or None,
        "drafts_model": env.str("DRAFTS_MODEL", ""),
    }


def _kept_key(data_dir: Path) -> str:
    """The installation's own key, made once: links in mails must outlive a restart."""
    file = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with file.open("x") as new:
            file.chmod(0o600)
            new.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(f"settings: {data_dir} cannot be written ({error.strerror})") from error
    return file.read_text().strip()


def environment(settings: Settings) -> dict[str, str]:
    """The process environment in which `read_settings` gives these very settings back."""
    told = {
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": ",".join(settings.secret_keys),
        "PUBLIC_URL": settings.public_url,
        "DATABASE_URL": settings.database_url or "",
        "REDIS_URL": settings.redis_url or "",
        "STORAGE_URL": settings.storage_url or "",
        "PUBLISH_URL": settings.publish_url or "",
        "SMTP_URL": settings.smtp_url or "",
        "MAIL_FROM": settings.mail_from,
        "HOST": settings.host,
        "PORT": str(settings.port),
        "WEB_THREADS": str(settings.web_threads),
        "TRUSTED_PROXIES": str(settings.trusted_proxies),
        "DEMO": str(settings.demo).lower(),
        "DEMO_URL": settings.demo_url,
        "LOG_LEVEL": settings.log_level,
        "MAX_UPLOAD_BYTES": str(settings.max_upload_bytes),
        "MAX_VIDEO_BYTES": str(settings.max_video_bytes),
        "PROOF_DAYS": str(settings.proof_days),
        "MAIL_PER_DOMAIN_PER_SECOND": str(settings.mail_per_domain_per_second),
        "PRIVATE_MAILBOXES": str(settings.private_mailboxes).lower(),
        "RAW_MAIL_DAYS": str(settings.raw_mail_days),
        "MAX_MAIL_BYTES": str(settings.max_mail_bytes),
        "PURGE_URL": settings.purge_url or "",
        "PURGE_STYLE": settings.purge_style,
        "PURGE_TOKEN": settings.purge_token or "",
        "DRAFTS_URL": settings.drafts_url or "",
        "DRAFTS_KEY": settings.drafts_key or "",
        "DRAFTS_MODEL": settings.drafts_model,
        "PRIVATE_HELPDESKS": str(settings.private_helpdesks).lower(),
    }
    return dict(os.environ) | {f"REVIEWAPP_{name}": value for name, value in told.items()}
