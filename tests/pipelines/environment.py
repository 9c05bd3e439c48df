"""A virtual environment in `.venv` at once: links to the packages that are installed already."""

import shutil
import stat
import sys
from pathlib import Path


def link_packages(environment: Path) -> None:
    """Make a virtual environment of links to the packages of this one, the project left out."""
    here = Path(sys.prefix)
    site = next(here.glob("lib/python*/site-packages")).relative_to(here)
    (environment / site).mkdir(parents=True)
    (environment / "bin").mkdir()
    shutil.copy(here / "pyvenv.cfg", environment)
    for package in (here / site).iterdir():
        if "single_window" not in package.name:
            (environment / site / package.name).symlink_to(package)
    for program in (here / "bin").iterdir():
        _link_program(program, environment / "bin" / program.name)


def _link_program(program: Path, target: Path) -> None:
    """Link a program; one that names its Python gets a copy that names the new one."""
    shebang = f"#!{sys.prefix}/bin/python".encode()
    if program.is_symlink():
        target.symlink_to(program.readlink())
    elif (text := program.read_bytes()).startswith(shebang):
        own = f"#!{target.parent.resolve()}/python".encode()
        target.write_bytes(text.replace(shebang, own, 1))
        target.chmod(target.stat().st_mode | stat.S_IXUSR)
    else:
        target.symlink_to(program)


if __name__ == "__main__":
    link_packages(Path(".venv"))
