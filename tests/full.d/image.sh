#!/usr/bin/env bash
# The image as `docker build` makes it, everything from source inside; tests/packages.sh alone puts the package of
# the release build in the place of that stage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
SPILLWAY_IMAGE_FROM_SOURCE=yes tests/packages.sh -k test_image
