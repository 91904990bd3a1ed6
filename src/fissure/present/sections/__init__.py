"""One module a study: its result as a document, or as a section of a run's report."""
