"""What the program and its reading workers say to each other: frames of a JSON object and some bytes, over pipes."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO, Final

_HEAD: Final = struct.Struct(">II")  # bytes of the JSON, bytes of the payload
Message = dict[str, Any]


def send(stream: BinaryIO, message: Message, payload: bytes = b"") -> None:
    """Write one frame. Raises OSError when the other side has gone."""
    text = json.dumps(message, separators=(",", ":")).encode()
    stream.write(_HEAD.pack(len(text), len(payload)) + text)
    stream.write(payload)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Message, bytes] | None:
    """The next frame; None when the other side has closed the pipe, or died within a frame."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    length, extra = _HEAD.unpack(head)
    text, payload = stream.read(length), stream.read(extra)
    if len(text) < length or len(payload) < extra:
        return None
    message: Message = json.loads(text)
    return message, payload


def joined(parts: list[bytes]) -> bytes:
    """Several byte strings as one payload."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def parted(payload: bytes) -> list[bytes]:
    """What was `joined`."""
    parts, at = [], 0
    while at < len(payload):
        (length,) = struct.unpack_from(">I", payload, at)
        parts.append(payload[at + 4 : at + 4 + length])
        at += 4 + length
    return parts
