"""A scenario with a sentence that nobody has defined."""

from pathlib import Path

from pytest_bdd import scenarios

scenarios("undefined.feature", features_base_dir=str(Path(__file__).parent))
