"""`python -m supply.sbom CYCLONEDX FILE`: what the product is made of, as a CycloneDX 1.6 document.

Packages as they are installed here, with licences, those of the product and tools apart (`scope`), and with their locked
hashes; beside them what no package manager knows: models with their SHA-256, and the scripts in web/static/vendor.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from analyzer.hearing.catalogue import BUNDLED, SOURCES
from supply.lock import ROOT, blocks

Component = dict[str, Any]


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    command = [sys.argv[1], "environment", sys.executable, "--pyproject", "pyproject.toml", "--output-reproducible"]
    done = subprocess.run([*command, "--of", "JSON"], cwd=ROOT, check=True, capture_output=True, text=True)
    document = json.loads(done.stdout)
    told = completed(document)
    target = Path(sys.argv[2])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    unlicensed = [c["name"] for c in told["components"] if not c.get("licenses")]
    print(f"{target}：{len(told['components'])} 个组成部分" + (f"，没有写明许可：{unlicensed}" if unlicensed else ""))
    return 0


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document of the installed packages with scopes, hashes, models and vendored scripts."""
    locked = blocks((ROOT / "requirements.lock").read_text("utf-8"))
    licences = third_party()
    packages = [_package(component, locked, licences) for component in document["components"]]
    return document | {"components": [*packages, *models(), *vendored()]}


def third_party() -> dict[str, str]:
    """The licences of THIRD_PARTY.md by name."""
    rows = re.findall(r"^\| ([^|]+) \|(?: [^|]+ \|)? ([^|]+) \|$", (ROOT / "THIRD_PARTY.md").read_text("utf-8"), re.M)
    return {plain(name): licence for name, licence in rows}


def plain(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def models() -> list[Component]:
    """The weights that a recording is heard with."""
    weights = [(title, distribution, digest) for title, _package, distribution, _file, digest in BUNDLED]
    weights.append(("Whisper base", SOURCES["base"].origin, SOURCES["base"].sha256 or ""))
    return [
        {
            "type": "machine-learning-model",
            "bom-ref": f"model:{digest[:16]}",
            "name": title,
            "group": origin,
            "hashes": [{"alg": "SHA-256", "content": digest}],
            "licenses": [{"license": {"name": "MIT / Apache-2.0, see THIRD_PARTY.md"}}],
        }
        for title, origin, digest in weights
    ]


def vendored() -> list[Component]:
    """The scripts and styles that lie in web/static/vendor."""
    readme = (ROOT / "web" / "static" / "vendor" / "README.md").read_text("utf-8")
    licences = third_party()
    return [
        {
            "type": "library",
            "bom-ref": f"npm:{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:npm/{name.replace('@', '%40')}@{version}",
            "licenses": [{"license": {"name": licences.get(plain(name), "")}}],
        }
        for name, version in re.findall(r"^\| [\w.-]+ \| (\S+) \([^|]*\) \| ([\d.]+) \|", readme, re.M)
    ]


def _package(component: Component, locked: dict[str, str], licences: dict[str, str]) -> Component:
    name = plain(component["name"])
    made = component | {"scope": "required" if name in locked or name == "torch" else "excluded"}
    hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", locked.get(name, ""))
    if hashes:
        made["properties"] = [{"name": "locked:sha256", "value": digest} for digest in hashes]  # one a platform
    if not made.get("licenses") and name in licences:
        made["licenses"] = [{"license": {"name": licences[name]}}]
    return made


if __name__ == "__main__":
    sys.exit(main())
