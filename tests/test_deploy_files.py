"""What deploys copydesk says nothing that is not there: paths, commands, entry points, pools, services, volumes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from functools import cache
from importlib import import_module
from inspect import signature
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
SERVICES: dict[str, Any] = COMPOSE["services"]
POOLS = {"process": "desk", "docker": "desk-docker", "kubernetes": "desk-kubernetes"}
IDS = [f"{d['entrypoint'].partition(':')[2]}/{d['name']}" for d in DEPLOYMENTS]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's lines, continued ones joined: name and what follows."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines]


def commands() -> list[tuple[str, list[str]]]:
    """Each program that the containers run, with its arguments."""
    found = [("Dockerfile", json.loads(said)) for name, said in instructions() if name == "CMD"]
    for name, service in SERVICES.items():
        command = service.get("command")
        if command and command[0] == "sh":
            script = command[-1].replace("$$flow", "fetch")
            lines = [line.strip() for line in script.splitlines()]
            found += [(name, shlex.split(line)) for line in lines if line.startswith("prefect ")]
        elif command:
            found.append((name, command))
    return found


@cache
def help_of(program: str, *verbs: str) -> str:
    call = [sys.executable, "-m", program, *verbs, "--help"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def template_of(kind: str) -> dict[str, Any]:
    """Prefect's own job template of a kind of work pool."""
    from prefect.server.api import collections

    views = Path(collections.__file__).parent / "collections_data/views"
    workers = json.loads((views / "aggregate-worker-metadata.json").read_text(encoding="utf-8"))
    templates = {name: found for package in workers.values() for name, found in package.items()}
    template: dict[str, Any] = templates[kind]["default_base_job_configuration"]
    return template


def is_option(word: str) -> bool:
    return word.startswith("-")


def test_each_flow_has_a_deployment_for_each_kind_of_work_pool() -> None:
    found = {(d["entrypoint"], d["name"], d["work_pool"]["name"]) for d in DEPLOYMENTS}
    flows = ("fetch", "ingest", "enrich")
    assert found == {
        (f"flows/{flow}.py:{flow}", kind, pool) for flow in flows for kind, pool in POOLS.items()
    }


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=IDS)
def test_a_deployment_names_a_flow_that_is_there_and_parameters_it_takes(
    deployment: dict[str, Any],
) -> None:
    path, _, name = deployment["entrypoint"].partition(":")
    assert (ROOT / path).is_file()
    flow = getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)
    flow.validate_parameters(deployment["parameters"])
    assert set(deployment["parameters"]) <= set(signature(flow.fn).parameters)
    paths = deployment["parameters"].get("paths", [])
    assert all((ROOT / path.removeprefix("/app/")).is_dir() for path in paths)
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=IDS)
def test_job_variables_are_those_of_the_pool_s_template(deployment: dict[str, Any]) -> None:
    template = template_of(deployment["name"])
    given = deployment["work_pool"].get("job_variables", {})
    assert set(given) <= set(template["variables"]["properties"])


def test_the_kubernetes_template_is_prefect_s_with_the_data_mounted_for_the_image_s_user() -> None:
    ours = json.loads((ROOT / "deploy/kubernetes.json").read_text(encoding="utf-8"))
    pod = ours["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
    (volume,) = pod.pop("volumes")
    (mount,) = pod["containers"][0].pop("volumeMounts")
    assert (volume["name"], mount["mountPath"]) == (mount["name"], "/data")
    user = pod.pop("securityContext")
    assert (user["runAsNonRoot"], user["runAsUser"]) == (True, 10001)
    assert "--uid 10001" in DOCKERFILE
    assert ours == template_of("kubernetes")


def test_what_the_way_to_deploy_names_is_there() -> None:
    guide = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(([^)#:]+)\)", guide))
    assert all((ROOT / "docs" / path).exists() for path in named)
    said = set(re.findall(r"(?:flows|deploy|examples)/[\w./]+\w", guide))
    assert all((ROOT / path).exists() for path in said)
    deployments = set(re.findall(r"(?:run|create) (\w+/\w+)", guide))
    assert deployments <= set(IDS)
    pools = set(re.findall(r"work-pool create (\S+) --type (\w+)", guide))
    assert pools == {(name, kind) for kind, name in POOLS.items()}
    named = set(re.findall(r"--name ([\w/-]+)", guide))
    assert set(POOLS) <= named <= set(POOLS) | set(IDS)


def test_the_image_installs_torch_alone_and_before_all_else() -> None:
    installs = [said for name, said in instructions() if name == "RUN" and "pip install" in said]
    assert "torch==2.13.0" in installs[0]
    assert "--no-deps" in installs[0]
    pins = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"torch==2.13.0"' in pins
    assert all("--constraint constraints.txt" in said for said in installs[1:])


def test_the_image_runs_as_a_user_of_its_own() -> None:
    names = [name for name, _ in instructions()]
    user = next(said for name, said in instructions() if name == "USER")
    assert user not in ("root", "0")
    assert any(
        f"useradd --uid 10001 --gid desk --create-home {user}" in s for _, s in instructions()
    )
    assert names.index("USER") < names.index("CMD")
    assert "HEALTHCHECK" in names


def test_what_the_image_copies_is_what_the_ignore_file_lets_through_and_is_there() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    kept = {line[1:] for line in rules if line.startswith("!")}
    assert all((ROOT / path).exists() for path in kept)
    rooms = {"copydesk/", "flows/", "sources/", "enrichers/", "schemas/", "storage/"}
    assert (
        rooms | {"pyproject.toml", "constraints.txt", "prefect.yaml", "README.md", "LICENSE"}
        <= kept
    )


@pytest.mark.slow
@pytest.mark.parametrize(("place", "call"), commands(), ids=lambda value: str(value)[:40])
def test_the_commands_of_the_containers_and_their_options_exist(
    place: str, call: list[str]
) -> None:
    program, *rest = call
    assert program in ("copydesk", "prefect"), place
    inner = [word for word in dropwhile(is_option, rest) if word != "desk"]
    verbs = takewhile(lambda word: not is_option(word), inner)
    text = help_of(program, *verbs)
    for option in filter(is_option, inner):
        assert option in text, f"{place}: {' '.join(call)} has no {option}"


def test_services_are_healthy_before_others_lean_on_them_and_data_outlives_them() -> None:
    for name, service in SERVICES.items():
        assert "healthcheck" in service or service.get("image") == "copydesk:latest", name
        for other, condition in service.get("depends_on", {}).items():
            how = condition["condition"]
            assert other in SERVICES
            assert how == "service_completed_successfully" or "healthcheck" in SERVICES[other]
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or source == "./copydesk.toml"
    assert "copydesk-data:/data" in SERVICES["app"]["volumes"]
    assert "VOLUME /data" in DOCKERFILE


def test_no_port_is_open_to_others_and_no_password_stands_in_the_file() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    password = SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert password.startswith("${POSTGRES_PASSWORD:?")


def test_prefect_s_settings_are_ones_that_it_knows() -> None:
    from prefect.settings import Settings
    from prefect.settings.legacy import _get_settings_fields

    known = set(_get_settings_fields(Settings))
    said = {
        key
        for service in SERVICES.values()
        for key in service.get("environment", {})
        if key.startswith("PREFECT_")
    }
    assert {"PREFECT_API_URL", "PREFECT_SERVER_DATABASE_PASSWORD"} <= said
    assert said <= known


def test_prefect_s_server_finds_its_database_whatever_the_password_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from prefect.settings import Settings
    from sqlalchemy.engine import make_url

    password = "a@b/c:d#e%f g?"  # noqa: S105  it opens nothing
    for name, value in SERVICES["prefect"]["environment"].items():
        given = password if value.startswith("${POSTGRES_PASSWORD:") else value
        monkeypatch.setenv(name, given)
    found = Settings().server.database.connection_url
    assert found is not None
    url = make_url(found.get_secret_value())
    postgres = SERVICES["postgres"]["environment"]
    assert (url.drivername, url.host, url.port) == ("postgresql+asyncpg", "postgres", 5432)
    assert url.password == password
    assert url.username == postgres["POSTGRES_USER"]
    assert url.database == postgres["POSTGRES_DB"]
