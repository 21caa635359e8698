from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cumulet.contracts.closure import fingerprint
from infra.bundling import Bundle, function_package, job_application, write_zip
from infra.functions import NIGHT
from infra.jobs import modules
from infra.platforms import Target

ROOT = Path(__file__).resolve().parents[2]
PLUG_INS = ("usecases", "usecases.flights")
FUNCTIONS = (*NIGHT, "predict", "release")
MEGABYTES = {"predict": 120, "release": 12, **dict.fromkeys(NIGHT, 180)}
"""Ceilings of the unzipped packages; Lambda takes 250."""


def plug_ins(name: str) -> tuple[str, ...]:
    return () if name == "release" else PLUG_INS  # it moves models and knows no use case


@pytest.fixture(scope="module")
def packages() -> dict[str, Bundle]:
    """By function; those of the night have one in common."""
    night = function_package(ROOT, NIGHT, PLUG_INS, Target("local"))
    alone = {name: function_package(ROOT, [name], plug_ins(name), Target("local")) for name in ("predict", "release")}
    return {**dict.fromkeys(NIGHT, night), **alone}


def test_a_package_holds_its_functions_and_no_other(packages: dict[str, Bundle]) -> None:
    for name, package in packages.items():
        files = zipfile.ZipFile(package.path).namelist()
        held = {file.split("/")[1] for file in files if file.startswith("lambdas/") and file.endswith("/handler.py")}
        assert held == (set(NIGHT) if name in NIGHT else {name})


@pytest.mark.parametrize("name", MEGABYTES)
def test_a_package_is_small_and_leaves_boto3_pandas_and_scikit_learn_out(
    packages: dict[str, Bundle], name: str
) -> None:
    with zipfile.ZipFile(packages[name].path) as archive:
        files = archive.infolist()
    assert sum(f.file_size for f in files) / 2**20 < MEGABYTES[name]
    tops = {f.filename.split("/")[0] for f in files}
    assert not tops & {"boto3", "botocore", "pandas", "sklearn", "scipy", "tests", "infra", "emulator"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_package_imports_alone(packages: dict[str, Bundle], name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(packages[name].path) as archive:
        archive.extractall(tmp_path)
    # -S leaves this environment's packages out; boto3 is in Lambda's runtime and comes last.
    runtime = Path(__import__("boto3").__file__).parents[1]
    only_aws = tmp_path / "runtime"
    only_aws.mkdir()
    for package in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3"):
        (only_aws / package).symlink_to(runtime / package)
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; sys.path.append({str(only_aws)!r})\n"
        f"from lambdas.{name}.handler import handler\n"
        f"for module in {plug_ins(name)}: __import__(module)\n"
        "print(callable(handler))\n"
    )
    if name in NIGHT:  # what is left of Arrow must still read and write
        program += (
            "import numpy as np\n"
            "from cumulet.adapters import parquet\n"
            "assert parquet.decode(parquet.encode({'a': np.arange(3.0)}), ['a'])['a'].tolist() == [0, 1, 2]\n"
        )
    command = [sys.executable, "-I", "-S", "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (result.stdout, result.stderr) == ("True\n", "")


def test_a_package_has_sources_and_their_bytecode(packages: dict[str, Bundle]) -> None:
    tag = sys.implementation.cache_tag
    names = set(zipfile.ZipFile(packages["release"].path).namelist())
    assert {"lambdas/release/handler.py", f"lambdas/release/__pycache__/handler.{tag}.pyc"} <= names


def test_the_fingerprint_is_the_same_in_the_repository_the_package_and_the_job(
    packages: dict[str, Bundle], tmp_path: Path
) -> None:
    module = "usecases.flights.transform"
    with zipfile.ZipFile(packages["predict"].path) as archive:
        archive.extractall(tmp_path)
    job = job_application(ROOT, ["training.fit", *PLUG_INS], "flights")
    assert fingerprint(tmp_path, module) == fingerprint(ROOT, module)
    assert fingerprint(job.path, module) == fingerprint(ROOT, module)


def test_a_second_bundle_makes_nothing(packages: dict[str, Bundle]) -> None:
    before = packages["predict"].path.stat().st_mtime_ns
    again = function_package(ROOT, ["predict"], PLUG_INS, Target("local"))
    assert (again, again.path.stat().st_mtime_ns) == (packages["predict"], before)


def test_a_job_application_pins_what_it_imports_and_runs_a_module(tmp_path: Path) -> None:
    job = job_application(ROOT, ["training.fit", *PLUG_INS], "flights")
    with zipfile.ZipFile(job.path) as archive:
        pins = archive.read("requirements.txt").decode().splitlines()
        assert all(pin.split("==")[0] and pin.split("==")[1] for pin in pins)
        assert {"scikit-learn", "skl2onnx", "boto3"} <= {pin.split("==")[0] for pin in pins}
        program = archive.read("__main__.py")
    application = tmp_path / "job.zip"
    with zipfile.ZipFile(application, "w") as archive:
        archive.writestr("__main__.py", program)
        archive.writestr("requirements.txt", "")
        archive.writestr("greeting/__init__.py", "")
        archive.writestr("greeting/hello.py", "import sys\n\ndef main():\n    print(sys.argv)\n    return 3\n")
    command = [sys.executable, str(application), "greeting.hello", "--run", "r1"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (3, "['greeting.hello', '--run', 'r1']\n")


def test_a_zip_of_the_same_files_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_text(name)
    files = [(name, tmp_path / name) for name in ("a", "b")]
    first = write_zip(tmp_path / "1.zip", files, zipfile.ZIP_DEFLATED).read_bytes()
    (tmp_path / "a").touch()
    assert write_zip(tmp_path / "2.zip", files[::-1], zipfile.ZIP_DEFLATED).read_bytes() == first


def test_a_network_goes_to_the_jobs_of_its_use_case_and_pytorch_is_the_image_s():
    with zipfile.ZipFile(job_application(ROOT, modules(ROOT, "digits"), "digits").path) as job:
        assert "usecases/digits/network.py" in job.namelist()
        assert b"torch" not in job.read("requirements.txt")
    assert not any(name.endswith("network") for name in modules(ROOT, "flights"))
    package = function_package(ROOT, ["predict"], ("usecases", "usecases.digits"), Target("local"))
    assert "usecases/digits/network.py" not in zipfile.ZipFile(package.path).namelist()


def test_what_the_image_does_not_bring_is_installed_by_the_job(tmp_path):
    for name in ("training", "batch", "cumulet", "usecases", "requirements.txt"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "usecases").unlink()
    shutil.copytree(ROOT / "usecases", tmp_path / "usecases", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "usecases" / "flights" / "requirements.txt").write_text("# trees\nlightgbm==4.7.0\ntorch==2.13.0\n")
    job = job_application(tmp_path, modules(tmp_path, "flights"), "flights")
    pins = zipfile.ZipFile(job.path).read("requirements.txt").decode().split()
    assert "lightgbm==4.7.0" in pins
    assert not any(pin.startswith("torch") for pin in pins)
