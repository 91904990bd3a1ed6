"""Evidence: the ledger to search, each entry in full, and what it taught."""
