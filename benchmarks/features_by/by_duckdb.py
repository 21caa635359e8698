"""DuckDB: daily sums on a grid of days by keys, window functions, joins: one statement a feature."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from benchmarks.features_by import COUNTS, CUT_OFF_HOUR, RATES, TIME_ZONE, WEATHER


def load(folder: Path) -> duckdb.DuckDBPyConnection:
    """The tables, in a database in memory."""
    found = duckdb.connect(config={"threads": 2})
    for name in ("records", "labels", "weather"):
        found.execute(f"create table {name} as from read_parquet('{folder / name}.parquet')")
    found.execute("alter table weather alter observed_at type timestamp")  # as UTC; time zones need an extension
    days = [row[0] for row in found.sql("select distinct sched_dep::date from records order by 1").fetchall()]
    found.execute("create table cut_offs (day date, cut_off timestamp, before timestamp)")
    found.executemany("insert into cut_offs values (?, ?, ?)", [[d, _cut_off(d), _cut_off(d, 1)] for d in days])
    return found


def _cut_off(day: date, before: int = 0) -> datetime:
    """The cut-off of a night, or of one before it, in UTC and without zone."""
    at = datetime.combine(day - timedelta(days=before), time(CUT_OFF_HOUR), ZoneInfo(TIME_ZONE))
    return at.astimezone(UTC).replace(tzinfo=None)


def year(db: Any) -> Any:
    """All days."""
    return db.sql(_query(0)).to_arrow_table()


def day(db: Any, day: np.datetime64) -> Any:
    """One day."""
    return db.sql(_query(27)).to_arrow_table()


def _query(back: int) -> str:
    """Everything for the days of the records; the grid begins so many days before the first of them."""
    parts, joins, features = [], [], []
    for name, keys, windows, strength in RATES:
        by = ", ".join(keys)
        value = "(status = 'cancelled')::double" if name.startswith("cancelled") else "nullif(label, 'nan'::double)"
        over = {w: f"(partition by {by or '1'} order by day rows {w - 1} preceding)" for w in windows}
        longest = over[max(windows)]
        rates = ", ".join(
            f"(sum(s) over {over[w]} + {strength} * prior) / (sum(n) over {over[w]} + {strength}) as {name}_{w}"
            for w in windows
        )
        grid = f"days cross join (select distinct {by} from labels)" if keys else "days"
        on = " and ".join(["days.day = r.day", *(f"k.{key} = r.{key}" for key in keys)])
        parts.append(f"""
        {name}_rows as (select known as day, {by + "," if keys else ""} {value} as value from labels
            where value is not null),
        {name}_prior as (select days.day, sum(coalesce(s, 0)) over w / sum(coalesce(n, 0)) over w as prior from days
            left join (select day, sum(value) s, count(*) n from {name}_rows group by day) r using (day)
            window w as (order by days.day rows {max(windows) - 1} preceding)),
        {name}_daily as (select days.day, {"".join(f"k.{key}, " for key in keys)}
            coalesce(s, 0) s, coalesce(n, 0) n, prior
            from {grid.replace(")", ") k") if keys else grid}
            left join (select day, {by + "," if keys else ""} sum(value) s, count(*) n from {name}_rows
                group by day{"".join(f", {key}" for key in keys)}) r on {on}
            join {name}_prior p on p.day = days.day),
        {name}_rates as (select day, {"".join(f"{key}, " for key in keys)} {rates}, sum(n) over {longest} as known
            from {name}_daily)""")
        match = " and ".join([f"{name}_rates.day = d.day", *(f"{name}_rates.{key} = d.{key}" for key in keys)])
        joins.append(f"left join {name}_rates on {match} and {name}_rates.known > 0")
        joins.append(f"left join {name}_prior on {name}_prior.day = d.day")
        features += [f"coalesce({name}_rates.{name}_{w}, {name}_prior.prior) as {name}_{w}" for w in windows]
    counts = [f"count(*) over (partition by {', '.join(('day', *keys))}) as {name}" for name, keys in COUNTS]
    first = f"min(sched_dep)::date - {back}"
    return f"""
    with d as (select *, {", ".join(counts)} from
        (select *, sched_dep::date as day, hour(sched_dep) as hour from records)),
    days as (select unnest(generate_series({first}, max(sched_dep)::date, interval 1 day))::date as day
        from records), {",".join(parts)},
    nights as (select distinct day, origin, cut_off, before from d join cut_offs using (day)),
    seen as (select nights.day, nights.origin, before, w.* exclude (origin) from nights
        asof left join weather w on w.origin = nights.origin and nights.cut_off >= w.observed_at)
    select d.id, {", ".join(name for name, _ in COUNTS)}, {", ".join(features)},
        {", ".join(f"case when observed_at > before then seen.{n} end as weather_{n}" for n in WEATHER)}
    from d {" ".join(joins)} left join seen on seen.day = d.day and seen.origin = d.origin order by d.id"""


def columns(features: Any, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The features as float32 columns; the query has ordered them by id."""
    return {name: features[name].to_numpy().astype(np.float32) for name in names}
