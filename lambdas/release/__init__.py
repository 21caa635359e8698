"""release: publishes, replays and promotes a version of predict."""
