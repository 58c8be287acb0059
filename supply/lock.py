"""`python -m supply.lock UV`: lock every package with its hashes, for all platforms.

Versions that are installed here stay, because they are what was tested; `uv` decides the rest. torch and the CUDA packages
that its build on PyPI asks for stand in a file of their own: most machines take another build of it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "3.11"  # the oldest that the product runs on
# lock: what it is of; those ON_TOP of another hold only what that one does not
LOCKS = {
    "requirements.lock": ("requirements.txt",),
    "requirements-dev.lock": ("requirements-dev.txt",),
    "requirements-scale.lock": ("requirements.txt", "requirements-scale.txt"),
    "requirements-scale-dev.lock": ("requirements-dev.txt", "requirements-scale-dev.txt"),
}
ON_TOP = {"requirements-scale.lock": "requirements.lock", "requirements-scale-dev.lock": "requirements-dev.lock"}
TORCH_LOCK = "requirements-torch.lock"
HEAD = "# Made by `make lock`: do not edit. Install with pip install --no-deps --require-hashes -r {name}; {more}.\n"
_BUILD = re.compile(r"torch|nvidia-.*|cuda-.*")


def blocks(lock: str) -> dict[str, str]:
    """The lines of each package (its hashes and who asked for it) by its name."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        if (begins := re.match(r"([A-Za-z0-9._-]+)==", line)) is not None:
            name = begins[1]
        if name:
            found[name] = found.get(name, "") + line
    return found


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    made: dict[str, dict[str, str]] = {}
    for name, sources in LOCKS.items():
        packages = blocks(_compiled(sys.argv[1], sources))
        below = made.get(ON_TOP.get(name, ""), {})
        made[name] = {package: block for package, block in packages.items() if package not in below}
        rest = "".join(block for package, block in made[name].items() if not _BUILD.fullmatch(package))
        first = ON_TOP.get(name)
        more = f"{first} first" if first else f"torch first, from your own index or {TORCH_LOCK}"
        (ROOT / name).write_text(HEAD.format(name=name, more=more) + rest, "utf-8")
        print(f"{name}: {rest.count(' --hash=')} hashes")
    builds = "".join(block for package, block in made["requirements.lock"].items() if _BUILD.fullmatch(package))
    more = "for machines that take torch from PyPI, with CUDA"
    (ROOT / TORCH_LOCK).write_text(HEAD.format(name=TORCH_LOCK, more=more) + builds, "utf-8")
    return 0


def _compiled(uv: str, sources: tuple[str, ...]) -> str:
    """What uv resolves for all platforms; a file of known versions to begin with makes it keep them."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "lock"
        known = {d.metadata["Name"]: d.version for d in distributions() if "+" not in d.version}
        target.write_text("".join(f"{name}=={version}\n" for name, version in sorted(known.items())), "utf-8")
        command = [uv, "pip", "compile", "--universal", "--generate-hashes", "--no-header", "--quiet"]
        command += ["--python-version", PYTHON, "--output-file", str(target), *sources]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return target.read_text("utf-8")


if __name__ == "__main__":
    sys.exit(main())
