"""Passwords, from where they are kept to the keystroke; imports settings and what is below."""
