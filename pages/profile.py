"""门户配置: the only things that may differ between hosts and editions (guide-1.8).

Each portal is a file in `portals/`; a user's own file has the same form.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Self, get_origin

from pages.models import Contact, PolicyDetails

PORTALS = Path(__file__).parent / "portals"
METHODS = ("POST", "PUT")
FORMS: dict[Any, str] = {Mapping: "一节文字", tuple: "方括号里的一列文字"}


class ProfileUnfit(ValueError):
    """A profile cannot be used; the text names the key and says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class ConfirmationRequest:
    """The request that 确认投保 sends (guide-2.5): its path, and the content of each field."""

    path: str
    number: str  # the field with 申请编号, or with the id that `internal` reads from the form
    contact: Mapping[str, str]  # by field, the attribute of `Contact` that it must carry
    method: str = "POST"
    shown: Mapping[str, str] = field(default_factory=dict)  # the label whose value it may carry
    fixed: Mapping[str, str] = field(default_factory=dict)  # the value that it must carry
    internal: Mapping[str, str] = field(default_factory=dict)  # the hidden control of the form
    free: tuple[str, ...] = ()  # fields with any value, like a token or a time

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ProfileUnfit(f"confirmation.method：应是 {'、'.join(METHODS)} 之一")
        if not self.path.startswith("/"):
            raise ProfileUnfit("confirmation.path：应以 / 开头")
        known = {one.name for one in fields(Contact)}
        if known != set(self.contact.values()):
            raise ProfileUnfit(f"confirmation.contact：应写明 {'、'.join(sorted(known))}，各一次")
        if len(set(self.names)) < len(self.names):
            raise ProfileUnfit("confirmation：同一字段写了两次")

    @property
    def names(self) -> tuple[str, ...]:
        """Every field that the request may have."""
        number = () if self.number in self.internal else (self.number,)
        return (*number, *self.contact, *self.shown, *self.fixed, *self.internal, *self.free)

    @property
    def controls(self) -> dict[str, str]:
        """The hidden controls of the form, by the label of their values in its details."""
        return {internal_label(name): control for name, control in self.internal.items()}

    def demanded(self, details: PolicyDetails, contact: Contact) -> dict[str, str]:
        """Return what each field must carry to confirm this form with this contact."""
        number = {self.number: details.application_no}
        typed = {name: str(getattr(contact, part)) for name, part in self.contact.items()}
        internal = {name: details.field(internal_label(name)) for name in self.internal}
        return number | typed | dict(self.fixed) | internal

    def allowed(self, details: PolicyDetails) -> dict[str, str]:
        """Return the form's value for each optional field, which may carry only that value."""
        shown = dict(details.fields)
        return {name: shown[label] for name, label in self.shown.items() if label in shown}


@dataclass(frozen=True, slots=True)
class PortalProfile:
    """One way into the portal, the names of its entries, and its confirmation request."""

    home: str  # the path of the home page
    title: str  # of its window
    local_apps: str  # the column that holds the first entry
    entries: tuple[str, str, str, str]  # from there to the desk, one below the other
    confirmation: ConfirmationRequest

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Make a profile from the values of a file.

        Raises:
            ProfileUnfit: a key is unknown or missing, or its value is not valid.
        """
        _expect(cls, values)
        request = values["confirmation"]
        _expect(ConfirmationRequest, request, "confirmation.")
        entries = tuple(values["entries"])
        if len(entries) != 4:
            raise ProfileUnfit("entries：应是从首页到投保界面的四级菜单")
        confirmation = ConfirmationRequest(**{**request, "free": tuple(request.get("free", ()))})
        return cls(**{**values, "entries": entries, "confirmation": confirmation})


def internal_label(name: str) -> str:
    """Return the label under which the form's details hold the id that this field carries."""
    return f"内部编号 {name}"


def load_profile(file: Path) -> PortalProfile:
    """Read a profile.

    Raises:
        OSError: the file cannot be read.
        ProfileUnfit: its content cannot be used.
    """
    return parse_profile(file.read_bytes())


def parse_profile(content: bytes) -> PortalProfile:
    """Return the profile that a file of this content describes.

    Raises:
        ProfileUnfit: the content cannot be used.
    """
    try:
        values = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # a long number, or brackets without end, too
        raise ProfileUnfit(f"不是有效的 TOML（{error}）") from error
    return PortalProfile.of(values)


def _expect(kind: type[Any], values: Any, where: str = "") -> None:
    """Check that these values can make an object of this kind."""
    if not isinstance(values, Mapping):
        raise ProfileUnfit(f"{where.rstrip('.')}：应是一节")
    due = {one.name: one for one in fields(kind)}
    if unknown := sorted(set(values) - set(due)):
        raise ProfileUnfit(f"{where}{unknown[0]}：没有这一项")
    for name, one in due.items():
        form = get_origin(one.type) or one.type
        if name in values and not _fits(values[name], form):
            raise ProfileUnfit(f"{where}{name}：应是{FORMS.get(form, '文字')}")
        if name not in values and one.default is MISSING and one.default_factory is MISSING:
            raise ProfileUnfit(f"{where}{name}：没有写")


def _fits(value: Any, form: Any) -> bool:
    if form is Mapping:
        return isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values())
    if form is tuple:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return form is ConfirmationRequest or isinstance(value, str)  # `of` checks the section


GUANGDONG = load_profile(PORTALS / "guangdong.toml")
NATIONAL = load_profile(PORTALS / "national.toml")
PROFILES = {"guangdong": GUANGDONG, "national": NATIONAL}
