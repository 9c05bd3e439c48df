"""The command line; imports operations and what is below them."""

from bot.cli.commands import app as app
from bot.cli.commands import main as main
