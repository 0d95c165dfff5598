# SPDX-License-Identifier: BSD-3-Clause
"""What the figures were taken on."""
import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", text)
    flags = re.search(r"flags\s*: (.*)", text)
    wide = [f for f in ("avx2", "avx512f", "avx512_vpopcntdq") if flags and f in flags[1].split()]
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, {' '.join(wide)}"


def versions():
    names = ("numpy", "scipy", "scikit-learn")
    found = [f"{name} {importlib.metadata.version(name)}" for name in names]
    return f"Python {platform.python_version()}, " + ", ".join(found)


def revision(root):
    def git(*words):
        return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True).stdout.strip()
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + (" with changes" if git("status", "--porcelain") else "")


def load():
    return " ".join(f"{x:.1f}" for x in os.getloadavg())


def busy():
    """Others at work: a load that the benchmark itself has not made yet."""
    return os.getloadavg()[0] > 0.3 * (os.cpu_count() or 1)
