"""What Lighthouse says of a page with the snippet, beside the same page without it.

With a widget as it comes, one with invitations, and one that tracks its visitors.

`python -m bench.lighthouse [--runs 5]`

Lighthouse comes from npm at its first run (`npm/package-lock.json` has the version), the browser is
Chromium, the server runs as in production. The pages take turns; medians are printed.
"""

import argparse
import json
import os
import statistics
import subprocess
from pathlib import Path
from typing import Any

from bench import machine
from bench.loader import WIDGETS, snippet_of, website
from tests.e2e.rig import chromium, html

HERE = Path(__file__).with_name("npm")
PROGRAM = HERE / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
MEASURES = {  # by Lighthouse's own names
    "first-contentful-paint": "first paint, ms",
    "largest-contentful-paint": "largest paint, ms",
    "total-blocking-time": "blocked, ms",
    "cumulative-layout-shift": "layout shift",
    "network-requests": "requests",
    "total-byte-weight": "bytes",
}
LIMIT = 180  # seconds for one look


def install() -> None:
    if not PROGRAM.exists():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.DEVNULL)


def look(address: str) -> dict[str, float]:
    """Scores of 0 to 100 and measures of one visit."""
    command = [
        str(PROGRAM),
        address,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage",
    ]
    environment = os.environ | {"CHROME_PATH": chromium() or ""}
    told = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True, timeout=LIMIT
    )
    report = json.loads(told.stdout)
    scores = {name: 100 * report["categories"][name]["score"] for name in CATEGORIES}
    return scores | {label: measure(report["audits"][name]) for name, label in MEASURES.items()}


def measure(audit: dict[str, Any]) -> float:
    """The number of an audit; of a list, how long it is."""
    listed = audit.get("details", {}).get("items", [])
    return float(audit["numericValue"] if "numericValue" in audit else len(listed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    machine.describe()
    install()
    with website() as (site, websites, _):
        pages = {"without": websites.publish("/without", page(""))}
        for key in WIDGETS:
            pages[key] = websites.publish(f"/{key}", page(snippet_of(site, key)))
        looks: dict[str, list[dict[str, float]]] = {name: [] for name in pages}
        for _ in range(options.runs):
            for name, address in pages.items():
                looks[name].append(look(address))
    print(f"{'':24}" + "".join(f"{name:>12}" for name in pages))
    for measure in looks["without"][0]:
        medians = (statistics.median(one[measure] for one in looks[name]) for name in pages)
        print(f"{measure:24}" + "".join(f"{median:>12,.4g}" for median in medians))
    for name in CATEGORIES:
        scores = {key: statistics.median(one[name] for one in seen) for key, seen in looks.items()}
        lost = scores["without"] - min(scores.values())
        machine.judge(f"Lighthouse, {name}, points lost", lost, 0)


def page(tag: str) -> str:
    """A page that Lighthouse has nothing to say about."""
    about = '<meta name="description" content="A shop with six plants."><title>A shop</title>'
    return html(f"<main><h1>A shop</h1><p>Six plants.</p></main>{tag}", head=about)


if __name__ == "__main__":
    main()
