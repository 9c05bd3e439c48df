"""证据: packs, their seals in one chain, and whether all is as it was sealed; imports ledger."""
