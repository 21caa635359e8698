"""polars: daily sums on a grid of days by keys, rolling sums over keys, joins."""

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
    last = nights.sort("cut_off").join_asof(seen, left_on="cut_off", right_on="observed_at", by="origin", check_sortedness=False)
    fresh = pl.col("observed_at") > pl.col("before")
    values = (pl.when(fresh).then(pl.col(name)).alias(f"weather_{name}") for name in WEATHER)
    return records.join(last.select("day", "origin", *values), on=["day", "origin"], how="left")


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
        daily = rows.group_by("day", *keys).agg(s=pl.sum("value"), n=pl.len())
        grid = days.join(rows.select(keys).unique(), how="cross") if keys else days
        grid = grid.join(daily, on=["day", *keys], how="left").sort(*keys, "day").join(overall, on="day")
        grid = grid.with_columns(pl.col("s", "n").fill_null(0))

        def rolling(column: str, window: int, keys: tuple[str, ...] = keys) -> pl.Expr:
            sums = pl.col(column).rolling_sum(window, min_samples=1)
            return sums.over(keys) if keys else sums

        rates = [
            ((rolling("s", w) + strength * pl.col("prior")) / (rolling("n", w) + strength)).alias(f"{name}_{w}")
            for w in windows
        ]
        known = rolling("n", longest).alias("known")
        grid = grid.select("day", *keys, *rates, known).filter(pl.col("known") > 0).drop("known")
        records = records.join(grid, on=["day", *keys], how="left").join(overall, on="day", how="left")
        records = records.with_columns(pl.col(f"{name}_{w}").fill_null(pl.col("prior")) for w in windows).drop("prior")
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
