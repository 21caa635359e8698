"""label: rules that vote, questions to people and their answers, labels that are probably wrong."""

from __future__ import annotations

import getpass
import http.server
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

import usecases
from cumulet.adapters import answers, examples
from cumulet.adapters.emulator import Clock
from cumulet.cli.options import AsJson, From, To, UseCaseName, span
from cumulet.cli.target import STATE
from cumulet.cli.terminal import data, print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import NotFoundError
from cumulet.core.schema import Columns, rows, select
from cumulet.core.training_data import desk, questions
from cumulet.core.training_data.active import UNCERTAINTY
from cumulet.core.training_data.labelling import Labelling
from cumulet.reports import document
from cumulet.reports import questions as page

LABEL = examples.LABEL
ON_PAGE = 200
Out = Annotated[Path | None, typer.Option(help="Where the file goes; by default in .cumulet/labelling/.")]
Everything = Annotated[bool, typer.Option("--all", help="Also records whose label is known.")]

app = typer.Typer(help="Labels: rules that vote, questions to people, labels that are wrong.", no_args_is_help=True)


@app.command()
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
    _, labelling, columns = _examples(context, use_case, first, last)
    columns = columns if everything else _unlabelled(columns, use_case)
    found = desk.voted(labelling, columns)
    file = out or _folder(use_case) / "labels.csv"
    file.write_text(questions.to_csv(desk.weak_labels(labelling, columns, found)), encoding="utf-8")
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


@app.command()
def ask(
    context: typer.Context,
    use_case: UseCaseName,
    n: Annotated[int, typer.Option("--n", min=1, max=5000, help="Questions.")] = 50,
    first: From = None,
    last: To = None,
    by: Annotated[str, typer.Option(help=f"Uncertainty: {' or '.join(UNCERTAINTY)}.")] = "entropy",
    everything: Everything = False,
    out: Out = None,
    serve: Annotated[bool, typer.Option("--serve", help="Show the page on 127.0.0.1 until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Choose the records whose labels would teach most: a CSV file to fill in, and a page to label on with keys.

    Uncertain by the nights' predictions (else by the labelling functions), and not all of one kind. The page needs no
    server; `cumulet label answer` takes the file or the page's download in.

    Example: cumulet label ask flights --n 50 --from 2013-02-01 --to 2013-02-28
    """
    if by not in UNCERTAINTY:
        raise typer.BadParameter(f"--by {by}: give {' or '.join(UNCERTAINTY)}")
    workspace, labelling, columns = _examples(context, use_case, first, last)
    columns = columns if everything else _unlabelled(columns, use_case)
    said = examples.predictions(workspace.lake, use_case, columns["id"], _days(workspace, columns))
    chosen, source = desk.chosen(labelling, columns, said, UNCERTAINTY[by], n)
    asked = desk.asked(workspace.use_case.schema, columns, chosen)
    file = out or _folder(use_case) / "questions.csv"
    file.write_text(questions.to_csv(asked), encoding="utf-8")
    html = file.with_suffix(".html")
    html.write_text(page.render(use_case, labelling.classes, asked), encoding="utf-8")
    figures = {"questions": len(asked), "of": rows(columns), "uncertain by": source}
    print_json({**figures, "file": str(file), "page": str(html)}) if as_json else print_table(
        f"Questions about {use_case}", [figures]
    )
    say(f"fill in {file}, or open {html}; then: cumulet label answer {use_case} FILE")
    if serve:
        _serve(html)


@app.command()
def answer(
    context: typer.Context,
    use_case: UseCaseName,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The filled-in CSV, or the page's JSON Lines.")
    ],
    first: From = None,
    last: To = None,
    annotator: Annotated[str, typer.Option(help="Who answered; by default you.")] = "",
    as_json: AsJson = False,
) -> None:
    """Take answers into the lake: all of a file or, when anything is wrong with it, nothing; twice is once.

    The next training learns from them; an answer counts before the outcome that the source reported.

    Example: cumulet label answer flights answers.jsonl --from 2013-02-01 --to 2013-02-28
    """
    workspace, labelling, columns = _examples(context, use_case, first, last)
    given = questions.read(file.read_text(encoding="utf-8"), labelling.classes, frozenset(columns["id"].tolist()))
    key = answers.write(
        workspace.lake,
        use_case,
        {name: float(label) for name, label in given.labels.items()},
        at=Clock().now(),
        cut_off=workspace.use_case.cut_off,
        annotator=annotator or getpass.getuser(),
        file=file.name,
    )
    figures = {
        "answers": len(given.labels),
        "open": given.open,
        "new": key is not None,
        "kept as": key or "(was there)",
    }
    print_json(figures) if as_json else print_table("Answers", [figures])


@app.command()
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
    workspace, labelling, columns = _examples(context, use_case, first, last)
    columns = select(columns, np.flatnonzero(np.isfinite(columns[LABEL])))
    if not rows(columns):
        raise NotFoundError(f"no record of {use_case} in these days has a label yet; run later nights first")
    said = examples.predictions(workspace.lake, use_case, columns["id"], _days(workspace, columns))
    with step(f"Judging {rows(columns)} labels"):
        found, source = desk.suspicious(labelling, columns, said)
    listed = desk.suspects(labelling, workspace.use_case.schema, columns, found, n)
    file = out or _folder(use_case) / "errors.csv"
    file.write_text(questions.to_csv(listed), encoding="utf-8")
    html = file.with_suffix(".html")
    html.write_text(_errors_page(use_case, labelling, found.joint, listed, source), encoding="utf-8")
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


def _examples(context: typer.Context, use_case: str, first: Any, last: Any) -> tuple[Workspace, Labelling, Columns]:
    """The workspace, how the use case is labelled, and the examples of a span; by default of the last 28 days."""
    given = span(first, last)
    labelling = usecases.labelling(use_case)
    workspace = open_workspace(use_case, context.obj)
    if given is None:
        raise typer.BadParameter("give --from and --to")
    with step(f"Reading examples of {use_case}, {given[0]} to {given[1]}"):
        return workspace, labelling, examples.read(workspace.lake, workspace.use_case, *given)


def _unlabelled(columns: Columns, use_case: str) -> Columns:
    found = select(columns, np.flatnonzero(np.isnan(columns[LABEL])))
    if not rows(found):
        raise NotFoundError(f"every record of {use_case} in these days has a label; give other days, or --all")
    return found


def _days(workspace: Workspace, columns: Columns) -> list[date]:
    return list(np.unique(workspace.use_case.days(columns)).tolist())


def _folder(use_case: str) -> Path:
    folder = STATE / "labelling" / use_case
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _errors_page(use_case: str, labelling: Labelling, joint: Any, listed: list[dict[str, Any]], source: str) -> str:
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
            "rows": [_as_read(row) for row in listed[:ON_PAGE]],
        },
    ]
    lead = [
        "Confident learning (Northcutt et al., 2021): labels that a model contradicts more surely than it is sure of "
        f"that class elsewhere. Judged by {source}."
    ]
    return document.render(f"Suspicious labels of {use_case}", lead, parts)


def _as_read(row: dict[str, Any]) -> dict[str, Any]:
    """A suspect without the column to fill in, its fields as text: a year is no quantity."""
    texts = {k: f"{v:g}" if isinstance(v, int | float) else v for k, v in row.items() if k not in ("label", "sure")}
    return {"sure": row["sure"], **texts}


def _serve(html: Path) -> None:
    """Serve one page on this machine alone, until Ctrl-C."""
    content = html.read_bytes()

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        say(f"serving  http://127.0.0.1:{server.server_port}/  until Ctrl-C")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("done")


def add_to(root: typer.Typer) -> None:
    """Register the commands of this file."""
    root.add_typer(app, name="label")
