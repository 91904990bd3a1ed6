"""Documents as text for a terminal, as a page, and as JSON."""
