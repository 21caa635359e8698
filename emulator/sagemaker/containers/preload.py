"""What a warm parent imports, and which variables only an interpreter of its own can obey."""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT = (
    "argparse", "concurrent.futures", "csv", "importlib.metadata", "tarfile", "urllib.request", "zipfile",
    "numpy", "scipy.sparse", "scipy.stats", "pandas", "pyarrow", "pyarrow.compute", "pyarrow.parquet",
    "pyarrow.dataset", "joblib", "sklearn.calibration", "sklearn.compose", "sklearn.ensemble",
    "sklearn.feature_extraction", "sklearn.impute", "sklearn.inspection", "sklearn.isotonic", "sklearn.linear_model",
    "sklearn.metrics", "sklearn.model_selection", "sklearn.naive_bayes", "sklearn.pipeline", "sklearn.preprocessing",
    "lightgbm", "xgboost", "onnx", "skl2onnx", "onnxruntime", "boto3", "botocore.httpsession", "s3transfer.manager",
)  # fmt: skip
"""Imported where they are installed: what jobs of data science mostly use. An image may name its own (images.json)."""

LIBRARIES = ("OMP_", "GOMP_", "KMP_", "OPENBLAS_", "GOTO_", "MKL_", "NPY_", "ARROW_", "JE_", "ORT_")
AT_START = ("PYTHON", "LD_", "LC_", "LANG", "MALLOC_", "GLIBC_", *LIBRARIES)
"""A library, or the interpreter, reads the variables with these beginnings once, when it is loaded."""


def at_start(env: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that is read when an interpreter and its libraries are loaded."""
    return {name: value for name, value in env.items() if name.startswith(AT_START)}
