"""SageMaker that executes: jobs run for real, as processes of their own, under the contract of AWS's API."""

from emulator.sagemaker.service import create

__all__ = ["create"]
