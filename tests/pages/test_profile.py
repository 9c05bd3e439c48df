"""A portal's profile is a file, and says what is wrong with it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pages.profile import PORTALS, PROFILES, PortalProfile, ProfileUnfit, load_profile

OWN: dict[str, Any] = tomllib.loads((PORTALS / "guangdong.toml").read_text(encoding="utf-8"))
REQUEST = OWN["confirmation"]


def test_the_editions_differ_in_their_way_in_alone():
    """Both confirm in the same way."""
    guangdong, national = PROFILES["guangdong"], PROFILES["national"]

    assert guangdong.confirmation == national.confirmation
    assert guangdong.home != national.home


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"home": 1}, "home：应是文字"),
        ({"entries": ["金融服务"]}, "entries：应是从首页到投保界面的四级菜单"),
        ({"hom": "/"}, "hom：没有这一项"),
        ({"confirmation": "POST"}, "confirmation：应是一节"),
        ({"confirmation": REQUEST | {"method": "GET"}}, "confirmation.method：应是 POST、PUT 之一"),
        ({"confirmation": REQUEST | {"path": "confirm"}}, "confirmation.path：应以 / 开头"),
        ({"confirmation": REQUEST | {"fixed": {"agree": 1}}}, "confirmation.fixed：应是一节文字"),
        ({"confirmation": REQUEST | {"free": "t"}}, "confirmation.free：应是方括号里的一列文字"),
        ({"confirmation": REQUEST | {"free": ["agree"]}}, "confirmation：同一字段写了两次"),
        (
            {"confirmation": REQUEST | {"contact": {"n": "name"}}},
            "confirmation.contact：应写明 email、mobile、name、phone、remarks，各一次",
        ),
    ],
)
def test_what_is_wrong_with_a_profile_is_told_by_its_key(changes: dict[str, Any], told: str):
    """A person who writes one reads where it is wrong, and how it should be."""
    with pytest.raises(ProfileUnfit) as unfit:
        PortalProfile.of(OWN | changes)

    assert str(unfit.value) == told


def test_a_file_that_is_no_profile_is_told(tmp_path: Path):
    """TOML that is none, and a section that is missing."""
    broken, empty = tmp_path / "broken.toml", tmp_path / "empty.toml"
    broken.write_text("home = ", encoding="utf-8")
    empty.write_text("", encoding="utf-8")

    with pytest.raises(ProfileUnfit, match="不是有效的 TOML"):
        load_profile(broken)
    with pytest.raises(ProfileUnfit, match="home：没有写"):
        load_profile(empty)
