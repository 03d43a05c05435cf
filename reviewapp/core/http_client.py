"""Outgoing HTTP: timeout, size limit, no redirects, no private addresses (SSRF)."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3

from reviewapp.core.errors import Invalid, OutsideFailed

TIMEOUT_SECONDS = 15.0
MAX_ANSWER_BYTES = 1024 * 1024
PIECE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by lower-case name, body up to the size limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    max_bytes: int = MAX_ANSWER_BYTES,
    private_allowed: bool = False,
) -> Answer:
    """One request to an address somebody typed in; redirects are answers, not followed.

    Invalid when the address is not HTTP(S) or leads inside (`private_allowed` is for tests and
    for helpdesks an operator runs at home); OutsideFailed when nobody answers in time.
    """
    host, port, secure, path = _parts(url)
    address = resolve(host, port, private_allowed=private_allowed)
    # The connection goes to the very address that was checked: a second look-up could differ.
    pool: urllib3.HTTPConnectionPool
    if secure:
        pool = urllib3.HTTPSConnectionPool(
            address, port, server_hostname=host, assert_hostname=host, retries=False
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, retries=False)
    told = {"Host": _host_header(host, port, secure), **(headers or {})}
    timeout = urllib3.Timeout(total=timeout_seconds)
    ends_at = time.monotonic() + timeout_seconds
    try:
        with pool:
            return _exchange(pool, method, path, body, told, timeout, max_bytes, ends_at)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise OutsideFailed(message=f"{host} did not answer: {type(error).__name__}") from error


def _exchange(
    pool: urllib3.HTTPConnectionPool,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
    timeout: urllib3.Timeout,
    max_bytes: int,
    ends_at: float,
) -> Answer:
    response = pool.urlopen(
        method, path, body=body, headers=headers, timeout=timeout, redirect=False,
        preload_content=False,
    )  # fmt: skip
    try:
        kept = _read(response, max_bytes, ends_at)
    finally:
        response.close()
    return Answer(
        status=response.status,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=kept,
    )


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int, ends_at: float) -> bytes:
    """The body, piece by piece: a server that sends a byte a second must not hold us for hours."""
    kept = bytearray()
    while piece := response.read1(PIECE_BYTES, decode_content=True):
        kept += piece
        if len(kept) > max_bytes:
            raise OutsideFailed(message="the answer is larger than we take")
        if time.monotonic() > ends_at:
            raise OutsideFailed(message="the answer took too long")
    return bytes(kept)


def _parts(url: str) -> tuple[str, int, bool, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(fields={"url": ["This is not an address."]}) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Invalid(fields={"url": ["Only http and https addresses without a password."]})
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.hostname, port or (443 if secure else 80), secure, path


def resolve(host: str, port: int, *, private_allowed: bool) -> str:
    """The address to connect to for a name somebody typed in.

    Invalid when it leads inside and `private_allowed` is not set; OutsideFailed when nobody knows
    it.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutsideFailed(message=f"{host} is not known") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not private_allowed and not all(_is_public(address) for address in addresses):
        raise Invalid(fields={"url": ["This address leads to a private network."]})
    return addresses[0]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(parsed, "ipv4_mapped", None)
    return (inner or parsed).is_global and not parsed.is_multicast


def _host_header(host: str, port: int, secure: bool) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == (443 if secure else 80) else f"{shown}:{port}"
