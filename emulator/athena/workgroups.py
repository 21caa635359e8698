"""Workgroups: where their queries write, what they may scan; `primary` is always there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.athena.errors import BadRequest
from emulator.athena.paging import page
from emulator.athena.store import Body, Store
from emulator.errors import NotImplementedByName
from emulator.service import Cloud

WORKGROUP, TAGS = "workgroup", "tags"
PRIMARY = "primary"
ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
REFUSED = ("ExecutionRole", "IdentityCenterConfiguration", "QueryResultsS3AccessGrantsConfiguration")
_OF_CONFIGURATION = (
    "EnforceWorkGroupConfiguration",
    "PublishCloudWatchMetricsEnabled",
    "BytesScannedCutoffPerQuery",
    "RequesterPaysEnabled",
)

Params = Mapping[str, Any]


class WorkGroups:
    """The operations on workgroups and their tags."""

    def __init__(self, cloud: Cloud, store: Store) -> None:
        self._cloud = cloud
        self._store = store

    def arn(self, name: str) -> str:
        """The ARN of a workgroup."""
        return f"arn:aws:athena:{self._cloud.region}:{self._cloud.account}:workgroup/{name}"

    def find(self, name: str) -> Body:
        """A workgroup by its name. Raises BadRequest when there is none."""
        body = self._store.get(WORKGROUP, name)
        if body is None and name == PRIMARY:
            configuration = {"EnforceWorkGroupConfiguration": False, "PublishCloudWatchMetricsEnabled": True}
            body = {"Name": PRIMARY, "State": "ENABLED", "Description": "", "CreationTime": 0.0}
            return body | {"Configuration": {**configuration, "EngineVersion": ENGINE}}
        if body is None:
            raise BadRequest(f"WorkGroup {name} is not found.", "WORKGROUP_NOT_FOUND")
        return body

    def create_work_group(self, params: Params) -> dict[str, Any]:
        """A new workgroup; unless it says otherwise its configuration is enforced."""
        name = params["Name"]
        if name == PRIMARY or self._store.get(WORKGROUP, name):
            raise BadRequest("WorkGroup is already created", "WORKGROUP_ALREADY_EXISTS")
        self.put(name, params)
        self.tag(self.arn(name), {tag["Key"]: tag["Value"] for tag in params.get("Tags", ())})
        return {}

    def put(self, name: str, params: Params) -> None:
        """Make or replace a workgroup, for CreateWorkGroup and CloudFormation."""
        given = params.get("Configuration") or {}
        for refused in REFUSED:
            if given.get(refused):
                raise NotImplementedByName(f"Athena's {refused}", "leave it out: queries run as whoever asks")
        defaults = {"EnforceWorkGroupConfiguration": True, "PublishCloudWatchMetricsEnabled": True}
        body = {
            "Name": name,
            "State": params.get("State", "ENABLED"),
            "Description": params.get("Description", ""),
            "CreationTime": round(self._cloud.clock.now().timestamp(), 3),
            "Configuration": {**defaults, **given, "EngineVersion": ENGINE},
        }
        self._store.put(WORKGROUP, name, body)

    def get_work_group(self, params: Params) -> dict[str, Any]:
        """A workgroup."""
        return {"WorkGroup": self.find(params["WorkGroup"])}

    def list_work_groups(self, params: Params) -> dict[str, Any]:
        """All of them, `primary` first."""
        shown = ("Name", "State", "Description", "CreationTime")
        others = [body for body in self._store.all(WORKGROUP) if body["Name"] != PRIMARY]
        bodies = [self.find(PRIMARY), *others]
        summaries = [{k: body[k] for k in shown} | {"EngineVersion": ENGINE} for body in bodies]
        return page("WorkGroups", summaries, params, most=50)

    def update_work_group(self, params: Params) -> dict[str, Any]:
        """Change what is named, and nothing else."""
        body = self.find(params["WorkGroup"])
        body |= {key: params[key] for key in ("Description", "State") if key in params}
        updates, configuration = params.get("ConfigurationUpdates") or {}, body["Configuration"]
        configuration |= {key: updates[key] for key in _OF_CONFIGURATION if key in updates}
        if updates.get("RemoveBytesScannedCutoffPerQuery"):
            configuration.pop("BytesScannedCutoffPerQuery", None)
        if "ResultConfigurationUpdates" in updates:
            result = configuration.get("ResultConfiguration", {})
            configuration["ResultConfiguration"] = _updated(result, updates["ResultConfigurationUpdates"])
        self._store.put(WORKGROUP, body["Name"], body)
        return {}

    def delete_work_group(self, params: Params) -> dict[str, Any]:
        """Forget a workgroup. Raises BadRequest when something is in it, unless it is deleted with its contents."""
        name = params["WorkGroup"]
        if name == PRIMARY:
            raise BadRequest("The primary workgroup cannot be deleted.")
        self.find(name)
        inside = [body for kind in ("execution", "named_query") for body in self._store.all(kind)]
        if not params.get("RecursiveDeleteOption") and any(body["WorkGroup"] == name for body in inside):
            raise BadRequest(f"WorkGroup {name} is not empty")
        self._store.delete(WORKGROUP, name)
        self._store.delete(TAGS, self.arn(name))
        return {}

    def tag_resource(self, params: Params) -> dict[str, Any]:
        """Add tags."""
        self._check_tagged(params)
        self.tag(params["ResourceARN"], {tag["Key"]: tag["Value"] for tag in params["Tags"]})
        return {}

    def untag_resource(self, params: Params) -> dict[str, Any]:
        """Remove tags."""
        self._check_tagged(params)
        kept = self._store.get(TAGS, params["ResourceARN"]) or {}
        left = {key: value for key, value in kept.items() if key not in params["TagKeys"]}
        self._store.put(TAGS, params["ResourceARN"], left)
        return {}

    def list_tags_for_resource(self, params: Params) -> dict[str, Any]:
        """The tags of a workgroup, by key."""
        self._check_tagged(params)
        kept = self._store.get(TAGS, params["ResourceARN"]) or {}
        return {"Tags": [{"Key": key, "Value": kept[key]} for key in sorted(kept)]}

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add or replace tags."""
        self._store.put(TAGS, arn, {**(self._store.get(TAGS, arn) or {}), **tags})

    def retag(self, name: str, tags: Mapping[str, str]) -> None:
        """Let a workgroup have these tags and no others."""
        self._store.put(TAGS, self.arn(name), tags)

    def _check_tagged(self, params: Params) -> None:
        arn = params["ResourceARN"]
        if not arn.startswith(self.arn("")):
            raise NotImplementedByName(f"a tag on {arn}", "workgroups have tags here")
        self.find(arn.rpartition("/")[2])


def _updated(result: Params, updates: Params) -> dict[str, Any]:
    removed = {name.removeprefix("Remove") for name, value in updates.items() if name.startswith("Remove") and value}
    added = {name: value for name, value in updates.items() if not name.startswith("Remove")}
    return {name: value for name, value in {**result, **added}.items() if name not in removed}
