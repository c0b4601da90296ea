"""`python -m tests.chaos`: a long storm; `make chaos` runs it."""

import argparse
import random
import sys

from .server import BREAK
from .storm import storm

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--seconds", type=float, default=600)
parser.add_argument("--seed", type=int, default=None, help="of an earlier run, to repeat it")
parser.add_argument("--broken", choices=sorted(BREAK), default="", help="take one promise away")
options = parser.parse_args()
seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
findings = storm(options.seconds, seed, options.broken)
sys.stdout.write(f"{findings}\n")
sys.exit(not findings.all_is_well)
