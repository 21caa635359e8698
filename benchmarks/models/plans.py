"""What each use case must reach: a declaration apiece. A new use case is measured by an entry here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

FROZEN, MONTHLY, DEPLOYED = "frozen", "monthly", "retrained on alarm"
"""The policies: the first champion kept as it is; a new model on the first of every month, without a gate; production
as deployed, trained anew when an alarm asks for it, behind the gate."""
Span = tuple[date, date]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A limit for a figure of a policy over the whole span, or one of its parts."""

    metric: str
    policy: str = DEPLOYED
    at_least: float = float("-inf")
    at_most: float = float("inf")
    part: str = ""
    beating: bool = False
    """Every baseline must be beaten in it as well, fitted once or every month; only of a metric with intervals."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a use case is judged: from which night on, in which spans, and by which goals."""

    use_case: str
    first_night: date
    """The source's days before it are what the first champion learns from; its last day ends the whole span."""
    whole: str
    """Name of the whole span."""
    goals: tuple[Goal, ...]
    parts: Mapping[str, Span] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    """Metrics of the tables; those that the task compares by default."""
    groups: tuple[str, ...] = ()
    """Fields by whose values the deployed policy is judged too; the first one's gap in `recall` is reported."""
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """First champions that must do without some features, by name."""
    nothing_above: Mapping[str, float] = field(default_factory=dict)
    """Above these figures, of any model in any span or month, is a leak."""
    most_trainings: int | None = None
    most_red_nights: int | None = None
    """Nights at whose end a performance alarm is red."""


FLIGHTS = Plan(
    use_case="flights",
    first_night=date(2013, 4, 1),
    whole="Apr–Dec 2013",
    parts={
        "Apr–Jun 2013": (date(2013, 4, 1), date(2013, 6, 30)),
        "Jul–Dec 2013": (date(2013, 7, 1), date(2013, 12, 31)),
    },
    shown=("roc_auc", "pr_auc", "skill", "skill_to_prior", "ece", "cost"),
    goals=(
        Goal(metric="roc_auc", at_least=0.705, beating=True),
        Goal(metric="skill", at_least=0.095, beating=True),
        Goal(metric="ece", at_most=0.02),
        Goal(metric="roc_auc", policy=FROZEN, part="Apr–Jun 2013", at_least=0.695, beating=True),
        Goal(metric="skill", policy=FROZEN, part="Apr–Jun 2013", at_least=0.085, beating=True),
    ),
    nothing_above={"roc_auc": 0.85},
    most_trainings=8,
)
BIKES = Plan(
    use_case="bikes",
    first_night=date(2011, 7, 1),
    whole="Jul 2011–Dec 2012",
    parts={
        "Jul 2011–Mar 2012": (date(2011, 7, 1), date(2012, 3, 31)),
        "Apr–Dec 2012": (date(2012, 4, 1), date(2012, 12, 31)),
    },
    shown=("wape", "skill", "bias", "mae"),
    goals=(
        Goal(metric="wape", policy=MONTHLY, at_most=0.20, beating=True),
        Goal(metric="skill", policy=MONTHLY, at_least=0.87, beating=True),
    ),
)
INCOME = Plan(
    use_case="income",
    first_night=date(2016, 1, 1),
    whole="2016–18",
    parts={str(year): (date(year, 1, 1), date(year, 12, 31)) for year in (2016, 2017, 2018)},
    shown=("roc_auc", "accuracy", "skill", "ece", "recall"),
    goals=(
        Goal(metric="roc_auc", at_least=0.90, beating=True),
        Goal(metric="accuracy", at_least=0.825, beating=True),
        Goal(metric="ece", at_most=0.012),
    ),
    groups=("disability", "sex", "race"),
    without={
        "frozen, without sex, race and disabilities": (
            "sex", "race_rate", "disability", "hearing", "vision", "cognition",
        ),
    },
    nothing_above={"roc_auc": 0.95},
    most_trainings=0,
    most_red_nights=0,
)  # fmt: skip
DIGITS = Plan(
    use_case="digits",
    first_night=date(2024, 4, 1),
    whole="Apr–May 2024",
    shown=("accuracy", "macro_f1", "skill", "ece", "log_loss"),
    goals=(Goal(metric="accuracy", at_least=0.97, beating=True),),
    most_trainings=0,
    most_red_nights=0,
)
"""What the int8 file may lose and weigh is for the gate to say; its verdict is a goal of every plan."""
PLANS = {plan.use_case: plan for plan in (FLIGHTS, BIKES, INCOME, DIGITS)}
