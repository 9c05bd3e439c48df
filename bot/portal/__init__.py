"""The way to the portal and back; imports credentials and what lies below them."""
