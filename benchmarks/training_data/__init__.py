"""Where work on training data helps, and where it harms: every claim with an interval over seeds."""
