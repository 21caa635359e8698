"""What a day of flights must be like to be used. No day of 2013 is stopped; docs/ingest.md has the figures."""

from __future__ import annotations

from cumulet.core.expectations import Categories, Expectation, Fresh, Level, Missing, Refused, Repeated, Unique, Volume

EXPECTATIONS: tuple[Expectation, ...] = (
    Volume(table="records", least=0.6, most=1.5),
    Refused(table="records", most=0.2),
    Unique(table="records"),
    Missing(table="records", columns=("plane_year", "seats")),
    Level(table="records", columns=("distance", "block_minutes"), within=0.25),
    Categories(table="records", columns=("carrier", "dest")),
    Refused(table="outcomes", most=0.2),
    Unique(table="outcomes"),
    Fresh(table="outcomes", column="known_at", hours=20),
    Repeated(tables=("records", "outcomes", "weather")),
    # The model bears a night without weather: these only tell.
    Volume(table="outcomes", least=0.5, most=1.7, stops=False),
    Volume(table="weather", least=0.5, stops=False),
    Refused(table="weather", stops=False),
    Fresh(table="weather", column="observed_at", hours=12, stops=False),
    Missing(table="weather", columns=("temp", "dewp", "humid", "wind_speed", "visib"), stops=False),
)
