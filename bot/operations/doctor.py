"""体检: whether this machine and this portal are fit, each answer with its next step.

The quick part is asked before any browser starts; the whole of it by `single-window doctor`.
"""

import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import fail
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from bot.credentials.system_keyring import USE_THE_VAULT, encrypting_backend, name_of
from bot.errors import NotFit
from bot.evidence.seal import PRIVATE_KEY
from bot.portal.first_visit import check_portal, portal_date
from bot.portal.sign_in import LOCAL_NETWORK
from bot.private_files import is_private
from bot.settings import Settings
from bot.settings_file import FILE_NAME
from bot.trust import others_can_write
from pages.browser import FONTS, chinese_font_is_there, launch
from pages.card import CardLoginPage, ControlState
from pages.driver import driver, prepare_driver
from pages.errors import PortalError
from pages.login import LoginPage
from pages.not_started import NotStarted
from pages.parts import DialogLog

LEAST_SPACE, LITTLE_SPACE = 200 << 20, 2 << 30  # bytes: too little to begin, little enough to tell
CLOCK_MAY_DIFFER = timedelta(minutes=2)
BEIJING = timedelta(hours=8)
SET_BACK = timedelta(minutes=5)  # more than a time server ever corrects
log = logging.getLogger(__name__)
EDITIONS = {"guangdong": "地方（广东）版", "national": "国标版"}
CARD_STEPS = {  # faq-2 and faq-3
    ControlState.DOWN: "请在电脑桌面左下角的“开始”里找到客户端控件，重启卡控件，再重新登录；"
    "没有安装的请先安装控件",
    ControlState.BLOCKED: "请使用谷歌浏览器和 https 的门户地址，清除缓存（Ctrl+F5），重启卡控件，"
    "重新进入浏览器；仍不行时，请管理员在浏览器策略中允许门户访问本机（LocalNetworkAccess）",
}


class Health(StrEnum):
    """How well one thing is."""

    FIT = "fit"
    ATTENTION = "attention"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found out about one thing, and what to do about it."""

    name: str
    health: Health
    told: str
    next_step: str = ""


def check_quickly(settings: Settings) -> None:
    """See what costs no time: the disk, the browser's driver, and that the portal is the right one.

    Raises:
        NotFit: one of them is not fit; the text says what to do.
        NotStarted: the driver lacks a library.
    """
    disk = examine_disk(settings)
    if disk.health is Health.UNFIT:
        raise NotFit(disk.told, disk.next_step)
    prepare_driver()
    check_portal(settings)


def check_clock(latest: str, now: datetime, settings: Settings) -> None:
    """See that the clock is a real portal's, and not before what the ledger has written down.

    A real portal's clock tells which was wrong: this one now, or the one that was written by.

    Raises:
        NotFit: it is wrong or was set back, so that what has run out would hold again.
    """
    at_portal = examine_clock(portal_date(settings), now) if settings.live else None
    if at_portal and at_portal.health is Health.UNFIT:
        raise NotFit(
            f"{at_portal.told}：批准和授权的期限、证据里的时间都会算错",
            "请校准时钟（打开系统的自动对时）后再运行",
        )
    if at_portal and at_portal.health is Health.ATTENTION:
        log.warning("%s，不能和本机时钟比较。%s。", at_portal.told, at_portal.next_step)
    if not latest or now >= datetime.fromisoformat(latest) - SET_BACK:
        return
    written = f"{datetime.fromisoformat(latest).astimezone():%Y-%m-%d %H:%M}"
    if at_portal and at_portal.health is Health.FIT:
        log.warning("台账有 %s 的记录，那时电脑的时钟快了；现在和门户一致，照常办理。", written)
        return
    raise NotFit(
        f"电脑的时钟（{now.astimezone():%Y-%m-%d %H:%M}）早于台账最晚的记录（{written}）："
        "批准和授权的期限会算错",
        "请校准时钟后再运行：和真实门户的时钟一致就照常办理；"
        "练习用的台账，可以换一个 data_dir 重新开始",
    )


def examine(settings: Settings, folder: Path) -> Iterator[Diagnosis]:
    """Examine everything, one after the other, without typing or signing in."""
    yield examine_disk(settings)
    yield examine_signing_key(settings)
    yield examine_zone(datetime.now().astimezone())
    yield examine_keyring(settings, keyring.get_keyring())
    yield examine_excel(folder)
    yield examine_settings_file(folder)
    yield examine_font()
    yield examine_proxy(settings, getproxies())
    portal = examine_portal(settings)
    yield portal
    if portal.health is Health.FIT:
        yield examine_transport(settings)
        yield examine_clock(portal_date(settings), datetime.now(UTC))
    yield from _in_browser(settings, portal.health is Health.FIT)


def examine_disk(settings: Settings) -> Diagnosis:
    """Tell whether evidence and ledger find room; the folder need not be there yet."""
    folder = settings.store
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    told = f"数据文件夹所在的磁盘还有 {free >> 20} MB"
    step = "请清理磁盘，或用 data_dir 换一个文件夹"
    if free < LEAST_SPACE:
        return Diagnosis("磁盘", Health.UNFIT, told, step)
    if free < LITTLE_SPACE:
        return Diagnosis("磁盘", Health.ATTENTION, told, step)
    return Diagnosis("磁盘", Health.FIT, told)


def examine_signing_key(settings: Settings) -> Diagnosis:
    """Tell whether only this account can read the signing key."""
    file = settings.store / PRIVATE_KEY
    if not file.exists():
        return Diagnosis("签名私钥", Health.FIT, "还没有，第一次封存证据时生成")
    if not is_private(file):
        return Diagnosis("签名私钥", Health.UNFIT, f"别的账号能读 {file}", "请把它的权限改为 600")
    return Diagnosis("签名私钥", Health.FIT, "只有本机账号能读")


def examine_zone(now: datetime) -> Diagnosis:
    """Tell the zone of this machine; only schedules go by it."""
    told = f"本机时区 {now:%Z %z}；程序一律按北京时间判断"
    if now.utcoffset() == BEIJING:
        return Diagnosis("时区", Health.FIT, told)
    return Diagnosis("时区", Health.ATTENTION, told, "定时任务按本机时区起动，请换算")


def examine_keyring(settings: Settings, chosen: KeyringBackend) -> Diagnosis:
    """Tell whether passwords are kept where the system, or the vault, encrypts them."""
    if settings.credentials == "vault":
        return Diagnosis("密钥库", Health.FIT, "不用系统密钥库，按设置用加密的保管库")
    try:
        backend = encrypting_backend(chosen)
    except NotFit as error:
        return _unfit("密钥库", error)
    if isinstance(backend, fail.Keyring):
        told = "这台机器没有系统密钥库"
        return Diagnosis("密钥库", Health.ATTENTION, told, f"请{USE_THE_VAULT}，或用环境变量交密码")
    return Diagnosis("密钥库", Health.FIT, name_of(backend))


def _unfit(name: str, error: NotFit) -> Diagnosis:
    """Return what would stop a run."""
    return Diagnosis(name, Health.UNFIT, error.told, error.next_step)


def examine_excel(folder: Path) -> Diagnosis:
    """Tell whether a workbook of this folder is open in Excel."""
    opened = sorted(file.name.removeprefix("~$") for file in folder.glob("~$*.xls*"))
    if opened:
        told = f"{'、'.join(opened)} 正在 Excel 中打开"
        return Diagnosis("Excel", Health.ATTENTION, told, "请保存并关闭后再运行，免得结果另存新名")
    return Diagnosis("Excel", Health.FIT, "这个文件夹里没有打开着的工作簿")


def examine_settings_file(folder: Path) -> Diagnosis:
    """Tell whether another account can change the settings of this folder, or replace the list."""
    places = [folder.absolute(), folder.absolute() / FILE_NAME]
    open_ = [str(place) for place in places if place.exists() and others_can_write(place)]
    if open_:
        told = f"别的账号能改写 {'、'.join(open_)}"
        step = "请收回他们的写权限；设置改了会要求重新信任，清单改了要靠批准时看出来"
        return Diagnosis("设置", Health.ATTENTION, told, step)
    return Diagnosis("设置", Health.FIT, "别的账号不能改写这个文件夹和它的设置")


def examine_font() -> Diagnosis:
    """Tell whether pictures can show Chinese."""
    if chinese_font_is_there():
        return Diagnosis("字体", Health.FIT, "有中文字体")
    step = f"请以管理员身份执行 apt-get install {' '.join(FONTS)}"
    return Diagnosis("字体", Health.ATTENTION, "没有中文字体，截图会是方框", step)


def examine_proxy(settings: Settings, proxies: dict[str, str]) -> Diagnosis:
    """Tell whether the portal is reached by a proxy, and whether the system would have it so."""
    if settings.proxy:
        return Diagnosis("代理", Health.FIT, f"按设置经过 {settings.proxy}")
    parts = urlsplit(settings.portal_url)
    if parts.scheme in proxies and not proxy_bypass(parts.hostname or ""):
        told = "系统设置了代理，程序没有用它，直接访问门户"
        step = '门户打不开时，请在设置中写明 proxy = "http://主机:端口"'
        return Diagnosis("代理", Health.ATTENTION, told, step)
    return Diagnosis("代理", Health.FIT, "门户不经过代理")


def examine_portal(settings: Settings) -> Diagnosis:
    """Tell whether the portal is what it is taken for."""
    try:
        check_portal(settings)
    except NotFit as error:
        return _unfit("门户", error)
    kind = "真实门户" if settings.live else "模拟门户"
    return Diagnosis("门户", Health.FIT, f"{settings.origin} 有应答，是{kind}")


def examine_transport(settings: Settings) -> Diagnosis:
    """Tell whether what goes over the line is encrypted."""
    if urlsplit(settings.portal_url).scheme == "https":
        return Diagnosis("加密", Health.FIT, "https，证书可信")
    if settings.live:
        told = "http，没有加密，已按名称接受"
        return Diagnosis("加密", Health.ATTENTION, told, "有 https 的地址时请改用它")
    return Diagnosis("加密", Health.FIT, "http，模拟门户不需要加密")


def examine_clock(date: str, now: datetime) -> Diagnosis:
    """Compare this machine's clock with the portal's."""
    with suppress(ValueError):
        ahead = now - parsedate_to_datetime(date)
        if abs(ahead) > CLOCK_MAY_DIFFER:
            told = f"本机时钟比门户{'快' if ahead > timedelta(0) else '慢'} {abs(ahead)}"
            return Diagnosis("时钟", Health.UNFIT, told, "请打开系统的自动对时，再运行一次")
        return Diagnosis("时钟", Health.FIT, "和门户相差不到两分钟")
    return Diagnosis("时钟", Health.ATTENTION, "门户没有告诉时间", "请核对本机时间")


def _in_browser(settings: Settings, is_reachable: bool) -> Iterable[Diagnosis]:
    try:
        with _browser(settings) as browser:
            yield Diagnosis("浏览器", Health.FIT, f"{browser.browser_type.name} {browser.version}")
            yield Diagnosis("缓存", Health.FIT, "每次运行都从空的缓存开始，不用清除")
            if is_reachable:
                yield from _at_the_portal(settings, browser)
    except NotStarted as error:
        yield Diagnosis("浏览器", Health.UNFIT, error.told, error.next_step)
    except PlaywrightError as error:
        told = str(error).splitlines()[0]
        step = "请安装谷歌浏览器，或在设置中用 browser 指明程序"
        yield Diagnosis("浏览器", Health.UNFIT, told, step)


@contextmanager
def _browser(settings: Settings) -> Iterator[Browser]:
    with driver() as playwright:
        browser = launch(playwright, executable=settings.browser)
        try:
            yield browser
        finally:
            browser.close()


def _at_the_portal(settings: Settings, browser: Browser) -> Iterator[Diagnosis]:
    context = browser.new_context(
        locale="zh-CN", service_workers="block", permissions=[LOCAL_NETWORK]
    )
    context.set_default_timeout(settings.timeout_seconds * 1000)
    DialogLog.install(context)
    try:
        login = LoginPage.open(context.new_page(), settings.origin, settings.profile)
        yield examine_edition(settings, login.page_title())
        yield examine_card(settings, CardLoginPage.open(login).control_state())
    except PortalError:
        told = "首页没有按时显示登录框"
        yield Diagnosis("登录框", Health.UNFIT, told, "请用谷歌浏览器打开门户看看，再运行一次")


def examine_edition(settings: Settings, title: str) -> Diagnosis:
    """Tell whether the home page is that of the edition in the settings (faq-1)."""
    wanted = EDITIONS[settings.edition]
    if settings.profile.title in title:
        return Diagnosis("版本", Health.FIT, f"首页是{wanted}")
    told = f"首页的标题是“{title}”，不是{wanted}"
    return Diagnosis("版本", Health.UNFIT, told, f"请切换到{wanted}的门户地址，或改正设置 edition")


def examine_card(settings: Settings, state: ControlState) -> Diagnosis:
    """Tell whether the card control is there, and open to the browser (faq-2, faq-3)."""
    if state is ControlState.READY:
        return Diagnosis("卡控件", Health.FIT, state.value)
    if settings.login == "card":
        return Diagnosis("卡控件", Health.UNFIT, state.value, CARD_STEPS[state])
    return Diagnosis("卡控件", Health.FIT, f"{state.value}；账号登录用不着它")
