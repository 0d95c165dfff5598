# SPDX-License-Identifier: BSD-3-Clause
"""One comparison: both sides in turn, several times; the ratio is the median of the ratios of each turn."""
import statistics
from dataclasses import dataclass, field
from typing import Callable, Optional

from programs import Measured


@dataclass
class Work:
    """What pastur's algorithm must do at least: over the machine's limits it gives the least time."""
    flops: float = 0.0
    bit_pairs: float = 0.0
    bytes: float = 0.0

    def least_seconds(self, limits):
        return self.flops / limits["dgemm"] + self.bit_pairs / limits["popcount"] + self.bytes / limits["bandwidth"]

    def rate(self, seconds):
        parts = [(self.flops, "GF/s"), (self.bit_pairs, "Gbit pairs/s"), (self.bytes, "GB/s")]
        return ", ".join(f"{amount / seconds / 1e9:.3g} {unit}" for amount, unit in parts if amount > 0.0)


@dataclass
class Comparison:
    name: str
    task: str
    pastur: dict[str, Callable[[], Measured]]
    contenders: dict[str, Callable[[], Measured]]
    work: Work = field(default_factory=Work)
    #: Largest difference between pastur's result and those of all contenders, and what is allowed.
    agreement: Optional[Callable[[Measured, list[Measured]], tuple[float, float]]] = None
    goal: str = ""


@dataclass
class Row:
    comparison: Comparison
    contender: str
    teams: str
    pastur_seconds: float
    numpy_seconds: float
    ratio: float
    spread: tuple[float, float]
    difference: Optional[float]
    allowed: Optional[float]

    @property
    def agrees(self):
        return self.difference is None or self.difference <= self.allowed


def measure(comparison, repeats):
    """On either side, the way that is fastest in the first turn goes on."""
    def fastest(ways):
        first = {name: run() for name, run in ways.items()}
        return min(first, key=lambda name: first[name].seconds), first

    contender, theirs = fastest(comparison.contenders)
    teams, ours = fastest(comparison.pastur)
    difference, allowed = None, None
    if comparison.agreement:
        checked = [comparison.agreement(measured, list(theirs.values())) for measured in ours.values()]
        difference, allowed = max(d for d, _ in checked), checked[0][1]
    turns = [(ours[teams], theirs[contender])] if repeats == 1 else []
    while len(turns) < repeats:
        if len(turns) % 2 == 0:
            us, them = comparison.pastur[teams](), comparison.contenders[contender]()
        else:
            them, us = comparison.contenders[contender](), comparison.pastur[teams]()
        turns.append((us, them))
    ratios = [them.seconds / us.seconds for us, them in turns]
    return Row(comparison, contender, teams, statistics.median(us.seconds for us, _ in turns),
               statistics.median(them.seconds for _, them in turns), statistics.median(ratios),
               (min(ratios), max(ratios)), difference, allowed)


def relative(ours, theirs, scale=None):
    """Largest difference of two lists (or numbers) over the scale, by default over the other side's own size."""
    if not isinstance(ours, (list, tuple)):
        ours, theirs = [ours], [theirs]
    if len(ours) != len(theirs):
        return float("inf")
    worst = max(abs(a - b) / (scale or abs(b) or 1.0) for a, b in zip(ours, theirs))
    return worst if worst == worst else float("inf")  # NaN never agrees
