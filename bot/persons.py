"""Who acts: people by their names, and the program by a name that no person may have."""

import unicodedata

ROBOT = "robot"  # who moves an item where no person decided


def named_person(name: str) -> str:
    """Return the name of a person as it is.

    Raises:
        ValueError: it is blank, or a spelling of the program's own name.
    """
    plain = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    if not plain:
        raise ValueError("应是一个人的姓名")
    if plain == ROBOT:
        raise ValueError(f"“{ROBOT}”是程序自己的名字，请写办理人的姓名")
    return name
