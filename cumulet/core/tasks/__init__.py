"""What kind of prediction a use case makes: everything that differs between kinds is here, and nowhere else.

Binary       a probability      y 0 or 1              forecasts (n,)
MultiClass   one of k classes   y the class's index   forecasts (n, k), probabilities
Regression   a number           y the number          forecasts (n,)
"""

from cumulet.core.tasks.binary import Binary, CostMatrix
from cumulet.core.tasks.multiclass import MultiClass
from cumulet.core.tasks.regression import Regression
from cumulet.core.tasks.task import MEAN, Task

__all__ = ["MEAN", "Binary", "CostMatrix", "MultiClass", "Regression", "Task"]
