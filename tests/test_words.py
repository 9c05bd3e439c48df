"""What a screen must say is looked for word by word."""

import pytest

from fixtures.words import lacking

DUE = ["*用户名 密码", "登录（新）"]


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        (["*用户名 密码", "登录（新）"], []),
        (["帮助", "登录(新)", "密 码", "*", "用户名："], []),
        (["*用户名", "密码", "登陆（新）"], []),
        (["用户名", "密码", "登录（新）"], ["*"]),
        (["*用户名", "登录（旧）"], ["密码", "登录(新)"]),
        ([], ["*", "用户名", "密码", "登录(新)"]),
    ],
)
def test_words_are_there_wherever_they_stand(said, missing):
    """Order, blanks, widths and what is there besides do not count; a missing word does."""
    assert lacking(said, DUE) == missing


def test_word_must_be_there_as_often():
    """One of two that are due is too few."""
    assert lacking(["密码", "确认"], ["密码", "确认密码"]) == ["密码", "确认密码"]
