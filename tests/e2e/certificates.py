"""Certificates for one test, made with openssl."""

import subprocess


def self_signed(folder, name="localhost"):
    """{"certificate": path, "key": path} for `name` and 127.0.0.1; is its own CA."""
    files = {"certificate": str(folder / f"{name}.pem"), "key": str(folder / f"{name}.key")}
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subprocess.run(
        [*command.split(), "-subj", f"/CN={name}"]
        + ["-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1"]
        + ["-keyout", files["key"], "-out", files["certificate"]],
        check=True,
        capture_output=True,
    )
    return files
