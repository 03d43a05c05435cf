"""The embedded Valkey keeps a queue over restarts and kills, and is ours alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from reviewapp.embedded.process import EmbeddedError
from reviewapp.embedded.valkey import EmbeddedValkey, running_url
from tests.embedded.conftest import Holder

Hold = Callable[[str, Path], Holder]


def connect(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True)


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    with EmbeddedValkey(folder) as server, connect(server.url) as client:
        client.set("word", "still here")
    with EmbeddedValkey(folder) as server, connect(server.url) as client:
        assert client.get("word") == "still here"


def test_in_memory_it_leaves_no_folder_behind() -> None:
    with EmbeddedValkey(None) as server, connect(server.url) as client:
        place = Path(str(client.config_get("dir")["dir"]))
        assert place.is_dir()
        assert client.config_get("appendonly") == {"appendonly": "no"}
    assert not place.exists()


def test_it_is_reached_by_a_private_socket_only_and_never_evicts(folder: Path) -> None:
    with EmbeddedValkey(folder) as server, connect(server.url) as client:
        assert server.url.startswith("unix:///")
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
        assert (folder / "socket").readlink().stat().st_mode & 0o777 == 0o700


def test_a_second_process_is_refused_and_told_which_one_runs_it(folder: Path, held: Hold) -> None:
    holder, url = held("valkey", folder)
    with pytest.raises(EmbeddedError, match=f"already run by process {holder.pid}"):
        EmbeddedValkey(folder).start()
    assert running_url(folder) == url


@pytest.mark.skipif(sys.platform != "linux", reason="parent-death signals are Linux's")
def test_nothing_is_lost_when_the_starter_is_killed(folder: Path, held: Hold) -> None:
    holder, url = held("valkey", folder)
    with connect(url) as client:
        client.set("word", "still here")
    holder.kill()
    holder.wait()
    with EmbeddedValkey(folder) as server, connect(server.url) as client:
        assert client.get("word") == "still here"


def test_the_terminals_ctrl_c_does_not_reach_it(folder: Path) -> None:
    with EmbeddedValkey(folder, durable=False) as server, connect(server.url) as client:
        server_pid = int(client.info("server")["process_id"])
        assert os.getsid(server_pid) != os.getsid(0)


def test_a_server_that_cannot_start_shows_the_end_of_its_log(folder: Path) -> None:
    (folder / "appendonlydir").write_text("in the way")
    with pytest.raises(EmbeddedError, match=r"(?s)valkey\.log ends with.*appendonlydir"):
        EmbeddedValkey(folder).start()
    with pytest.raises(EmbeddedError, match="not started"):
        _ = EmbeddedValkey(folder).url
