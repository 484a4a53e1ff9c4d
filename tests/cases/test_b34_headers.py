"""B34: every answer of the site carries the headers that protect its reader."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from tests.factories import courses as make
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
# What production decides; read from its own settings, not repeated here.
DECIDED = re.compile(r"^(SECURE_|SESSION_COOKIE_|CSRF_COOKIE_|X_FRAME_OPTIONS|CONTENT_SECURITY)")
READ = """
import json, sys
from config.settings import production
names = {name: getattr(production, name) for name in dir(production) if name.isupper()}
print(json.dumps(names, default=lambda thing: None))
"""
# Public data without a session, which pages of other sites may read: docs/certificates.md.
FOR_MACHINES = re.compile(r"/badges/|/\.well-known/jwks\.json|/certificates/x(/1)?\.json")
SAMPLES = {"int": "1", "str": "x", "slug": "x", "path": "x", "uuid": "0" * 32, "re": "x"}
WAGTAIL = re.compile(r"^(admin/|documents/)")


@pytest.fixture(scope="session")
def production() -> dict[str, Any]:
    """The security settings of a real production environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", READ],
        env=kept
        | {
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'site'}",
            "SECRET_KEY": "q8Vb2nXw5sTz7Lk0Pj4Hd9Fg3Rm6Yc1UaEiOoZxCvBnMl-eR2tY4uI6oP8",
            "ALLOWED_HOSTS": "learn.example.org",
            "BASE_URL": "https://learn.example.org",
            "DATABASE_URL": "mysql://u:p@127.0.0.1/lectern",
            "EMAIL_URL": "smtp://127.0.0.1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    settings: dict[str, Any] = json.loads(told.stdout)
    return {name: value for name, value in settings.items() if DECIDED.match(name)}


@pytest.fixture
def as_in_production(production: dict[str, Any]) -> Iterator[None]:
    # The policy holds an object (the nonce's place) that JSON cannot carry; it is base's own.
    settings = {name: value for name, value in production.items() if "CONTENT" not in name}
    with override_settings(**settings):
        yield


def paths(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """An address for every pattern, parameters filled in; most then are a 404, which counts too."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from paths(entry, route)
        elif isinstance(entry, URLPattern):
            yield "/" + filled(route)


def filled(route: str) -> str:
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES.get(match[1] or "str", "x"), route)
    route = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "x", route)
    route = re.sub(r"\((?:[^()]|\([^()]*\))*\)[*+?]?", "", route)
    return route.replace("\\Z", "").replace("$", "").replace("^", "").replace("\\", "")


def addresses() -> list[str]:
    return sorted(set(paths(get_resolver())))


def policy(response: HttpResponse) -> dict[str, list[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts if part}


def complaints(path: str, response: HttpResponse) -> list[str]:
    """What is missing on this answer."""
    found = []

    def must(condition: bool, message: str) -> None:
        if not condition:
            found.append(f"{path} ({response.status_code}): {message}")

    csp = policy(response) if "Content-Security-Policy" in response else {}
    scripts = csp.get("script-src", csp.get("default-src", ["*"]))
    for source in scripts:
        allowed = source in ("'self'", "'none'") or source.startswith("'nonce-")
        must(allowed, f"script-src allows {source}")
    must(csp.get("frame-ancestors") == ["'self'"], "no frame-ancestors")
    must(csp.get("object-src") == ["'none'"], "no object-src")
    must(csp.get("base-uri") in (["'self'"], ["'none'"]), "no base-uri")
    must(csp.get("form-action") == ["'self'"], "no form-action")
    if not path.startswith("/admin/"):
        must(csp.get("style-src") == ["'self'"], f"style-src is {csp.get('style-src')}")
    must(response.get("X-Content-Type-Options") == "nosniff", "no nosniff")
    must(response.get("Referrer-Policy") == "strict-origin-when-cross-origin", "no referrer policy")
    must(response.get("Cross-Origin-Opener-Policy") == "same-origin", "no opener policy")
    must(response.get("X-Frame-Options") in ("SAMEORIGIN", "DENY"), "no X-Frame-Options")
    must("camera=()" in response.get("Permissions-Policy", ""), "no permissions policy")
    hsts = response.get("Strict-Transport-Security", "")
    must(bool(re.match(r"max-age=(\d{8,}); includeSubDomains", hsts)), f"HSTS is {hsts!r}")
    must("X-Request-ID" in response, "no request id")
    cors = [name for name in response.headers if name.lower().startswith("access-control-")]
    must(bool(cors) <= bool(FOR_MACHINES.match(path)), f"CORS: {cors}")
    must("Server" not in response and "X-Powered-By" not in response, "names its software")
    for cookie in response.cookies.values():
        must(bool(cookie["secure"]), f"{cookie.key} is not secure")
        must(cookie["samesite"] in ("Lax", "Strict"), f"{cookie.key} has no samesite")
        must(bool(cookie["httponly"]) or cookie.key == "csrftoken", f"{cookie.key} not httponly")
    if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
        must(not scripts_without_leave(response), "an inline script without a nonce")
        if not path.startswith("/admin/"):
            must(
                not re.search(r"<[^>]*\s(?:style|on\w+)\s*=", response.text), "inline style or on…"
            )
    return found


def scripts_without_leave(response: HttpResponse) -> list[str]:
    """Inline scripts that the policy would refuse; data in a script element is no script."""
    tags = re.findall(r"<script\b[^>]*>", response.text)
    return [tag for tag in tags if not re.search(r"\b(?:src|nonce)=|type=\"application/", tag)]


def get(client: Client, path: str, **headers: str) -> HttpResponse:
    asked = {"Origin": "https://evil.example"} | headers
    return cast(HttpResponse, client.get(path, secure=True, headers=asked))


@pytest.fixture
def somebody() -> dict[str, User | None]:
    return {
        "anonymous": None,
        "learner": UserFactory(),
        "administrator": UserFactory(is_superuser=True),
    }


@pytest.mark.usefixtures("as_in_production")
@pytest.mark.parametrize("who", ["anonymous", "learner", "administrator"])
def test_B34_every_address_of_ours_and_allauths(who: str, somebody: dict[str, User]) -> None:
    """Seen red with each of these taken out: CSPMiddleware, 'unsafe-inline' put into script-src,
    SecurityMiddleware, XFrameOptionsMiddleware, core.middleware.security_headers and request_id.
    """
    make.course(1, 1)
    client = Client(raise_request_exception=False)
    if somebody[who]:
        client.force_login(somebody[who])
    known = ["/", "/courses/", "/courses/a-course/", "/nothing/here/", "/static/nothing.css"]
    ours = [path for path in addresses() if not WAGTAIL.match(path[1:]) and "logout" not in path]
    assert len(ours) > 30

    found = [line for path in [*known, *ours] for line in complaints(path, get(client, path))]

    assert found == []


@pytest.mark.usefixtures("as_in_production")
def test_B34_every_address_of_the_admin_before_sign_in() -> None:
    """Seen red with the same protections taken out."""
    client = Client(raise_request_exception=False)
    theirs = [path for path in addresses() if WAGTAIL.match(path[1:])]
    assert len(theirs) > 200

    found = [line for path in theirs for line in complaints(path, get(client, path))]

    assert found == []


@pytest.mark.usefixtures("as_in_production")
def test_B34_pages_of_the_admin_run_only_wagtails_own_scripts() -> None:
    """Seen red with core.middleware.admin_csp taken out."""
    course = make.course(1, 1)
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    root = "/admin/pages/"
    course_page = make.CoursePage.objects.get(translation_key=course.lineage)
    lesson = make.lesson_page(course, "Lesson 1.1")
    pages = [
        *("/admin/", root, "/admin/users/", "/admin/users/new/", "/admin/groups/new/"),
        *("/admin/images/", "/admin/documents/", "/admin/account/", "/admin/reports/locked/"),
        *("/admin/reports/site-history/", "/admin/settings/home/sitesettings/1/"),
        *("/admin/snippets/course_pages/instructorprofile/add/", "/admin/workflows/list/"),
        *(f"{root}{course_page.pk}/edit/", f"{root}{lesson.pk}/edit/", f"{root}{lesson.pk}/"),
    ]

    found = []
    for path in pages:
        response = get(client, path)
        assert response.status_code == 200, path
        found += complaints(path, response)

    assert found == []


@pytest.mark.usefixtures("as_in_production")
def test_B34_cookies_of_sign_in_and_refusals_too() -> None:
    """Seen red with SecurityMiddleware taken out, and with a session cookie without Secure."""
    user = UserFactory()
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    fields = {"login": user.email, "password": PASSWORD}
    refused = client.post("/account/login/", fields, secure=True)
    assert refused.status_code == 403

    page = get(client, "/account/login/")
    assert set(page.cookies) == {"csrftoken"}
    # Sent by us, not by a browser: the page that asks must be named by hand.
    fields["csrfmiddlewaretoken"] = page.cookies["csrftoken"].value
    headers = {"Referer": "https://testserver/account/login/"}
    signed_in = client.post("/account/login/", fields, secure=True, headers=headers)

    assert {"sessionid", "csrftoken"} <= set(signed_in.cookies)
    assert signed_in.cookies["sessionid"]["httponly"]
    forged = client.get("/", secure=True, headers={"Host": "evil.example"})
    assert forged.status_code == 400
    answers = {"refused": refused, "page": page, "signed in": signed_in, "forged host": forged}
    assert [
        line for name, one in answers.items() for line in complaints(name, cast(HttpResponse, one))
    ] == []


@pytest.mark.usefixtures("as_in_production")
def test_B34_plain_http_is_sent_on_and_sets_nothing() -> None:
    """Seen red with SecurityMiddleware taken out."""
    for path in ("/", "/account/login/", "/admin/"):
        response = Client().get(path)
        assert response.status_code == 301
        assert response["Location"] == f"https://testserver{path}"
        assert not response.cookies
    assert Client().get("/health/live/").status_code == 200
