"""Which address does what."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

Handler = Callable[..., dict[str, Any]]
ROUTES: list["Route"] = []


@dataclass(frozen=True)
class Route:
    """`params` names the SDK's class; without one anything is taken: of undocumented addresses."""

    method: str
    pattern: re.Pattern[str]
    params: str
    handler: Handler


def route(method: str, path: str, params: str = "") -> Callable[[Handler], Handler]:
    """A part of the path in braces becomes an argument of the function, after the parameters."""
    pattern = re.compile(re.sub(r"\{\}", r"([A-Za-z0-9_]+)", path) + r"$")

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, pattern, params, handler))
        return handler

    return register


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    for one in ROUTES:
        if one.method == method and (match := one.pattern.match(path)):
            return one, match.groups()
    return None


def retrieve(kind: str, path: str, params: str) -> None:
    """The address of one object."""

    @route("GET", path, params)
    def get(account: "StandIn", _params: dict[str, Any], stripe_id: str) -> dict[str, Any]:
        return account.get(kind, stripe_id)


def listing(kind: str, path: str, params: str, *filters: str) -> None:
    """The address of a list; `filters` are parameters that must equal a field."""
    from integrations.stripe.standin.objects import page

    @route("GET", path, params)
    def get(account: "StandIn", asked: dict[str, Any]) -> dict[str, Any]:
        wanted = {name: asked[name] for name in filters if name in asked}
        return page(
            account.all(kind),
            asked,
            path,
            where=lambda row: all(row[name] == value for name, value in wanted.items()),
        )
