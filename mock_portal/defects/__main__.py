"""`python -m mock_portal.defects` prints the catalogue as docs/mock-portal.md shows it."""

from mock_portal.defects import KINDS, catalogue


def table() -> str:
    """Return the table of all defects in Markdown, by clause."""
    rows = sorted(catalogue().items(), key=lambda one: _order(one[1].clause))
    lines = ["| id | what is wrong | clause | kind | layer |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{id_}` | {one.sentence} | {one.clause} | {KINDS[one.kind]} | {one.layer} |"
        for id_, one in rows
    ]
    same = [f"* `{id_}`: {one.equivalent}" for id_, one in rows if one.equivalent]
    return "\n".join([*lines, "", *(same or ["None of them is known to be unnoticeable."])])


def _order(clause: str) -> tuple[str, list[int]]:
    """Put the guide before its questions, and 1.10 after 1.9."""
    part, _, number = clause.partition("-")
    return {"guide": "a"}.get(part, part), [int(one) for one in number.split(".")]


if __name__ == "__main__":
    print(table())
