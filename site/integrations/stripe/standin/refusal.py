"""What Stripe says when it does not do as it is asked."""

from http import HTTPStatus
from typing import Any


class Refusal(Exception):
    """An error with its status, in the shape that the SDK reads."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        param: str = "",
        status: int = HTTPStatus.BAD_REQUEST,
        kind: str = "invalid_request_error",
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        named = {"code": code, "param": param}
        self.body: dict[str, Any] = {
            "error": {"type": kind, "message": message}
            | {name: value for name, value in named.items() if value}
            | more
        }


def missing(kind: str, stripe_id: str) -> Refusal:
    return Refusal(
        f"No such {kind}: '{stripe_id}'",
        code="resource_missing",
        param="id",
        status=HTTPStatus.NOT_FOUND,
    )


def declined(message: str = "Your card was declined.", **more: Any) -> Refusal:
    return Refusal(
        message,
        code="card_declined",
        decline_code="generic_decline",
        kind="card_error",
        status=HTTPStatus.PAYMENT_REQUIRED,
        **more,
    )
