"""pandas: daily sums, rolling windows, merges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.features_by import COUNTS, CUT_OFF_HOUR, RATES, TIME_ZONE, WEATHER


def load(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables, with the night of each label as a moment."""
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in ("records", "labels", "weather")}
    tables["labels"]["known"] = pd.to_datetime(tables["labels"]["known"])
    return tables


def _known(labels: pd.DataFrame, name: str, keys: tuple[str, ...]) -> pd.DataFrame:
    value = (labels["status"] == "cancelled").astype(float) if name.startswith("cancelled") else labels["label"]
    return labels[["known", *keys]].assign(value=value).dropna(subset=["value"])


def _of_day(records: pd.DataFrame) -> pd.DataFrame:
    day = records["sched_dep"].dt.normalize()
    records = records.assign(day=day, hour=records["sched_dep"].dt.hour)
    for name, keys in COUNTS:
        records[name] = records.groupby(["day", *keys])["id"].transform("size")
    return records


def _with_weather(records: pd.DataFrame, weather: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    both = days.union(days - pd.Timedelta(days=1))
    cut_offs = (both + pd.Timedelta(hours=CUT_OFF_HOUR)).tz_localize(TIME_ZONE).tz_convert("UTC")
    night = pd.cut(weather["observed_at"], cut_offs, labels=both[1:].strftime("%Y-%m-%d"))
    last = weather.assign(day=pd.to_datetime(night.astype("str"), errors="coerce")).sort_values("observed_at")
    last = last.dropna(subset=["day"]).drop_duplicates(["day", "origin"], keep="last")
    last = last[["day", "origin", *WEATHER]].rename(columns={name: f"weather_{name}" for name in WEATHER})
    return records.merge(last, on=["day", "origin"], how="left")


def year(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """All days: a grid of days by keys, rolled."""
    records = _of_day(tables["records"])
    days = pd.date_range(records["day"].min(), records["day"].max())
    for name, keys, windows, strength in RATES:
        rows = _known(tables["labels"], name, keys)
        overall = rows.groupby("known")["value"].agg(["sum", "count"]).reindex(days, fill_value=0)
        overall = overall.rolling(max(windows), min_periods=1).sum()
        prior = overall["sum"] / overall["count"]
        if keys:
            daily = rows.groupby(["known", *keys])["value"].agg(["sum", "count"])
            daily = daily.unstack(list(keys), fill_value=0).reindex(days, fill_value=0)
            sums, counts = daily["sum"], daily["count"]
        else:
            daily = rows.groupby("known")["value"].agg(["sum", "count"]).reindex(days, fill_value=0)
            sums, counts = daily[["sum"]], daily[["count"]].set_axis(["sum"], axis=1)
        longest = counts.rolling(max(windows), min_periods=1).sum()
        found: dict[str, Any] = {}
        for window in windows:
            total, count = (grid.rolling(window, min_periods=1).sum() for grid in (sums, counts))
            rate = total.add(strength * prior, axis=0) / (count + strength)
            found[f"{name}_{window}"] = rate.where(longest > 0, prior, axis=0)
        if not keys:
            for feature, rate in found.items():
                records[feature] = records["day"].map(rate["sum"])
            continue
        long = pd.concat({f: rate.unstack() for f, rate in found.items()}, axis=1)
        long.index.names = [*keys, "day"]
        records = records.merge(long.reset_index(), on=["day", *keys], how="left")
        for feature in found:
            records[feature] = records[feature].fillna(records["day"].map(prior))
    return _with_weather(records, tables["weather"], days)


def day(tables: dict[str, pd.DataFrame], day: np.datetime64) -> pd.DataFrame:
    """One day: the label rows of each window, grouped."""
    today, labels = pd.Timestamp(day), tables["labels"]
    records = _of_day(tables["records"])
    for name, keys, windows, strength in RATES:
        rows = _known(labels, name, keys)
        rows = rows[(rows["known"] > today - pd.Timedelta(days=max(windows))) & (rows["known"] <= today)]
        prior = rows["value"].sum() / len(rows)
        parts = {}
        for window in windows:
            recent = rows[rows["known"] > today - pd.Timedelta(days=window)]
            if not keys:
                value = recent["value"]
                records[f"{name}_{window}"] = (value.sum() + strength * prior) / (len(value) + strength)
                continue
            parts[window] = recent.groupby(list(keys))["value"].agg(["sum", "count"])
        if keys:
            every = parts[max(windows)].index
            both = {w: part.reindex(every, fill_value=0) for w, part in parts.items()}
            rates = {f"{name}_{w}": (p["sum"] + strength * prior) / (p["count"] + strength) for w, p in both.items()}
            records = records.merge(pd.DataFrame(rates).reset_index(), on=list(keys), how="left")
            records[list(rates)] = records[list(rates)].fillna(prior)
    return _with_weather(records, tables["weather"], pd.DatetimeIndex([today]))


def columns(features: pd.DataFrame, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The features as float32 columns, in the order of the ids."""
    ordered = features.sort_values("id")
    return {name: ordered[name].to_numpy(np.float32) for name in names}
