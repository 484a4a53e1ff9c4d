"""Events: what happened, as it was then."""

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from integrations.stripe.shapes import API_VERSION
from integrations.stripe.standin.objects import Thing, page, wire
from integrations.stripe.standin.routing import retrieve, route

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

retrieve("event", "/v1/events/{}", "EventRetrieveParams")


@route("GET", "/v1/events", "EventListParams")
def list_events(account: "StandIn", params: Thing) -> Thing:
    """Of `types`, or of a `type`, which may end with a star."""
    types = params.get("types") or [params.get("type", "*")]
    return page(
        account.all("event"),
        params,
        "/v1/events",
        where=lambda one: any(fnmatchcase(one["type"], kind) for kind in types),
    )


def record(account: "StandIn", kind: str, thing: Thing, previous: Thing | None) -> Thing:
    data: Thing = {"object": wire(thing)}
    if previous is not None:
        data["previous_attributes"] = previous
    return account.add(
        "event",
        type=kind,
        api_version=API_VERSION,
        data=data,
        pending_webhooks=int(bool(account.webhooks.url)),
        # By itself, as time goes by, or because somebody asked for it.
        request={
            "id": getattr(account.request, "id", None),
            "idempotency_key": getattr(account.request, "key", None),
        },
    )
