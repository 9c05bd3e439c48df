"""Addresses of portals: each host and each origin has exactly one spelling."""

import re
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")  # this machine; the company's proxy is not used
DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def host_name(url: str) -> str:
    """Return the host in ASCII, and without the dot that may end it."""
    host = urlsplit(url).hostname or ""
    name = host if host.isascii() else host.encode("idna").decode()
    return name.lower().rstrip(".")


def origin_of(url: str) -> str:
    """Return the origin of an address as a browser writes it."""
    parts, name = urlsplit(url), host_name(url)
    host = f"[{name}]" if ":" in name else name
    is_default = parts.port in (None, DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{parts.port}"


def portal_of(url: str) -> str:
    """Return the origin of a portal; this computer has one name in it."""
    return re.sub(r"//localhost(?=:|$)", "//127.0.0.1", origin_of(url))


def host_of(origin: str) -> str:
    """Return an origin's host and port as a proxy compares them: host:port."""
    parts = urlsplit(origin)
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{name}:{parts.port or DEFAULT_PORTS[parts.scheme]}"
