"""The view "Cracks": the causal graph to explore, and what each mechanism and field rests on."""
