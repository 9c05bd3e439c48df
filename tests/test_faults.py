"""The features tell in Chinese what goes wrong; fixtures/faults.py knows the fault for it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.faults import FAULTS, fault
from mock_portal import faults as mock

FEATURES = Path(__file__).parent.parent / "features"
LATIN = {
    "Err",
    "eport",
    "IC",
    "Key",
    "PDF",
    "http",
    "https",
    "ukey",
}  # words that people at the portal say
TEXT = re.compile(r'""".*?"""', re.DOTALL)  # what a screen shows, word for word


def foreign_words(feature: str) -> Iterator[str]:
    """Find the Latin words of a feature; numbers, codes and addresses are data."""
    for line in TEXT.sub("", feature).splitlines():
        if not line.lstrip().startswith(("#", "@")):
            for word in re.findall(r"[A-Za-z][\w.@-]+", line, re.ASCII):
                is_name = "_" in word and "@" not in word
                if is_name or (word.replace("-", "").isalpha() and word not in LATIN):
                    yield word


@pytest.mark.parametrize("path", sorted(FEATURES.glob("*.feature")), ids=lambda path: path.stem)
def test_feature_is_in_chinese(path):
    """An analyst meets no identifier of the code in a feature."""
    assert list(foreign_words(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("假如 状态是“card_slow”", ["card_slow"], id="sentence"),
        pytest.param("场景: 应答 dribble", ["dribble"], id="title"),
        pytest.param("| cut | 138 |", ["cut"], id="cell"),
        pytest.param("# language: zh-CN", [], id="comment"),
        pytest.param("@guide-1.3 @assumed", [], id="tags"),
        pytest.param("单证是 PDF，邮箱是“zhang_san@example.com”", [], id="address"),
        pytest.param("代码是“91440100PDY00001OQ”", [], id="code"),
        pytest.param('"""\nCHINA (GUANGDONG)\n"""', [], id="screen"),
    ],
)
def test_identifiers_are_found(line, found):
    """An identifier is found in a sentence, a title and a cell; data and screen texts are not."""
    assert list(foreign_words(line)) == found


@pytest.mark.parametrize("words", FAULTS)
def test_words_mean_a_fault_of_the_mock(words):
    """Each name leads to a fault in the mock's catalogue, with values that it allows."""
    meant = fault(words)
    kind = mock.FAULTS[meant["id"]]

    assert meant["params"].keys() <= kind.params.keys()
    for name, value in meant["params"].items():
        assert isinstance(value, type(kind.params[name]))
        assert value in kind.allowed.get(name, [value])


@pytest.mark.parametrize("words", FAULTS)
def test_words_are_said_in_a_feature(words):
    """No name is left over."""
    features = [path.read_text(encoding="utf-8") for path in FEATURES.glob("*.feature")]

    assert any(words in feature for feature in features)


def test_unknown_words_are_refused():
    """A mistyped name fails with the names there are."""
    with pytest.raises(LookupError, match="没有叫“控件很慢”的故障，请改成其中一种：控件应答很慢、"):
        fault("控件很慢")
