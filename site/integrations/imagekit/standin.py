"""A small ImageKit on this machine: uploads, details, delivery and messages, over its own protocol.

For tests and for trying things out: it holds everything in memory, checks signatures by an
implementation of its own, and goes wrong on demand (`faults`). Not known of the real service is
whether it carries a signature on into the playlists of a film; this one signs each of them anew,
unless `carries_on` says otherwise.
"""

import base64
import hashlib
import hmac
import json
import mimetypes
import re
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from PIL import Image

from integrations.imagekit.shapes import MASTER, RESOLUTIONS, Keys

ACCOUNT = "standin"
LONGEST_SIGNATURE = 3600
NEVER = "9999999999"
RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


@dataclass
class Faults:
    """What goes wrong: answer late, with this status (so many times), or not at all."""

    slow_s: float = 0
    status: int = 0
    times: int = 10**9
    cut: bool = False


@dataclass
class Stored:
    """A file; `parts` are its pieces for streaming, once they are there."""

    file_id: str
    path: str
    data: bytes
    private: bool = True
    parts: dict[str, bytes] = field(default_factory=dict)

    @property
    def mime(self) -> str:
        if self.data[4:8] == b"ftyp":
            return "video/mp4"
        return mimetypes.guess_type(self.path)[0] or "application/octet-stream"

    @property
    def duration(self) -> float | None:
        """Of an MP4 film, as its index tells it."""
        at = self.data.find(b"mvhd")
        if at < 0 or self.data[at + 4] != 0:
            return None
        scale, length = struct.unpack_from(">II", self.data, at + 16)
        return length / scale if scale else None

    @property
    def details(self) -> dict[str, Any]:
        known = {} if self.duration is None else {"duration": self.duration}
        return known | {
            "type": "file",
            "fileId": self.file_id,
            "name": self.path.rsplit("/", 1)[-1],
            "filePath": self.path,
            "fileType": "non-image",
            "size": float(len(self.data)),
            "mime": self.mime,
            "isPrivateFile": self.private,
        }


class StandIn:
    """The account: its keys, its files, and what goes wrong."""

    def __init__(self) -> None:
        self.files: dict[str, Stored] = {}
        self.faults = Faults()
        # Whether playlists sign what they name: not known of the real service.
        self.carries_on = True
        # Where a web folder's pictures are fetched from: an address without a slash at its end.
        self.origin = ""
        self.used: set[str] = set()
        self.asked = self.refused = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.keys = Keys("public_standin", "private_standin", f"{base}/{ACCOUNT}", "whsec_s", base)

    @contextmanager
    def running(self) -> "Iterator[StandIn]":
        thread = Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()
            thread.join(5)

    def add(self, path: str, data: bytes) -> Stored:
        made = Stored(uuid4().hex[:24], path, data)
        self.files[made.file_id] = made
        return made

    def stream(self, file_id: str) -> None:
        """The film's adaptive version and its picture are there now; needs imageio-ffmpeg."""
        found = self.files[file_id]
        found.parts = _parts(found.data)

    def message(
        self,
        kind: str,
        stored: Stored,
        *,
        event_id: str = "",
        at: float = 0,
        secret: str = "",
        options: dict[str, Any] | None = None,
    ) -> tuple[bytes, dict[str, str]]:
        """A message about a film's streaming, signed as Standard Webhooks has it."""
        event_id = event_id or str(uuid4())
        url = f"{self.keys.url_endpoint}{stored.path}"
        made: dict[str, Any] = {
            "type": "video-transformation",
            "options": {"stream_protocol": "HLS"} if options is None else options,
        }
        if kind.endswith("error"):
            made["error"] = {"reason": "encoding_failed"}
        body = json.dumps(
            {
                "id": event_id,
                "type": kind,
                "created_at": "2026-01-01T00:00:00.000Z",
                "data": {"asset": {"url": url}, "transformation": made},
                "request": {"url": f"{url}/{MASTER}", "x_request_id": event_id},
            }
        ).encode()
        stamp = str(int(at or time.time()))
        key = (secret or self.keys.webhook_secret).encode()
        signed = hmac.new(key, b".".join((event_id.encode(), stamp.encode(), body)), hashlib.sha256)
        signature = f"v1,{base64.b64encode(signed.digest()).decode()}"
        headers = {
            "webhook-id": event_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature,
        }
        return body, headers

    def sha1(self, text: str) -> str:
        return hmac.new(self.keys.private_key.encode(), text.encode(), hashlib.sha1).hexdigest()


def _parts(film: bytes) -> dict[str, bytes]:
    """Name → content: a playlist of playlists, those of segments, the segments, a picture."""
    import imageio_ffmpeg

    tool = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-y", "-i", "film"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "film").write_bytes(film)
        told = _run([*tool, "-frames:v", "1", "ik-thumbnail.jpg"], folder)
        size = re.search(rb"Video: .*?(\d{2,5})x(\d{2,5})", told)
        width, height = (int(size[1]), int(size[2])) if size else (0, 0)
        steps = [int(one) for one in RESOLUTIONS if int(one) <= height] or [height]
        master = ["#EXTM3U"]
        for step in steps:
            name = f"ik-{step or 'sound'}"
            shown = (round(width * step / height / 2) * 2, step) if height else (0, 0)
            coded = ["-vf", f"scale={shown[0]}:{step}", "-preset", "ultrafast"] if height else []
            coded += ["-force_key_frames", "expr:gte(t,n_forced*2)"]
            hls = ["-hls_time", "2", "-hls_playlist_type", "vod", "-hls_list_size", "0"]
            parts = ["-hls_segment_filename", f"{name}-%d.ts", f"{name}.m3u8"]
            # Two channels: not every browser plays more from segments.
            _run([*tool, *coded, "-c:a", "aac", "-ac", "2", *hls, *parts], folder)
            at = f",RESOLUTION={shown[0]}x{step}" if height else ""
            master += [f"#EXT-X-STREAM-INF:BANDWIDTH={200_000 + step * 1000}{at}", f"{name}.m3u8"]
        found = {one.name: one.read_bytes() for one in Path(folder).iterdir() if one.name != "film"}
    found[MASTER] = "\n".join([*master, ""]).encode()
    return found


def _run(command: list[str], folder: str) -> bytes:
    """What the program said. A recording gives no picture, and that is no failure."""
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)  # noqa: S603
    return done.stderr


def _transformed(picture: bytes, steps: str) -> tuple[bytes, str]:
    """What steps such as `cm-extract,x-0,y-9,w-40,h-30:w-20,h-15,c-force,f-webp` make of it."""
    image: Image.Image = Image.open(BytesIO(picture))
    form = image.format or "PNG"
    for step in filter(None, steps.split(":")):
        asked = dict(one.split("-", 1) for one in step.split(","))
        width, height = (int(asked.get(name, "0")) for name in "wh")
        if asked.get("cm") == "extract":
            left, top = int(asked["x"]), int(asked["y"])
            image = image.crop((left, top, left + width, top + height))
        elif width and height:
            image = image.resize((width, height))
        form = {"jpg": "JPEG"}.get(asked.get("f", ""), asked.get("f", form)).upper()
    made = BytesIO()
    (image.convert("RGB") if form == "JPEG" else image).save(made, form)
    return made.getvalue(), f"image/{form.lower()}"


def _handler(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        account = standin

    return Handler


class _Handler(BaseHTTPRequestHandler):
    """The addresses of the API and, below the account's name, those of delivery."""

    account: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: object) -> None:
        return None

    def do_OPTIONS(self) -> None:
        self._answer(HTTPStatus.NO_CONTENT, b"", "text/plain")

    def do_GET(self) -> None:
        if self._faulty():
            return
        parts = urlsplit(self.path)
        if match := re.fullmatch(r"/v1/files/(\w+)/details", parts.path):
            self._details(match.group(1))
        elif parts.path == "/v1/files" and self._is_owner():
            self._list(parse_qs(parts.query))
        elif parts.path.startswith(f"/{ACCOUNT}/"):
            self._deliver(parts.path.removeprefix(f"/{ACCOUNT}"), parts.query)
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self._faulty():
            return
        if urlsplit(self.path).path != "/api/v1/files/upload":
            return self._refuse(HTTPStatus.NOT_FOUND)
        meta = {"CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": len(body)}
        try:
            handlers = [TemporaryFileUploadHandler()]
            form, files = MultiPartParser(meta, BytesIO(body), handlers, "utf-8").parse()
        except MultiPartParserError:
            return self._refuse(HTTPStatus.BAD_REQUEST)
        if not self._may_upload(form):
            return self._refuse(HTTPStatus.FORBIDDEN)
        if "file" not in files or not form.get("fileName"):
            return self._refuse(HTTPStatus.BAD_REQUEST)
        path = f"{form.get('folder', '').rstrip('/')}/{form['fileName']}"
        sent: Any = files["file"]
        made = self.account.add(path, sent.read())
        made.private = form.get("isPrivateFile") == "true"
        self._json(made.details)

    def do_DELETE(self) -> None:
        if self._faulty():
            return
        match = re.fullmatch(r"/v1/files/(\w+)", urlsplit(self.path).path)
        if not self._is_owner():
            return self._refuse(HTTPStatus.UNAUTHORIZED)
        if match is None or self.account.files.pop(match.group(1), None) is None:
            return self._refuse(HTTPStatus.NOT_FOUND)
        self._answer(HTTPStatus.NO_CONTENT, b"", "text/plain")

    def _is_owner(self) -> bool:
        """Whether the account's private key came along; what stands behind it is no password."""
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        named = base64.b64decode(given or "").decode().partition(":")[0]
        return scheme == "Basic" and hmac.compare_digest(named, self.account.keys.private_key)

    def _may_upload(self, form: Any) -> bool:
        """The account's own key, or a token signed with it: not over, and not used before."""
        if self._is_owner():
            return True
        token, expire = form.get("token", ""), form.get("expire", "")
        signed = self.account.sha1(token + expire)
        if (
            form.get("publicKey") != self.account.keys.public_key
            or not hmac.compare_digest(signed, form.get("signature", ""))
            or not 0 < int(expire) - time.time() < LONGEST_SIGNATURE
            or token in self.account.used
        ):
            return False
        self.account.used.add(token)
        return True

    def _details(self, file_id: str) -> None:
        found = self.account.files.get(file_id)
        if found is None:
            return self._refuse(HTTPStatus.NOT_FOUND)
        self._json(found.details)

    def _list(self, asked: dict[str, list[str]]) -> None:
        """Files of a folder; of searches that for a name is known."""
        folder, search = asked.get("path", ["/"])[0], asked.get("searchQuery", [""])[0]
        named = re.fullmatch(r'name = "([^"\\]*)"', search)
        wanted = f"{folder}/{named.group(1) if named else ''}"
        self._json([one.details for one in self.account.files.values() if one.path == wanted])

    def _deliver(self, path: str, query: str) -> None:
        asked = parse_qs(query)
        expire, signature = asked.get("ik-t", [NEVER])[0], asked.get("ik-s", [""])[0]
        rest = [one for one in query.split("&") if one and not one.startswith(("ik-t=", "ik-s="))]
        named = path.lstrip("/") + (f"?{'&'.join(rest)}" if rest else "")
        signed = self.account.sha1(f"{named}{expire}")
        over = not expire.isdigit() or int(expire) < time.time()
        if over or not hmac.compare_digest(signed, signature):
            self.account.refused += 1
            return self._refuse(HTTPStatus.UNAUTHORIZED)
        for stored in self.account.files.values():
            if path == stored.path:
                return self._file(stored.data, stored.mime)
            if path.startswith(f"{stored.path}/"):
                return self._part(stored, path.removeprefix(f"{stored.path}/"), expire)
        self._from_origin(path, asked.get("tr", [""])[0])

    def _from_origin(self, path: str, steps: str) -> None:
        """A picture of the web folder that the account has as a second origin."""
        found = httpx.get(f"{self.account.origin}{path}") if self.account.origin else None
        if found is None or found.status_code != HTTPStatus.OK:
            return self._refuse(HTTPStatus.NOT_FOUND)
        self._file(*_transformed(found.content, steps))

    def _part(self, stored: Stored, name: str, expire: str) -> None:
        if not stored.parts:
            return self._answer(HTTPStatus.ACCEPTED, b"", "text/plain")
        if name not in stored.parts:
            return self._refuse(HTTPStatus.NOT_FOUND)
        data = stored.parts[name]
        if name.endswith(".m3u8"):
            lines = data.decode().splitlines()
            data = "\n".join(self._signed(stored, line, expire) for line in lines).encode()
            return self._file(data, "application/vnd.apple.mpegurl")
        return self._file(data, mimetypes.guess_type(name)[0] or "video/mp2t")

    def _signed(self, stored: Stored, line: str, expire: str) -> str:
        if not line or line.startswith("#"):
            return line
        if not self.account.carries_on:
            return line
        signature = self.account.sha1(f"{stored.path}/{line}".lstrip("/") + expire)
        return f"{line}?ik-t={expire}&ik-s={signature}"

    def _faulty(self) -> bool:
        self.account.asked += 1
        faults = self.account.faults
        time.sleep(faults.slow_s)
        if faults.cut:
            self.close_connection = True
            return True
        if faults.status and faults.times > 0:
            faults.times -= 1
            self._refuse(HTTPStatus(faults.status))
            return True
        return False

    def _file(self, data: bytes, kind: str) -> None:
        # Without a name for what it is browsers do not ask for the rest of it.
        named = {"ETag": f'"{hashlib.sha1(data, usedforsecurity=False).hexdigest()}"'}
        match = RANGE.match(self.headers.get("Range", ""))
        if match is None:
            return self._answer(HTTPStatus.OK, data, kind, named)
        start, end = int(match.group(1)), min(int(match.group(2) or len(data)), len(data) - 1)
        place = named | {"Content-Range": f"bytes {start}-{end}/{len(data)}"}
        self._answer(HTTPStatus.PARTIAL_CONTENT, data[start : end + 1], kind, place)

    def _json(self, value: Any) -> None:
        self._answer(HTTPStatus.OK, json.dumps(value).encode(), "application/json")

    def _refuse(self, status: HTTPStatus) -> None:
        body = json.dumps({"message": status.phrase, "help": "stand-in"}).encode()
        self._answer(status, body, "application/json")

    def _answer(
        self, status: HTTPStatus, body: bytes, kind: str, more: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Accept-Ranges": "bytes",
            "Cache-Control": "public, max-age=31536000, must-revalidate",
            # Its real counterpart is read by pages of other sites, too.
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Headers": "*",
        }
        for name, value in (headers | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            # Whoever asked may have given up waiting.
            with suppress(ConnectionError):
                self.wfile.write(body)
