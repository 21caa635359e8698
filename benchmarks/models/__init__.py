"""Every use case's good build: what its policies and baselines reach night by night, with intervals over days."""
