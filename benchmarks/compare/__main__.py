# SPDX-License-Identifier: BSD-3-Clause
"""Every comparison side by side in one run, as a Markdown report (bash benchmarks/run.sh)."""
import argparse
import pathlib
import sys
import tempfile
import time

import kernels
import machine
import markdown
import scaling
import studies
from comparison import measure
from programs import Pastur

COMPARISONS = {**kernels.ALL, **studies.ALL}


def arguments():
    parser = argparse.ArgumentParser(prog="benchmarks/run.sh", description=__doc__)
    parser.add_argument("build", type=pathlib.Path, help="build tree")
    parser.add_argument("--quick", action="store_true", help="small sizes, one turn: tries the script, measures nothing")
    parser.add_argument("--repeats", type=int, default=5, help="turns of each comparison (default 5)")
    parser.add_argument("--only", nargs="+", choices=[*COMPARISONS, *scaling.ALL], default=[*COMPARISONS, *scaling.ALL])
    parser.add_argument("--output", type=pathlib.Path, help="also write the report here")
    return parser.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


def limits_of(pastur, quick):
    return pastur.kernel("limits", kernels.RANKS, kernels.RANKS, 3, "-n", 500 if quick else 2500).values


def main():
    options = arguments()
    build = options.build.resolve()
    pastur = Pastur(build)
    repeats, inner = (1, 1) if options.quick else (options.repeats, 3)
    lines = [f"{time.strftime('%Y-%m-%d')}, {machine.processor()}, {machine.versions()}, pastur "
             f"{machine.revision(pathlib.Path(__file__).parent)}; load before {machine.load()}; {repeats} turn{'s' * (repeats > 1)}"
             f"{' (quick: figures mean nothing)' if options.quick else ''}."]
    if machine.busy() and not options.quick:
        lines.append("**Other work was running on this machine when the run began.**")
    with tempfile.TemporaryDirectory(prefix="pastur_benchmarks_") as name:
        folder = pathlib.Path(name)
        before = limits_of(pastur, options.quick)
        results = []
        for key, make in COMPARISONS.items():
            if key not in options.only:
                continue
            for comparison in make(pastur, folder, options.quick, inner):
                result = measure(comparison, repeats)
                results.append(result)
                say(f"{comparison.name}: {result.pastur_seconds:.3g} s against {result.numpy_seconds:.3g} s "
                    f"({result.contender}): {result.ratio:.2f}"
                    + ("" if result.agrees else f"; THE TWO SIDES DISAGREE: {result.difference:g}"))
        after = limits_of(pastur, options.quick)
        # What was reached once, before or after, is a limit.
        limits = {k: max(before[k], after[k]) for k in ("dgemm", "popcount", "bandwidth")} | {"blas": before["blas"]}
        lines += [markdown.limits_text(limits), "",
                  markdown.table(markdown.HEADS, [markdown.row(r, limits) for r in results])]
        for key, make in scaling.ALL.items():
            if key in options.only:
                say(f"{key} ...")
                text, heads, rows = make(pastur, folder, options.quick)
                lines += ["", text + ":", "", markdown.table(heads, rows)]
    lines.append(f"\nLoad after: {machine.load()}.")
    report = "\n".join(lines)
    print(report)
    if options.output:
        options.output.write_text(report + "\n")
    return 0 if all(result.agrees for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
