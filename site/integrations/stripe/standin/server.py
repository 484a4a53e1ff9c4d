"""The API over HTTP: who asks, what for, once or again, and what goes wrong with it."""

import json
import secrets
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from integrations.stripe.shapes import API_VERSION
from integrations.stripe.standin import dashboard, pages, routing, validation
from integrations.stripe.standin.objects import Thing, expand, wire
from integrations.stripe.standin.refusal import Refusal
from integrations.stripe.standin.webhooks import THIS_MACHINE

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

MOST_BYTES = 1024 * 1024
LONGEST_KEY = 255


def handler_for(standin: "StandIn") -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        account = standin

    return Handler


class _Handler(BaseHTTPRequestHandler):
    """Below /v1/ the API, elsewhere pages for people."""

    account: "StandIn"
    protocol_version = "HTTP/1.1"
    # An answer in one piece: in two, the second would wait for the other side's word.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_args: object) -> None:
        return None

    def do_GET(self) -> None:
        self._handle("")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            self.close_connection = True
            return self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"", "text/plain")
        self._handle(self.rfile.read(length).decode("utf-8", "replace"))

    do_DELETE = do_POST

    def _handle(self, body: str) -> None:
        parts = urlsplit(self.path)
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in THIS_MACHINE:
            return self.answer(HTTPStatus.FORBIDDEN, b"", "text/plain")
        if not parts.path.startswith("/v1/"):
            return self._page(parts.path, parts.query if self.command == "GET" else body)
        faults = self.account.faults
        strikes = faults.strike(parts.path)
        if strikes:
            time.sleep(faults.slow_s)
        if strikes and faults.when == "before" and (faults.cut or faults.status):
            return self._go_wrong()
        status, answer, more = self._api(parts.path, f"{parts.query}&{body}".strip("&"))
        if strikes and faults.when == "after" and (faults.cut or faults.status):
            return self._go_wrong()
        self.json(status, answer, more)

    def _go_wrong(self) -> None:
        faults = self.account.faults
        if faults.cut:
            self.close_connection = True
            return
        limited = faults.status == HTTPStatus.TOO_MANY_REQUESTS
        kind = "invalid_request_error" if limited else "api_error"
        error = {"type": kind, "message": "By switch.", "code": "rate_limit" if limited else ""}
        self.json(faults.status, {"error": error}, {})

    # --- The API

    def _api(self, path: str, sent: str) -> tuple[int, Thing, dict[str, str]]:
        from integrations.stripe.standin.account import Call

        key = self.headers.get("Idempotency-Key", "") if self.command != "GET" else ""
        try:
            params = validation.parse(sent)
            if self.headers.get("Stripe-Version") != API_VERSION:
                params = validation.of_today(params)
            self.account.calls.append(Call(self.command, path, key, params))
            self._authorise()
            if key:
                return self._once(path, sent, params, key)
            return HTTPStatus.OK, self._do(path, params, key), {}
        except Refusal as error:
            return error.status, wire(error.body), {}

    def _authorise(self) -> None:
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        wanted = self.account.keys.secret_key
        if scheme != "Bearer" or not secrets.compare_digest(given.encode(), wanted.encode()):
            raise Refusal("Invalid API Key provided.", status=HTTPStatus.UNAUTHORIZED)

    def _once(
        self, path: str, sent: str, params: Thing, key: str
    ) -> tuple[int, Thing, dict[str, str]]:
        """The same answer for the same key; a refusal before anything was done is not kept."""
        account = self.account
        if len(key) > LONGEST_KEY:
            raise Refusal("The idempotency key is too long.")
        asked = [self.command, path, sent]
        with account.lock:
            if key in account.busy:
                raise Refusal(
                    "There is currently another in-progress request using this Idempotency Key.",
                    code="idempotency_key_in_use", kind="idempotency_error",
                    status=HTTPStatus.CONFLICT,
                )  # fmt: skip
            if key in account.answers:
                before, status, answer = account.answers[key]
                if before != asked:
                    raise Refusal(
                        "Keys for idempotent requests can only be used with the same parameters "
                        "they were first used with.",
                        kind="idempotency_error",
                    )
                return status, answer, {"Idempotent-Replayed": "true"}
            account.busy.add(key)
        status, answer, kept = HTTPStatus.OK, {}, True
        try:
            answer = self._do(path, params, key)
        except Refusal as error:
            status, answer = HTTPStatus(error.status), wire(error.body)
            # Of refusals only that of a card comes after something was done.
            kept = status == HTTPStatus.PAYMENT_REQUIRED
        finally:
            with account.lock:
                account.busy.discard(key)
                if kept and answer:
                    account.answers[key] = (asked, int(status), answer)
                    account.save()
        return status, answer, {}

    def _do(self, path: str, params: Thing, key: str) -> Thing:
        found = routing.find(self.command, path)
        if found is None:
            raise Refusal(
                f"Unrecognized request URL ({self.command}: {path}).", status=HTTPStatus.NOT_FOUND
            )
        route, names = found
        checked = validation.validate(route.params, params) if route.params else params
        account = self.account
        with account.lock:
            account.request.id, account.request.key = f"req_{secrets.token_hex(7)}", key or None
            try:
                answer = wire(route.handler(account, checked, *names))
                return expand(account, answer, checked.get("expand") or [])
            finally:
                account.request.id = account.request.key = None
                if self.command != "GET" and not key:
                    account.save()

    # --- Pages

    def _page(self, path: str, sent: str) -> None:
        account = self.account
        fields = {name: str(value) for name, value in validation.parse(sent).items()}
        if self.command != "GET" and self.headers.get("Sec-Fetch-Site") == "cross-site":
            return self.answer(HTTPStatus.FORBIDDEN, b"", "text/plain")
        if path == "/_faults":
            return self._switches(fields)
        with account.lock:
            answer = pages.answer(account, self.command, path, fields) or dashboard.answer(
                account, self.command, path, fields
            )
            if self.command != "GET":
                account.save()
        if answer is None:
            return self.answer(HTTPStatus.NOT_FOUND, b"", "text/plain")
        if answer.leads_to:
            to = {"Location": answer.leads_to}
            return self.answer(HTTPStatus.SEE_OTHER, b"", "text/html; charset=utf-8", to)
        self.answer(answer.status, answer.html.encode(), "text/html; charset=utf-8")

    def _switches(self, fields: dict[str, str]) -> None:
        if self.command == "POST":
            try:
                self.account.faults.set(fields)
            except (KeyError, ValueError) as error:
                return self.json(HTTPStatus.BAD_REQUEST, {"error": str(error)}, {})
        elif self.command == "DELETE":
            self.account.faults.clear()
        self.json(HTTPStatus.OK, self.account.faults.state, {})

    # --- Answers

    def json(self, status: int, value: Any, more: dict[str, str]) -> None:
        named = {"Request-Id": f"req_{secrets.token_hex(7)}", "Stripe-Version": API_VERSION}
        self.answer(status, json.dumps(value).encode(), "application/json", named | more)

    def answer(
        self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
        }
        for name, value in (headers | (more or {})).items():
            self.send_header(name, value)
        # Whoever asked may have given up waiting.
        with suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(body)
