"""A use case on this machine alone, before anything is deployed: its days as nights would know them, and the laws."""
