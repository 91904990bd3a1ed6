"""What makes documents and cases: run from the root of a checkout, never installed."""
