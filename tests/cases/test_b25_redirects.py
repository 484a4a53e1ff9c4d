"""B25: no door of the site sends a visitor to another one."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SITE = "testserver"
FORMS = [
    "//evil.example",
    "///evil.example",
    "////evil.example//..",
    "//evil.example/%2e%2e",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https://evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "http:\\\\evil.example",
    "https://testserver@evil.example/",
    "https://testserver:80@evil.example/",
    "https://evil.example#testserver",
    "https://evil.example?testserver",
    "https://evil.example\\@testserver",
    "https://testserver.evil.example/",
    "//testserver.evil.example/",
    "//testserver@evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "mailto:x@evil.example",
    "ftp://evil.example/",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    "\x00//evil.example",
    "/%09/evil.example",
    "/%5cevil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "\u00a0//evil.example",
    "/\u2028/evil.example",
    "//evil\u3002example",
    "//[::1]",
    "//127.0.0.1:1",
]


def as_a_browser_reads(location: str) -> str:
    """Browsers drop tabs and line ends, trim control characters and take \\ for /."""
    location = re.sub(r"[\t\r\n]", "", location).strip("".join(map(chr, range(33))))
    scheme = re.match(r"(?i)https?:", location)
    if scheme:
        # `https:evil` and `https:/evil` are `https://evil` to them.
        rest = location[scheme.end() :].lstrip("/\\")
        location = f"{scheme[0]}//{rest}"
    return urljoin(f"http://{SITE}/account/login/", location.replace("\\", "/"))


def stays(location: str) -> bool:
    target = urlsplit(as_a_browser_reads(location))
    return target.scheme in ("http", "https") and target.netloc == SITE


def test_the_judge_knows_the_dangerous_forms() -> None:
    """A control: were each of these sent out as it is, most would leave the site."""
    harmless = [form for form in FORMS if stays(form)]

    assert len(FORMS) >= 40
    assert len(FORMS) - len(harmless) >= 33
    assert stays("/courses/?a=//x")
    assert stays("../x")


def signed_in() -> Client:
    client = Client()
    client.force_login(UserFactory(roles=["Editor"]))
    return client


def login_post(form: str) -> str:
    user = UserFactory()
    fields = {"login": user.email, "password": PASSWORD, "next": form}
    return Client().post(reverse("account_login"), fields)["Location"]


def login_query(form: str) -> str:
    user = UserFactory()
    url = f"{reverse('account_login')}?next={quote(form)}"
    return Client().post(url, {"login": user.email, "password": PASSWORD})["Location"]


def login_when_signed_in(form: str) -> str:
    return signed_in().get(reverse("account_login"), {"next": form})["Location"]


def sign_up_when_signed_in(form: str) -> str:
    return signed_in().get(reverse("account_signup"), {"next": form})["Location"]


def logout(form: str) -> str:
    return signed_in().post(reverse("account_logout"), {"next": form})["Location"]


def staff_login(form: str) -> str:
    return signed_in().get("/admin/login/", {"next": form})["Location"]


def staff_logout(form: str) -> str:
    return signed_in().post(f"/admin/logout/?next={quote(form)}", {"next": form})["Location"]


def reauthenticate(form: str) -> str:
    fields = {"password": PASSWORD, "next": form}
    return signed_in().post(reverse("account_reauthenticate"), fields)["Location"]


def sign_up(form: str) -> str:
    """The whole way: form, code from the mail, and on."""
    from django.core import mail

    mail.outbox.clear()
    client = Client()
    fields = {"email": "new@example.org", "name": "New", "password1": PASSWORD, "next": form}
    sent = client.post(reverse("account_signup"), fields)
    code = re.search(r"^([A-Z0-9-]{6,9})$", str(mail.outbox[0].body), re.MULTILINE)
    assert code
    done = client.post(sent["Location"], {"code": code[1]})
    assert "_auth_user_id" in client.session
    from accounts.models import User

    User.objects.filter(email="new@example.org").delete()
    return done["Location"]


DOORS = [
    login_post,
    login_query,
    login_when_signed_in,
    sign_up,
    sign_up_when_signed_in,
    logout,
    staff_login,
    staff_logout,
    reauthenticate,
]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_B25_every_door_stays_on_the_site(door: Callable[[str], str]) -> None:
    """Seen red with `redirects.is_local` answering yes to everything."""
    left = {form: to for form in FORMS if not stays(to := door(form))}

    assert left == {}


@pytest.mark.parametrize("door", [login_post, login_query, staff_login, sign_up, logout])
def test_B25_a_page_of_the_site_is_still_led_to(door: Callable[[str], str]) -> None:
    """The control: doors that send everybody home would pass the test above."""
    assert door("/courses/?page=2") == "/courses/?page=2"


def test_B25_staff_are_sent_to_sign_in_with_a_local_way_back() -> None:
    """Seen red with `local_or` taken out of staff.sign_in."""
    for form in FORMS:
        location = Client().get("/admin/login/", {"next": form})["Location"]
        (target,) = parse_qs(urlsplit(location).query)["next"]
        assert stays(target), form


def test_B25_the_menu_offers_no_way_back_to_elsewhere() -> None:
    """Seen red with `local_or` taken out of views.menu and the host check of django_htmx."""
    for form in FORMS:
        headers = {"HX-Request": "true", "HX-Current-URL": quote(form, safe=":/\\?#@[]")}
        page = Client().get(reverse("accounts:menu"), headers=headers).text
        for target in re.findall(r'next=([^"]*)"', page):
            assert stays(target), form
