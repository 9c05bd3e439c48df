"""One policy, from its form to its look afterwards; imports evidence, portal, ledger and below."""
