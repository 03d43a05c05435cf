"""The embedded PostgreSQL keeps its data whatever happens to its starter, and is ours alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from reviewapp.embedded import cluster as cluster_module
from reviewapp.embedded.postgres import EmbeddedPostgres, running_url
from reviewapp.embedded.process import EmbeddedError, processes_in, unprivileged_user
from tests.embedded.conftest import ROOT, Holder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
linux = pytest.mark.skipif(sys.platform != "linux", reason="parent-death signals are Linux's")

Hold = Callable[[str, Path], Holder]


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """Rows of one statement in a transaction of its own."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def write_row(url: str) -> None:
    ask(url, "CREATE TABLE kept (word text)")
    ask(url, "INSERT INTO kept VALUES ('still here')")


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        write_row(server.url)
    with EmbeddedPostgres(folder) as server:
        assert ask(server.url, "SELECT word FROM kept") == [("still here",)]


def test_the_application_role_is_bound_by_row_level_security(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        rows = ask(
            server.url,
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles"
            " WHERE rolname = current_user",
        )
        assert rows == [("reviewapp", False, False, True)]
        assert ask(server.superuser_url, "SELECT current_setting('is_superuser')") == [("on",)]


def test_every_database_it_creates_has_the_extensions(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        ask(server.url, "CREATE DATABASE another")
        other = server.url.replace("/reviewapp?", "/another?")
        names = {name for (name,) in ask(other, "SELECT extname FROM pg_extension")}
        assert names >= {"pg_trgm", "unaccent", "btree_gin"}


def test_it_is_reached_by_a_private_socket_only(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        assert ask(server.url, "SHOW listen_addresses") == [("",)]
        socket_folder = (folder / "socket").readlink()
        assert socket_folder.stat().st_mode & 0o777 == 0o700


def test_a_deep_data_folder_does_not_make_the_socket_path_too_long(folder: Path) -> None:
    deep = folder / ("d" * 100) / ("e" * 100)
    with EmbeddedPostgres(deep, durable=False) as server:
        assert ask(server.url, "SELECT 1") == [(1,)]


def test_text_sorts_and_folds_as_unicode_on_every_machine(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        rows = ask(server.url, "SELECT upper('größe é'), current_setting('server_encoding')")
        assert rows[0][0] in {"GRÖSSE É", "GRÖßE É"}
        assert rows[0][1] == "UTF8"


def test_a_second_process_is_refused_and_told_which_one_runs_it(folder: Path, held: Hold) -> None:
    holder, url = held("postgres", folder)
    with pytest.raises(EmbeddedError, match=f"already run by process {holder.pid}"):
        EmbeddedPostgres(folder).start()
    assert ask(url, "SELECT 1") == [(1,)]


def test_a_second_start_in_the_same_process_is_refused(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        with pytest.raises(EmbeddedError, match="already run by process"):
            EmbeddedPostgres(folder).start()
        assert ask(server.start(), "SELECT 1") == [(1,)]


def test_another_process_finds_the_running_server(folder: Path, held: Hold) -> None:
    assert running_url(folder) is None
    _, url = held("postgres", folder)
    assert running_url(folder) == url


@linux
def test_nothing_is_lost_when_the_starter_is_killed(folder: Path, held: Hold) -> None:
    holder, url = held("postgres", folder)
    write_row(url)
    holder.kill()
    holder.wait()
    with EmbeddedPostgres(folder) as server:
        assert ask(server.url, "SELECT word FROM kept") == [("still here",)]
    assert processes_in((folder / "cluster").resolve()) == []


@linux
def test_nothing_is_lost_when_starter_and_server_are_killed(folder: Path, held: Hold) -> None:
    holder, url = held("postgres", folder)
    write_row(url)
    postmaster = int((folder / "cluster" / "postmaster.pid").read_text().split()[0])
    holder.kill()
    os.kill(postmaster, signal.SIGKILL)
    holder.wait()
    with EmbeddedPostgres(folder) as server:
        assert ask(server.url, "SELECT word FROM kept") == [("still here",)]


@linux
def test_a_stale_pid_file_with_the_number_of_another_program_is_no_obstacle(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        kept = (folder / "cluster" / "postmaster.pid").read_text().splitlines()
    user = unprivileged_user(folder / "cluster")
    drop = {"user": user.uid, "group": user.gid, "extra_groups": []} if user.is_other else {}
    with subprocess.Popen(["/bin/sleep", "1000"], cwd="/", **drop) as bystander:
        stale = "\n".join([str(bystander.pid), *kept[1:]])
        (folder / "cluster" / "postmaster.pid").write_text(stale)
        try:
            with EmbeddedPostgres(folder) as server:
                assert ask(server.url, "SELECT 1") == [(1,)]
            assert bystander.poll() is None
        finally:
            bystander.kill()


def test_a_first_start_cut_short_is_done_again(folder: Path) -> None:
    half = folder / "cluster-0123456789ab.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(folder, durable=False) as server:
        assert ask(server.url, "SELECT 1") == [(1,)]
    assert not half.exists()


def test_the_terminals_ctrl_c_does_not_reach_it(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        postmaster = int((folder / "cluster" / "postmaster.pid").read_text().split()[0])
        assert os.getpgid(postmaster) != os.getpgid(0)
        assert os.getsid(postmaster) != os.getsid(0)


def test_a_forked_worker_that_cleans_up_leaves_it_running(folder: Path) -> None:
    script = """
        import os, sys
        from pathlib import Path
        from reviewapp.embedded.postgres import EmbeddedPostgres, running_url
        with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
            if os.fork() == 0:
                server.stop()
                os._exit(0)
            os.wait()
            print(running_url(Path(sys.argv[1])) == server.url)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_a_server_that_died_can_be_stopped_and_started_again(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    write_row(server.start())
    postmaster = int((folder / "cluster" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    server.stop()
    try:
        assert ask(server.start(), "SELECT word FROM kept") == [("still here",)]
    finally:
        server.stop()
        server.stop()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        pass
    (folder / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedError, match=r"(?s)postgres\.log ends with.*pg_control"):
        EmbeddedPostgres(folder).start()
    assert not (folder / "socket").is_symlink()


def test_data_of_a_version_that_is_not_here_is_refused_and_kept(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        pass
    (folder / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match="postgresql-9"):
        EmbeddedPostgres(folder).start()
    assert (folder / "cluster" / "global" / "pg_control").exists()


def test_an_address_is_known_only_while_it_runs(folder: Path) -> None:
    with pytest.raises(EmbeddedError, match="not started"):
        _ = EmbeddedPostgres(folder).url


@as_root
def test_a_data_folder_closed_to_the_server_user_gets_its_files_elsewhere(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(cluster_module, "state_folder", lambda: folder)
    data_dir = closed / "data"
    with EmbeddedPostgres(data_dir) as server:
        write_row(server.url)
    assert (data_dir / "cluster").resolve().parent == folder
    assert closed.stat().st_mode & 0o777 == 0o700
    with EmbeddedPostgres(data_dir) as server:
        assert ask(server.url, "SELECT word FROM kept") == [("still here",)]


@as_root
def test_a_cluster_whose_files_are_gone_is_not_replaced_in_silence(folder: Path) -> None:
    (folder / "cluster").symlink_to(folder / "gone")
    with pytest.raises(EmbeddedError, match="Restore them from a backup"):
        EmbeddedPostgres(folder).start()


@as_root
def test_a_plain_user_can_run_it(folder: Path) -> None:
    python = _python_for_everybody()
    home = folder / "home"
    home.mkdir()
    os.chown(home, 65534, 65534)
    script = (
        "import os, sys; from pathlib import Path;"
        "from reviewapp.embedded.postgres import EmbeddedPostgres\n"
        "with EmbeddedPostgres(Path(sys.argv[1])) as server: print(os.getuid(), server.url)"
    )
    done = subprocess.run(
        [*python, "-c", script, str(home / "pg")],
        cwd="/",
        user=65534,
        group=65534,
        extra_groups=[],
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("65534 postgresql+psycopg://reviewapp@/reviewapp?host=")


def _python_for_everybody() -> list[str]:
    """An interpreter of our version that a stranger may run, checkout and packages included."""
    probe = "import psycopg, reviewapp.embedded, sys; print(sys.version_info[:2])"
    for program in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            done = subprocess.run(
                [program, "-B", "-c", probe],
                cwd="/",
                user=65534,
                group=65534,
                extra_groups=[],
                env={"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])},
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            continue
        if done.stdout.strip() == str(sys.version_info[:2]):
            return [program, "-B"]
    pytest.skip("no Python here that a plain user may run with this checkout's packages")
