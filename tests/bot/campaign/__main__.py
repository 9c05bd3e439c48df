"""The proof that nothing is confirmed twice: `python -m tests.bot.campaign --help`."""

import argparse
import json
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures.portal import running_portal
from tests.bot.campaign import browsers
from tests.bot.campaign.sweep import Tally, sweeps, work_off
from tests.bot.campaign.trial import try_out
from tests.bot.campaign.unsafe import VARIANTS
from tests.bot.homes import own_home


def main() -> int:
    """Carry out what is asked for, and give the exit code: 0 if nothing was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.bot.campaign", description=__doc__)
    commands = parser.add_subparsers(required=True)
    sweep = commands.add_parser("sweep", help="kill at every checkpoint, under every fault")
    sweep.set_defaults(act=_sweep)
    sweep.add_argument("--seed", type=int, default=random.randrange(10**6))
    sweep.add_argument("--stride", type=int, default=1, help="kill at every so many checkpoints")
    sweep.add_argument("--sweeps", type=int, help="only so many sweeps, by the seed")
    sweep.add_argument("--runs", type=int, default=1, help="fail if there were fewer")
    sweep.add_argument("--at-once", type=int, default=4)
    browser = commands.add_parser("browser", help="the cases that need a real browser")
    browser.set_defaults(act=_browser)
    browser.add_argument("--seed", type=int, default=random.randrange(10**6))
    browser.add_argument("--cases", type=int, help="only so many, by the seed")
    browser.add_argument("--at-once", type=int, default=3)
    unsafe = commands.add_parser("unsafe", help="let the judge look at bots that lack a safety")
    unsafe.set_defaults(act=_unsafe)
    options = parser.parse_args()
    with TemporaryDirectory() as home, own_home(Path(home)), running_portal() as portal_url:
        return int(options.act(portal_url, options))


def _sweep(portal_url: str, options: argparse.Namespace) -> bool:
    print(f"seed {options.seed}, stride {options.stride}", flush=True)
    started, total = time.monotonic(), Tally()
    todo = sweeps(options.seed, options.stride, options.sweeps)
    with ProcessPoolExecutor(options.at_once, mp_context=get_context("fork")) as workers:
        for tally in workers.map(partial(work_off, portal_url), todo):
            total.merge(tally)
            print(f"{time.monotonic() - started:.0f} s: {total}", flush=True)
            print(*tally.wrong, sep="\n", end="\n" * bool(tally.wrong), file=sys.stderr, flush=True)
    return bool(total.wrong) or total.runs < options.runs


def _browser(portal_url: str, options: argparse.Namespace) -> bool:
    every = browsers.cases()
    todo = random.Random(options.seed).sample(every, options.cases or len(every))
    print(f"seed {options.seed}, {len(todo)} of {len(every)} cases", flush=True)
    started, total = time.monotonic(), Tally()
    with ThreadPoolExecutor(options.at_once) as threads:
        verdicts = threads.map(partial(browsers.try_out, portal_url), todo)
        for case, verdict in zip(todo, verdicts, strict=True):
            total.add(str(case), verdict)
            print(f"{time.monotonic() - started:.0f} s: {case}: {verdict.states}", flush=True)
    print(total)
    print(*total.wrong, sep="\n", file=sys.stderr)
    return bool(total.wrong)


def _unsafe(portal_url: str, options: argparse.Namespace) -> bool:
    """Tell of each variant, in JSON: what should break, what did, and what did without it."""
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as workers:
        told = list(workers.map(partial(_try_variant, portal_url), VARIANTS))
    print(json.dumps(told, ensure_ascii=False))
    return False


def _try_variant(portal_url: str, name: str) -> dict[str, object]:
    variant = VARIANTS[name]
    unsafe = try_out(variant.plan, portal_url, variant.change, **variant.settings)
    safe = try_out(variant.plan, portal_url)
    return {
        "name": name,
        "due": variant.broken,
        "unsafe": unsafe.violations,
        "safe": safe.violations,
    }


if __name__ == "__main__":
    sys.exit(main())
