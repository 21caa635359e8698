"""The private names of ministack that we build on, and what would stop working without each."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

from emulator.errors import SubstrateError

PINNED = "1.5.33"

NAMES: dict[str, tuple[str, ...]] = {
    "ministack.app": ("AUTH", "SERVICE_HANDLERS", "_build_persistence_save_dict", "_parse_execute_api_url", "app"),
    "ministack.core.persistence": ("_json_default", "_state_format_version", "STATE_DIR"),
    "ministack.core.responses": ("get_account_id", "request_scope", "set_request_account_id"),
    "ministack.core.iam_evaluator": (
        "AuthError", "EvalContext", "_gather_role_policies", "_permissions_boundary", "enforce", "evaluate",
        "pin_request_caller", "pin_signed_body", "pin_signed_request",
    ),
    "ministack.core.iam_actions": ("_lambda_action", "identity_denial_message"),
    "ministack.core.router": ("_is_aws_service_name", "detect_service"),
    "ministack.core.lambda_runtime": (
        "_PYTHON_WORKER_SCRIPT", "Worker", "_detect_runtime_binary", "reset", "zipfile",
    ),
    "ministack.services.apigateway_v1": (
        "_GatewayError", "_gateway_error_response", "_stages_v1", "find_api_scope",
    ),
    "ministack.services.budgets": ("_create_budget", "_delete_budget"),
    "ministack.services.cloudformation.provisioners": ("_RESOURCE_HANDLERS",),
    "ministack.services.cloudwatch_logs": (
        "_append_log_events", "_create_log_group", "_create_log_stream", "_log_groups", "_metric_filters",
        "_put_log_events", "_put_metric_filter", "handle_request",
    ),
    "ministack.services.eventbridge": (
        "_archive_event", "_dispatch_event", "_dispatch_to_lambda", "_dispatch_to_sns", "_events_log_list",
        "_cron_next_fire", "_invoke_target", "_parse_cron_fields", "_parse_rate_seconds", "_pattern_event_view",
    ),
    "ministack.services.iam": ("_roles",),
    "ministack.services.lambda_svc": (
        "CODE_BLOB_DIR", "_BLOB_REF_KEY", "_execute_function_warm", "_fetch_code_from_s3",
        "_get_func_record_for_ref", "_read_code_blob", "serve_function_code",
    ),
    "ministack.services.s3": (
        "_delete_bucket_encryption", "_delete_bucket_lifecycle", "_object_disk_path", "_put_bucket_encryption",
        "_put_bucket_lifecycle",
    ),
    "ministack.services.scheduler": ("_SCHEDULE_TICK_INTERVAL", "_schedules", "_tick_schedules", "_to_epoch"),
    "ministack.services.sns": ("_topic_by_arn_any_scope",),
    "ministack.services.sts": ("register_session",),
    "ministack.services.stepfunctions": (
        "_ExecutionError", "_SERVICE_DISPATCH", "_execute_task", "_executions", "_invoke_resource", "_run_execution",
        "_state_machines", "time",
    ),
}  # fmt: skip


def moved() -> list[str]:
    """The names that are not where we expect them, as `module.name`."""
    return [f"{module}.{name}" for module, names in NAMES.items() for name in names if not _has(module, name)]


def check() -> None:
    """Raise SubstrateError when ministack is not the version we build on, or one of its names has moved."""
    gone = moved()
    if gone:
        raise SubstrateError(
            f"ministack {version('ministack')} has no {', '.join(gone)}; install ministack=={PINNED},"
            " or mend emulator/substrate and its contract tests"
        )


def _has(module: str, name: str) -> bool:
    try:
        return hasattr(import_module(module), name)
    except ImportError:
        return False
