"""`cumulet lineage ID`: from a prediction to its raw files and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

import usecases
from cumulet.adapters import stacks
from cumulet.adapters.lineage import LineageReader
from cumulet.adapters.scored_records import ScoredRecords
from cumulet.cli.options import AsJson
from cumulet.cli.reports import keep
from cumulet.cli.target import Target, connect
from cumulet.cli.terminal import data, print_json, say
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import NotFoundError
from cumulet.contracts.settings import stack_name
from cumulet.core.lineage import Graph, collapsed
from cumulet.core.lineage_ids import examples, meant
from cumulet.reports import lineage as picture
from cumulet.reports.lineage_words import caption

MOST_BY_THEMSELVES = 6
"""Of more files than these, those that were used alike are shown together, even if they were asked for."""
UNSAFE = re.compile(r"[^A-Za-z0-9.@-]+")
"""What has no place in a file's name."""


def lineage(
    context: typer.Context,
    identifier: Annotated[
        str,
        typer.Argument(help="A record's ID or ID@DATE, a model, a run, a snapshot, a file or a day.", metavar="ID"),
    ],
    use_case: Annotated[
        str | None, typer.Option(help="The use case; by default those that are deployed are searched.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a prediction, model, snapshot or file was made from, and what became of it; as text and as a picture.

    It goes from a prediction to its model, the model's run, snapshot and code, and their raw files with their hashes;
    and from a raw file or a day to the snapshots, models and nights that it went into.

    Example: cumulet lineage 2013-04-03-UA1545-EWR-0515
    """
    workspace, around, asked = _found(context.obj, identifier, use_case)
    if as_json:
        nodes = [{"name": node.name, "zone": node.zone, **node.facts} for node in around.nodes.values()]
        print_json({"asked": asked, "nodes": nodes, "edges": around.edges})
        return
    few, names = collapsed(around, asked if len(asked) <= MOST_BY_THEMSELVES else ())
    shown = list(dict.fromkeys(names[one] for one in asked))
    seen: set[str] = set()
    for one in shown:
        data.print(tree(few, one, seen))
    page = picture.render(few, shown, question=identifier, use_case=workspace.name)
    file = f"lineage-{UNSAFE.sub('-', identifier)}.html"
    say(f"picture  {keep(file, page)}")


def _found(target: Target, identifier: str, use_case: str | None) -> tuple[Workspace, Graph, list[str]]:
    """The use case that knows an id, what is around it, and the nodes that it names."""
    connect(target)
    known = [use_case] if use_case else [n for n in usecases.names() if stacks.describe(stack_name(n)) is not None]
    looked: list[str] = []
    for name in known:
        workspace = open_workspace(name, target)
        reader = LineageReader(workspace.lake, workspace.registry, workspace.use_case)
        graph, records = reader.read(), ScoredRecords(workspace.lake, name)
        asked = meant(graph, name, identifier) or records.add(graph, identifier)
        if asked:
            around = graph.around(asked)
            reader.details(around, asked)
            return workspace, around, asked
        looked += [f"\n{name}:", *(f"\n  {line}" for line in examples(graph, name, records.example(graph)))]
    raise NotFoundError(
        f"{identifier!r} is nothing that was looked for; examples of each kind:{''.join(looked)}"
        if looked
        else "no use case is deployed: run `cumulet deploy`"
    )


def tree(graph: Graph, name: str, seen: set[str]) -> Tree:
    """A node of a collapsed graph with what it was made from and what was made from it.

    What is in `seen` is not unfolded again; what the tree shows is added to it.
    """
    root = Tree(f"[bold]{_line(graph, name)}[/bold]")
    for heading, edges in (("was made from", graph.parents), ("went into", graph.children)):
        if edges[name]:
            _grow(root.add(f"[dim]{heading}[/dim]"), graph, edges, name, seen)
    return root


def _grow(branch: Tree, graph: Graph, edges: Mapping[str, Mapping[str, None]], name: str, seen: set[str]) -> None:
    for one in sorted(edges[name]):
        again = one in seen and bool(edges[one])
        seen.add(one)
        twig = branch.add(_line(graph, one) + (" [dim](as above)[/dim]" if again else ""))
        if not again:
            _grow(twig, graph, edges, one, seen)


def _line(graph: Graph, name: str) -> str:
    words = caption(graph.nodes[name])
    detail = f"  [dim]{escape(words.detail)}[/dim]" if words.detail else ""
    return f"[cyan]{escape(words.kind)}[/cyan] {escape(words.name)}{detail}"


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command()(lineage)
