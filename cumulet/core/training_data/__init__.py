"""What a model learns from: which rows, how much each counts, what labels are worth, which to ask for next."""
