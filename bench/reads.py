"""Reading `head.json`: nginx over the folder, the application itself, and live queries, by wrk.

python -m bench.reads   (goal: the application ≥ 0.35 × nginx; needs wrk and nginx on PATH)
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.publish import fill, installation, new_shop, show
from reviewapp.core.kit import Kit
from reviewapp.core.storage import LocalStorage
from reviewapp.models.account import Shop
from reviewapp.widgets.product_writer import write_product
from tests.widgets.nginx import nginx_binary, running

SECONDS = 5
CONNECTIONS = 32
SIZES = (10, 100_000)
MANY_READERS = """
local reader = 0
request = function()
  reader = reader + 1
  wrk.headers["X-Forwarded-For"] =
    string.format("10.%d.%d.%d", math.random(250), math.random(250), reader % 250)
  return wrk.format()
end
"""
"""Every request from another address, so that the limit for one address is not what is measured."""
LIVE = ("", "?stars=1,5", "?media=1", "?sort=lowest", "?sort=oldest&stars=3", "?q=dishwasher")


def main() -> None:
    """Print one JSON line per measurement."""
    wrk, nginx = shutil.which("wrk"), nginx_binary()
    if wrk is None or nginx is None:
        sys.exit("bench.reads needs wrk and nginx: apt-get install wrk nginx")
    with installation() as kit:
        shop = new_shop(kit)
        for size in SIZES:
            product_id = fill(kit, shop, size)
            write_product(kit, shop.id, product_id, [])
        assert isinstance(kit.published, LocalStorage)
        with (
            tempfile.TemporaryDirectory() as state,
            running(nginx, kit.published.root, Path(state), workers=2) as static,
            application(kit) as app,
        ):
            for size in SIZES:
                compare(wrk, static, app, f"/p/v1/{shop.widget_key}/products/P{size}/head.json")
            measure_live(wrk, app, shop)


def compare(wrk: str, static: str, app: str, path: str) -> None:
    """The same document from nginx and from the application, in turns."""
    limit, _ = load(wrk, static + path)
    ours, p99_ms = load(wrk, app + path)
    limit_again, nginx_p99_ms = load(wrk, static + path)
    limit = (limit + limit_again) / 2
    show(
        f"head.json of {path.split('/')[5]}",
        nginx_per_s=limit,
        app_per_s=ours,
        ratio=ours / limit,
        goal=0.35,
        nginx_p99_ms=nginx_p99_ms,
        app_p99_ms=p99_ms,
    )


def measure_live(wrk: str, app: str, shop: Shop) -> None:
    """Every kind of live query on a small and a large product."""
    for query in LIVE:
        rates = {}
        for size in SIZES:
            url = f"{app}/w/v1/{shop.widget_key}/products/P{size}/reviews{query}"
            rates[size], p99_ms = load(wrk, url)
        show(
            f"live {query or '(newest)'}",
            small_per_s=rates[SIZES[0]],
            large_per_s=rates[SIZES[-1]],
            large_p99_ms=p99_ms,
        )


def load(wrk: str, url: str) -> tuple[float, float]:
    """Requests a second and the 99th percentile in ms under wrk; errors end the measurement."""
    command = [wrk, "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(MANY_READERS)
        script.flush()
        script_option = ["-s", script.name] if "/w/v1/" in url else []
        command += ["-H", "Accept-Encoding: br", *script_option, url]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(f"{url}\n{told}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", told)
    assert rate is not None
    assert tail is not None
    return float(rate[1]), float(tail[1]) * {"us": 0.001, "ms": 1, "s": 1000}[tail[2]]


@contextmanager
def application(kit: Kit) -> Iterator[str]:
    """The web process as the product runs it, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = kit.settings
    environment = {
        **os.environ,
        "REVIEWAPP_DATABASE_URL": settings.database_url or "",
        "REVIEWAPP_REDIS_URL": settings.redis_url or "",
        "REVIEWAPP_DATA_DIR": str(settings.data_dir),
        "REVIEWAPP_SECRET_KEY": settings.secret_keys[0],
        "REVIEWAPP_PORT": str(port),
        "REVIEWAPP_TRUSTED_PROXIES": "1",
        "REVIEWAPP_LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen([sys.executable, "-m", "reviewapp.cli", "web"], env=environment)
    try:
        wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


def wait(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the web process did not start")


if __name__ == "__main__":
    main()
