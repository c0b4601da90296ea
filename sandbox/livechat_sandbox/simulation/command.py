"""`livechat-sandbox simulate`: plays customers and prints what became of each."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from statistics import median
from urllib.error import URLError

from livechat_sandbox.client import JsonObject, Livechat, Refused
from livechat_sandbox.simulation import script
from livechat_sandbox.simulation.customer import Visit
from livechat_sandbox.simulation.script import Customer
from livechat_sandbox.simulation.verdict import Verdict, judge

ROW = "{:<12} {:<22} {:>7} {:>8}  {:<12} {}"


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0 if everybody was served rightly, 1 if not, 2 for a mistake."""
    options = parser().parse_args(arguments)
    try:
        customers = choose(script.read(options.script), options.kind)
        config = Livechat(options.url).config
    except script.Unreadable as error:
        return complain(str(error))
    except URLError as error:
        return complain(f"no sandbox at {options.url}: {error.reason}")
    except (Refused, HTTPException, OSError, ValueError):
        return complain(f"what answers at {options.url} is no sandbox")
    verdicts = play(options.url, config, customers, seed=options.seed, over=options.over)
    print("\n".join(report(verdicts)))  # noqa: T201
    return 1 if any(each.complaint for each in verdicts) else 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="livechat-sandbox simulate",
        description="Plays customers against whoever answers, and tells how well they were served.",
    )
    made.add_argument("--url", default="http://127.0.0.1:8100", help="of a running sandbox")
    made.add_argument("--script", type=Path, help="customers of your own, as TOML")
    made.add_argument("--kind", action="append", help="only customers of this kind; repeatable")
    made.add_argument("--seed", default="1", help="the same seed, the same moments")
    made.add_argument("--over", type=float, default=20, help="seconds within which all come")
    return made


def choose(customers: list[Customer], kinds: list[str] | None) -> list[Customer]:
    """Raises Unreadable for a kind that nobody is of."""
    there = {each.kind for each in customers}
    unknown = set(kinds or []) - there
    if unknown:
        raise script.Unreadable(
            f"no customer is {unknown.pop()!r}, but: {', '.join(sorted(there))}"
        )
    return [each for each in customers if not kinds or each.kind in kinds]


def play(
    url: str, config: JsonObject, customers: list[Customer], *, seed: str, over: float
) -> list[Verdict]:
    """All at the same time; in the order of the script."""
    visits = [Visit(Livechat(url), each, seed) for each in customers]
    with ThreadPoolExecutor(len(visits)) as people:
        stories = people.map(lambda visit: visit.play(config, over), visits)
        return [judge(each) for each in stories]


def report(verdicts: list[Verdict]) -> Iterable[str]:
    yield ROW.format("customer", "kind", "first", "slowest", "handed over", "")
    for each in verdicts:
        customer = each.story.customer
        yield ROW.format(
            customer.name,
            customer.kind,
            seconds(each.delays[:1]),
            seconds(each.delays),
            "yes" if each.story.was_handed_over else "no",
            each.complaint or "ok",
        )
    delays = [delay for each in verdicts for delay in each.delays]
    yield ""
    yield (
        f"{len(verdicts)} customers, {sum(each.is_answered for each in verdicts)} answered, "
        f"{sum(each.story.was_handed_over for each in verdicts)} handed over, "
        f"{sum(bool(each.complaint) for each in verdicts)} not served rightly."
    )
    if delays:
        yield f"An answer took {median(delays):.1f} s in the median, {max(delays):.1f} s at most."


def seconds(delays: list[float]) -> str:
    return f"{max(delays):.1f} s" if delays else "-"


def complain(why: str) -> int:
    print(f"livechat-sandbox simulate: {why}", file=sys.stderr)  # noqa: T201
    return 2
