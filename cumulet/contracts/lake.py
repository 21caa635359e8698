"""The keys of the lake: one function per zone, so that a path is spelt once.

raw/{dataset}/dt=…/{table}.csv            as it came, immutable; other forms and later deliveries: `deliveries`
quarantine/{use_case}/dt=…/{table}.jsonl  records that broke the schema, each with its reasons
quarantine/{use_case}/dt=…/_day.json      why a day was set aside as a whole; _day.html shows it
curated/{dataset}/dt=…/records.parquet    valid, typed, deduplicated; side tables are datasets {use_case}_{table}
curated/{use_case}/dt=…/_manifest.json    written last: the day is committed
labels/{use_case}/known=…/labels.parquet  by the night they became known
answers/{use_case}/known=…/{batch}.parquet  labels that people gave, with who and when
features/{use_case}/dt=…/records.parquet  records with their context features as of the night's cut-off
predictions/{use_case}/dt=…/model=…/      one row a record
sketches/{use_case}/dt=…/model=…/{kind}.json   mergeable: inputs, performance
snapshots/{use_case}/{dataset_id}/        manifest.json and data.parquet
models/{use_case}/{run}/                  model.tar.gz, evaluation.json, model_card.json
runs/{use_case}/{attempt}/                what one execution of Training passes from job to job
queries/{query}.csv                       results of Athena, for a week
shifts/{use_case}/shift.json               the shift that its days came with, where they were shifted on purpose
erasures/{use_case}/register/             who must not come back, as keyed hashes; certificates/ prove, open/ resumes
"""

from __future__ import annotations

from datetime import date

from cumulet.contracts.deliveries import ACCEPTED, name_of


def raw(use_case: str, day: date, table: str, form: str = "csv") -> str:
    """Key of one raw table of a day, as the source handed it over first; `deliveries.FORMS` are the forms."""
    return raw_day(use_case, day) + name_of(table, form)


def raw_day(use_case: str, day: date) -> str:
    """Prefix (with its slash) of what was handed over for a day."""
    return f"raw/{use_case}/dt={day}/"


def accepted(use_case: str, day: date) -> str:
    """Key of an operator's word that a day which was set aside may be used."""
    return raw_day(use_case, day) + ACCEPTED


def quarantine(use_case: str, day: date, table: str) -> str:
    """Key of the refused rows (JSON Lines) of one table of a day."""
    return quarantine_day(use_case, day) + f"{table}.jsonl"


def quarantine_day(use_case: str, day: date) -> str:
    """Prefix (with its slash) of everything that was refused of a day."""
    return f"quarantine/{use_case}/dt={day}/"


def set_aside(use_case: str, day: date, form: str = "json") -> str:
    """Key of the reasons for which a day was set aside as a whole: `json` for programs, `html` for people."""
    return quarantine_day(use_case, day) + f"_day.{form}"


def curated(dataset: str, day: date) -> str:
    """Key of the valid rows of a day; a side table's dataset is `{use_case}_{table}`."""
    return f"curated/{dataset}/dt={day}/records.parquet"


def commit(use_case: str, day: date) -> str:
    """Key of the manifest that commits an ingested day."""
    return f"curated/{use_case}/dt={day}/_manifest.json"


def labels(use_case: str, known: date) -> str:
    """Key of the labels that became known between the cut-offs of the previous night and of night `known`."""
    return f"labels/{use_case}/known={known}/labels.parquet"


def answers(use_case: str) -> str:
    """Prefix (with its slash) of the labels that people gave; below it `known={night}/{batch}.parquet`."""
    return f"answers/{use_case}/"


def features(use_case: str, day: date) -> str:
    """Key of a day's records with their context features."""
    return f"features/{use_case}/dt={day}/records.parquet"


def predictions(use_case: str, day: date, model: str) -> str:
    """Prefix (with its slash) of a day's predictions by one model version."""
    return f"predictions/{use_case}/dt={day}/model={model}/"


def prediction_file(use_case: str, day: date, model: str) -> str:
    """Key of the predictions that a batch transform writes for a day's features."""
    return predictions(use_case, day, model) + "records.parquet.out"


def sketch(use_case: str, day: date, model: str, kind: str) -> str:
    """Key of a day's sketch; kind is `inputs` or `performance`."""
    return f"sketches/{use_case}/dt={day}/model={model}/{kind}.json"


def snapshot(use_case: str, dataset_id: str) -> str:
    """Prefix (with its slash) of a dataset snapshot."""
    return f"snapshots/{use_case}/{dataset_id}/"


def models(use_case: str, run: str) -> str:
    """Prefix (with its slash) of what a training run hands over."""
    return f"models/{use_case}/{run}/"


def shift(use_case: str) -> str:
    """Key of the shift that the days of a use case came with."""
    return f"shifts/{use_case}/shift.json"


def erasures(use_case: str, kind: str) -> str:
    """Prefix (with its slash) of what erasures leave: kind is `register`, `certificates` or `open`."""
    return f"erasures/{use_case}/{kind}/"


def run(use_case: str, attempt: str) -> str:
    """Prefix (with its slash) of what the jobs of one execution of Training pass on."""
    return f"runs/{use_case}/{attempt}/"
