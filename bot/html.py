"""Self-contained web pages from a template and its style sheet; every text is escaped."""

import base64
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from pages.visible import visible_lines

TEMPLATES = Path(__file__).parent / "templates"


def render(name: str, **facts: Any) -> bytes:
    """Return the page of this name; its content security policy allows its style by digest."""
    look = (TEMPLATES / f"{name}.css").read_text(encoding="utf-8")
    digest = base64.b64encode(sha256(look.encode()).digest()).decode()
    return _template(f"{name}.html").render(look=look, look_digest=digest, **facts).encode()


def _visible(value: Any) -> Any:
    """Return what a template puts in, without anything that hides or turns text; markup is ours."""
    return (
        visible_lines(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
    )


@cache  # compiling one costs more than filling it in
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
