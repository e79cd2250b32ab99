"""The language in which a rubric (考核细则) says how points follow from the figures.

    min(10, 10 * orders_served / orders_placed)
    if(sessions_held.theory >= 8, 5, sessions_held.theory / 2)
    default(10 * orders_served / previous(orders_served), 10)

A formula is parsed once: names, types and bounds are checked then, and what is wrong is said with
its position. It has no loops, no texts, and nothing by which it could reach anything but numbers;
it is calculated in exact fractions, so that it gives the same everywhere and for ever.

| | |
|---|---|
| numbers | `10`, `2.5`; names of measures (`GET /v1/measures`) and of the rubric's own indicators |
| a part of a measure | `.theme` or `.mode`: `sessions_held.theory`, `orders_served.help` |
| other places and times | `street(measure)`: all sites; `previous(measure)`: the period before |
| calculating | `+ - * /`, brackets, `min(a, b, …)`, `max(a, b, …)`, `floor(a)` |
| comparing | `< <= > >= = !=`, `and`, `or`, `not`; only inside `if(condition, a, b)` |
| dividing by zero | cannot be said, nor what is made of it; `default(a, b)` is b then |
"""

from services.reports.model.formula.parsing import FormulaError, parse
from services.reports.model.formula.tree import Node, Reference
from services.reports.model.formula.values import Unsayable, value_of

__all__ = ["FormulaError", "Node", "Reference", "Unsayable", "parse", "value_of"]
