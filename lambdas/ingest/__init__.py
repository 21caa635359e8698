"""ingest: raw day to curated records, labels and quarantine."""
