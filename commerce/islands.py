"""What commerce puts on pages of lower layers: the same for everybody, or one visitor's own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import User
from commerce import basket, offering
from commerce.models import Offer
from commerce.offering import Visitor
from core import slots
from course_pages import registries
from course_pages.models import Course


def visitor(request: HttpRequest) -> Visitor:
    """Whoever asks, with the currency they chose."""
    user = request.user if isinstance(request.user, User) else None
    return Visitor(basket.currency(request), user, basket.offers(request))


@slots.fill("course.offers")
def course_offers(context: Context, course: Course) -> SafeString:
    """How a course is sold, the same for everybody; nothing for one that is not."""
    offers = offering.of_course(course, offering.everybody())
    if not offers:
        return SafeString("")
    return SafeString(render_to_string("commerce/_offers.html", {"offers": offers}))


@slots.fill("course.own_offers")
def own_offers(context: Context, course: Course) -> SafeString:
    """The same for one visitor: in their currency, with buttons that work at once."""
    request: HttpRequest = context["request"]
    offers = offering.of_course(course, visitor(request))
    if not offers:
        return SafeString("")
    shown = {"offers": offers, "own": True}
    return SafeString(render_to_string("commerce/_offers.html", shown, request))


@slots.fill("course.keep")
def keep(context: Context, course: Course) -> SafeString:
    """What gives a learner for good what they have by subscription; nothing for all others."""
    request: HttpRequest = context["request"]
    offers = offering.to_keep(course, visitor(request))
    if not offers:
        return SafeString("")
    shown = {"offers": offers, "own": True}
    return SafeString(render_to_string("commerce/_keep.html", shown, request))


@slots.fill("block.offer")
def offer_block(context: Context, offer: Offer | None) -> SafeString:
    """An offer on any page. Nothing where it is gone, or where its courses are not public."""
    shown = offering.find(offer.pk, offering.everybody()) if offer else None
    if shown is None:
        return SafeString("")
    return SafeString(render_to_string("commerce/_offer_block.html", {"shown": shown}))


@slots.fill("account.tools")
def cart_link(context: Context, about: Any) -> SafeString:
    """The way to the cart, while something is in it."""
    count = basket.count(context["request"])
    if not count:
        return SafeString("")
    return SafeString(render_to_string("commerce/_cart_link.html", {"count": count}))


@slots.fill("account.menu")
def menu(context: Context, about: Any) -> SafeString:
    return SafeString(render_to_string("commerce/_menu_link.html"))


@slots.fill("account.nav")
def nav(context: Context, path: str) -> SafeString:
    return SafeString(render_to_string("commerce/_nav_link.html", {"path": path}))


@registries.price_tags.append
def price_tags(lineages: Sequence[UUID]) -> dict[UUID, str]:
    return offering.price_tags(lineages)
