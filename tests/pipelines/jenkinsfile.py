"""A declarative Jenkinsfile as a tree of its statements; any other Groovy is an error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.pipelines.machine import check_known

STATEMENT = re.compile(
    r"\s+|//[^\n]*"
    r"|(?P<word>\w+)(?P<rest>(?:'[^'\n]*'|\"[^\"\n]*\"|\[[^\]]*\]|(?!//)[^{}\n'\"\[])*)(?P<open>\{)?"
    r"|(?P<close>\})"
)
TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")
VARIABLE = re.compile(r"\$\{(\w+)\}")
NAMED = re.compile(r"(\w+): *(?:'([^']*)'|(\w+))")


@dataclass(frozen=True)
class Statement:
    """A directive or a step: its word, what follows it, and the statements in its braces."""

    word: str
    rest: str = ""
    body: list["Statement"] = field(default_factory=list)

    def texts(self, variables: Mapping[str, str] | None = None) -> list[str]:
        """Return the texts that follow; those in double quotes are filled in."""
        return [
            VARIABLE.sub(lambda name: (variables or {})[name[1]], double) if double else single
            for single, double in TEXT.findall(self.rest)
        ]

    @property
    def named(self) -> dict[str, str]:
        """The arguments with a name."""
        return {name: text or word for name, text, word in NAMED.findall(self.rest)}

    def every(self, word: str) -> list["Statement"]:
        """Return the statements in the braces that have this word."""
        return [one for one in self.body if one.word == word]

    def one(self, word: str) -> "Statement":
        """Return the only statement in the braces that has this word."""
        [found] = self.every(word)
        return found

    def within(self, word: str) -> list["Statement"]:
        """Return the statements that have this word, however deep in the braces."""
        return self.every(word) + [found for one in self.body for found in one.within(word)]

    def only(self, *known: str) -> list["Statement"]:
        """Return the statements in the braces; a word beside the known ones is an error."""
        check_known((one.word for one in self.body), set(known))
        return self.body


def parse(text: str) -> Statement:
    """Return a whole file as one statement."""
    unclosed = [Statement("file")]
    place = 0
    while place < len(text):
        found = STATEMENT.match(text, place)
        assert found, f"nobody has acted out: {text[place:].strip()}"
        place = found.end()
        if found["word"]:
            statement = Statement(found["word"], found["rest"].strip())
            unclosed[-1].body.append(statement)
            unclosed += [statement] if found["open"] else []
        elif found["close"]:
            unclosed.pop()
    [file] = unclosed
    return file
