"""Lectern's demo site: sets everything up, fills it, and serves it until Ctrl-C.

All that it writes lies in var/, the site's data in var/demo*. PORT chooses another port than 8000;
the one above it is for the stand-in for Stripe, unless the environment names a test account there.
"""

import argparse
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from setup import PYTHON, ROOT, CommandFailed, digest, run, setup

VAR = ROOT / "var"
DATABASE = VAR / "demo.sqlite3"
LOCK = VAR / "demo.lock"
SECONDS_TO_STOP = 10

Child = subprocess.Popen[bytes]


def port_from(environment: dict[str, str]) -> int:
    """PORT, or 8000. Ends with a message on anything that is no port."""
    text = environment.get("PORT", "").strip() or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise SystemExit(f"PORT is {text!r}; use a number from 1 to 65535: PORT=8080 bin/demo")
    return int(text)


def refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise SystemExit(
                f"Port {port} needs an administrator. Choose one above 1023: PORT=8080 bin/demo"
            ) from None
        except OSError:
            raise SystemExit(
                f"Port {port} is taken by another program. Choose another one: "
                f"PORT={port + 1 if port < 65535 else 8080} bin/demo"
            ) from None


@contextlib.contextmanager
def only_demo(address: str) -> Iterator[None]:
    """Two demos on one database would tread on each other: the second one is told where it is."""
    VAR.mkdir(exist_ok=True)
    with LOCK.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SystemExit(
                f"The demo of this folder runs already, at {file.read() or 'another port'}. "
                "Stop it first."
            ) from None
        file.truncate(0)
        file.write(address)
        file.flush()
        yield
        file.truncate(0)


def reset() -> None:
    """Remove the demo's data, and nothing else."""
    for path in VAR.glob("demo*"):
        if path == LOCK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    print("The demo's data is gone; starting over.")


def pays_at_stripe() -> bool:
    """Whether the shell names a test account. A live one is never used: this is a demo."""
    return os.environ.get("STRIPE_SECRET_KEY", "").startswith(("sk_test_", "rk_test_"))


def payment_port(port: int) -> int:
    """Beside the site's, and the same at every start: orders keep addresses of payment pages."""
    return port + 1 if port < 65535 else port - 1


def refuse_taken_payment_port(port: int) -> None:
    """The message names what is to be changed: the site's own port."""
    try:
        refuse_taken(payment_port(port))
    except SystemExit:
        raise SystemExit(
            f"Port {payment_port(port)}, for pretended payments, is taken by another program or "
            f"needs an administrator. Choose other ports: "
            f"PORT={port + 10 if port < 65525 else 8080} bin/demo"
        ) from None


def secret(name: str) -> str:
    """Made once and kept, so that who is signed in stays so over a restart."""
    path = VAR / f"demo-{name}"
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def environment(port: int) -> dict[str, str]:
    """What the demo's processes see: the demo's own files, whatever this shell is set up for."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "site")]),
        "SECRET_KEY": secret("secret"),
        "BASE_URL": f"http://localhost:{port}",
        "DATABASE_URL": f"sqlite:///{quote(str(DATABASE))}",
        "MEDIA_ROOT": str(VAR / "demo-media"),
        "PRIVATE_MEDIA_ROOT": str(VAR / "demo-private"),
    }
    if not pays_at_stripe():
        ours |= {
            "STRIPE_SECRET_KEY": "sk_test_standin",
            "STRIPE_PUBLISHABLE_KEY": "pk_test_standin",
            "STRIPE_WEBHOOK_SECRET": f"whsec_{secret('webhook-secret')}",
            "STRIPE_API_BASE": f"http://127.0.0.1:{payment_port(port)}",
        }
    unset = {"REDIS_URL", "EMAIL_URL", "ALLOWED_HOSTS", "DEMO_MAILBOX", "TRUST_PROXY"}
    return {name: value for name, value in os.environ.items() if name not in unset} | ours


def manage(*arguments: str, doing: str, env: dict[str, str]) -> str:
    return run([str(PYTHON), "manage.py", *arguments], doing=doing, env=env)


def prepare(env: dict[str, str]) -> str:
    """Tables, static files, content; returns what there is to say about the accounts."""
    loaded = VAR / "demo-loaded"
    if DATABASE.exists() != loaded.exists():
        print("An earlier start was broken off before the demo was loaded.", flush=True)
        reset()
    migrations = (*ROOT.glob("*/migrations/*.py"), *ROOT.glob("site/*/migrations/*.py"))
    once(
        VAR / "demo-schema",
        digest([ROOT / "requirements.txt", *migrations]),
        lambda: manage("migrate", "--no-input", doing="Making the database's tables", env=env),
    )
    built = (path for path in (ROOT / "static" / "dist").rglob("*") if path.is_file())
    # Served hashed and compressed, as in production.
    once(
        VAR / "static" / ".collected",
        digest([ROOT / "requirements.txt", *built]),
        lambda: manage(
            *("collectstatic", "--no-input", "--clear"), doing="Collecting static files", env=env
        ),
    )
    said = once(
        loaded,
        digest(path for path in (ROOT / "site" / "config" / "demo").rglob("*") if path.is_file()),
        lambda: manage("load_demo", doing="Loading the demo site", env=env),
    )
    return said.partition("\n\n")[2] or said


def once(done: Path, key: str, work: Callable[[], str]) -> str:
    """Do the work unless it was done for this key; what it said, now or back then."""
    if done.exists():
        then, _, said = done.read_text().partition("\n")
        if then == key:
            return said
    said = work()
    done.write_text(f"{key}\n{said}")
    return said


def payments(env: dict[str, str], port: int) -> Iterator[tuple[str, Child]]:
    """The stand-in for Stripe."""
    command = [
        *(str(PYTHON), "-m", "integrations.stripe.standin", "--port", str(payment_port(port))),
        *("--webhook", f"http://127.0.0.1:{port}/webhooks/stripe/"),
        *("--file", str(VAR / "demo-stripe.json")),
    ]
    yield (
        "stand-in for Stripe",
        subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ),
    )


def start(env: dict[str, str], port: int) -> Iterator[tuple[str, Child]]:
    """The payments, the web server and the worker: all must live for the demo to be whole."""
    if not pays_at_stripe():
        yield from payments(env, port)
    server = [
        *(str(PYTHON), "-m", "gunicorn", "config.wsgi:application"),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"),
        *("--timeout", "120", "--graceful-timeout", "3", "--log-level", "warning"),
    ]
    yield "web server", subprocess.Popen(server, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
    yield (
        "worker (manage.py work)",
        subprocess.Popen(
            [str(PYTHON), "manage.py", "work"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        ),
    )


def stop(children: dict[str, Child]) -> None:
    """End our own children and wait until they are gone."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def dead(children: dict[str, Child]) -> str | None:
    return next((name for name, child in children.items() if child.poll() is not None), None)


def wait_until_it_answers(address: str, children: dict[str, Child]) -> None:
    """Until the home page is there; an address is only printed when it works."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 90
    while dead(children) is None:
        try:
            direct.open(address.replace("localhost", "127.0.0.1"), timeout=30).close()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"The demo answers with an error: {error}") from None
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit("The web server did not answer within 90 seconds.") from None
            time.sleep(0.2)
        else:
            return


def end(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def about_payments(env: dict[str, str]) -> str:
    if pays_at_stripe():
        return "Payments are made at Stripe, in your test account.\n"
    return f"Payments are pretended; what becomes of them: {env['STRIPE_API_BASE']}/dashboard\n"


def serve(env: dict[str, str], port: int, accounts: str) -> int:
    """Run all children until Ctrl-C or until one of them dies; the process's exit code."""
    address = f"http://localhost:{port}/"
    children: dict[str, Child] = {}
    try:
        for name, child in start(env, port):
            children[name] = child
        wait_until_it_answers(address, children)
        if dead(children) is None:
            print(
                f"\n{accounts.strip()}\n\n{about_payments(env)}Lectern is at {address}\n"
                "Stop it with Ctrl-C.",
                flush=True,
            )
        while (ended := dead(children)) is None:
            time.sleep(0.3)
        print(f"\nThe {ended} ended by itself (code {children[ended].returncode}).", flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    finally:
        # A second Ctrl-C must not leave a child behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop(children)
        print("Stopped. The data is kept; `bin/demo --reset` starts over.", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description=__doc__,
        epilog="PORT=8080 bin/demo serves on another port than 8000.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    wanted = parser.parse_args()
    port = port_from(dict(os.environ))
    refuse_taken(port)
    if not pays_at_stripe():
        refuse_taken_payment_port(port)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    setup()
    try:
        with only_demo(f"http://localhost:{port}/"):
            if wanted.reset:
                reset()
            env = environment(port)
            accounts = prepare(env)
            sys.exit(serve(env, port, accounts))
    except CommandFailed as error:
        raise SystemExit(f"\n{error}") from None
    except KeyboardInterrupt:
        raise SystemExit("\nStopped. The same command goes on from here.") from None


if __name__ == "__main__":
    main()
