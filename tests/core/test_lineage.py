"""Walks over a small lineage: three days, two snapshots, two models, four scored nights."""

from __future__ import annotations

import pytest

from cumulet.contracts.errors import ContractError
from cumulet.core.lineage import Graph, Node, collapsed
from cumulet.core.lineage_ids import examples, meant


def raw(day):
    return f"raw/flights/dt=2013-01-0{day}/records.csv"


def curated(day):
    return f"curated/flights/dt=2013-01-0{day}/records.parquet"


def said(day, model):
    return f"predictions/flights/dt=2013-02-0{day}/model={model}/records.parquet.out"


@pytest.fixture
def graph():
    edges = [(raw(day), curated(day)) for day in (1, 2, 3)]
    edges += [(curated(day), "snapshots/flights/8c1f02aa") for day in (1, 2)]
    edges += [(curated(day), "snapshots/flights/8c1f77bb") for day in (1, 2, 3)]
    for model, snapshot in ((1, "8c1f02aa"), (2, "8c1f77bb")):
        edges += [(f"snapshots/flights/{snapshot}", f"runs/flights/run-{model}")]
        edges += [(f"runs/flights/run-{model}", f"models/flights/{model}")]
        edges += [(f"models/flights/{model}", said(day, model)) for day in (2 * model, 2 * model + 1)]
    return Graph((), edges)


def test_a_prediction_goes_back_to_the_raw_files_of_its_model_s_snapshot_alone(graph):
    assert {one for one in graph.ancestors([said(2, 1)]) if one.startswith("raw/")} == {raw(1), raw(2)}
    assert "models/flights/2" not in graph.ancestors([said(2, 1)])


def test_a_raw_file_goes_forward_to_all_that_it_is_in(graph):
    found = graph.descendants([raw(3)])
    assert found >= {"snapshots/flights/8c1f77bb", "models/flights/2", said(4, 2), said(5, 2)}
    assert not {one for one in found if "8c1f02aa" in one or "model=1" in one}


def test_around_a_model_are_its_data_and_its_nights_and_no_other_model_s(graph):
    found = graph.around(["models/flights/1"])
    assert set(found.nodes) == {
        *(raw(1), raw(2), curated(1), curated(2)),
        *("snapshots/flights/8c1f02aa", "runs/flights/run-1", "models/flights/1", said(2, 1), said(3, 1)),
    }
    assert (raw(1), curated(1)) in found.edges


def test_days_that_were_used_alike_become_one_node_with_their_span(graph):
    few, names = collapsed(graph.around(["models/flights/2"]))
    assert names[raw(1)] == names[raw(3)]
    assert few.nodes[names[raw(1)]].facts == {"first": "2013-01-01", "last": "2013-01-03", "count": 3}
    assert len(few.nodes) == 6
    assert (names[raw(1)], names[curated(1)]) in few.edges


def test_days_that_went_into_other_snapshots_stay_apart(graph):
    _, names = collapsed(graph)
    assert names[raw(1)] == names[raw(2)] != names[raw(3)]


def test_what_was_asked_for_stays_by_itself(graph):
    few, names = collapsed(graph, keep=[raw(2)])
    assert names[raw(2)] == raw(2)
    assert few.nodes[names[raw(1)]].facts["first"] == few.nodes[names[raw(1)]].facts["last"] == "2013-01-01"


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("2", ["models/flights/2"]),
        ("flights/2", ["models/flights/2"]),
        ("arn:aws:sagemaker:us-east-1:1:model-package/flights/2", ["models/flights/2"]),
        ("run-1", ["runs/flights/run-1"]),
        ("8c1f7", ["snapshots/flights/8c1f77bb"]),
        (raw(2), [raw(2)]),
        (f"s3://lake/{raw(2)}", [raw(2)]),
        ("raw/flights/dt=2013-01-02", [raw(2)]),
        ("2013-01-02", [raw(2)]),
        ("2013-01-09", []),
        ("7", []),
        ("nothing", []),
    ],
)
def test_an_id_means_a_model_a_run_a_snapshot_a_file_or_a_day(graph, text, nodes):
    assert meant(graph, "flights", text) == nodes


def test_an_ambiguous_snapshot_is_named(graph):
    with pytest.raises(ContractError, match="8c1f02aa, 8c1f77bb"):
        meant(graph, "flights", "8c1f")


def test_every_kind_of_id_has_an_example_that_means_something(graph):
    lines = examples(graph, "flights", "a@2013-02-05")
    given = [line.split()[-1] for line in lines]
    assert len(lines) == 6
    assert all(meant(graph, "flights", one) for one in given[1:])
    assert "there is none yet" in " ".join(examples(Graph([Node("code/flights/1")]), "flights", ""))
