"""工作清单: a person's spreadsheet, read, checked, marked and written; imports top files alone."""
