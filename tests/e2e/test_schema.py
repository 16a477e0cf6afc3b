"""The committed JSON Schema against ajv, the validator most editors have inside."""

import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
NODE_MODULES = HERE.parents[1] / "build" / "node"


def test_ajv_accepts_the_examples_and_refuses_broken_tables():
    result = subprocess.run(
        ["node", "--test", HERE / "schema_test.mjs"],
        env={**os.environ, "NODE_MODULES": str(NODE_MODULES)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
