"""What each command does, without a terminal; imports results, confirmation and below."""
