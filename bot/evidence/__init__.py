"""证据: packs, their seals in one chain, and the verification of both; imports ledger."""
