"""What an ML-DSA-44 cosignature of a checkpoint signs: who, when, which log, how many events, which head.

Source: https://c2sp.org/tlog-cosignature, “ML-DSA-44 signed message”
"""

import base64
import struct

_LABEL = b"subtree/v1\n\x00"


def subtree_message(cosigner: str, second: int, body: bytes) -> bytes:
    """Give the bytes to sign for the checkpoint with this body, by its cosigner's name, at this Unix time.

    Raises ValueError if the body isn't a checkpoint's, or a name has more than 255 bytes.
    """
    origin, size, root, *_ = body.decode().split("\n")
    head = base64.b64decode(root, validate=True)
    if len(head) != 32:
        raise ValueError("the root hash hasn't 32 bytes")
    return b"".join(
        (
            _LABEL,
            _named(cosigner),
            struct.pack(">Q", second),
            _named(origin),
            struct.pack(">QQ", 0, int(size)),
            head,
        )
    )


def _named(name: str) -> bytes:
    raw = name.encode()
    if not 1 <= len(raw) <= 255:
        raise ValueError("a name has 1 to 255 bytes")
    return bytes([len(raw)]) + raw
