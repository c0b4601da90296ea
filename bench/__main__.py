"""Every figure the README quotes, one after the other, and which goals hold: `make bench`.

`python -m bench [NAME …]` for some of them, such as `memory sends`.
"""

import subprocess
import sys
import time

BENCHMARKS: tuple[tuple[str, ...], ...] = (
    ("bench.loader",),
    ("bench.lighthouse",),
    ("bench.pushes",),
    ("bench.instructions",),
    ("bench.saturation",),
    ("bench.memory",),
    ("bench.sends",),
    ("bench.costs",),
    ("bench.panel",),
    ("bench.first_word",),
    ("bench.answers",),
    ("bench.restart",),
    ("bench.pressure",),
    ("bench.growth",),
    ("bench.replies",),
    ("bench.sandbox",),
    ("bench.hostile_texts",),
    ("bench.sandbox_start",),
)
WITH_SERVICES = {"bench.costs", "bench.growth"}  # PostgreSQL and Redis


def main() -> int:
    """Run them; a benchmark that breaks fails, a goal that is missed is told."""
    asked = {f"bench.{name}" for name in sys.argv[1:]}
    failed: list[str] = []
    goals: list[str] = []
    for module, *arguments in BENCHMARKS:
        if asked and module not in asked:
            continue
        print(f"\n== python -m {module} {' '.join(arguments)}".rstrip(), flush=True)
        began = time.monotonic()
        judged, succeeded = run(module, *arguments)
        goals += [f"{line}   ({module})" for line in judged]
        if not succeeded:
            failed.append(module)
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    print("\n== which goals hold today", *sorted(goals), sep="\n")
    if failed:
        print("failed:", ", ".join(failed))
    return len(failed)


def run(module: str, *arguments: str) -> tuple[list[str], bool]:
    """Show what a benchmark prints; its lines about goals, and whether it came to its end."""
    services = ["tests/with_services.sh"] if module in WITH_SERVICES else []
    command = [*services, sys.executable, "-m", module, *arguments]
    judged: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            print(line, end="", flush=True)
            if line.startswith(("  holds: ", "  MISSED: ")):
                judged.append(line.rstrip())
    return judged, child.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
