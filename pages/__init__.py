"""The portal's screens as objects: the shared core of the suite and the bot."""
