"""What an operator may set: single-window.toml beside the list, SINGLE_WINDOW_*, options."""

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from bot.declaration import GUIDE_DECLARATION
from bot.errors import NotFit
from bot.origins import LOOPBACK, host_name, origin_of, portal_of
from bot.parties import Approver, Mandate, Mobile, ServedEnterprise
from bot.persons import named_person, plain
from bot.setting_errors import explained
from bot.settings_file import SettingsFile, read_regular, read_settings_file, signature_rules
from bot.system_account import system_account
from bot.trust import expect_trusted, expect_trusted_profile
from pages.models import Declaration
from pages.profile import PROFILES, PortalProfile, ProfileUnfit, parse_profile


def _has_fit_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _has_fit_host(url: str) -> bool:
    try:
        return bool(host_name(url))
    except ValueError:
        return False


class Settings(BaseSettings):
    """The settings of one command; unknown names are refused."""

    model_config = SettingsConfigDict(env_prefix="SINGLE_WINDOW_", extra="forbid", frozen=True)

    portal_url: str = "http://127.0.0.1:8765"
    edition: Literal["guangdong", "national"] = "guangdong"  # whose home page is the way in
    login: Literal["account", "card"] = "account"  # 账号登录 or 卡介质
    card_control: tuple[str, ...] = ("127.0.0.1:61232", "wss.singlewindow.cn:61231")
    credentials: Literal["keyring", "vault"] = "keyring"  # where passwords are kept
    live: bool = False
    mock_hosts: tuple[str, ...] = ()  # of mock portals elsewhere; never from a folder's file
    trusted_origins: tuple[str, ...] = ()  # of the portal, beside `portal_url`
    allow_http: tuple[str, ...] = ()  # hosts of real portals that have no https
    proxy: str | None = None  # the company's, between this computer and the portal
    data_dir: Path | None = None
    browsers: int = Field(default=1, ge=1, le=16)
    browser: str | None = None  # the program to drive; if not set, the bot finds one
    timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    item_minutes: float = Field(
        default=10.0, gt=0, le=1440
    )  # until the press; an item that takes longer fails
    answer_minutes: float = Field(
        default=5.0, gt=0, le=1440
    )  # how long to wait for a captcha or a PIN
    hours: tuple[time, time] | None = None  # Beijing time; items are begun only between these
    sign_ins_per_minute: int | None = Field(default=None, ge=1)
    confirm_transport: Literal["guarded", "browser"] = "guarded"
    accept_double_sending: bool = False  # which the browser's own transport may do
    portal_profile: Path | None = None  # replaces the profile of the edition
    accept_unreadable_confirmation: bool = False  # it cannot be compared with the approval
    operator: Annotated[str, AfterValidator(named_person)] = Field(default_factory=system_account)
    four_eyes: bool = False  # an approval is signed, and by nobody who took the list in
    approvers: tuple[Approver, ...] = ()
    approval_hours: float = Field(default=72.0, gt=0, le=8760)  # how long a person's approval holds
    quarantine_minutes: float = Field(
        default=60.0, ge=0, le=525_600
    )  # from a doubtful press to a decision
    dry_run: bool = False
    batch_limit: int = Field(default=500, ge=1)  # rows of a list that are taken in at once
    mandates: tuple[Mandate, ...] = ()
    enterprises: tuple[ServedEnterprise, ...] = ()
    agent_mobiles: tuple[Mobile, ...] = ()  # of contacts who stand for several enterprises
    declaration_clauses: tuple[str, ...] = GUIDE_DECLARATION.clauses
    declaration_label: str = GUIDE_DECLARATION.label
    _own_profile: PortalProfile | None = PrivateAttr(None)  # the content of `portal_profile`
    _read_from: tuple[Path, dict[str, Any]] | None = PrivateAttr(None)  # the folder, the options

    @field_validator("trusted_origins")
    @classmethod
    def _are_origins(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cls._has_an_origin(url) for url in urls)

    @field_validator("mock_hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        if any(re.search(r"[/@:\s*]", host) or not _has_fit_host(f"//{host}") for host in hosts):
            raise ValueError("应是主机名，不写 http:// 和端口")
        return tuple(host_name(f"//{host}") for host in hosts)

    @field_validator("portal_url")
    @classmethod
    def _has_an_origin(cls, url: str) -> str:
        parts = urlsplit(url)
        is_whole = _has_fit_host(url) and _has_fit_port(url)
        if parts.scheme not in ("http", "https") or not is_whole:
            raise ValueError("应是 http:// 或 https:// 开头的门户地址")
        if parts.username or parts.password:
            raise ValueError("门户地址里不能有用户名和密码")
        return url

    @field_validator("hours")
    @classmethod
    def _is_a_part_of_a_day(cls, hours: tuple[time, time] | None) -> tuple[time, time] | None:
        if hours and (any(one.tzinfo for one in hours) or hours[0] >= hours[1]):
            raise ValueError("应是同一天里的北京时间，开始在前，不写时区")
        return hours

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, url: str | None) -> str | None:
        if url is not None and (not url.startswith("http://") or not _has_fit_port(url)):
            raise ValueError("应是 http://主机:端口")
        return cls._has_an_origin(url) if url else None

    @field_validator("enterprises")
    @classmethod
    def _are_different(
        cls, enterprises: tuple[ServedEnterprise, ...]
    ) -> tuple[ServedEnterprise, ...]:
        if len({one.uscc for one in enterprises}) < len(enterprises):
            raise ValueError("同一企业写了两次")
        return enterprises

    @field_validator("approvers")
    @classmethod
    def _are_different_approvers(cls, approvers: tuple[Approver, ...]) -> tuple[Approver, ...]:
        names, keys = {plain(one.name) for one in approvers}, {one.key for one in approvers}
        if min(len(names), len(keys)) < len(approvers):
            raise ValueError("同一审批人或同一公钥写了两次")
        return approvers

    @model_validator(mode="after")
    def _operator_is_real(self) -> Self:
        if self.four_eyes and self.operator != system_account():
            raise ValueError("four_eyes = true 时 operator 只能是系统账号本身，请去掉这个设置")
        return self

    @model_validator(mode="after")
    def _double_sending_is_accepted(self) -> Self:
        if self.confirm_transport == "browser" and not self.accept_double_sending:
            raise ValueError(
                'confirm_transport = "browser" 时浏览器可能把一次确认发送两次；'
                "确实接受时请写明 accept_double_sending = true"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let options win over the environment."""
        return init_settings, env_settings

    @property
    def origin(self) -> str:
        """Scheme, host and port of the portal, the same however its address was written."""
        return portal_of(self.portal_url)

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin of the portal; passwords are typed nowhere else."""
        return tuple(dict.fromkeys((self.origin, *map(origin_of, self.trusted_origins))))

    @property
    def is_practice(self) -> bool:
        """Whether every origin is on this computer, or a mock that the environment names."""
        hosts = {urlsplit(origin).hostname for origin in self.origins}
        return hosts <= {*LOOPBACK, *self.mock_hosts}

    @property
    def profile(self) -> PortalProfile:
        """What differs between this portal and others."""
        return self._own_profile or PROFILES[self.edition]

    @property
    def declaration(self) -> Declaration:
        """投保声明 as the enterprises have accepted it."""
        return Declaration(self.declaration_clauses, self.declaration_label)

    def as_of_now(self) -> "Settings":
        """Return the settings as their folder says them now, with who may approve as it says.

        If the folder's settings cannot be read any more, or lack a person's trust, nobody may whom
        they have named. Settings that were read from no folder stay as they are.
        """
        if not self._read_from:
            return self
        folder, options = self._read_from
        try:
            return load_settings(folder, **options)
        except NotFit:
            return self.model_copy(update={"mandates": (), "approvers": ()})

    @property
    def store(self) -> Path:
        """The folder of this portal's ledger and evidence."""
        return (self.data_dir or user_data_path("single-window")) / _name_of(self.origin)

    @property
    def ledger_file(self) -> Path:
        """The ledger of this portal."""
        return self.store / "ledger.sqlite"

    @property
    def worker_lock(self) -> Path:
        """The lock file of the only worker of this portal's ledger."""
        return self.store / "worker.lock"

    @property
    def evidence(self) -> Path:
        """The folder of the evidence packs."""
        return self.store / "evidence"

    @property
    def ledger_marker(self) -> Path:
        """The file, away from the ledger, that proves that this ledger was once created."""
        return self.marker_of(self.origin)

    def marker_of(self, origin: str) -> Path:
        """Return the marker of a portal; it depends on the data folder only for a mock.

        A portal on this computer counts as a mock, because not every command gets `live`.
        """
        if self.data_dir and urlsplit(origin).hostname in LOOPBACK:
            return _marker_beside(self.data_dir, origin)
        return Path.home() / ".single-window" / f"{_name_of(origin)}.created"

    @property
    def former_marker(self) -> Path | None:
        """Where earlier versions kept the marker of any portal if `data_dir` was set."""
        return _marker_beside(self.data_dir, self.origin) if self.data_dir else None


def _marker_beside(folder: Path, origin: str) -> Path:
    return folder.parent / f".{folder.name}.{_name_of(origin)}.created"


def _name_of(origin: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "_", origin)


def load_settings(folder: Path, **options: Any) -> Settings:
    """Read the settings that hold in this folder; an option that is None was not given.

    Raises:
        NotFit: a setting is unknown or wrong, and the text names each of them; or the file says
            what needs a person's trust, and nobody has trusted it.
    """
    file = read_settings_file(folder)
    given = {name: value for name, value in options.items() if value is not None}
    settings = _validated(file, given)
    expect_trusted(file)
    paths = {"data_dir": settings.data_dir, "portal_profile": settings.portal_profile}
    absolute = {name: path.absolute() for name, path in paths.items() if path is not None}
    settings = _with_profile(settings.model_copy(update=absolute), file)
    settings._read_from = folder.absolute(), given
    return settings


def _validated(file: SettingsFile, options: dict[str, Any]) -> Settings:
    """Return the settings: options win over the environment, and the environment over the file."""

    class SettingsOfFolder(Settings):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: Any, **sources: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            rules, rest = (
                InitSettingsSource(settings_cls, one)
                for one in (signature_rules(file), file.anchored())
            )
            return rules, sources["init_settings"], sources["env_settings"], rest

    try:
        return SettingsOfFolder(**options)
    except SettingsError as error:
        raise NotFit(f"环境变量有误：{error}", "请改正 SINGLE_WINDOW_* 后再运行") from error
    except ValidationError as error:
        wrong = "；".join(map(explained, error.errors()))
        raise NotFit(f"设置有误：{wrong}", f"请改正 {file.path}、环境变量或选项后再运行") from error


def _with_profile(settings: Settings, file: SettingsFile) -> Settings:
    """Return the settings with the content of the portal profile that they name."""
    path = settings.portal_profile
    if path is None:
        return settings
    try:
        content = read_regular(path)
        if path == file.profile:
            expect_trusted_profile(file, content)
        settings._own_profile = parse_profile(content)
    except ProfileUnfit as error:
        raise NotFit(f"门户配置 {path} 有误：{error}", "请改正后再运行") from error
    except OSError as error:
        raise NotFit(
            f"门户配置 {path} 读不出（{error.strerror}）",
            "请改正 portal_profile，或去掉它，用程序自带的",
        ) from error
    return settings
