"""boto3 and Parquet, one AWS resource per module; no decisions are made here."""
