"""AWS::S3::Bucket with the encryption and the lifecycle that ministack's own provision leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.serialize import RestXMLSerializer
from ministack.services import s3

from emulator.substrate.completions import Properties, complete


def install() -> None:
    """Apply both properties after ministack has made or changed a bucket; one that is taken away is deleted."""
    complete("AWS::S3::Bucket", _apply)


def _apply(bucket: str, old: Properties, new: Properties) -> None:
    if new.get("BucketEncryption"):
        body = _body("PutBucketEncryption", {"ServerSideEncryptionConfiguration": encryption(new["BucketEncryption"])})
        _check("BucketEncryption", s3._put_bucket_encryption(bucket, body))
    elif old.get("BucketEncryption"):
        s3._delete_bucket_encryption(bucket)
    if new.get("LifecycleConfiguration"):
        rules = {"LifecycleConfiguration": lifecycle(new["LifecycleConfiguration"])}
        body = _body("PutBucketLifecycleConfiguration", rules)
        _check("LifecycleConfiguration", s3._put_bucket_lifecycle(bucket, body))
    elif old.get("LifecycleConfiguration"):
        s3._delete_bucket_lifecycle(bucket)


def _check(property: str, answer: Sequence[Any]) -> None:
    if answer[0] >= 400:
        raise ValueError(f"AWS::S3::Bucket {property} was rejected: {answer[2]!r}")


@cache
def _model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("s3", "service-2"), "s3")


def _body(operation: str, given: Properties) -> bytes:
    """The XML that botocore would send."""
    request = RestXMLSerializer().serialize_to_request({"Bucket": "b", **given}, _model().operation_model(operation))
    return bytes(request["body"])


def encryption(given: Properties) -> dict[str, Any]:
    """A template's BucketEncryption as PutBucketEncryption takes it."""
    rules = []
    for rule in given["ServerSideEncryptionConfiguration"]:
        found: dict[str, Any] = {}
        if "ServerSideEncryptionByDefault" in rule:
            found["ApplyServerSideEncryptionByDefault"] = dict(rule["ServerSideEncryptionByDefault"])
        if "BucketKeyEnabled" in rule:
            found["BucketKeyEnabled"] = _boolean(rule["BucketKeyEnabled"])
        rules.append(found)
    return {"Rules": rules}


def lifecycle(given: Properties) -> dict[str, Any]:
    """A template's LifecycleConfiguration as PutBucketLifecycleConfiguration takes it."""
    return {"Rules": [_rule(rule) for rule in given["Rules"]]}


def _rule(rule: Properties) -> dict[str, Any]:
    transitions = [*rule.get("Transitions", ()), *([rule["Transition"]] if "Transition" in rule else [])]
    earlier = [
        *rule.get("NoncurrentVersionTransitions", ()),
        *([rule["NoncurrentVersionTransition"]] if "NoncurrentVersionTransition" in rule else []),
    ]
    found: dict[str, Any] = {
        "ID": rule.get("Id"),
        "Status": rule["Status"],
        "Filter": _filter(rule),
        "Expiration": _expiration(rule),
        "Transitions": [
            _some(StorageClass=t["StorageClass"], Days=_int(t.get("TransitionInDays")), Date=t.get("TransitionDate"))
            for t in transitions
        ],
        "NoncurrentVersionTransitions": [
            _some(
                StorageClass=t["StorageClass"],
                NoncurrentDays=_int(t.get("TransitionInDays")),
                NewerNoncurrentVersions=_int(t.get("NewerNoncurrentVersions")),
            )
            for t in earlier
        ],
        "NoncurrentVersionExpiration": _integers(rule.get("NoncurrentVersionExpiration"))
        or _some(NoncurrentDays=_int(rule.get("NoncurrentVersionExpirationInDays"))),
        "AbortIncompleteMultipartUpload": _integers(rule.get("AbortIncompleteMultipartUpload")),
    }
    return {name: value for name, value in found.items() if value or name == "Filter"}


def _expiration(rule: Properties) -> dict[str, Any]:
    marker = rule.get("ExpiredObjectDeleteMarker")
    return _some(
        Days=_int(rule.get("ExpirationInDays")),
        Date=rule.get("ExpirationDate"),
        ExpiredObjectDeleteMarker=None if marker is None else _boolean(marker),
    )


def _filter(rule: Properties) -> dict[str, Any]:
    tags = list(rule.get("TagFilters", ()))
    sizes = {n: int(rule[n]) for n in ("ObjectSizeGreaterThan", "ObjectSizeLessThan") if n in rule}
    parts = {**({"Prefix": rule["Prefix"]} if "Prefix" in rule else {}), **sizes}
    if len(tags) + len(parts) > 1:
        return {"And": {**parts, **({"Tags": tags} if tags else {})}}
    return {"Tag": tags[0]} if tags else parts or {"Prefix": ""}


def _some(**given: Any) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _int(value: Any) -> int | None:
    return None if value is None else int(value)


def _integers(given: Properties | None) -> dict[str, int]:
    return {name: int(value) for name, value in (given or {}).items()}


def _boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() == "true"
