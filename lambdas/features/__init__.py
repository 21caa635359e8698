"""features: context features of a night."""
