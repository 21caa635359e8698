"""The context features of flights by hand, in other libraries: what `benchmarks.features` compares with."""

WINDOWS = (1, 7, 28)
RATES = (
    ("late", (), WINDOWS, 100),
    ("late_carrier", ("carrier",), WINDOWS, 50),
    ("late_origin", ("origin",), WINDOWS, 50),
    ("late_dest", ("dest",), WINDOWS, 30),
    ("late_origin_carrier", ("origin", "carrier"), WINDOWS, 30),
    ("late_flight", ("carrier", "flight"), (28,), 10),
    ("cancelled_origin", ("origin",), (1, 7), 50),
)
"""Name, keys, windows in nights, strength of the prior; `cancelled…` are of cancellations, all others of the label."""
COUNTS = (
    ("departures", ("origin", "hour")),
    ("departures_carrier", ("origin", "carrier")),
    ("departures_origin", ("origin",)),
)
WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
CUT_OFF_HOUR, TIME_ZONE = 3, "America/New_York"
