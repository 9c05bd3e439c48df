"""The names of a pack's files: what they say is read in one place."""

import pytest

from bot.evidence.pack_file import PackFile, last_of

DIGEST = "1234567890123456"


@pytest.mark.parametrize(
    ("name", "file", "kind"),
    [
        ("after.jpg", PackFile("after", ".jpg", 1), "after"),
        ("after-12.jpg", PackFile("after", ".jpg", 12), "after"),
        ("manifest.sig", PackFile("manifest", ".sig", 1), "manifest"),
        (f"document-{DIGEST}.pdf", PackFile(f"document-{DIGEST}", ".pdf", 1), "document"),
        (f"document-{DIGEST}-2.pdf", PackFile(f"document-{DIGEST}", ".pdf", 2), "document"),
    ],
)
def test_a_name_is_read_as_it_was_given(name: str, file: PackFile, kind: str):
    """Stem, number and suffix, also where the digest of a document is made of digits alone."""
    assert PackFile.parse(name) == file
    assert (file.name, file.kind) == (name, kind)


@pytest.mark.parametrize("name", ["", "after", "after-1.jpg", "after-02.jpg", ".after.jpg.part"])
def test_what_no_pack_names_so_is_no_file_of_one(name: str):
    """Numbers are written in one way, and what is half written has no name yet."""
    assert PackFile.parse(name) is None


@pytest.mark.parametrize(
    ("names", "last"),
    [
        (["after.jpg", "after-2.jpg"], "after-2.jpg"),
        (["after-10.jpg", "after-9.jpg", "after.jpg"], "after-10.jpg"),
        (["afterwards-3.jpg", "after-2.json", "after.jpg"], "after.jpg"),
        (["before.jpg"], ""),
    ],
)
def test_the_last_look_has_the_highest_number(names: list[str], last: str):
    """In whichever order the names come, and only among those of its stem and suffix."""
    assert last_of(names, "after", ".jpg") == last


@pytest.mark.parametrize(
    ("name", "is_personal"),
    [("before-3.jpg", True), ("contact.json", True), ("press.json", False), ("page.html", False)],
)
def test_pictures_and_contacts_are_personal(name: str, is_personal: bool):
    """They are cleared by age, and nothing else is."""
    file = PackFile.parse(name)

    assert file is not None
    assert file.is_personal is is_personal
