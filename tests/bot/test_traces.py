"""A person's contact data are found in whatever spelling a text has them, and nowhere else."""

from dataclasses import replace

import pytest

from bot.traces import details_of, holds, is_distinct, mask_facts, mask_within
from pages.models import Contact
from tests.bot.items import ITEM

CONTACT = Contact("张三丰", "020-87654321", "13800138000", "zhang.san@example.com", "仅工作日联系")
PERSON = replace(ITEM, contact=CONTACT, enterprise_name="模拟张三丰贸易有限公司")
SPELLINGS = {
    "as typed": ["13800138000", "张三丰", "020-87654321", "zhang.san@example.com", "仅工作日联系"],
    "with blanks": ["138 0013 8000", "张 三　丰", "020 8765 4321", "zhang.san @example.com"],
    "with hyphens": ["138-0013-8000", "(020)87654321", "（020）8765-4321"],
    "with the country": [
        "+8613800138000",
        "+86 138 0013 8000",
        "008613800138000",
        "+86-20-87654321",
    ],
    "full width": ["１３８００１３８０００", "zhang.san＠example.com"],
    "capitals": ["Zhang.San@EXAMPLE.com"],
    "JSON": [r"\u5f20\u4e09\u4e30", r"zhang.san\u0040example.com", r"\\u5f20\\u4e09\\u4e30"],
    "HTML": ["&#24352;&#19977;&#20016;", "&#x5f20;&#x4E09;&#x4e30;", "zhang.san&#64;example.com"],
    "HTML blanks": ["138&nbsp;0013&nbsp;8000", "张&nbsp;三丰"],
    "address": ["%E5%BC%A0%E4%B8%89%E4%B8%B0", "zhang.san%40example.com"],
}
EACH = [(kind, text) for kind, texts in SPELLINGS.items() for text in texts]
OTHERS = [
    *("138001380001", "913800138000", "1380013800", "020-87654322", "zhang.san@example.com.cn"),
    *("azhang.san@example.com", "张三", "三丰", "模拟张三丰贸易有限公司", "联系"),
]


@pytest.mark.parametrize(("kind", "text"), EACH, ids=[f"{kind}: {text}" for kind, text in EACH])
def test_spelling_is_found_and_masked(kind: str, text: str):
    """What is masked is found no more, and the words around it stay."""
    words = f"联系方式“{text}”已登记"

    masked = mask_within(words, PERSON)

    assert holds(words.encode(), details_of([CONTACT]), PERSON)
    assert not holds(masked.encode(), details_of([CONTACT]), PERSON)
    assert text not in masked
    assert (masked.startswith("联系方式“"), masked.endswith("”已登记")) == (True, True)


@pytest.mark.parametrize("text", OTHERS)
def test_something_else_stays(text: str):
    """A longer number, part of a name, or a firm that is named after its owner."""
    words = f"“{text}”"

    assert mask_within(words, PERSON) == words
    assert not holds(words.encode(), details_of([CONTACT]), PERSON)


def test_erased_contact_masks_nothing():
    """An empty detail would stand everywhere."""
    erased = replace(PERSON, contact=Contact("", "", "", ""))

    assert mask_within("甲乙", erased) == "甲乙"
    assert not holds("甲乙".encode(), ["", *details_of([erased.contact])], erased)


def test_facts_are_masked_all_through():
    """Texts in lists and objects; what is no text stays as it is."""
    facts = {"told": ["张三丰", {"a": ("13800138000", 5, None, True)}]}

    assert mask_facts(facts, PERSON) == {"told": ["张***", {"a": ["138****8000", 5, None, True]}]}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("13800138000", True),
        ("a@example.com", True),
        ("保单", False),
        ("Linux", False),
        ("13", False),
    ],
)
def test_word_of_every_page_is_nobodys(text: str, answer: bool):
    """A number or an address is a person's wherever it stands."""
    assert is_distinct(text) is answer
