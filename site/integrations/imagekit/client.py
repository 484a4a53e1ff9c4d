"""ImageKit by its own SDK: signed uploads and addresses, details of a file, its messages.

Every address that is made here expires, but for those of pictures that are public anyway. What
goes wrong arrives as TemporaryFailure or PermanentFailure; a message that ImageKit did not sign, or
long ago, as Forged.
"""

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx
import imagekitio
from standardwebhooks.webhooks import WebhookVerificationError

from core import clock
from integrations.errors import PermanentFailure, TemporaryFailure
from integrations.imagekit.shapes import MASTER, RESOLUTIONS, Details, Event, Forged, Keys

UPLOADS = "https://upload.imagekit.io"
UPLOAD_PATH = "/api/v1/files/upload"
TIMEOUT = httpx.Timeout(20, connect=3)
LOOK_TIMEOUT = httpx.Timeout(5, connect=2)
LOOK_FOR = timedelta(minutes=1)
VIDEO = "video-transformation"
MALFORMED = (WebhookVerificationError, ValueError, TypeError, LookupError, AttributeError)
TRIES_AGAIN = 2


class Client:
    """One account. `strict` has the SDK refuse answers of the wrong shape: for tests."""

    def __init__(self, keys: Keys, *, timeout: Any = TIMEOUT, strict: bool = False) -> None:
        self.keys = keys
        self.timeout = timeout
        self.strict = strict

    @cached_property
    def _sdk(self) -> imagekitio.ImageKit:
        return imagekitio.ImageKit(
            private_key=self.keys.private_key,
            webhook_secret=self.keys.webhook_secret or None,
            base_url=self.keys.api_base or None,
            timeout=self.timeout,
            max_retries=TRIES_AGAIN,
            _strict_response_validation=self.strict,
        )

    @property
    def upload_url(self) -> str:
        """Where browsers send files to."""
        return (self.keys.api_base or UPLOADS).rstrip("/") + UPLOAD_PATH

    def upload_fields(self, *, expires_at: datetime) -> dict[str, str]:
        """What proves to ImageKit that we let a browser upload one file, once, until then."""
        signed = self._sdk.helper.get_authentication_parameters(
            token=str(uuid4()),
            # A point in time, whatever its docstring says.
            expire=int(expires_at.timestamp()),
        )
        return {"publicKey": self.keys.public_key} | {key: str(one) for key, one in signed.items()}

    def signed_url(
        self, path: str, *, expires_at: datetime, transformation: list[dict[str, Any]] | None = None
    ) -> str:
        """An address that ends at this moment; raises ValueError for one in the past."""
        steps: Any = transformation or []
        seconds = math.ceil((expires_at - clock.now()).total_seconds())
        if seconds <= 0:
            # The SDK takes 0 for "never".
            raise ValueError("an address has to end in the future")
        return str(
            self._sdk.helper.build_url(
                url_endpoint=self.keys.url_endpoint,
                src=path,
                transformation=steps,
                signed=True,
                expires_in=seconds,
            )
        )

    def public_url(self, path: str, *, transformation: list[dict[str, Any]]) -> str:
        """A public picture's address, which pages that are kept may hold: signed, without an end.

        The signature keeps strangers from asking for sizes of their own.
        """
        steps: Any = transformation
        return str(
            self._sdk.helper.build_url(
                url_endpoint=self.keys.url_endpoint, src=path, transformation=steps, signed=True
            )
        )

    def details(self, file_id: str) -> Details:
        """What ImageKit knows of a file; PermanentFailure where it has none."""
        if not file_id or not file_id.isascii() or not file_id.isalnum():
            raise PermanentFailure("no file has such a number")
        with _failures():
            found = self._sdk.files.get(file_id)
        return Details(
            file_id=found.file_id or "",
            path=found.file_path or "",
            size=int(found.size or 0),
            mime=found.mime or "",
            private=found.is_private_file is not False,
            duration_ms=round(found.duration * 1000) if found.duration else None,
            width=int(found.width) if found.width else None,
            height=int(found.height) if found.height else None,
        )

    def find(self, path: str) -> str:
        """The number of the file that lies there; "" for none."""
        folder, _, name = path.rpartition("/")
        with _failures():
            found = self._sdk.assets.list(
                path=folder, search_query=f"name = {json.dumps(name)}", type="file", limit=1
            )
        files = (one for one in found if isinstance(one, imagekitio.types.File))
        return next((one.file_id or "" for one in files if one.file_path == path), "")

    def delete(self, file_id: str) -> None:
        """Remove a file with all that was made of it; one that is gone already is no failure."""
        with _failures(), suppress(imagekitio.NotFoundError):
            self._sdk.files.delete(file_id)

    def is_streamed(self, path: str) -> bool:
        """Whether the film's adaptive version is there; PermanentFailure where the film is gone."""
        steps = [{"streaming_resolutions": list(RESOLUTIONS)}]
        soon = clock.now() + LOOK_FOR
        address = self.signed_url(f"{path}/{MASTER}", expires_at=soon, transformation=steps)
        try:
            status = httpx.head(address, timeout=LOOK_TIMEOUT).status_code
        except httpx.HTTPError as error:
            raise TemporaryFailure(str(error)) from error
        if status == httpx.codes.NOT_FOUND:
            raise PermanentFailure("404")
        if status not in {httpx.codes.OK, httpx.codes.ACCEPTED}:
            raise TemporaryFailure(str(status))
        # 202: still at it.
        return status == httpx.codes.OK

    def event(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """A message, once its signature and its age are right; raises Forged."""
        if not self.keys.webhook_secret:
            raise Forged("no secret is set")
        try:
            text = body.decode()
            self._sdk.webhooks.unwrap(text, headers=dict(headers))
            lowered = {key.lower(): one for key, one in headers.items()}
            return _event(json.loads(text), lowered, self.keys.url_endpoint)
        except (
            WebhookVerificationError,
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
        ) as error:
            raise Forged(str(error)) from error


class _failures:
    """The SDK's errors as ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, imagekitio.APIStatusError):
            status = error.status_code
            if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
                raise TemporaryFailure(f"ImageKit answered {status}") from error
            raise PermanentFailure(f"ImageKit answered {status}") from error
        if isinstance(error, imagekitio.ImageKitError | httpx.HTTPError):
            raise TemporaryFailure(str(error)) from error


def _event(sent: Any, headers: Mapping[str, str], endpoint: str) -> Event:
    """A message in any of its shapes: about a transformation, or about an upload's."""
    data = sent.get("data") or {}
    asset, made = data.get("asset") or {}, data.get("transformation") or {}
    error = made.get("error") or data.get("error") or {}
    url = str(asset.get("url") or data.get("url") or "")
    return Event(
        # The same for every try to deliver it.
        event_id=headers["webhook-id"][:100],
        kind=str(sent.get("type", ""))[:100],
        file_id=str(data.get("fileId") or "")[:100],
        path=_path(url, endpoint),
        reason=str(error.get("reason") or "")[:200],
        adaptive=str((made.get("options") or {}).get("stream_protocol") or "HLS") == "HLS"
        and made.get("type", VIDEO) == VIDEO,
    )


def _path(url: str, endpoint: str) -> str:
    """The path of a file from its address: without endpoint, and without what follows the file."""
    above = httpx.URL(endpoint).path.rstrip("/")
    return httpx.URL(url).path.removeprefix(above).removesuffix(f"/{MASTER}")
