"""封存的格式: what a seal must say before anything in it is believed."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.evidence.foreign_files import UnfitFile, parsed

LARGEST_NUMBER = 10**8  # of a seal in its chain, of a round
NAME = re.compile(r"(?!\.{1,2}$)[^/\\\x00:]{1,255}")


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError("no name of a file in this folder")
    return name


def _in_two_folders(name: str) -> str:
    enterprise, _, number = name.partition("/")
    return f"{_named(enterprise)}/{_named(number)}"


class _SealedFile(_Strict):
    name: Annotated[str, AfterValidator(_named)]
    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    cleared_at: str


class _SealedMove(_Strict):
    old: str
    new: str


def _each_once(files: list[_SealedFile]) -> list[_SealedFile]:
    if len({one.name for one in files}) < len(files):
        raise ValueError("a name stands twice")
    return files


class _Link(_Strict):
    sequence: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
    previous: str


class _PackSeal(_Link):
    kind: Literal["pack"]
    pack: Annotated[str, AfterValidator(_in_two_folders)]
    reference: str
    enterprise_name: str
    application_no: str
    round: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] = 1
    state: str
    history: list[_SealedMove]
    files: Annotated[list[_SealedFile], Field(min_length=1), AfterValidator(_each_once)]


class _RunSeal(_Link):
    kind: Literal["run"]


SEAL: TypeAdapter[_PackSeal | _RunSeal] = TypeAdapter(
    Annotated[_PackSeal | _RunSeal, Field(discriminator="kind")]
)


def checked_facts(content: bytes) -> dict[str, Any]:
    """Return the facts of a seal.

    Raises:
        UnfitFile: it does not say what a seal says, or names files outside its pack.
    """
    facts = parsed(content)
    try:
        SEAL.validate_python(facts)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"][1:])) or "kind"
        raise UnfitFile(f"格式不是封存的格式（{where}）") from error
    return dict(facts)
