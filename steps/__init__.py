"""One function per sentence; the only place in the suite that asserts."""
