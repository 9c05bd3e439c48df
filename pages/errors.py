"""Errors that can happen on the portal instead of the requested screen."""

from collections.abc import Sequence


class PortalError(Exception):
    """Something happened on the portal."""


class ScreenNotReached(PortalError):
    """Neither the screen nor a refusal came in time, or the screen lacks what is needed of it."""

    def __init__(self, screen: str, url: str, need: str = "") -> None:
        lacking = f" for want of {need}" if need else ""
        super().__init__(f"{screen} was not reached{lacking}; the tab shows {url}")
        self.screen = screen
        self.url = url
        self.need = need


class PortalRefused(PortalError):
    """The portal said no; its words are kept verbatim, those of native dialogs first."""

    def __init__(self, shown: Sequence[str], dialogs: Sequence[str] = ()) -> None:
        self.shown = tuple(shown)  # on the page
        self.dialogs = tuple(dialogs)
        self.messages = (*self.dialogs, *self.shown)
        super().__init__("; ".join(self.messages))


class LoginRefused(PortalRefused):
    """账号登录 was refused; each message begins with the portal's own digit."""

    @property
    def is_national_edition(self) -> bool:
        """Whether an account of 国标版 was used where 地方（广东）版本 is due (faq-1)."""
        return any("国标版" in message for message in self.messages)

    @property
    def is_captcha(self) -> bool:
        """Whether the captcha was the reason, so that another picture may be tried."""
        return {message[:1] for message in self.messages} == {"2"}


class ForeignOrigin(PortalError):
    """A password or a PIN was about to be typed where it does not belong; nothing was typed."""

    def __init__(self, origins: Sequence[str]) -> None:
        super().__init__(f"not typed: {', '.join(origins)} is not trusted")
        self.origins = tuple(origins)


class SecretNotTyped(PortalError):
    """The field did not take the password or the PIN."""

    def __init__(self) -> None:
        super().__init__("the field did not take what was to be typed")


class BindingRequired(PortalError):
    """The portal shows 老用户账号绑定 instead of the desk, as at the first entry (guide-1.9)."""

    def __init__(self) -> None:
        super().__init__("the portal asks for 老用户账号绑定 first")


class SessionLost(PortalError):
    """The portal shows the log-in box instead of a screen."""

    def __init__(self, url: str) -> None:
        super().__init__(f"the session is gone; the tab shows {url}")
        self.url = url


class PolicyNotListed(PortalError):
    """待确认 does not list this application number."""

    def __init__(self, application_no: str) -> None:
        super().__init__(f"待确认 does not list {application_no}")
        self.application_no = application_no


class UnexpectedDialog(PortalError):
    """A native dialog came up that no step expected."""

    def __init__(self, message: str) -> None:
        super().__init__(f"unexpected native dialog: {message}")
        self.message = message


class UnknownWording(PortalError):
    """The screen shows a word that the model does not know."""

    def __init__(self, text: str) -> None:
        super().__init__(f"unknown wording: {text!r}")
        self.text = text
