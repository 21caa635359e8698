"""predict: the HTTP API, one version a model package."""
