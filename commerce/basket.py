"""The cart in a visitor's session: offers, a currency, a code. It stays when somebody signs in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from commerce.services import carts, coupons
from commerce.services.carts import Cart

KEY = "cart"


def read(request: HttpRequest) -> Cart:
    """The cart as it stands now."""
    kept = _kept(request)
    user = request.user if isinstance(request.user, User) else None
    return carts.look(kept["offers"], currency=kept["currency"], code=kept["code"], user=user)


def add(request: HttpRequest, offer: int) -> bool:
    """Put an offer in; twice is once. False where the cart is full."""
    kept = _kept(request)
    if offer in kept["offers"]:
        return True
    if len(kept["offers"]) >= carts.MOST:
        return False
    _keep(request, kept | {"offers": [*kept["offers"], offer]})
    return True


def remove(request: HttpRequest, offer: int) -> None:
    kept = _kept(request)
    _keep(request, kept | {"offers": [one for one in kept["offers"] if one != offer]})


def use_code(request: HttpRequest, code: str) -> None:
    """Whether it holds is told when the cart is read."""
    _keep(request, _kept(request) | {"code": coupons.normalised(code)})


def use_currency(request: HttpRequest, currency: str) -> None:
    """What is not sold in stays unused."""
    if currency in settings.CURRENCIES:
        _keep(request, _kept(request) | {"currency": currency})


def currency(request: HttpRequest) -> str:
    return str(_kept(request)["currency"])


def offers(request: HttpRequest) -> list[int]:
    return list(_kept(request)["offers"])


def count(request: HttpRequest) -> int:
    return len(_kept(request)["offers"])


def forget_lost(request: HttpRequest, there: set[int]) -> None:
    """Offers that are not there any more are told once."""
    kept = _kept(request)
    _keep(request, kept | {"offers": [one for one in kept["offers"] if one in there]})


def empty(request: HttpRequest, offers: set[int]) -> None:
    """Take out what was bought; the code is used up with it."""
    kept = _kept(request)
    rest = [one for one in kept["offers"] if one not in offers]
    if rest != kept["offers"]:
        _keep(request, kept | {"offers": rest, "code": ""})


def _kept(request: HttpRequest) -> dict[str, Any]:
    found = request.session.get(KEY) or {}
    known = found.get("currency")
    return {
        "offers": [one for one in found.get("offers", []) if isinstance(one, int)],
        "code": str(found.get("code", "")),
        "currency": known if known in settings.CURRENCIES else settings.CURRENCIES[0],
    }


def _keep(request: HttpRequest, kept: dict[str, Any]) -> None:
    request.session[KEY] = kept
