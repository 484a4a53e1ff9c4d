"""The public page of a certificate and the wallet, in a browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from certificates import files
from certificates.models import Certificate
from certificates.services import issuing
from core import outbox
from tests.factories import certificates as given
from tests.factories.accounts import UserFactory

Axe = Callable[[Page], list[str]]
Visit = Callable[..., Page]
SignIn = Callable[[Page, User], None]
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
SIGNED = [
    {
        "type": "signatory",
        "value": {"name": f"Dr. Ida {LONG}", "role": "Head of teaching", "image": None},
        "id": "b0000000-0000-4000-8000-000000000001",
    }
]


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    """Ada has one printed twice, one revoked, one that waits; Noor has one with a long title."""

    def site() -> None:
        ada: Any = UserFactory(email="ada@example.org", name="Ada Lovelase")
        design = given.design("Signed", signatories=SIGNED)
        for title, rule in (("Sourdough", {}), ("Ledgers", {}), ("Knots", {"when": "approved"})):
            course = given.course(design, title=title, lessons=3, **rule)
            given.enrolment.enrol(user=ada, course=course)
            given.complete(ada, course)
        given.earned(given.course(design, title=f"{LONG} الإحصاء"), name="نور الهدى")
        outbox.drain()
        bread, ledgers = (of(title) for title in ("Sourdough", "Ledgers"))
        issuing.issue_again(certificate=bread.pk, reason="Typo", by=ada, name="Ada Lovelace")
        issuing.revoke(certificate=ledgers.pk, reason="Handed in by others", by=ada)
        outbox.drain()

    return site


def of(title: str) -> Certificate:
    return Certificate.objects.get(course__title__startswith=title)


def address(certificate: Certificate, tail: str = "") -> str:
    return f"/certificates/{certificate.public_id}/{tail}"


def everything() -> list[str]:
    bread = of("Sourdough")
    pages = [address(bread), address(bread, "1/"), address(of("Ledgers")), address(of(LONG[:20]))]
    return [*pages, "/certificates/check/?code=x", "/certificates/nothing/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    visit: Visit, axe: Axe, sign_in: SignIn, scheme: Any, size: dict[str, int]
) -> None:
    page = visit(viewport=size, color_scheme=scheme)
    found = []
    for who in ("visitor", "holder"):
        if who == "holder":
            sign_in(page, User.objects.get(email="ada@example.org"))
        for path in [*everything(), *(["/certificates/"] if who == "holder" else [])]:
            page.goto(path)
            page.wait_for_load_state("networkidle")
            found += axe(page)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                found.append(f"{path} is {wide} px too wide")
    assert not found, "\n".join(found)


def test_a_file_is_compared_in_the_browser_and_goes_nowhere(visit: Visit, tmp_path: Path) -> None:
    """By the picker and by keyboard. Seen to fail: with a digest of one letter more in the page."""
    page = visit()
    bread = of("Sourdough")
    page.goto(address(bread))
    page.wait_for_load_state("networkidle")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    first, second = bread.issues.order_by("number")
    content = files.read(second.pdf_sha256)
    for name, written, said in (
        ("now", content, f"This is certificate {second.printed_serial}, as it was issued"),
        ("old", files.read(first.pdf_sha256), f"This is an older print, {first.printed_serial}"),
        ("bit", content[:-1] + b"x", "This file is none of this certificate’s prints"),
        ("none", b"", "This file is none of this certificate’s prints"),
    ):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(written)
        page.get_by_label("Drop the PDF here").set_input_files(path)
        expect(page.locator(".drop-answer")).to_contain_text(said)
    assert sent == []
    with page.expect_file_chooser() as chooser:
        page.get_by_label("Drop the PDF here").press("Enter")
    chooser.value.set_files(tmp_path / "now.pdf")
    expect(page.locator(".drop-answer")).to_contain_text("as it was issued")


def test_a_file_may_be_dropped(page: Page) -> None:
    bread = of("Sourdough")
    page.goto(address(bread))
    content = files.read(bread.current.pdf_sha256)
    moved = page.evaluate_handle(
        """bytes => {
            const moved = new DataTransfer();
            moved.items.add(new File([new Uint8Array(bytes)], "a.pdf", {type: "application/pdf"}));
            return moved;
        }""",
        list(content),
    )
    page.locator(".drop-zone").dispatch_event("drop", {"dataTransfer": moved})
    expect(page.locator(".drop-answer")).to_contain_text("Not a single bit of the file was changed")


def test_the_real_file_of_a_revoked_certificate_is_not_called_valid(
    page: Page, tmp_path: Path
) -> None:
    ledgers = of("Ledgers")
    path = tmp_path / "a.pdf"
    path.write_bytes(files.read(ledgers.current.pdf_sha256))
    page.goto(address(ledgers))
    page.get_by_label("Drop the PDF here").set_input_files(path)
    expect(page.locator(".drop-answer")).to_contain_text("genuine, but it holds no longer")


def test_without_javascript_the_digests_stand_there(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    bread = of("Sourdough")
    page.goto(address(bread))
    expect(page.locator(".drop-zone")).to_be_hidden()
    for issue in bread.issues.all():
        expect(page.get_by_text(issue.pdf_sha256)).to_be_visible()
    expect(page.get_by_text("sha256sum")).to_be_visible()


def test_the_holder_finds_what_to_do_on_the_page_and_others_do_not(
    visit: Visit, sign_in: SignIn
) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    bread = of("Sourdough")
    page.goto(address(bread))
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("This is your certificate.")).to_have_count(0)
    sign_in(page, User.objects.get(email="ada@example.org"))
    page.goto(address(bread))
    expect(page.get_by_text("This is your certificate.")).to_be_visible()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith(address(bread))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    assert Path(download.value.path()).read_bytes() == files.read(bread.current.pdf_sha256)


def test_a_name_is_hidden_and_shown_again(visit: Visit, sign_in: SignIn) -> None:
    page, other = visit(), visit()
    sign_in(page, User.objects.get(email="ada@example.org"))
    bread = of("Sourdough")
    for button, shown in (("Hide it : Sourdough", 0), ("Show it : Sourdough", 1)):
        page.goto("/certificates/")
        page.get_by_role("button", name=button).click()
        expect(page.locator(".alert")).to_contain_text("Sourdough")
        other.goto(address(bread))
        expect(other.get_by_role("heading", name="Ada Lovelace")).to_have_count(shown)


def test_on_paper_stands_what_a_reader_needs(page: Page) -> None:
    bread = of("Sourdough")
    page.goto(address(bread))
    page.emulate_media(media="print")
    for words in ("This certificate is valid", "Ada Lovelace", "Lesson 1.3"):
        expect(page.get_by_text(words, exact=True)).to_be_visible()
    expect(page.locator(".certificate-code svg")).to_be_visible()
    expect(page.locator(".certificate-address")).to_be_visible()
    for hidden in (".site-header", ".drop-zone", ".certificate-more", ".certificate-holder"):
        expect(page.locator(hidden)).to_be_hidden()
