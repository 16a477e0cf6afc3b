#!/usr/bin/env python3
"""Writes what the program is made of as SPDX 2.3: sbom.py VERSION OUTPUT PROGRAM [HEADER...]

The Debian packages of the shared libraries that PROGRAM loads and of the HEADERs compiled into it, with versions and licences as dpkg
and the packages' copyright files have them. No network; an unknown licence stays visible under its Debian name."""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

ELF_PATH = re.compile(r"(/\S+)(?= \(0x)")

# Debian's short names where SPDX has others (copyright-format 1.0, "License specification").
SPDX_NAMES = {
    "Expat": "MIT", "BSD-3-clause": "BSD-3-Clause", "BSD-2-clause": "BSD-2-Clause", "BSL-1": "BSL-1.0",
    "Apache-2": "Apache-2.0", "GPL-2": "GPL-2.0-only", "GPL-2+": "GPL-2.0-or-later", "GPL-3": "GPL-3.0-only",
    "GPL-3+": "GPL-3.0-or-later", "LGPL-2.1": "LGPL-2.1-only", "LGPL-2.1+": "LGPL-2.1-or-later", "LGPL-3+": "LGPL-3.0-or-later",
    "LGPL-2+": "LGPL-2.0-or-later",
}
SPDX_ITSELF = {"MIT", "BSL-1.0", "Apache-2.0", "ISC", "Zlib", "BSD-3-Clause", "BSD-2-Clause", "CC0-1.0", "Artistic-2.0"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def owner(path):
    """The installed package that has the file. The loader says /lib where dpkg may say /usr/lib, and the other way round."""
    real = str(pathlib.Path(path).resolve())
    for spelling in (real, real.removeprefix("/usr"), "/usr" + real):
        found = subprocess.run(["dpkg", "-S", spelling], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(": ")[0].split(",")[0]
    sys.exit(f"sbom: no Debian package owns {path}")


def licences(package):
    """Debian's short names of the licences in the package's copyright file; if that is prose, the texts it refers to."""
    text = pathlib.Path("/usr/share/doc", package.split(":")[0], "copyright").read_text(errors="replace")
    named = re.findall(r"^License:[ \t]*(\S.*)$", text, re.MULTILINE)
    named = named or re.findall(r"/usr/share/common-licenses/([\w.+-]*\w\+?)", text)
    words = {word for line in named for word in re.split(r"\s+(?:and|or)\s+|[,/]\s*|\s+with\s+.*", line) if word}
    return sorted(words) or ["see-copyright-file"]


def spdx_licence(name, unknown):
    name = SPDX_NAMES.get(name, name)
    if name in SPDX_ITSELF or name in SPDX_NAMES.values():
        return name
    reference = "LicenseRef-Debian-" + re.sub(r"[^A-Za-z0-9.-]", "-", name.replace("+", "-or-later"))
    unknown[reference] = name
    return reference


def spdx_id(package):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", package)


def described(package, unknown):
    query = "${Version}\\n${source:Package}\\n${source:Version}\\n${Homepage}"
    version, source, source_version, homepage = output("dpkg-query", "-W", "-f", query, package).split("\n")
    name, _, architecture = package.partition(":")
    qualifier = f"?arch={architecture}" if architecture else ""
    names = licences(package)
    return {
        "SPDXID": spdx_id(package), "name": name, "versionInfo": version, "supplier": "Organization: Debian",
        "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "copyrightText": "NOASSERTION",
        **({"homepage": homepage} if homepage else {}),
        "sourceInfo": f"built from Debian source package {source} {source_version}",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": " AND ".join(spdx_licence(name, unknown) for name in names),
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                          "referenceLocator": f"pkg:deb/debian/{name}@{version}{qualifier}"}],
    }


def ours(version):
    return {"SPDXID": "SPDXRef-spillway", "name": "spillway", "versionInfo": version, "supplier": "NOASSERTION",
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "copyrightText": "NOASSERTION",
            "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0"}


def created():
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc) if epoch else datetime.datetime.now(datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def related(kind, packages):
    return [{"spdxElementId": "SPDXRef-spillway", "relationshipType": kind, "relatedSpdxElement": spdx_id(package)}
            for package in packages]


def document(version, program, headers):
    loaded = sorted({owner(path) for path in ELF_PATH.findall(output("ldd", program))})
    compiled_in = sorted({owner(header) for header in headers})
    unknown = {}
    packages = [ours(version)] + [described(package, unknown) for package in loaded + compiled_in]
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"spillway-{version}",
        "documentNamespace": f"urn:spillway:sbom:{version}:{created()}",
        "creationInfo": {"created": created(), "creators": ["Tool: deploy/package/sbom.py"]},
        "packages": packages,
        "hasExtractedLicensingInfos": [
            {"licenseId": reference, "extractedText": f"Named {name} in the Debian package's copyright file."}
            for reference, name in sorted(unknown.items())],
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                           "relatedSpdxElement": "SPDXRef-spillway"},
                          *related("DYNAMIC_LINK", loaded), *related("STATIC_LINK", compiled_in)],
    }


if __name__ == "__main__":
    made = document(sys.argv[1], sys.argv[3], sys.argv[4:])
    pathlib.Path(sys.argv[2]).write_text(json.dumps(made, indent=1) + "\n")
