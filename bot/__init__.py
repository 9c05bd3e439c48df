"""The RPA bot: from a work list to confirmed policies, with evidence."""
