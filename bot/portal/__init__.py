"""What holds between the bot and a portal, whatever is done there; it imports no other room."""
