# SPDX-License-Identifier: BSD-3-Clause
"""The report, ready to be pasted into docs/performance.md."""


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def limits_text(limits):
    return (f"Limits in this run, both ranks busy: DGEMM {limits['dgemm'] / 1e9:.1f} GF/s, AND + POPCNT "
            f"{limits['popcount'] / 1e9:.0f} Gbit pairs/s, memory {limits['bandwidth'] / 1e9:.1f} GB/s. {limits['blas']} a rank.")


HEADS = ["comparison", "task", "pastur, 2 ranks, s", "how", "the other, s", "how", "ratio (least, greatest)", "goal",
         "pastur's rate", "of the limit", "difference (allowed)"]


def row(result, limits):
    c = result.comparison
    share = c.work.least_seconds(limits) / result.pastur_seconds
    return [c.name, c.task, f"{result.pastur_seconds:.3g}", result.teams, f"{result.numpy_seconds:.3g}", result.contender,
            f"**{result.ratio:.2f}** ({result.spread[0]:.2f}, {result.spread[1]:.2f})", c.goal,
            c.work.rate(result.pastur_seconds), f"{100.0 * share:.0f} %" if share > 0.0 else "",
            "" if result.difference is None else
            f"{'' if result.agrees else '**disagree** '}{result.difference:.1e} ({result.allowed:g})"]
