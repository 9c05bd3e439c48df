"""What differs between hosts and editions of the portal, and nothing else may (guide-1.8)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortalProfile:
    """One way into the portal: where its home page is, and what its entries are called."""

    home: str  # the path of the home page
    title: str  # of its window
    local_apps: str  # the column that holds the first entry
    entries: tuple[str, str, str, str]  # from there to the desk, one below the other


GUANGDONG = PortalProfile(
    home="/index.action",
    title="中国(广东)国际贸易单一窗口",
    local_apps="地方特色应用",
    entries=("金融服务", "出口信用", "服务小微", "小微企业在线投保"),
)
NATIONAL = PortalProfile(  # docs/mock-portal.md, editions
    home="/standard/index.action",
    title="中国国际贸易单一窗口",
    local_apps="标准版应用",
    entries=("金融服务", "出口信用", "普惠平台", "普惠平台在线投保"),
)
PROFILES = {"guangdong": GUANGDONG, "national": NATIONAL}
