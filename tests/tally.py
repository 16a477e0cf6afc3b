#!/usr/bin/env python3
"""Prints `<passed> <failed>` of a JUnit file, as ctest and pytest write it. Skipped: neither."""

import sys
import xml.etree.ElementTree as ElementTree


def tally(path):
    passed = failed = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        outcomes = {child.tag for child in case}
        if outcomes & {"failure", "error"}:
            failed += 1
        elif "skipped" not in outcomes:
            passed += 1
    return passed, failed


if __name__ == "__main__":
    print(*tally(sys.argv[1]))
