"""The panel's likelihood of one series in plain Python, written from docs/methods/panels.md."""

import math

NODES = [-2.1, -1.4, -0.7, 0.0, 0.7, 1.4, 2.1]


def normal_density(error: float, deviation: float) -> float:
    return math.exp(-0.5 * (error / deviation) ** 2) / deviation


def size_of_shocks(p: dict, growth: float) -> float:
    return ((p["calm"] ** 2 + min(abs(growth), 1.5) ** 2) / (p["calm"] ** 2 + 0.1**2)) ** p["phase"]


def step(p: dict, state: dict, years: float) -> dict:
    growth = state["growth"]
    pace = (1.0 - math.exp(state["first"] - state["level"])) / max(state["age"], 1.0)
    goal = p["long_run"] + p["pace"] * pace
    slowing = (math.exp(p["fading"] * p["slowing"]) - 1.0) / 0.1
    keep = math.exp(-p["fading"] * (1.0 - p["slowing"]) * years) / (1.0 + slowing * max(growth, 0.0) * years)
    variance = size_of_shocks(p, growth) * years
    ahead = goal + keep * (growth - goal)
    c = keep**2 * state["c"] + (1.0 - p["transitory"]) * variance
    b = keep * state["b"] + years * c
    a = state["a"] + 2.0 * years * keep * state["b"] + years**2 * c + p["transitory"] * variance + 1e-8
    return state | {
        "level": state["level"] + years * ahead,
        "growth": ahead,
        "a": a,
        "b": b,
        "c": c,
        "age": state["age"] + years,
    }


def chain(p: dict, years: float) -> tuple[list[list[float]], list[float], list[float]]:
    keep = p["persistence"] ** years
    deviation = max(math.sqrt(1.0 - keep**2), 0.2)
    rows = [[math.exp(-0.5 * ((y - keep * x) / deviation) ** 2) for y in NODES] for x in NODES]
    rows = [[value / sum(row) for value in row] for row in rows]
    start = [math.exp(-0.5 * x**2) for x in NODES]
    sizes = [p["shock"] * math.exp(p["unevenness"] * x) for x in NODES]
    return rows, [value / sum(start) for value in start], sizes


def log_likelihood(p: dict, values: list[float], weights: list[float], years: float) -> float:
    rows, now, sizes = chain(p, years)
    known = [t for t, value in enumerate(values) if not math.isnan(value)]
    zero, one = known[:2]
    elapsed = (one - zero) * years
    growth = (values[one] - values[zero]) / elapsed
    state = {"first": values[zero], "level": values[one], "growth": growth, "age": elapsed}
    state |= {"a": 0.0, "b": 0.0, "c": p["transitory"] * size_of_shocks(p, growth) / elapsed}
    total = 0.0
    for t in range(one + 1, len(values)):
        state = step(p, state, years)
        now = [sum(now[j] * rows[j][k] for j in range(7)) for k in range(7)]
        if math.isnan(values[t]):
            continue
        error, root = values[t] - state["level"], math.sqrt(state["a"])
        regular = [(1.0 - p["outliers"]) * normal_density(error, root * size) for size in sizes]
        wide = [p["outliers"] * normal_density(error, root * size * p["outlier_size"]) for size in sizes]
        joint = [now[k] * (regular[k] + wide[k]) for k in range(7)]
        total += weights[t] * math.log(sum(joint))
        gain = sum(now[k] * regular[k] for k in range(7)) / sum(joint) * state["b"] / state["a"]
        now = [value / sum(joint) for value in joint]
        state |= {"level": values[t], "growth": state["growth"] + gain * error}
        state |= {"c": max(state["c"] - gain * state["b"], 0.0), "a": 0.0, "b": 0.0}
    return total
