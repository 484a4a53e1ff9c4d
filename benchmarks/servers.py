"""The servers of a run, in a folder and on ports of their own, and the CPU time they use."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import MySQLdb

from config.env import MYSQL_COLLATION

PATIENCE_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")
COUNTED = ("select", "insert", "update", "delete", "update_multi", "delete_multi")


class Missing(Exception):
    """The machine lacks a program that a run cannot do without."""


def program(*names: str) -> str:
    """Path of the first of these programs that is there."""
    for name in names:
        if found := shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin"):
            return found
    raise Missing(f"{names[0]} is not installed.")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Servers:
    """Starts servers and ends them, and only them, when the `with` is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> "Servers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def start(
        self, name: str, command: list[str], *, port: int, env: dict[str, str] | None = None
    ) -> int:
        """Start a server, wait until it answers on `port`, return its process id."""
        log = self._stack.enter_context((self.folder / f"{name}.log").open("w"))
        process = subprocess.Popen(command, cwd=self.folder, env=env, stdout=log, stderr=log)
        self._stack.callback(_end, process)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start:\n{Path(log.name).read_text()[-2000:]}")
            time.sleep(0.1)
        return process.pid


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class MariaDB:
    """A server with its own data folder: nobody else's work shows in its figures."""

    def __init__(self, servers: Servers) -> None:
        data = servers.folder / "mariadb"
        self.port = free_port()
        common = ["--no-defaults", f"--datadir={data}"]
        if os.geteuid() == 0:
            common.append("--user=root")
        install = [program("mariadb-install-db"), *common, "--skip-test-db"]
        install.append("--auth-root-authentication-method=normal")
        subprocess.run(install, check=True, capture_output=True)
        self.pid = servers.start(
            "mariadb",
            [
                program("mariadbd"),
                *common,
                "--bind-address=127.0.0.1",
                f"--port={self.port}",
                f"--socket={servers.folder / 'mariadb.sock'}",
            ],
            port=self.port,
        )
        self._cursor = MySQLdb.connect(host="127.0.0.1", port=self.port, user="root").cursor()

    def create(self, name: str) -> str:
        """A new database; returns its DATABASE_URL."""
        self._cursor.execute(
            f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE {MYSQL_COLLATION}"
        )
        return f"mysql://root@127.0.0.1:{self.port}/{name}"

    def statements(self) -> int:
        """SELECT, INSERT, UPDATE and DELETE since the server started, from all connections."""
        self._cursor.execute("SHOW GLOBAL STATUS LIKE 'Com%'")
        found = dict(self._cursor.fetchall())
        return sum(int(found[f"Com_{name}"]) for name in COUNTED)


def redis(servers: Servers) -> tuple[str, int]:
    """A Redis that keeps nothing; its address and process id."""
    port = free_port()
    command = [program("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    return f"redis://127.0.0.1:{port}/0", servers.start("redis", command, port=port)


def cpu_ms(roots: set[int]) -> float:
    """User and system time of these processes and their children so far."""
    parents, ticks = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        pid = int(stat.parent.name)
        parents[pid], ticks[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
    family = {pid for pid in ticks if pid in roots or parents[pid] in roots}
    return sum(ticks[pid] for pid in family) * 1000 / TICKS
