"""The mechanisms, one file each, in five groups."""
