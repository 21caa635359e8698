"""polars: running sums by key, looked up as of two days; joins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.features_by import COUNTS, CUT_OFF_HOUR, RATES, TIME_ZONE, WEATHER


def load(folder: Path) -> dict[str, pl.DataFrame]:
    """The tables."""
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in ("records", "labels", "weather")}


def _known(labels: pl.DataFrame, name: str, keys: tuple[str, ...]) -> pl.DataFrame:
    late = pl.when(pl.col("label").is_nan()).then(None).otherwise(pl.col("label"))
    value = (pl.col("status") == "cancelled").cast(pl.Float64) if name.startswith("cancelled") else late
    return labels.select("known", *keys, value.alias("value")).drop_nulls("value")


def _of_day(records: pl.DataFrame) -> pl.DataFrame:
    records = records.with_columns(day=pl.col("sched_dep").dt.date(), hour=pl.col("sched_dep").dt.hour())
    return records.with_columns(pl.len().over("day", *keys).alias(name) for name, keys in COUNTS)


def _with_weather(records: pl.DataFrame, weather: pl.DataFrame) -> pl.DataFrame:
    at = pl.col("day").dt.offset_by("0d").cast(pl.Datetime("ms")).dt.offset_by(f"{CUT_OFF_HOUR}h")
    utc = at.dt.replace_time_zone(TIME_ZONE).dt.convert_time_zone("UTC")
    before = (pl.col("day").dt.offset_by("-1d").cast(pl.Datetime("ms")).dt.offset_by(f"{CUT_OFF_HOUR}h")).dt
    nights = records.select("day", "origin").unique()
    nights = nights.with_columns(cut_off=utc, before=before.replace_time_zone(TIME_ZONE).dt.convert_time_zone("UTC"))
    seen = weather.sort("observed_at").select("origin", "observed_at", *WEATHER)
    last = nights.sort("cut_off").join_asof(
        seen, left_on="cut_off", right_on="observed_at", by="origin", check_sortedness=False
    )
    fresh = pl.col("observed_at") > pl.col("before")
    values = (pl.when(fresh).then(pl.col(name)).alias(f"weather_{name}") for name in WEATHER)
    return records.join(last.select("day", "origin", *values), on=["day", "origin"], how="left")


def _until(asked: pl.DataFrame, sums: pl.DataFrame, keys: tuple[str, ...], back: tuple[int, ...]) -> pl.DataFrame:
    """The running sums by key as they were some days before each day asked for (exact: they are whole numbers)."""
    for days in back:
        at = asked.select("day", *keys).with_columns(then=pl.col("day").dt.offset_by(f"-{days}d"))
        found = at.join_asof(
            sums, left_on="then", right_on="day", by=list(keys) or None, coalesce=True, check_sortedness=False
        )
        asked = asked.hstack(found.select(pl.col("s", "n").fill_null(0).name.suffix(f"_{days}")))
    return asked


def year(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """All days."""
    records = _of_day(tables["records"])
    days = records.select(pl.date_range(pl.min("day"), pl.max("day")).alias("day"))
    for name, keys, windows, strength in RATES:
        rows = _known(tables["labels"], name, keys).rename({"known": "day"})
        overall = days.join(rows.group_by("day").agg(s=pl.sum("value"), n=pl.len()), on="day", how="left").sort("day")
        longest = max(windows)
        rolled = (pl.col(c).fill_null(0).rolling_sum(longest, min_samples=1) for c in ("s", "n"))
        overall = overall.select("day", *rolled).select("day", prior=pl.col("s") / pl.col("n"))
        daily = rows.group_by("day", *keys).agg(s=pl.sum("value"), n=pl.len()).sort("day")
        sums = (pl.col(c).cum_sum().over(keys) if keys else pl.col(c).cum_sum() for c in ("s", "n"))
        asked = (
            records.select("day", *keys).unique().sort("day").join(overall, on="day", how="left", maintain_order="left")
        )
        asked = _until(asked, daily.with_columns(sums), keys, (0, *windows))
        past = {w: [pl.col(f"{c}_0") - pl.col(f"{c}_{w}") for c in ("s", "n")] for w in windows}
        rates = [
            pl.when(past[longest][1] > 0)
            .then((s + strength * pl.col("prior")) / (n + strength))
            .otherwise(pl.col("prior"))
            .alias(f"{name}_{w}")
            for w, (s, n) in past.items()
        ]
        records = records.join(asked.select("day", *keys, *rates), on=["day", *keys], how="left")
    return _with_weather(records, tables["weather"])


def day(tables: dict[str, pl.DataFrame], day: np.datetime64) -> pl.DataFrame:
    """One day: the label rows of each window, grouped once."""
    today = pl.lit(day.item())
    records = _of_day(tables["records"])
    for name, keys, windows, strength in RATES:
        rows = _known(tables["labels"], name, keys).with_columns(age=(today - pl.col("known")).dt.total_days())
        rows = rows.filter((pl.col("age") >= 0) & (pl.col("age") < max(windows)))
        prior = rows["value"].sum() / max(len(rows), 1)
        recent = {w: pl.col("value").filter(pl.col("age") < w) for w in windows}
        rates = [((v.sum() + strength * prior) / (v.len() + strength)).alias(f"{name}_{w}") for w, v in recent.items()]
        if keys:
            records = records.join(rows.group_by(keys).agg(rates), on=keys, how="left")
        else:
            records = records.join(rows.select(rates), how="cross")
        records = records.with_columns(pl.col(f"{name}_{w}").fill_null(prior) for w in windows)
    return _with_weather(records, tables["weather"])


def columns(features: pl.DataFrame, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The features as float32 columns, in the order of the ids."""
    ordered = features.sort("id")
    return {name: ordered[name].cast(pl.Float32).to_numpy() for name in names}
