#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["demo"]:  # for trying things out, on this machine: no configuration
        os.environ.setdefault("DEBUG", "1")
    execute_from_command_line(sys.argv)
