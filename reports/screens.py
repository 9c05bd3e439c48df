"""模拟门户的画面: a picture of every screen of the mock portal, and the gallery in its page."""

import io
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser

from fixtures.browser import LOCALE, TIMEZONE, introduce
from fixtures.portal import MockState, PortalCrashed, running_portal
from pages.browser import launch
from pages.driver import driver
from pages.not_started import NotStarted
from pages.screen import Screen
from reports.walks import VIEWPORT, WALKS, Visit

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "mock-portal.md"
FOLDER = DOCS / "screens"
GALLERY = re.compile(r"(?<=<!-- screens -->\n).*?(?=<!-- /screens -->)", re.DOTALL)
LARGE = 180_000  # bytes; larger pictures have many colours, and are smaller as a JPEG

# Every picture by its name, in the order of the gallery: the clause that it shows, its caption.
CAPTIONS = {
    "login": ("guide-1.1", "首页，登录框停在“账号登录”"),
    "maintenance": ("guide-1.1", "系统维护时，每个页面都是这一句"),
    "login-refused": ("guide-1.2", "密码不对，门户的答复写在登录框里"),
    "login-card": ("guide-1.3", "卡介质：控件已找到，等待输入卡的密码"),
    "card-download": ("guide-1.4", "没有安装控件：下载页"),
    "registration": ("guide-1.6", "立即注册：企业基本信息，代码旁提示组织机构代码已存在"),
    "recovery-account": ("guide-1.7", "忘记密码：请选择账号类型"),
    "recovery-way": ("guide-1.7", "忘记密码：请选择找回密码方式"),
    "recovery-phone": ("guide-1.7", "可验证绑定的手机号：短信验证码已发送"),
    "recovery-bank": ("guide-1.7", "企业实名认证：银行的窗口"),
    "recovery-reset": ("guide-1.7", "银行证明身份之后：设置新密码"),
    "recovery-review": ("guide-1.7", "人工资料审核"),
    "recovery-review-state": ("guide-1.7", "人工资料审核：等待一个工作日"),
    "recovery-user-name": ("guide-1.7", "忘记用户名：您的用户名"),
    "home": ("guide-1.8", "登录后的首页，栏目展开到“小微企业在线投保”"),
    "desk": ("guide-1.8", "投保界面"),
    "announcement": ("guide-1.8", "投保界面上的公告，要先关闭"),
    "session-lost": ("guide-1.8", "登录已失效：投保界面里又是登录框"),
    "national-home": ("guide-1.8", "国标版的首页，栏目展开到“普惠平台在线投保”"),
    "binding": ("guide-1.9", "第一次进入：老用户账号绑定"),
    "quick-registration": ("guide-1.10", "快速注册：账号基本信息"),
    "pending": ("guide-2.1", "待确认，共三页"),
    "form": ("guide-2.2", "处理：联系方式、单证列表、投保声明"),
    "field-missing": ("guide-2.2", "必填项没有填：提示写在栏目旁边"),
    "declaration-missing": ("guide-2.4", "没有打勾：门户提示先阅读并同意投保声明"),
    "confirmed": ("guide-2.5", "确认投保成功"),
    "policies": ("guide-2.6", "保单查询：已确认、已承保、退回修改、不予承保"),
    "policies-date": ("guide-2.6", "保单查询：选择确认日期"),
    "insurer": ("guide-2.7", "保险公司审批"),
    "login-local": ("faq-1", "本地登录：地方（广东）版本的账号"),
}


def main() -> None:
    """Take every picture, and only then replace the old ones and the gallery."""
    try:
        pictures = dict(take_pictures())
    except NotStarted as reason:
        print(reason, file=sys.stderr)
        sys.exit(4)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    for name in CAPTIONS:
        save(name, pictures[name])
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(GALLERY.sub(gallery(), text), encoding="utf-8")
    print(f"{len(CAPTIONS)} 张截图 · pictures: {FOLDER.relative_to(Path.cwd())}")


def gallery() -> str:
    """Return the part of the portal's page that shows every picture under its caption."""
    files = {path.stem: path.relative_to(DOCS).as_posix() for path in FOLDER.iterdir()}
    return "".join(
        f"{clause} · {caption}\n\n![{caption}]({files[name]})\n\n"
        for name, (clause, caption) in CAPTIONS.items()
    )


def take_pictures() -> Iterator[tuple[str, Image.Image]]:
    """Go every walk; yield each picture and its name."""
    with running_portal() as portal_url, driver() as playwright:
        browser = launch(playwright)
        for walk, wishes in WALKS:
            with visit(browser, portal_url, wishes) as one:
                for name, screen in walk(one):
                    yield name, take_picture(screen)
        browser.close()


@contextmanager
def visit(browser: Browser, portal_url: str, wishes: Mapping[str, Any]) -> Iterator[Visit]:
    """Make an enterprise and a browser for it.

    Raises:
        PortalCrashed: a request of this enterprise met an error of the portal itself.
    """
    state = MockState(portal_url, wishes)
    context = browser.new_context(locale=LOCALE, timezone_id=TIMEZONE, viewport=VIEWPORT)
    introduce(context, state.enterprise.uscc, portal_url)
    yield Visit(portal_url, state, context)
    context.close()
    if crashes := state.crashes():
        raise PortalCrashed.in_requests(crashes)


def take_picture(screen: Screen) -> Image.Image:
    """Return the whole tab around a screen."""
    png = screen.loaded().tab.screenshot(full_page=True, animations="disabled")
    return Image.open(io.BytesIO(png)).convert("RGB")


def save(name: str, picture: Image.Image) -> None:
    """Write a picture as a PNG, or as a JPEG if that would be large."""
    png = FOLDER / f"{name}.png"
    picture.save(png, optimize=True)
    if png.stat().st_size > LARGE:
        png.unlink()
        picture.save(png.with_suffix(".jpg"), quality=80, subsampling=0)


if __name__ == "__main__":
    main()
