"""Who acts: people by their names, and the program by a name that no person may have."""

import unicodedata

ROBOT = "robot"  # who moves an item where no person decided


def plain(name: str) -> str:
    """Return a name without what a person does not see in it: blanks, width and case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def named_person(name: str) -> str:
    """Return the name of a person as it is.

    Raises:
        ValueError: it is blank, or a spelling of the program's own name.
    """
    if not plain(name):
        raise ValueError("应是一个人的姓名")
    if plain(name) == ROBOT:
        raise ValueError(f"“{ROBOT}”是程序自己的名字，请写办理人的姓名")
    return name
