"""No code of ours runs what it reads: nothing unpickles, evaluates, or loads code with a model."""

import ast
import os
import stat
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "stages", "studies", "examples", "benchmarks", "tools")
# A call by the last two parts of its name, and the keyword, if any, that makes it safe.
FORBIDDEN = {
    **dict.fromkeys(("pickle.load", "pickle.loads", "pickle.Unpickler"), None),
    **dict.fromkeys(("cloudpickle.load", "cloudpickle.loads", "dill.load", "dill.loads"), None),
    **dict.fromkeys(("joblib.load", "marshal.load", "marshal.loads", "shelve.open"), None),
    **dict.fromkeys(("pd.read_pickle", "pandas.read_pickle", "jsonpickle.decode"), None),
    **dict.fromkeys(("yaml.unsafe_load", "yaml.full_load", "yaml.load_all"), None),
    **dict.fromkeys(("eval", "exec", "compile", "__import__", "os.system", "os.popen"), None),
    "torch.load": ("weights_only", True),
    "np.load": ("allow_pickle", False),
    "yaml.load": ("Loader", "_Loader"),  # of section.py, a safe one
    "AutoModel.from_pretrained": ("local_files_only", True),
    "AutoConfig.from_pretrained": ("local_files_only", True),
    "AutoTokenizer.from_pretrained": ("local_files_only", True),
    "IntakeModel.from_pretrained": ("local_files_only", True),
}
NEVER = {"shell": True, "trust_remote_code": True, "allow_pickle": True, "weights_only": False}
# Dask, which docs/cluster.md tells of: what a fit raises on a machine of one's own comes back over
# TLS, and a fit's code goes there. The pools of one machine are the standard library's.
TOLD = Counter({("src/intake_triage/models/fits/cluster.py", "pickle.loads"): 1})


def find_calls(tree: ast.AST) -> list[str]:
    """The forbidden calls of a module, by name."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        keywords = {word.arg: read_value(word.value) for word in node.keywords if word.arg}
        name = ".".join(ast.unparse(node.func).split(".")[-2:])
        if name in FORBIDDEN:
            needed = FORBIDDEN[name]
            if needed is None or keywords.get(needed[0]) != needed[1]:
                found.append(name)
        found += [f"{name}({key})" for key, bad in NEVER.items() if keywords.get(key) is bad]
    return found


def read_value(node: ast.expr) -> object:
    """A constant, or the name of anything else."""
    return node.value if isinstance(node, ast.Constant) else ast.unparse(node)


def test_no_module_unpickles_evaluates_or_trusts_code_of_others():
    found = Counter()
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            found.update((name, call) for call in find_calls(ast.parse(path.read_bytes())))
    assert found == TOLD


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import torch\ntorch.load('x')", ["torch.load"]),
        ("torch.load('x', weights_only=True)", []),
        ("torch.load('x', weights_only=False)", ["torch.load", "torch.load(weights_only)"]),
        ("np.load('x')", ["np.load"]),
        ("yaml.load(text, Loader=yaml.Loader)", ["yaml.load"]),
        ("yaml.safe_load(text)", []),
        ("model.eval()", []),
        ("eval('1')", ["eval"]),
        ("re.compile('a')", []),
        ("subprocess.run(x, shell=True)", ["subprocess.run(shell)"]),
        ("AutoModel.from_pretrained(x, local_files_only=True, trust_remote_code=True)",) * 2,
    ],
)
def test_the_search_finds_what_it_looks_for(code, found):
    if isinstance(found, str):
        found = ["AutoModel.from_pretrained(trust_remote_code)"]
    assert find_calls(ast.parse(code)) == found


def test_weights_are_kept_as_safetensors_alone():
    """Nor does any code write a file of the kinds that unpickle."""
    endings = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin", ".ckpt", ".npz")
    for folder in ("src", "stages", "studies"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    assert not node.value.endswith(endings), (path, node.value)


def ask_make(folder: Path, **environment: str) -> str:
    """Which folder DVC is told to use by the Makefile, in a checkout that is `folder`."""
    (folder / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    done = subprocess.run(
        ["make", "--silent", "--eval", "show: ; @printenv DVC_SITE_CACHE_DIR", "show"],
        cwd=folder,
        env={name: v for name, v in os.environ.items() if name != "DVC_SITE_CACHE_DIR"}
        | environment,
        text=True,
        capture_output=True,
        check=True,
    )
    return done.stdout.strip()


def test_make_keeps_what_dvc_unpickles_where_no_other_user_can_write(tmp_path):
    """By itself DVC takes /var/tmp/dvc, and lets everybody write there, whatever the umask."""
    (tmp_path / ".dvc/tmp/site").mkdir(parents=True, mode=0o777)
    (tmp_path / ".dvc/tmp/site").chmod(0o777)
    folder = Path(ask_make(tmp_path))
    assert folder == tmp_path / ".dvc/tmp/site"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert ask_make(tmp_path, DVC_SITE_CACHE_DIR="/elsewhere") == "/elsewhere"


def test_so_does_who_activates_the_environment_that_make_installs(tmp_path):
    """The installation stands in for itself: what is looked at is the script to be activated."""
    checkout = tmp_path / "a clinic's"
    checkout.mkdir()
    for name in ("Makefile", "requirements.txt", "constraints.txt"):
        (checkout / name).write_bytes((ROOT / name).read_bytes())
    installer = tmp_path / "python"
    installer.write_text(
        "#!/bin/sh\nmkdir -p .venv/bin && cp /bin/true .venv/bin/python\n"
        'echo "VIRTUAL_ENV=\\"$PWD/.venv\\"" > .venv/bin/activate\n'
    )
    installer.chmod(0o700)
    environment = {name: v for name, v in os.environ.items() if name != "DVC_SITE_CACHE_DIR"}
    for _ in range(2):
        make = ["make", f"PYTHON={installer}", ".venv/installed"]
        subprocess.run(make, cwd=checkout, env=environment, check=True, capture_output=True)
    script = checkout / ".venv/bin/activate"
    assert script.read_text().count("DVC_SITE_CACHE_DIR") == 1
    asked = ["sh", "-c", f'. "{script}"; printenv DVC_SITE_CACHE_DIR']
    told = subprocess.check_output(asked, env=environment, text=True)
    assert Path(told.strip()) == checkout / ".dvc/tmp/site"


def test_dvc_puts_what_it_unpickles_where_it_is_told(hostile_run):
    kept = [path for path in hostile_run.site_cache.rglob("*") if path.is_file()]
    assert any(path.name == "cache.db" for path in kept)
