"""jsPsych from npm: installed once in this folder, copied into every experiment that is built."""

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
    """npm modules that are missing and cannot be installed; the message gives the remedy."""


def jspsych(folder: Path = HERE) -> str:
    """Return the source of jsPsych for browsers, in the locked version; install it if it is missing.

    raises : ModulesError if npm is missing or fails
    """
    if not ready(folder):
        install(folder)
    if not ready(folder):
        raise ModulesError(
            f"{folder / JSPSYCH} is not the version in {LOCK}, although npm reported success. "
            "Delete node_modules in that folder and try again."
        )
    lines = (folder / JSPSYCH / SCRIPT).read_text(encoding="utf-8").splitlines(keepends=True)
    # The source map is not copied, so the line that points to it is dropped.
    return "".join(line for line in lines if not line.startswith("//# sourceMappingURL"))


def ready(folder: Path = HERE) -> bool:
    """Return whether jsPsych is installed in the locked version."""
    package = folder / JSPSYCH / "package.json"
    if not (package.is_file() and (folder / JSPSYCH / SCRIPT).is_file()):
        return False
    wanted = json.loads((folder / LOCK).read_text())["packages"][JSPSYCH]["version"]
    return json.loads(package.read_text())["version"] == wanted


def install(folder: Path = HERE) -> None:
    """Install the locked modules, verify their hashes and run none of their scripts."""
    if shutil.which("npm") is None:
        raise ModulesError(
            "jsPsych is not installed, and npm is not on the PATH. "
            "Install Node.js 18 or later, then try again."
        )
    done = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "npm error" in line and "debug-" not in line]
        message = "\n".join(errors)[-600:]
        raise ModulesError(
            f"npm could not install jsPsych into {folder}:\n{message}\n"
            "Check the network connection, then run: make setup"
        )
