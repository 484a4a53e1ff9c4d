"""What is measured: the references W, H and N, and Lectern, each behind its own port."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.events import KEYS
from benchmarks.servers import MariaDB, Servers, free_port, program, redis
from config.env import MYSQL_COLLATION

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable

W_SETTINGS = """
from .production import *
SECRET_KEY = "of-the-reference"
ALLOWED_HOSTS = ["localhost"]
DATABASES = {{"default": {{
    "ENGINE": "django.db.backends.mysql", "NAME": "w", "USER": "root",
    "HOST": "127.0.0.1", "PORT": {port}, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {{"charset": "utf8mb4", "collation": "{collation}"}},
}}}}
"""
NGINX = """
daemon off;
user root;  # as which it may read the run's folder; ignored unless root starts it
pid nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    sendfile on;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


PROXY = """
daemon off;
user root;
pid proxy.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    proxy_cache_path {root} keys_zone=lectern:10m use_temp_path=off;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{behind};
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-Proto https;
            proxy_cache lectern;
            proxy_cache_key $scheme$host$request_uri;
            proxy_cache_bypass $cookie_sessionid;
            proxy_no_cache $cookie_sessionid;
            proxy_cache_lock on;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Site:
    """Something that answers on a port; `pids` are the processes whose CPU time counts."""

    port: int
    pids: set[int]


def gunicorn(
    servers: Servers, name: str, app: str, env: dict[str, str], *, folder: Path = ROOT
) -> tuple[int, int]:
    """Two sync workers; returns port and process id."""
    port = free_port()
    command = [PYTHON, "-m", "gunicorn", "--workers=2", "--worker-class=sync"]
    command += [f"--bind=127.0.0.1:{port}", f"--chdir={folder}", app]
    return port, servers.start(name, command, port=port, env=os.environ | env)


def wagtail_start(servers: Servers, database: MariaDB) -> Site:
    """W: the home page that `wagtail start` makes, its connection kept as Lectern's is."""
    folder = servers.folder / "w"
    folder.mkdir()
    database.create("w")
    wagtail = Path(PYTHON).with_name("wagtail")
    _run([str(wagtail), "start", "w", str(folder)], {})
    settings = W_SETTINGS.format(port=database.port, collation=MYSQL_COLLATION)
    (folder / "w" / "settings" / "benchmark.py").write_text(settings)
    env = {"DJANGO_SETTINGS_MODULE": "w.settings.benchmark", "PYTHONPATH": str(folder)}
    _manage(folder, env, "migrate")
    _manage(folder, env, "collectstatic", "--no-input")
    port, pid = gunicorn(servers, "wagtail-start", "w.wsgi", env, folder=folder)
    return Site(port, {pid, database.pid})


def bare_view(servers: Servers) -> Site:
    """H."""
    port, pid = gunicorn(servers, "bare", "benchmarks.bare", {"PYTHONPATH": str(ROOT)})
    return Site(port, {pid})


def bare_event(servers: Servers, database: MariaDB) -> Site:
    """E."""
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'site'}", "DATABASE_URL": database.create("bare_event")}
    port, pid = gunicorn(servers, "bare-event", "benchmarks.bare_event", env)
    return Site(port, {pid, database.pid})


def static_file(servers: Servers, size: int) -> Site:
    """N: nginx with a file of this size at `/page`; raises Missing where it is not installed."""
    command = program("nginx")
    root = servers.folder / "nginx"
    root.mkdir()
    (root / "page").write_bytes(b"x" * size)
    port = free_port()
    config = servers.folder / "nginx.conf"
    config.write_text(NGINX.format(port=port, root=root))
    pid = servers.start("nginx", [command, "-p", str(servers.folder), "-c", str(config)], port=port)
    return Site(port, {pid})


def behind_nginx(servers: Servers, site: Site) -> Site:
    """A site with nginx in front that keeps public pages, as `deploy/nginx.conf` has it."""
    command = program("nginx")
    root, port = servers.folder / "kept-by-nginx", free_port()
    root.mkdir()
    config = servers.folder / "proxy.conf"
    config.write_text(PROXY.format(port=port, root=root, behind=site.port))
    pid = servers.start("proxy", [command, "-p", str(servers.folder), "-c", str(config)], port=port)
    return Site(port, {pid, *site.pids})


class Lectern:
    """The site with production settings on MariaDB and Redis."""

    def __init__(self, servers: Servers, database: MariaDB) -> None:
        redis_url, redis_pid = redis(servers)
        self.folder = servers.folder
        self.database = database
        self.env = {
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
            "SECRET_KEY": "benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz-signs-nothing",
            "ALLOWED_HOSTS": "localhost",
            "BASE_URL": "https://localhost",
            "DATABASE_URL": database.create("lectern"),
            "REDIS_URL": redis_url,
            "MEDIA_ROOT": str(servers.folder / "media"),
            "PRIVATE_MEDIA_ROOT": str(servers.folder / "private"),
            "EMAIL_URL": "smtp://127.0.0.1:9/?tls=0",
            "TRUST_PROXY": "true",
            **KEYS,
        }
        _manage(ROOT, self.env, "migrate")
        _manage(ROOT, self.env, "collectstatic", "--no-input")
        self._servers, self._redis_pid = servers, redis_pid

    def serve(self) -> Site:
        port, pid = gunicorn(self._servers, "lectern", "config.wsgi", self.env)
        return Site(port, {pid, self.database.pid, self._redis_pid})

    def inside(self, module: str, *arguments: object) -> Any:
        """Run a module of ours in a process of the site; what it prints last is JSON."""
        command = [PYTHON, "-m", f"benchmarks.{module}", *map(str, arguments)]
        return json.loads(_run(command, self.env).splitlines()[-1])

    def peak_memory_mb(self, *arguments: str) -> float:
        """The most memory that a command of `manage.py` held."""
        with (self.folder / "manage.log").open("w") as log:
            process = subprocess.Popen(
                [PYTHON, "manage.py", *arguments],
                cwd=ROOT,
                env=os.environ | self.env,
                stdout=log,
                stderr=log,
            )
            _pid, status, usage = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(Path(log.name).read_text()[-2000:])
        return usage.ru_maxrss / 1024


def _manage(folder: Path, env: dict[str, str], *arguments: str) -> None:
    _run([PYTHON, str(folder / "manage.py"), *arguments], env, folder=folder)


def _run(command: list[str], env: dict[str, str], *, folder: Path = ROOT) -> str:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
    return done.stdout
