"""Results as documents: a section for each study builds one typed document, which terminal, HTML and JSON render."""
