"""What runs on the pull requests of this corpus and of others: the action is run here step by step, as a runner would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import packages

yaml = pytest.importorskip("yaml")
_EXPRESSION = re.compile(r"\$\{\{\s*inputs\.(\w+)\s*\}\}")


def read(path: str) -> Any:
    return yaml.safe_load((packages.CLONE / path).read_text(encoding="utf-8"))


def run_action(folder: Path, **given: str) -> list[tuple[str, subprocess.CompletedProcess[str]]]:
    """Run the steps of the action in a folder, but those that install, until one fails."""
    action = read("action.yml")
    inputs = {name: str(one["default"]) for name, one in action["inputs"].items()} | given
    runner = {"RUNNER_TEMP": str(folder.parent), "GITHUB_STEP_SUMMARY": str(folder.parent / "steps.md")}
    (folder.parent / "steps.md").touch()
    done = []
    for step in action["runs"]["steps"]:
        if "run" not in step or step["name"] == "Install" or ("if" in step and not inputs["base"]):
            continue
        env = {
            name: _EXPRESSION.sub(lambda found: inputs[found[1]], value)
            for name, value in step["env"].items()
        }
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        result = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **runner, **env, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        done.append((step["name"], result))
        if result.returncode:
            break
    return done


@pytest.fixture
def proposed(base: Path) -> Path:
    """Give a package beside the base branch's, as the workflow lays them out."""
    packages.build(base / "base")
    return base


def test_a_sound_change_passes_and_is_summed_up(proposed: Path) -> None:
    packages.set_cell(proposed, "corpus/mentions.csv", 4, "mention_type", "PRO")
    done = run_action(proposed, base="base", summary=str(proposed.parent / "summary.md"))
    assert [(name, result.returncode) for name, result in done] == [
        ("Canonical form", 0),
        ("Validation", 0),
        ("Summary", 0),
    ], done[-1][1].stderr
    summary = (proposed.parent / "summary.md").read_text(encoding="utf-8")
    assert "| D000 | mentions |  |  |  |  | 1 |" in summary
    assert summary == (proposed.parent / "steps.md").read_text(encoding="utf-8")


def test_a_fault_stands_on_its_line_and_stops_the_job(proposed: Path) -> None:
    packages.set_cell(proposed, "corpus/mentions.csv", 5, "entity_type", "GEP")
    *_, (name, result) = run_action(proposed, base="base")
    assert (name, result.returncode) == ("Validation", 1)
    assert result.stdout.startswith("::error file=corpus/mentions.csv,line=5,col=35,title=sch.enum::")


def test_a_pull_request_cannot_weaken_what_it_is_judged_by(proposed: Path) -> None:
    schema = {
        "op": "replace",
        "file": "schema/tables/mentions.json",
        "old": '"required": true',
        "new": '"required": false',
    }
    packages.edit(proposed, [schema])
    *_, (name, result) = run_action(proposed, base="base")
    assert (name, result.returncode) == ("Validation", 1)
    assert "pkg.schema-weakened" in result.stdout


@pytest.mark.parametrize(
    "path", sorted(Path(packages.CLONE / ".github/workflows").glob("*.yml")), ids=lambda path: path.stem
)
def test_a_workflow_has_a_limit_and_few_permissions_and_puts_nothing_of_others_into_a_script(
    path: Path,
) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    triggers = workflow[True]  # YAML takes the word "on" for a truth value
    assert "pull_request_target" not in triggers
    writes = {name for name, value in workflow["permissions"].items() if value == "write"}
    assert writes == ({"pull-requests"} if path.stem == "comment" else set())
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_the_hooks_call_commands_that_are_there() -> None:
    for hook in read(".pre-commit-hooks.yaml"):
        command = [
            sys.executable,
            "-c",
            "from tigris_corpus.cli import main; main()",
            hook["entry"].split()[1],
            "--help",
        ]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
        assert re.match(hook["files"], "corpus/mentions.csv")
        assert hook["pass_filenames"] is False


@pytest.mark.parametrize("name", ["bug", "new-text", "takedown", "wrong-label"])
def test_an_issue_template_is_one(name: str) -> None:
    form = read(f".github/ISSUE_TEMPLATE/{name}.yml")
    assert {"name", "description", "body"} <= set(form)
    assert all({"id", "type", "attributes"} <= set(field) for field in form["body"])
