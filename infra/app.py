"""The CDK app: the foundation, and a stack for every use case that has settings, or for those that are named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from aws_cdk import App, DefaultStackSynthesizer, Environment, Tags

from cumulet.contracts.settings import FOUNDATION, Tables, UseCaseSettings, stack_name
from infra.foundation import Foundation
from infra.platforms import Target
from infra.use_case import UseCase

LOCAL = Environment(account="000000000000", region="us-east-1")


def build(root: Path, *, tables: Callable[[str], Tables], target: str = "", outdir: str | None = None) -> App:
    """The app with its stacks, not yet synthesised; `tables` gives the Glue tables of a use case by its name.

    The target: as given, else the context's, else local. The context's `use_cases` (joined with commas) names those to
    make stacks for; without it there is one for each.
    """
    # No stack asks for a version of the bootstrap: a local one has none, and the CDK CLI checks for itself.
    synthesizer = DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    app = App(outdir=outdir, default_stack_synthesizer=synthesizer)
    chosen = Target(target or app.node.try_get_context("target") or "local")
    foundation = Foundation(app, FOUNDATION, target=chosen, env=environment(chosen))
    named = (app.node.try_get_context("use_cases") or "").split(",")
    for path in sorted((root / "usecases").glob("*/usecase.toml")):
        if any(named) and path.parent.name not in named:
            continue
        settings = UseCaseSettings.load(path)
        UseCase(
            app,
            stack_name(settings.name),
            root=root,
            settings=settings,
            tables=tables(settings.name),
            foundation=foundation,
            target=chosen,
            env=environment(chosen),
        )
    Tags.of(app).add("project", "cumulet")
    return app


def environment(target: Target) -> Environment | None:
    """Account and region: the emulator's, or those of the CDK CLI's credentials; neither: wherever it is deployed."""
    if target.name != "aws":
        return LOCAL
    account, region = os.environ.get("CDK_DEFAULT_ACCOUNT"), os.environ.get("CDK_DEFAULT_REGION")
    return Environment(account=account, region=region) if account and region else None
