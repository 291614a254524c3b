"""Events by syslog: RFC 5424 messages with octet counting (RFC 6587), over TLS (RFC 5425), or TCP to this machine.

Syslog has no answer. A batch counts as received when the receiver has read all of it: Daypass says that it is done, and the
receiver, which reads to the end, closes the connection in turn.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx2

from integrations.event_sinks.kind import Encode, EventSinkKind
from workflows.audit.forwarding.sink import Placed
from workflows.policy.hosts import is_loopback
from workflows.ports import Retryable
from workflows.text import one_line

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
TLS_PORT, TCP_PORT = 6514, 601
LOG_AUDIT_NOTICE = 13 * 8 + 5
"""Priority: facility 13, log audit, and severity 5, notice (RFC 5424, 6.2.1)."""
_BOM = b"\xef\xbb\xbf"


class SyslogEvents:
    """One connection for each batch."""

    def __init__(self, name: str, host: str, port: int, tls: ssl.SSLContext | None, encode: Encode) -> None:
        self.name = name
        self._host = host
        self._port = port
        self._tls = tls
        self._encode = encode

    async def send(self, events: Sequence[Placed]) -> None:
        """Send them, and wait until the receiver has read them. Raises Retryable."""
        data = b"".join(_framed(_message(one, self._encode)) for one in events)
        try:
            await asyncio.to_thread(self._deliver, data)
        except (OSError, UnicodeError) as error:
            why = one_line(str(error), 200) or type(error).__name__
            raise Retryable(f"The receiver didn't read everything: {why}.") from None

    def _deliver(self, data: bytes) -> None:
        with socket.create_connection((self._host, self._port), CONNECT_SECONDS) as plain:
            plain.settimeout(ANSWER_SECONDS)
            if self._tls is None:
                plain.sendall(data)
                plain.shutdown(socket.SHUT_WR)
                _read_to_end(plain)
                return
            with self._tls.wrap_socket(plain, server_hostname=self._host) as protected:
                protected.sendall(data)
                try:
                    protected.unwrap()
                except ssl.SSLEOFError:
                    return  # it closed without TLS's goodbye, after it had read ours


def _read_to_end(connection: socket.socket) -> None:
    """Return when the other side has closed; one that closes with something unread resets, which raises OSError."""
    while connection.recv(4096):
        pass


def _framed(message: bytes) -> bytes:
    return str(len(message)).encode() + b" " + message


def _message(event: Placed, encode: Encode) -> bytes:
    """RFC 5424, 6: header, no structured data, and the event as UTF-8 JSON."""
    at = event.at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    document = json.dumps(encode(event), ensure_ascii=False, separators=(",", ":")).encode()
    return f"<{LOG_AUDIT_NOTICE}>1 {at} - daypass - {event.index} - ".encode() + _BOM + document


def _fault(url: str) -> str | None:
    parts = urlsplit(url)
    try:
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        has_port = False
    if not parts.hostname or not has_port:
        return "has no host that Daypass understands"
    if parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        return "has more than a host and a port; write syslog+tls://siem.example:6514"
    if parts.scheme == "syslog+tcp" and not is_loopback(parts.hostname):
        return "would send the log unencrypted; use syslog+tls, or a relay on this machine"
    return None


def _open(name: str, url: str, encode: Encode, client: httpx2.AsyncClient) -> SyslogEvents:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "syslog+tcp":
        return SyslogEvents(name, host, parts.port or TCP_PORT, None, encode)
    return SyslogEvents(name, host, parts.port or TLS_PORT, ssl.create_default_context(), encode)


SYSLOG = EventSinkKind(_fault, _open)
