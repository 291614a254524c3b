"""A service that GitHub deploys, and a world and connections for its tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from aiohttp.test_utils import TestServer
from joserfc.jwk import RSAKey

from integrations.egress import read_reach
from integrations.github import AppLogin, GitHub, open_github
from tests.builders import changed_bundle, world_of
from tests.people import ADA
from tests.releases.github_server import APP, ENVIRONMENT, REPOSITORY, GitHubServer
from workflows.clock_skew import utc_now
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Machine
from workflows.workflow import World

SERVICE = f"""
service: web
title: Web shop
environment: production
source: github
model: {REPOSITORY}
goes_live:
  deployment: {ENVIRONMENT}
  machine: nightly-training
rollback: Run the workflow for the earlier version again.
rule:
  eligible: [scientists]
  stages:
    - name: data-owners
      approvers: [data-owners]
      quorum: 1
      notify: channel
      channel: releases
gates:
  - name: tested
    kind: commit-checks
    names: [tests]
"""
SECRETS = ("a" * 40, "b" * 40)


def web_world(folder: Path) -> World:
    """The example's world, and in it the service `web` and the machine that proposes its releases."""
    world = world_of(changed_bundle(folder / "bundle", files={"services/web.yaml": SERVICE}))
    machine = Machine("nightly-training", "Nightly training", frozenset({ADA}), frozenset({"scientists"}))
    directory = replace(world.directory, machines={"machine:nightly-training": machine})
    return replace(world, directory=directory)


def terms_in(world: World) -> ReleaseTerms:
    return world.bundle.services["web"]


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048)


@asynccontextmanager
async def github(server: GitHubServer, folder: Path) -> AsyncIterator[GitHub]:
    """The stand-in at work, and Daypass's connection to it. Whatever isn't as GitHub publishes fails the test."""
    key = folder / "app.pem"
    key.write_bytes(server.key.as_pem(private=True))
    async with (
        TestServer(server.app()) as served,
        open_github(str(served.make_url("/")), AppLogin(APP, key), read_reach(["127.0.0.1"]), utc_now) as api,
    ):
        yield api
    assert server.problems == []
