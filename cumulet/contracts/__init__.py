"""What two sides must agree on: environment, events, errors, manifests, the lake's keys. Standard library only."""
