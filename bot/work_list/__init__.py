"""工作清单: a person's spreadsheet: read, checked, marked, written; imports top files alone."""
