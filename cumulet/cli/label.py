"""label: rules that vote, questions to people and their answers, labels that are probably wrong."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import typer

from cumulet.adapters import examples
from cumulet.cli.asking import answer, ask
from cumulet.cli.labelling import (
    LABEL,
    Everything,
    Out,
    days_of,
    folder,
    read_examples,
    replace,
    require_rules,
    unlabelled,
    whole,
)
from cumulet.cli.options import AsJson, From, To, UseCaseName
from cumulet.cli.terminal import data, print_json, print_table, say, step
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.core.schema import rows, select
from cumulet.core.training_data import desk, questions
from cumulet.core.training_data.labelling import Labelling
from cumulet.reports import document
from cumulet.reports.pictures import Picture, uri

ON_PAGE = 200
READABLE = 200
"""Longer values are nothing to read in a table: a picture as text."""

app = typer.Typer(help="Labels: rules that vote, questions to people, labels that are wrong.", no_args_is_help=True)


def apply(
    context: typer.Context,
    use_case: UseCaseName,
    first: From = None,
    last: To = None,
    everything: Everything = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Let the use case's labelling functions vote on unlabelled records, and combine the votes by Dawid-Skene.

    Prints coverage, overlap, conflict and estimated accuracy of each function, beside the true one where labels are
    known; writes the probability of each class to a CSV file.

    Example: cumulet label apply flights --from 2013-02-01 --to 2013-02-28 --all
    """
    require_rules(use_case)
    _, labelling, columns = read_examples(context, use_case, first, last)
    columns = columns if everything else unlabelled(columns, use_case)
    try:
        found = desk.voted(labelling, columns)
    except ValueError as error:
        raise ContractError(f"usecases/{use_case}/labelling.py: {error}") from error
    file = out or folder(use_case) / "labels.csv"
    whole(file, questions.to_csv(desk.weak_labels(labelling, columns, found)))
    figures = {
        "records": rows(columns),
        "voted": found.voted,
        "rates": found.consensus.prior.tolist(),
        "file": str(file),
    }
    table = desk.functions(labelling, found, columns[LABEL])
    if as_json:
        print_json({**figures, "functions": table, "known": desk.judged(found, columns[LABEL])})
        return
    print_table(f"Labelling functions of {use_case}, on {rows(columns)} records", table)
    if known := desk.judged(found, columns[LABEL]):
        print_table("Where the label is known", known)
    say(f"probabilities  {file}")


def errors(
    context: typer.Context,
    use_case: UseCaseName,
    first: From = None,
    last: To = None,
    n: Annotated[
        int, typer.Option("--n", min=1, help="So many are listed and written, the most suspicious first.")
    ] = 50,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """List labels that are probably wrong, by confident learning, as a table, a page and a file to answer.

    Judged by the nights' predictions where they cover the records, else by a cross-fitted logistic regression. Where
    chance decides much, as with flights, a suspect is rather a surprise than a mistake.

    Example: cumulet label errors flights --from 2013-01-01 --to 2013-02-28
    """
    workspace, labelling, columns = read_examples(context, use_case, first, last)
    columns = select(columns, np.flatnonzero(np.isfinite(columns[LABEL])))
    if not rows(columns):
        raise NotFoundError(f"no record of {use_case} in these days has a label yet; run later nights first")
    said = examples.predictions(workspace.lake, workspace.use_case, columns["id"], days_of(workspace, columns))
    with step(f"Judging {rows(columns)} labels"):
        found, source = desk.suspicious(labelling, columns, said)
    listed = desk.suspects(labelling, workspace.use_case.schema, columns, found, n)
    file = out or folder(use_case) / "errors.csv"
    replace(workspace, file, questions.to_csv(listed))
    html = file.with_suffix(".html")
    shown = select(columns, found.suspects[: min(n, ON_PAGE)])
    drawn = [uri(each) for each in labelling.picture(shown)] if labelling.picture else []
    whole(html, _errors_page(use_case, labelling, found.joint, _as_read(listed, drawn), source))
    figures = {
        "labels": rows(columns),
        "suspects": len(found.suspects),
        "noise": found.errors.noise,
        "judged by": source,
    }
    if as_json:
        print_json({**figures, "file": str(file), "page": str(html), "listed": listed})
        return
    print_table(f"Labels of {use_case}", [figures])
    print_table("Most suspicious", [{k: row[k] for k in ("id", "given", "rather", "sure")} for row in listed[:10]])
    data.print(f"page  {html}\nfile  {file}")


def _errors_page(use_case: str, labelling: Labelling, joint: Any, rows: list[dict[str, Any]], source: str) -> str:
    table = [
        {"given": name, **{f"truly {other}": float(joint[i, j]) for j, other in enumerate(labelling.classes)}}
        for i, name in enumerate(labelling.classes)
    ]
    parts = [
        {
            "title": "How labels are wrong",
            "tells": "Estimated shares of all labels: given down, true across.",
            "rows": table,
        },
        {
            "title": "Most suspicious",
            "tells": "sure: how much likelier the other class is, by a model that did not see this label.",
            "rows": rows,
        },
    ]
    lead = [
        "Confident learning (Northcutt et al., 2021): labels that a model contradicts more surely than it is sure of "
        f"that class elsewhere. Judged by {source}."
    ]
    return document.render(f"Suspicious labels of {use_case}", lead, parts)


def _as_read(listed: list[dict[str, Any]], drawn: list[Picture]) -> list[dict[str, Any]]:
    """Suspects with their pictures and without the column to fill in, fields as text: a year is no quantity."""
    found = []
    for n, row in enumerate(listed[:ON_PAGE]):
        texts = {k: f"{v:g}" if isinstance(v, int | float) else str(v or "") for k, v in row.items()}
        fields = {k: v for k, v in texts.items() if k not in ("label", "sure") and len(v) <= READABLE}
        found.append({**({"": drawn[n]} if drawn else {}), "sure": row["sure"], **fields})
    return found


def add_to(root: typer.Typer) -> None:
    """Register the commands of this file and of `asking`."""
    for command in (apply, ask, answer, errors):
        app.command()(command)
    root.add_typer(app, name="label")
