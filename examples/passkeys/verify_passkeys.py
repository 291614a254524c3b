"""Verify who signed which approval, from an export of the log, with nothing of Daypass.

    python verify_passkeys.py extract.jsonl      # what the console's "Export with proofs" gives
    python verify_passkeys.py log-2026-11        # what "daypass audit export" gives

It needs Python 3.11 and the package "cryptography". It looks at passkeys alone: that the events themselves are the
log's is verified by "daypass audit verify", or by any reader of C2SP's tlog-tiles. docs/passkeys.md says what is signed.
Exits with 1 if a signature doesn't hold.
"""

import base64
import hashlib
import json
import struct
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(said):
    """RFC 8785, for objects of strings, whole numbers and null."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seconds(time):
    """2026-03-02T10:00:00.000Z or +00:00, as the text that was signed has it."""
    return time[:19] + "Z"


def events_of(path):
    """Each event of an extract, or of the bundles of entries of a whole export (tlog-tiles)."""
    if path.is_file():
        for line in path.read_bytes().splitlines():
            read = json.loads(line)
            if "event" in read:
                yield read["event"]
        return
    bundles = [one for one in path.rglob("*") if one.is_file() and "entries" in one.parts]
    for bundle in sorted(bundles):
        data, at = bundle.read_bytes(), 0
        while at < len(data):
            (size,) = struct.unpack_from(">H", data, at)
            yield json.loads(data[at + 2 : at + 2 + size])
            at += 2 + size


def holds(signed, text, rp, origin):
    """Why the signature doesn't hold for this text; None if it does."""
    data, client = decoded(signed["authenticator_data"]), decoded(signed["client_data"])
    said = json.loads(client)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).decode().rstrip("=")
    if said["type"] != "webauthn.get" or said["challenge"] != challenge:
        return "it is of something else"
    if said["origin"] != origin or data[:32] != hashlib.sha256(rp.encode()).digest():
        return "it is for another website"
    if data[32] & 0x05 != 0x05:
        return "the passkey didn't verify its user"
    key, signature = load_der_public_key(decoded(signed["public_key"])), decoded(signed["signature"])
    message = data + hashlib.sha256(client).digest()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), SHA256())
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        else:
            return "its key is of an unknown kind"
    except InvalidSignature:
        return "it is wrong"
    return None


def decision(event, verdict, person):
    """The text that was signed for a review, or for taking a credential."""
    facts, signed = event["facts"], event["facts"]["signed"]
    return canonical(
        {
            "format": "daypass-decision/1",
            "subject": event["subject"],
            "digest": facts["digest"],
            "policy": facts.get("policy", event["policy"]),
            "verdict": verdict,
            "approver": person,
            "seconds": facts.get("seconds"),
            "condition": facts.get("condition_digest"),
            "nonce": signed["nonce"],
            "time": seconds(signed["made_at"]),
        }
    )


def enrolment(event):
    """The text that was signed when a passkey was added."""
    facts, proof = event["facts"], event["facts"]["proof"]
    return canonical(
        {
            "format": "daypass-passkey/1",
            "person": facts["person"],
            "credential": facts["credential"],
            "public_key": facts["public_key"],
            "nonce": proof["nonce"],
            "time": seconds(proof["made_at"]),
        }
    )


def main(path):
    keys, good, bad = {}, 0, 0
    events = list(events_of(Path(path)))
    for event in events:
        if event["action"] == "passkey.added":
            keys[event["subject"]] = event["facts"]
    for event in events:
        facts = event["facts"]
        if event["action"] == "passkey.added":
            found = [(facts["proof"], facts, enrolment(event))]
            if facts.get("voucher"):
                found.append((facts["voucher"], keys.get(facts["voucher"]["passkey"]), enrolment(event)))
        elif event["action"] in ("access.reviewed", "release.reviewed") and facts.get("signed"):
            text = decision(event, facts["verdict"], facts["reviewer"])
            found = [(facts["signed"], keys.get(facts["signed"]["passkey"]), text)]
        elif event["action"] == "access.taking-signed":
            text = decision(event, "take", facts["by"])
            found = [(facts["signed"], keys.get(facts["signed"]["passkey"]), text)]
        else:
            continue
        for signed, key, text in found:
            owner = facts.get("person") or facts.get("reviewer") or facts["by"]
            if key is None:
                why = "its passkey isn't in this export"
            elif key["public_key"] != signed["public_key"] or key["person"] != owner:
                why = "its passkey is someone else's"
            else:
                why = holds(signed, text, key["rp"], key["origin"])
            good, bad = good + (why is None), bad + (why is not None)
            print("ok " if why is None else "BAD", event["action"], event["subject"], "by", owner, why or "")
    print(f"{good} signatures hold, {bad} don't.")
    return 1 if bad or not good else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
