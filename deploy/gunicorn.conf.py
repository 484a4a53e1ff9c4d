"""gunicorn's settings: `gunicorn --config deploy/gunicorn.conf.py config.wsgi`."""

import multiprocessing
import os
from pathlib import Path

_root = Path(__file__).resolve().parents[1]

chdir = str(_root)
pythonpath = f"{_root},{_root / 'site'}"
bind = os.environ.get("GUNICORN_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", 2 * multiprocessing.cpu_count() + 1))
threads = int(os.environ.get("GUNICORN_THREADS", "4"))
timeout = 60
graceful_timeout = 20
# Longer than nginx keeps its connections, so that it is nginx who closes them.
keepalive = 75
# Memory that a long-lived process gathers is given back now and then, not by all at once.
max_requests = 5000
max_requests_jitter = 500
# In memory: on a slow disk the heartbeat file can block a worker until it is taken for dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
accesslog = None  # the application logs requests, with their id
errorlog = "-"
