"""Every figure the README quotes, one after the other, and which goals hold: `make bench`.

`python -m bench [--short] [NAME …]` for some of them, such as `memory sends`. The short form
(`make bench SHORT=1`) asks for fewer of everything: a look at most goals in minutes.
"""

import argparse
import subprocess
import sys
import time

# Each with what its short form is asked for.
BENCHMARKS: dict[str, tuple[str, ...]] = {
    "bench.loader": ("--runs", "1"),
    "bench.lighthouse": ("--runs", "1"),
    "bench.pushes": ("--customers", "300", "--rate", "200", "--seconds", "5"),
    "bench.instructions": ("--pushes", "100"),
    "bench.saturation": ("--customers", "300"),
    "bench.memory": ("--customers", "400"),
    "bench.sends": ("--senders", "50"),
    "bench.costs": (),
    "bench.billed": (),
    "bench.lookup": (),
    "bench.panel": ("--runs", "4"),
    "bench.first_word": ("--runs", "5"),
    "bench.answers": (),
    "bench.restart": ("--customers", "500"),
    "bench.scale": ("--short",),
    "bench.pressure": ("--seconds", "4"),
    "bench.growth": ("--customers", "20000", "--widgets", "1000", "--events", "5000"),
    "bench.idle": ("--customers", "10", "100", "300"),
    "bench.listening": ("--customers", "300"),
    "bench.replies": ("--replies", "20"),
    "bench.sandbox": ("--customers", "500", "--seconds", "5"),
    "bench.hostile_texts": ("--customers", "2", "--rounds", "1"),
    "bench.sandbox_start": ("--starts", "2", "--resets", "200"),
    "bench.soak": ("--minutes", "1"),
}
WHOLE = {"bench.soak": ("--minutes", "10")}  # an hour is for `make soak`
WITH_SERVICES = {"bench.costs", "bench.growth", "bench.scale"}  # PostgreSQL and Redis


def main() -> int:
    """Run them; a benchmark that breaks fails, a goal that is missed is told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    asked = {f"bench.{name}" for name in options.names}
    if unknown := sorted(asked - set(BENCHMARKS)):
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    failed: list[str] = []
    goals: list[str] = []
    for module, short in BENCHMARKS.items():
        if asked and module not in asked:
            continue
        arguments = short if options.short else WHOLE.get(module, ())
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
