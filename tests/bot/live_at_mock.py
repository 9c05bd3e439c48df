"""Runs `single-window` at a mock portal as if it were the real one; its door reads the captchas."""

from bot.cli import canary, follow_up, intake, main, person, reconcile, run
from bot.operations.demo import MockAttendant

if __name__ == "__main__":
    intake.check_quickly = lambda settings: None
    for command in (canary, follow_up, reconcile, run):
        command.attendant = lambda settings, progress: MockAttendant(
            settings, person.TerminalAttendant(progress, 1.0)
        )
    main()
