"""Cumulet: a serverless MLOps system on AWS that runs whole on a laptop."""

__version__ = "0.1.0"
