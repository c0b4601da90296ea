#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.management import execute_from_command_line

# These two are for trying things out, on this machine: they need no configuration.
TRYING_OUT = ["demo", "sandbox"]

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] and sys.argv[1] in TRYING_OUT:
        os.environ.setdefault("DEBUG", "1")
    execute_from_command_line(sys.argv)
