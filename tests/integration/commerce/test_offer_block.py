"""An offer on a landing page: alike for everybody, with an island, and nothing once it is gone."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.sync import sync_roles
from commerce.models import Offer
from core import clock
from course_pages.models import Course
from home.models import LandingPage
from tests.cases import measure
from tests.factories import commerce as shop
from tests.factories import courses as make
from tests.factories.commerce import Account
from tests.integration.commerce.test_shop_pages import bought, client_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def landing() -> Callable[[Any], str]:
    """`landing(offer)` is the address of a page with a block of it."""

    def page(pk: int) -> str:
        made = LandingPage(
            title="Landing",
            slug="landing",
            body=[("offer", {"title": "Begin", "text": "", "offer": Offer.objects.get(pk=pk)})],
        )
        make.home().add_child(instance=made)
        return str(made.url)

    return page


def test_a_landing_page_shows_an_offer_alike_to_everybody(
    account: Account, landing: Callable[[int], str]
) -> None:
    offer = shop.offer(shop.course("Knots"), name="All about knots")
    url = landing(offer.pk)
    order = bought(account, offer)
    page = client_of().get(url)
    assert "All about knots" in text_of(page)
    assert "€20.00" in text_of(page)
    assert f'hx-get="/offers/{offer.pk}/"' in page.content.decode()
    assert page.content == client_of(order.user).get(url).content
    assert not page.cookies
    Offer.objects.update(archived_at=clock.now())
    archived = client_of().get(url)
    assert "This is no longer on sale." in text_of(archived)
    assert 'hx-get="/offers/' not in archived.content.decode()


def test_a_block_whose_offer_was_deleted_shows_nothing(landing: Callable[[int], str]) -> None:
    offer = shop.offer(name="All about knots")
    url = landing(offer.pk)
    offer.prices.all().delete()
    offer.delete()
    page = client_of().get(url)
    assert page.status_code == 200
    assert "All about knots" not in text_of(page)
    assert "Begin" not in text_of(page)
    assert "None" not in text_of(page)


def test_a_block_tells_nothing_of_a_course_that_is_not_released(
    account: Account, landing: Callable[[int], str]
) -> None:
    course = shop.course("Secret course")
    offer = shop.offer(course, name="Secret offer")
    url = landing(offer.pk)
    Course.objects.filter(pk=course.pk).update(live_release=None)
    assert "Secret" not in text_of(client_of().get(url))


def test_editors_choose_among_offers_that_can_be_shown(account: Account) -> None:
    sync_roles()
    hidden = shop.course("Hidden")
    shop.offer(hidden, name="Of a draft")
    shop.offer(name="Of old", archived_at=clock.now())
    shop.offer(name="Of now")
    Course.objects.filter(pk=hidden.pk).update(live_release=None)
    listed = text_of(client_of(measure.person(roles=["Marketing"])).get("/admin/offers/choose/"))
    assert "Of now" in listed
    assert "Of a draft" not in listed
    assert "Of old" not in listed


def test_marketing_puts_an_offer_on_a_page(account: Account, landing: Callable[[int], str]) -> None:
    sync_roles()
    first, second = shop.offer(name="First"), shop.offer(name="Second")
    url = landing(first.pk)
    page = LandingPage.objects.get()
    client = client_of(measure.person(roles=["Marketing"]))
    editor = client.get(f"/admin/pages/{page.pk}/edit/")
    assert editor.status_code == 200
    assert "/admin/offers/choose/" in editor.content.decode()
    sent = {
        "title": "Landing",
        "slug": "landing",
        "summary": "",
        "seo_title": "",
        "search_description": "",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "body-count": "1",
        "body-0-type": "offer",
        "body-0-order": "0",
        "body-0-deleted": "",
        "body-0-id": "",
        "body-0-value-title": "",
        "body-0-value-text": "",
        "body-0-value-offer": str(second.pk),
        "action-publish": "1",
    }
    client.post(f"/admin/pages/{page.pk}/edit/", sent)
    said = text_of(client_of().get(url))
    assert "Second" in said
    assert "First" not in said


def test_the_block_shows_a_sample_in_the_picker() -> None:
    block = LandingPage._meta.get_field("body").stream_block.child_blocks["offer"]
    client = client_of(measure.person(is_superuser=True))
    answer = client.get("/admin/block-preview/", {"id": block.definition_prefix})
    assert answer.status_code == 200
    assert "Buy" in text_of(answer)
    assert "None" not in text_of(answer)
