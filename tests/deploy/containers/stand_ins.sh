#!/usr/bin/env bash
# For machines with an engine and Debian's packages but no registry of images: makes images with the
# official names that deploy/ asks for. As root; needs debootstrap.
set -euo pipefail
here=$(dirname "$0")
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$directory"
ln -s python3 "$directory/usr/bin/python"
# Whoever has no registry often has certificates of their own.
cp /etc/ssl/certs/ca-certificates.crt "$directory/etc/ssl/certs/"
printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' > "$directory/etc/pip.conf"
tar -C "$directory" -c . | docker import - python:3.12-slim

for image in nginx:1.28 redis:8 postgres:17; do
  docker build --quiet --file "$here/Dockerfile" --target "${image%:*}" --tag "$image" "$here"
done
