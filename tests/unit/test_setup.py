"""The parts of bin/setup, bin/demo and bin/test that decide; what they start is tried by hand."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BIN = Path(__file__).resolve().parents[2] / "bin"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"lectern_{name}", BIN / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


setup = load("setup")
sys.modules["setup"] = setup
demo = load("demo")
runner = load("test")

COMPILED = """\
# This file was made by bin/lock
django==5.2.19 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via -r requirements.in
mysqlclient==2.3.1 \\
    --hash=sha256:cc
    # via -r requirements.in
tzdata==2026.6 ; sys_platform == 'win32' \\
    --hash=sha256:dd
"""


def test_stanzas_keep_hashes_with_their_package() -> None:
    names = [name for name, _ in setup.stanzas(COMPILED)]

    assert names == ["django", "mysqlclient", "tzdata"]
    assert setup.only(COMPILED, "mysqlclient") == (
        "mysqlclient==2.3.1 \\\n    --hash=sha256:cc\n    # via -r requirements.in\n"
    )


def test_leaving_a_package_out_leaves_all_others_as_they_were() -> None:
    rest = setup.without(COMPILED, "mysqlclient")

    assert "mysqlclient" not in rest
    assert "sha256:cc" not in rest
    assert rest.count("--hash") == 3


def test_real_requirements_hold_mysqlclient_and_hashes_everywhere() -> None:
    text = (BIN.parent / "requirements.txt").read_text()

    assert setup.only(text, "mysqlclient").startswith("mysqlclient==")
    assert all("--hash=sha256:" in stanza for _, stanza in setup.stanzas(text))


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOSPC", "disk is full"),
        ("NewConnectionError: Temporary failure in name resolution", "cannot be reached"),
        ("npm error code EAI_AGAIN", "cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "checksum"),
        ("npm error code EINTEGRITY", "checksum"),
        ("ERROR: No matching distribution found for lxml==6.1.3", "lxml==6.1.3"),
    ],
)
def test_known_failures_are_told_in_plain_words(output: str, word: str) -> None:
    assert word in setup.explain(f"Collecting x\n{output}\n")


def test_offline_is_named_before_its_consequence() -> None:
    output = "NewConnectionError …\nERROR: No matching distribution found for django==5.2.19"

    assert "cannot be reached" in setup.explain(output)


def test_unknown_failures_are_not_guessed_at() -> None:
    assert setup.explain("error: command 'gcc' failed") is None


def test_unexplained_failure_shows_the_last_lines() -> None:
    error = setup.CommandFailed("Building", "first\n" * 50 + "the end")

    assert "the end" in str(error)
    assert str(error).count("first") < 50


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ("ID=debian\n", "apt install python3.11-venv"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "apt install python3.11-venv"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "dnf install python3.11"),
        ("ID=alpine\n", "apk add python3 py3-pip"),
    ],
)
def test_missing_ensurepip_has_one_remedy(release: str, command: str) -> None:
    assert setup.venv_remedy(release, (3, 11)) == command


def test_unknown_system_still_gets_told_what_is_missing() -> None:
    assert "ensurepip" in setup.venv_remedy("ID=plan9\n", (3, 12))


def test_announcement_names_each_group_and_the_sum() -> None:
    text = setup.announcement([setup.Group("one", 5, 10), setup.Group("three", 20, 30)])

    assert "25 MB" in text
    assert "40 MB" in text
    assert "  one       5 MB" in text


def test_digest_follows_content_and_absence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    before = setup.digest([one, two])

    assert setup.digest([two, one]) == before
    assert setup.digest([one, two], "3.12") != before
    two.write_text("")
    with_two = setup.digest([one, two])
    assert with_two != before
    one.write_text("b")
    assert setup.digest([one, two]) != with_two


def test_damaged_state_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "STATE", tmp_path / "state.json")
    assert setup.load_state() == {}
    for text in ("{", "[]"):
        setup.STATE.write_text(text)
        assert setup.load_state() == {}

    state: dict[str, str] = {}
    setup.save_state(state, runtime="x")
    assert setup.load_state() == {"runtime": "x"}


@pytest.mark.parametrize(
    ("port", "expected"), [("", 8000), ("8080", 8080), ("1", 1), ("65535", 65535)]
)
def test_port_is_read_from_the_environment(port: str, expected: int) -> None:
    assert demo.port_from({"PORT": port}) == expected


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80.5", "８０８０x"])
def test_impossible_port_is_refused_by_name(port: str) -> None:
    with pytest.raises(SystemExit, match="PORT"):
        demo.port_from({"PORT": port})


def test_reset_removes_the_demo_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "VAR", tmp_path)
    monkeypatch.setattr(demo, "LOCK", tmp_path / "demo.lock")
    for name in ("demo.sqlite3", "demo.sqlite3-wal", "demo.lock", "lectern.sqlite3"):
        (tmp_path / name).write_text("x")
    (tmp_path / "demo-media" / "images").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "demo-link").symlink_to(tmp_path / "elsewhere")

    demo.reset()

    assert {path.name for path in tmp_path.iterdir()} == {
        "demo.lock",
        "elsewhere",
        "lectern.sqlite3",
    }


def test_work_is_done_once_for_each_key_and_remembers_what_it_said(tmp_path: Path) -> None:
    done = tmp_path / "done"
    runs: list[str] = []

    def work() -> str:
        runs.append("x")
        return f"run {len(runs)}\n\nand more"

    assert demo.once(done, "a", work) == "run 1\n\nand more"
    assert demo.once(done, "a", work) == "run 1\n\nand more"
    assert demo.once(done, "b", work) == "run 2\n\nand more"


def test_demo_ignores_what_the_shell_is_set_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "VAR", tmp_path)
    monkeypatch.setattr(demo, "DATABASE", tmp_path / "a b?" / "demo.sqlite3")
    monkeypatch.setenv("DATABASE_URL", "mysql://root@127.0.0.1/live")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1/0")

    seen = demo.environment(8123)

    assert seen["DATABASE_URL"].startswith("sqlite:////")
    assert "?" not in seen["DATABASE_URL"]
    assert " " not in seen["DATABASE_URL"]
    assert "REDIS_URL" not in seen
    assert seen["BASE_URL"] == "http://localhost:8123"
    assert (tmp_path / "demo-secret").stat().st_mode & 0o777 == 0o600
    assert demo.environment(8123)["SECRET_KEY"] == seen["SECRET_KEY"]


@pytest.mark.parametrize(
    ("key", "base", "used"),
    [
        ("", "http://127.0.0.1:8124", "sk_test_standin"),
        ("sk_live_x", "http://127.0.0.1:8124", "sk_test_standin"),
        ("sk_test_x", "", "sk_test_x"),
    ],
)
def test_demo_pays_with_pretence_money_unless_there_is_a_test_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, base: str, used: str
) -> None:
    """Seen to fail with the comparison of the key's beginning taken out."""
    monkeypatch.setattr(demo, "VAR", tmp_path)
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    monkeypatch.delenv("STRIPE_API_BASE", raising=False)

    seen = demo.environment(8123)

    assert (seen["STRIPE_SECRET_KEY"], seen.get("STRIPE_API_BASE", "")) == (used, base)
    assert demo.environment(8123) == seen
    assert demo.payment_port(65535) == 65534


@pytest.mark.parametrize(
    ("given", "parallel"),
    [
        ([], True),
        (["tests/unit", "-k", "outline"], True),
        (["--full=deliveries"], True),
        (["-n0"], False),
        (["-n", "4"], False),
        (["-p", "no:xdist"], False),
        (["--pdb"], False),
        (["tests/unit/test_setup.py::test_x"], False),
    ],
)
def test_suite_runs_on_all_cores_unless_told_otherwise(given: list[str], parallel: bool) -> None:
    arguments = runner.pytest_arguments(given)

    assert arguments == (["-n", "auto", *given] if parallel else given)
