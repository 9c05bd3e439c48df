"""Answers for people who were not there; imports evidence, ledger, work_list and below."""
