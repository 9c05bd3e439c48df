"""The results of a run as files for people; imports evidence, ledger, work_list and below."""
