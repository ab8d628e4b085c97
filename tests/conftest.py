"""Prefect as the command sets it up, before anything imports it."""

from flows.runner import prepare_environment

prepare_environment()
