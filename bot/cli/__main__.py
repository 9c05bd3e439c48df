"""`python -m bot.cli` is `single-window`."""

from bot.cli.start import main

if __name__ == "__main__":
    main()
