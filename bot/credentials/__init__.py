"""Passwords, from their store to the keystroke; imports settings and what is below."""
