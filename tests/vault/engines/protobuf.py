"""As much of Kubernetes' protobuf as a stand-in has to read: clients in Go send nothing else.

https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
"""

import json
from typing import Any

_MAGIC = b"k8s\0"


def read_object(body: bytes) -> dict[str, Any]:
    """An object's name and, of a TokenRequest, for how many seconds; JSON is read as it is."""
    if not body.startswith(_MAGIC):
        return dict(json.loads(body or b"{}"))
    envelope = _fields(body[len(_MAGIC) :])
    of_type, inner = _fields(envelope[1]), _fields(envelope[2])
    read: dict[str, Any] = {"apiVersion": of_type[1].decode(), "kind": of_type[2].decode()}
    read["metadata"] = {"name": _fields(inner[1]).get(1, b"").decode()} if inner.get(1) else {}
    if read["kind"] == "TokenRequest":
        read["spec"] = {"expirationSeconds": _fields(inner[2])[4], "audiences": []}
    return read


def _fields(raw: bytes) -> dict[int, Any]:
    """The last value of each field, by its number: numbers, and the bytes of what has a length."""
    found: dict[int, Any] = {}
    while raw:
        key, raw = _number(raw)
        value: Any
        if key & 7 == 2:
            length, raw = _number(raw)
            value, raw = raw[:length], raw[length:]
        else:
            assert key & 7 == 0, "no other kind occurs in what is read here"
            value, raw = _number(raw)
        found[key >> 3] = value
    return found


def _number(raw: bytes) -> tuple[int, bytes]:
    number = 0
    for place, byte in enumerate(raw):
        number |= (byte & 127) << (7 * place)
        if byte < 128:
            return number, raw[place + 1 :]
    raise ValueError("a number has no end")
