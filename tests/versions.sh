#!/usr/bin/env bash
# The tests of the apps beside other versions of Python and Django, each pair in an environment of its own
# under var/versions. Without arguments all pairs that are promised and whose Python is on this machine.
# A Python that is not there is said, and makes nothing fail unless it was asked for.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .venv/bin/uv)
promised=(3.11:5.2 3.12:5.2 3.12:6.0 3.13:5.2 3.13:6.0 3.14:6.0)
wanted=("${@:-${promised[@]}}")

for pair in "${wanted[@]}"; do
    python=${pair%%:*} django=${pair##*:} place=var/versions/${pair/:/-}
    if ! "$uv" python find --no-python-downloads "$python" >/dev/null 2>&1; then
        echo "== Python $python with Django $django: not run, there is no Python $python here"
        [ $# -eq 0 ] || exit 1
        continue
    fi
    echo "== Python $python with Django $django"
    "$uv" venv --quiet --clear --no-python-downloads --python "$python" "$place"
    # What the lock has for the tests would tie Django: the ranges of the two projects are tried.
    "$uv" pip install --quiet --compile-bytecode --python "$place/bin/python" "django~=$django.0" \
        -r pyproject.toml --extra server -r sandbox/pyproject.toml \
        "hypothesis>=6" "jsonschema>=4" "playwright>=1" "pytest>=8" "pytest-asyncio>=1" \
        "pytest-django>=4" "pytest-timeout>=2" "pytest-xdist>=3" "pyyaml>=6"
    "$place/bin/python" -m pytest -q -n 2 -m "not night" tests/chatproxy tests/widget tests/security
done
