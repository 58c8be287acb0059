"""`python -m supply.audit PIP_AUDIT`: known vulnerabilities of the packages that are installed here.

A service that does not answer looks like one that knows of nothing, so each is first asked about a package with known
holes. Exit status 0: asked, none known; 1: some are; 3: nobody answered.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

SERVICES = ("pypi", "osv")
CONTROL = "jinja2==2.4.1"  # known holes since 2014
UNASKED = 3


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    for service in SERVICES:
        if _answers(sys.argv[1], service):
            return _told(_asked(sys.argv[1], service, "--path", sysconfig.get_paths()["purelib"]), service)
    print(f"漏洞服务（{'、'.join(SERVICES)}）没有应答：一个包也没有核对。请在能访问它们的机器上再运行 make audit。")
    return UNASKED


def _answers(command: str, service: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        control = Path(folder) / "requirements.txt"
        control.write_text(f"{CONTROL}\n", "utf-8")
        return any(p.get("vulns") for p in _asked(command, service, "--no-deps", "--disable-pip", "-r", str(control)))


def _asked(command: str, service: str, *what: str) -> list[dict[str, Any]]:
    """What the service says of each package; nothing where it does not answer."""
    call = [command, "--format", "json", "--progress-spinner", "off", "--vulnerability-service", service, *what]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError, TypeError):
        return []


def _told(packages: list[dict[str, Any]], service: str) -> int:
    skipped = [p["name"] for p in packages if "skip_reason" in p]
    holes = [(p["name"], p["version"], v) for p in packages for v in p.get("vulns", ())]
    print(f"{service}：核对了 {len(packages) - len(skipped)} 个包，已知漏洞 {len(holes)} 个。")
    if skipped:
        print(f"没有核对（服务不认识）：{'、'.join(skipped)}")
    for name, version, hole in holes:
        print(f"  {name} {version}：{hole['id']}，修复版本 {'、'.join(hole.get('fix_versions', ())) or '还没有'}")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
