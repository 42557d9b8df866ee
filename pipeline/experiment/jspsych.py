"""jsPsych from npm: installed once beside this file, copied into the experiments that are built."""

import json
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LOCK = "package-lock.json"
INSTALL = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
JSPSYCH = "node_modules/jspsych"
SCRIPT = "dist/index.browser.min.js"


class ModulesError(RuntimeError):
    """Modules that are not there and cannot be installed; says what to do."""


def jspsych(folder: Path = HERE) -> str:
    """Return the text of jsPsych for browsers, of the version in the lock; it is installed where it is missing.

    raises : ModulesError without npm, or where npm fails
    """
    if not ready(folder):
        install(folder)
    if not ready(folder):
        raise ModulesError(
            f"{folder / JSPSYCH} is not what {LOCK} lists, though npm ended well. Remove node_modules there and try again."
        )
    lines = (folder / JSPSYCH / SCRIPT).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(
        line for line in lines if not line.startswith("//# sourceMappingURL")
    )  # which lies elsewhere


def ready(folder: Path = HERE) -> bool:
    """Tell whether jsPsych is installed in the version of the lock."""
    package = folder / JSPSYCH / "package.json"
    if not (package.is_file() and (folder / JSPSYCH / SCRIPT).is_file()):
        return False
    wanted = json.loads((folder / LOCK).read_text())["packages"][JSPSYCH]["version"]
    return json.loads(package.read_text())["version"] == wanted


def install(folder: Path = HERE) -> None:
    """Install what the lock lists, checked against its hashes, running nothing of it."""
    if shutil.which("npm") is None:
        raise ModulesError(
            "jsPsych is not installed, and there is no npm on the PATH. Install Node.js 18 or later, then try again."
        )
    done = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join(
            line for line in done.stderr.splitlines() if "npm error" in line and "debug-" not in line
        )[-600:]
        raise ModulesError(
            f"npm could not install jsPsych into {folder}:\n{said}\nIs there a network? Then try: make setup"
        )
