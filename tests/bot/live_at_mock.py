"""Runs `single-window` at a mock portal as if it were the real one; its door reads the captchas."""

from bot import cli, terminal
from bot.operations.demo import MockAttendant

if __name__ == "__main__":
    cli.check_quickly = lambda settings: None
    cli._attendant = lambda settings, progress: MockAttendant(
        settings, terminal.Person(progress, 1.0)
    )
    cli.main()
