"""Log lines: one JSON object each, with the request's id, and nothing to forge them with."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousFileOperation
from django.http import HttpResponse
from django.test import Client, RequestFactory

from core import logs
from core.middleware import request_id, sign_wagtails_scripts
from tests.factories.accounts import UserFactory

NONCE = "bm9uY2U="


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("test", logging.WARNING, __file__, 1, message, args, None)
    made.__dict__.update(extra)
    return made


def test_a_line_is_one_json_object() -> None:
    token = logs.request_id.set("abc12345")
    try:
        line = logs.JsonFormatter().format(record("Refused %s", "a\nb 🎓", status_code=403))
    finally:
        logs.request_id.reset(token)

    assert "\n" not in line
    said = json.loads(line)
    assert said["message"] == "Refused a\nb 🎓"
    assert (said["level"], said["logger"]) == ("WARNING", "test")
    assert (said["request_id"], said["status"]) == ("abc12345", 403)


def test_an_error_is_part_of_its_line() -> None:
    try:
        raise ValueError("deep down")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    entry = record("Broken")
    entry.exc_info = info

    line = logs.JsonFormatter().format(entry)

    assert "\n" not in line
    assert "deep down" in json.loads(line)["error"]


def test_people_get_the_id_too() -> None:
    token = logs.request_id.set("abc12345")
    try:
        assert logs.TextFormatter().format(record("Hello")).endswith("Hello [abc12345]")
    finally:
        logs.request_id.reset(token)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("from-the-proxy-1", True),
        ("short", False),
        ("x" * 65, False),
        ("bad id with\nnewline", False),
        ('{"json": 1}', False),
    ],
)
def test_a_proxys_id_is_kept_if_plausible(given: str, kept: bool) -> None:
    request = RequestFactory().get("/", headers={"X-Request-ID": given})

    response = request_id(lambda request: HttpResponse())(request)

    assert (response["X-Request-ID"] == given) is kept
    assert len(response["X-Request-ID"]) >= 8


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_a_refusal_leaves_one_line_with_its_id(
    caplog: pytest.LogCaptureFixture, status: int
) -> None:
    seen = []

    class Handler(logging.Handler):
        def emit(self, entry: logging.LogRecord) -> None:
            seen.append((entry.getMessage(), logs.request_id.get()))

    handler = Handler()
    logging.getLogger("django.request").addHandler(handler)
    request = RequestFactory().get("/somewhere/%0Aforged%20line")
    response = request_id(lambda request: HttpResponse(status=status))(request)
    logging.getLogger("django.request").removeHandler(handler)

    assert len(seen) == 1
    message, current = seen[0]
    assert "/somewhere/%0Aforged%20line" in message
    assert current == response["X-Request-ID"]
    assert logs.request_id.get() == ""


@pytest.mark.parametrize("place", ["/account/password/reset/key/", "/play/"])
def test_what_opens_something_is_not_logged(caplog: pytest.LogCaptureFixture, place: str) -> None:
    caplog.set_level(logging.INFO)
    request = RequestFactory().get(f"{place}1-abc-secretkey/")

    request_id(lambda request: HttpResponse(status=404))(request)

    assert "secretkey" not in caplog.text
    assert place in caplog.text


SIGNED = [
    b'<script>initDateChooser("id_a", {"dayOfWeekStart": 1, "format": "Y-m-d"});</script>',
    b'<script>initTimeChooser("id_a", {});</script>',
    b"<script>\n (function() {\n"
    b'  var panel = new InlinePanel(JSON.parse("{\\u0022a\\u0022:1}"));\n })();\n</script>',
]
NOT_SIGNED = [
    b"<script>alert(1)</script>",
    b'<script>initDateChooser("id_a", {}); alert(1)</script>',
    b'<script>initDateChooser("id_a", {"a": alert(1)});</script>',
    b'<script>initDateChooser("id_a"+alert(1)+"", {});</script>',
    b"<SCRIPT>alert(1)</SCRIPT>",
    b"<script>(function() { "
    b'var panel = new InlinePanel(JSON.parse(""+alert(1)+"")); })();</script>',
    b'<script nonce="x">alert(1)</script>',
]


@pytest.mark.parametrize("html", SIGNED)
def test_wagtails_own_scripts_get_the_nonce(html: bytes) -> None:
    assert sign_wagtails_scripts(html, NONCE).startswith(b'<script nonce="bm9uY2U=">')
    assert sign_wagtails_scripts(html, NONCE).replace(b' nonce="bm9uY2U="', b"") == html


@pytest.mark.parametrize("html", NOT_SIGNED)
def test_any_other_script_stays_without(html: bytes) -> None:
    assert sign_wagtails_scripts(html, NONCE) == html


@pytest.mark.django_db
def test_a_view_that_refuses_is_logged_once(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> str:
        raise PermissionDenied

    monkeypatch.setattr("accounts.staff.reverse", refuse)

    assert client.get("/admin/login/").status_code == 403

    assert len([entry for entry in caplog.records if entry.name == "django.request"]) == 1


@pytest.fixture
def console() -> Iterator[io.StringIO]:
    """What the console of a running site would show."""
    root = logging.getLogger()
    (handler,) = [handler for handler in root.handlers if handler.name == "console"]
    assert isinstance(handler, logging.StreamHandler)
    shown = io.StringIO()
    before, level = handler.setStream(shown), root.level
    root.setLevel("WARNING")
    yield shown
    root.setLevel(level)
    handler.setStream(before)


@pytest.mark.django_db
def test_a_refusal_is_one_plain_line(client: Client, console: io.StringIO) -> None:
    client.force_login(UserFactory())

    assert client.get("/styleguide/").status_code == 403
    assert client.get("/nowhere/").status_code == 404
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400

    forbidden, missing, suspicious = console.getvalue().splitlines()
    assert "WARNING django.request Forbidden (Permission denied): /styleguide/" in forbidden
    assert "WARNING django.request Not Found: /nowhere/" in missing
    assert "WARNING django.security.DisallowedHost Invalid HTTP_HOST" in suspicious


def fail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let /admin/login/ raise this."""

    def broken(name: str) -> str:
        raise error

    monkeypatch.setattr("accounts.staff.reverse", broken)


@pytest.mark.django_db
def test_a_suspicious_address_forges_no_line(
    client: Client, console: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, SuspiciousFileOperation("The path (/a\n12:00 forged) is outside of é"))

    assert client.get("/admin/login/").status_code == 400

    (line,) = console.getvalue().splitlines()
    assert "WARNING django.security.SuspiciousFileOperation The path (/a\\n12:00" in line
    assert "é" in line


@pytest.mark.django_db
def test_a_failure_keeps_its_traceback(
    client: Client, console: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, ValueError("deep down"))
    client.raise_request_exception = False

    assert client.get("/admin/login/").status_code == 500

    said = console.getvalue()
    assert "ERROR django.request Internal Server Error: /admin/login/" in said
    assert "Traceback (most recent call last)" in said
    assert "ValueError: deep down" in said
