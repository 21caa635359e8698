"""What names stand for: the one catalog, and where an s3:// location is."""

from __future__ import annotations

CATALOG = "awsdatacatalog"  # in queries; AWS spells it AwsDataCatalog elsewhere, and takes either


def bucket_of(location: str) -> tuple[str, str]:
    """Bucket and key (or prefix) of a location.

    >>> bucket_of("s3://lake/raw/dt=2013-01-01")
    ('lake', 'raw/dt=2013-01-01')
    """
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key
