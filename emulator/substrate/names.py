"""The private names of ministack that we build on, and what would stop working without each."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

from emulator.errors import SubstrateError

PINNED = "1.5.33"

NAMES: dict[str, tuple[str, ...]] = {
    "ministack.app": ("AUTH", "SERVICE_HANDLERS", "_build_persistence_save_dict", "_parse_execute_api_url", "app"),
    "ministack.core.concurrency": ("esm_wake", "run_reentrant"),
    "ministack.core.iam_actions": ("_lambda_action", "identity_denial_message"),
    "ministack.core.iam_evaluator": (
        "AuthError", "EvalContext", "_gather_role_policies", "_permissions_boundary", "enforce", "evaluate",
        "pin_request_caller", "pin_signed_body", "pin_signed_request",
    ),
    "ministack.core.lambda_runtime": ("reset",),
    "ministack.core.persistence": ("STATE_DIR", "_json_default", "_state_format_version"),
    "ministack.core.responses": ("get_account_id", "request_scope", "set_request_account_id"),
    "ministack.core.router": ("_is_aws_service_name", "detect_service"),
    "ministack.services.apigateway": ("run_reentrant",),
    "ministack.services.apigateway_v1": (
        "_GatewayError", "_gateway_error_response", "_stages_v1", "find_api_scope", "run_reentrant",
    ),
    "ministack.services.budgets": ("_create_budget", "_delete_budget"),
    "ministack.services.cloudformation.drift": ("_DRIFT_READERS",),
    "ministack.services.cloudformation.provisioners": (
        "_RESOURCE_HANDLERS", "_sm_secret_create", "_sm_secret_delete", "_sm_secret_string", "_sm_secret_update",
    ),
    "ministack.services.cloudwatch_logs": (
        "_append_log_events", "_build_log_record", "_create_log_group", "_create_log_stream", "_deliveries",
        "_delivery_destinations", "_delivery_sources", "_destinations", "_log_events_lock", "_log_group_policies",
        "_log_groups", "_log_records", "_metric_filters", "_put_log_events", "_put_metric_filter", "_queries",
        "_resource_policies", "get_state", "handle_request", "load_persisted_state", "time",
    ),
    "ministack.services.dynamodb": (
        "_build_change_record", "_emit_stream_event", "_items_replaced", "_remove_item", "_set_item", "_tables",
        "_ttl_reaper", "_ttl_settings", "now_iso", "time",
    ),
    "ministack.services.eventbridge": (
        "_archive_event", "_cron_next_fire", "_dispatch_event", "_dispatch_to_lambda", "_dispatch_to_sns",
        "_events_log_list", "_invoke_target", "_parse_cron_fields", "_parse_rate_seconds", "_pattern_event_view",
        "_rules", "_targets", "datetime", "start_scheduler", "threading", "time",
    ),
    "ministack.services.glue": ("_databases", "_partitions", "_tables"),
    "ministack.services.iam": ("_roles",),
    "ministack.services.lambda_svc": (
        "CODE_BLOB_DIR", "_BLOB_REF_KEY", "_ESM_IDLE_WAKE_GAP_SECONDS", "_b64_sha_to_hex",
        "_effective_func_record_for_qualifier", "_esm_backoff_until", "_execute_function",
        "_execute_function_with_config_scope", "_execution_record_for_config", "_fetch_code_from_s3", "_functions",
        "_get_func_record_for_ref", "_invoke", "_iter_all_esms", "_poller_started", "_qp_first", "_read_code_blob",
        "_resolve_layer_zip", "_route_async_failure", "_run_sqs_batch", "_send_ddb_stream_failure_record",
        "_snapstart_provision_version_async", "handle_request", "invalidate_worker", "invoke_async_with_retry",
        "run_reentrant", "serve_function_code", "spawn_background",
    ),
    "ministack.services.s3": (
        "_buckets", "_delete_bucket_encryption", "_delete_bucket_lifecycle", "_deliver_event_to_sqs",
        "_fire_s3_event", "_fire_s3_event_async", "_get_object_data", "_object_disk_path", "_put_bucket_encryption",
        "_put_bucket_lifecycle", "_put_object", "now_iso", "threading", "time",
    ),
    "ministack.services.scheduler": ("_schedules", "_to_epoch", "start_scheduler", "time"),
    "ministack.services.secretsmanager": ("_get_random_password", "_resolve"),
    "ministack.services.sns": ("_lambda_svc", "_threading", "_topic_by_arn_any_scope", "time"),
    "ministack.services.sqs": ("_HANDLERS", "_act_receive_message", "_queue_by_arn", "_queues", "time"),
    "ministack.services.stepfunctions": (
        "ThreadPoolExecutor", "_ExecutionError", "_SERVICE_DISPATCH", "_activities", "_add_event", "_execute_task",
        "_executions", "_fail_execution", "_find_matching_retrier", "_get_execution_history", "_invoke_resource",
        "_invoke_resource_with_timeout", "_map_runs", "_run_execution", "_scaled_sleep", "_sleep_until",
        "_state_machine_aliases", "_state_machine_versions", "_state_machines", "_stop_execution", "_tags",
        "futures_wait", "get_state", "load_persisted_state", "now_iso", "threading", "time",
    ),
    "ministack.services.sts": ("register_session",),
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
