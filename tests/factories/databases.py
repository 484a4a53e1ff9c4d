"""A MariaDB of a test's own, which can be killed and started again, with the site in it."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import MySQLdb
from django.db import connection, connections

PROGRAMS = ("mariadbd", "mariadb-install-db")
PATIENCE_SECONDS = 60


def missing() -> list[str]:
    """Programs that this machine lacks."""
    return [name for name in PROGRAMS if _found(name) is None]


def _found(name: str) -> str | None:
    # Debian puts servers where only root looks.
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


class OwnServer:
    """One process and its folder. What it has acknowledged outlives SIGKILL, not a power cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._run(
            "mariadb-install-db", "--auth-root-authentication-method=normal",
            "--skip-test-db", f"--user={getpass.getuser()}",
        )  # fmt: skip

    def _run(self, program: str, *more: str) -> None:
        subprocess.run(  # noqa: S603 - a program of the machine, with arguments of our own
            [str(_found(program)), "--no-defaults", f"--datadir={self.folder / 'data'}", *more],
            check=True, capture_output=True,
        )  # fmt: skip

    def start(self) -> Self:
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - as above
                [
                    str(_found("mariadbd")), "--no-defaults", f"--user={getpass.getuser()}",
                    f"--datadir={self.folder / 'data'}", "--bind-address=127.0.0.1",
                    f"--port={self.port}", f"--socket={self.folder / 'socket'}",
                    f"--pid-file={self.folder / 'pid'}", "--innodb-flush-log-at-trx-commit=2",
                ],
                stdout=log, stderr=log,
            )  # fmt: skip
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.connect().close()
            except MySQLdb.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
                assert time.monotonic() < ends, "the server does not answer"
                time.sleep(0.05)
            else:
                return self

    def kill(self) -> None:
        """As the kernel does when memory runs out: no goodbye."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE_SECONDS)

    def connect(self, **more: Any) -> Any:
        return MySQLdb.connect(host="127.0.0.1", port=self.port, user="root", **more)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """The site's database is a copy on this server meanwhile, under the same name."""
        self._copy()
        connections.close_all()
        mine = {"HOST": "127.0.0.1", "PORT": str(self.port), "USER": "root", "PASSWORD": ""}
        try:
            with patch.dict(connection.settings_dict, mine):
                yield
                connections.close_all()
        finally:
            connections.close_all()

    def _copy(self) -> None:
        """All tables with all rows, as they stand in the test's database."""
        name = connection.settings_dict["NAME"]
        other = self.connect(charset="utf8mb4")
        to = other.cursor()
        to.execute(f"DROP DATABASE IF EXISTS `{name}`")
        to.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
        to.execute(f"USE `{name}`")
        to.execute("SET foreign_key_checks = 0")
        to.execute("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"SHOW CREATE TABLE `{table}`")
                to.execute(cursor.fetchone()[1])
                cursor.execute(f"SELECT * FROM `{table}`")  # noqa: S608 - a table of the site
                if rows := cursor.fetchall():
                    places = ", ".join(["%s"] * len(rows[0]))
                    to.executemany(f"INSERT INTO `{table}` VALUES ({places})", rows)  # noqa: S608
        other.commit()
        other.close()
