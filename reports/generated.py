"""The generator's own data: one result for each test, and the files attached to it."""

import base64
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from fixtures.guide import Clause
from fixtures.verdict import Json, ScenarioState
from reports import screens

WIDTH = 560  # of a picture in the page
TELLING = ("软失败", "失败的请求", "控制台错误")
PICTURES = {"image/png", "image/jpg", "image/jpeg"}
BAD = {"failed", "broken"}  # as the generator words it
LONGEST, MOST_LINES = 200, 8


class Generated:
    """The folder that the generator has written; without one there are no results."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def results(self, *, retries: bool = False) -> list[Json]:
        """Return the last result of each test, or those of the earlier attempts."""
        if self.folder is None:
            return []
        files = sorted((self.folder / "data/test-results").glob("*.json"))
        found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        return [result for result in found if result["isRetry"] is retries]

    def picture(self, attached: Sequence[Json]) -> str:
        """Return the picture of the last tab, small enough for a page that may be mailed."""
        pictures = [link for link in attached if link["contentType"] in PICTURES]
        if self.folder is None or not pictures:
            return ""
        return _as_address(self.folder / file_of(pictures[-1]))

    def hints(self, attached: Sequence[Json]) -> str:
        """Return the first lines of the attached texts that explain the failure."""
        if self.folder is None:
            return ""
        files = [file_of(link) for link in attached if link["name"].startswith(TELLING)]
        texts = [(self.folder / file).read_text(encoding="utf-8") for file in files]
        lines = [
            line[:LONGEST] for text in texts for line in text.partition("Call log:")[0].splitlines()
        ]
        return "\n".join(lines[:MOST_LINES])


def attachments(part: Json) -> Iterator[Json]:
    """Yield the attachments of a result and of its steps, the innermost first."""
    for step in part.get("steps", ()):
        if step.get("type") == "attachment":
            yield step["link"]
        else:
            yield from attachments(step)
    for one in part.get("attachments", ()):
        yield one["link"]


def file_of(link: Json) -> str:
    """Return the path of an attachment, below the folder."""
    return f"data/attachments/{link['id']}{link['ext']}"


def state_of(result: Json) -> ScenarioState:
    """Return the state of a test that has no attempts of its own: a check of the project."""
    if result["status"] in BAD:
        return ScenarioState.FAILED
    return ScenarioState.PASSED if result["status"] == "passed" else ScenarioState.SKIPPED


def gallery_picture(clause: Clause) -> str:
    """Return the picture of a clause from the mock portal's page, for a run that took none."""
    shown = [name for name, (shows, _) in screens.CAPTIONS.items() if shows == clause.id]
    files = [file for file in screens.FOLDER.iterdir() if file.stem in shown[:1]]
    return _as_address(files[0]) if files else ""


def _as_address(file: Path) -> str:
    """Return a picture as a `data:` address."""
    with Image.open(file) as picture:
        small = picture.convert("RGB")
    small = small.crop((0, 0, small.width, min(small.height, small.width)))
    small.thumbnail((WIDTH, WIDTH))
    written = io.BytesIO()
    small.save(written, "JPEG", quality=70)
    return f"data:image/jpeg;base64,{base64.b64encode(written.getvalue()).decode()}"
