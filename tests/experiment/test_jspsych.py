import json
import os
import re
import shutil

import pytest

from heschl.experiment import jspsych


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A folder with the lock, and an npm that runs the command in the variable NPM."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(jspsych.HERE / name, tmp_path)
    (tmp_path / "bin").mkdir()
    npm = tmp_path / "bin/npm"
    npm.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n$NPM\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    return tmp_path


def test_missing_modules_are_installed_as_locked_without_scripts(package, monkeypatch):
    made = package / jspsych.JSPSYCH
    version = json.loads((package / "package-lock.json").read_text())["packages"][jspsych.JSPSYCH]["version"]
    (package / "made/dist").mkdir(parents=True)
    (package / "made" / jspsych.SCRIPT).write_text("jsPsych;\n//# sourceMappingURL=elsewhere\n")
    (package / "made/package.json").write_text(json.dumps({"version": version}))
    made.parent.mkdir()
    monkeypatch.setenv("NPM", f"cp -r {package}/made {made}")
    assert jspsych.jspsych(package) == "jsPsych;\n"
    assert (package / "asked").read_text().split()[:2] == ["ci", "--ignore-scripts"]
    (made / "package.json").write_text(json.dumps({"version": "7.0.0"}))
    assert not jspsych.ready(package)


def test_remedy_without_npm_or_network(package, monkeypatch):
    monkeypatch.setenv("NPM", "false")
    with pytest.raises(
        jspsych.ModulesError, match=r"npm could not install jsPsych .*(?s:.)*Check the network"
    ):
        jspsych.jspsych(package)
    monkeypatch.setenv("NPM", "true")
    with pytest.raises(jspsych.ModulesError, match=r"is not the version in package-lock.json"):
        jspsych.jspsych(package)
    monkeypatch.setenv("PATH", str(package))
    with pytest.raises(jspsych.ModulesError, match=r"npm is not on the PATH. Install Node.js"):
        jspsych.jspsych(package)


def test_lock_is_exact_and_names_no_registry():
    lock = json.loads((jspsych.HERE / "package-lock.json").read_text())["packages"]
    assert all(
        re.fullmatch(r"\d+\.\d+\.\d+", package["version"]) and package["integrity"]
        for name, package in lock.items()
        if name
    )
    assert not any("resolved" in package for package in lock.values())
    wanted = json.loads((jspsych.HERE / "package.json").read_text())["dependencies"]
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
