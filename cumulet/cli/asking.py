"""label ask, label answer: questions to people, and their answers into the lake."""

from __future__ import annotations

import getpass
import http.server
from pathlib import Path
from typing import Annotated, Any

import typer

from cumulet.adapters import answers, examples
from cumulet.adapters.emulator import Clock
from cumulet.cli.labelling import Everything, Out, days_of, folder, read_examples, replace, unlabelled, whole
from cumulet.cli.options import AsJson, From, To, UseCaseName, required_span
from cumulet.cli.terminal import print_json, print_table, say
from cumulet.contracts.errors import SchemaError
from cumulet.core.schema import rows, select
from cumulet.core.training_data import desk, questions
from cumulet.core.training_data.active import UNCERTAINTY
from cumulet.reports import questions as page
from cumulet.reports.pictures import uri


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
    workspace, labelling, columns = read_examples(context, use_case, first, last)
    columns = columns if everything else unlabelled(columns, use_case)
    said = examples.predictions(workspace.lake, workspace.use_case, columns["id"], days_of(workspace, columns))
    chosen, source = desk.chosen(labelling, columns, said, UNCERTAINTY[by], n)
    asked = desk.asked(workspace.use_case.schema, columns, chosen)
    file = out or folder(use_case) / "questions.csv"
    replace(workspace, file, questions.to_csv(asked))
    html = file.with_suffix(".html")
    drawn = labelling.picture(select(columns, chosen)) if labelling.picture else ()
    begin, end = required_span(first, last)
    then = f"cumulet label answer {use_case} {{}} --from {begin} --to {end}"
    shown = [uri(each) for each in drawn]
    told = {"by": source, "then": then.format("answers.jsonl")}
    whole(html, page.render(use_case, labelling.classes, asked, shown, **told))
    figures = {"questions": len(asked), "of": rows(columns), "uncertain by": source}
    print_json({**figures, "file": str(file), "page": str(html)}) if as_json else print_table(
        f"Questions about {use_case}", [figures]
    )
    say(f"fill in {file}, or open {html}; then: {then.format(file)}")
    if serve:
        _serve(html)


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
    workspace, labelling, columns = read_examples(context, use_case, first, last)
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SchemaError(f"{file} is not UTF-8 text ({error}): save it as CSV UTF-8") from error
    given = questions.read(text, labelling.classes, frozenset(columns["id"].tolist()))
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

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:  # browsers open connections and say nothing
        say(f"serving  http://127.0.0.1:{server.server_port}/  until Ctrl-C")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("done")
