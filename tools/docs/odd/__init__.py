"""The model described by the ODD protocol, written from its code and its ledger."""
