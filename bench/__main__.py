"""Every figure the README quotes, one benchmark after the other: `make bench`."""

import subprocess
import sys
import time

BENCHMARKS: tuple[tuple[str, ...], ...] = (
    ("bench.loader",),
    ("bench.lighthouse",),
    ("bench.pushes",),
    ("bench.saturation",),
    ("bench.memory",),
    ("bench.sends",),
    ("bench.panel",),
    ("bench.answers",),
    ("bench.restart",),
    ("bench.replies",),
    ("bench.sandbox",),
    ("bench.hostile_texts",),
    ("bench.sandbox_start",),
)


def main() -> int:
    failed: list[str] = []
    for module, *arguments in BENCHMARKS:
        print(f"\n== python -m {module} {' '.join(arguments)}".rstrip(), flush=True)
        began = time.monotonic()
        if subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode:
            failed.append(module)
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    if failed:
        print("failed:", ", ".join(failed))
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
