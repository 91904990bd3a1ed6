"""What is said of each study in words: names, sentences, verdicts; charts and sections use the same."""
