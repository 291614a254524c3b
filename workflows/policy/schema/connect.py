"""The YAML that says how to connect with a credential, and what it comes to: templates that a program fills in.

In all of them `<name>` stands for the field of that name in the secret that Vault hands out, such as `<username>`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from workflows.policy.fields import Template, shaped, wrong

_UNSAFE = re.compile(
    r"(LD_|DYLD_|PYTHON|PERL|RUBY|NODE_|GIT_|BASH_|DAYPASS_|VAULT_|BAO_).*|"
    r"PATH|IFS|ENV|SHELL|HOME|EDITOR|VISUAL|PAGER|BROWSER|CDPATH|SHELLOPTS|PROMPT_COMMAND|PS4"
)
"""Variables that make programs run something else, or are others' own."""


def _is_safe(name: str) -> str:
    if _UNSAFE.fullmatch(name):
        raise wrong(
            f"{name} could change which program runs on people's computers",
            "use variables of the program that connects, such as PGHOST",
        )
    return name


Variable = Annotated[
    str,
    shaped(r"[A-Z_][A-Z0-9_]{0,59}", "use capital letters, digits and underscores, such as PGHOST"),
    AfterValidator(_is_safe),
]
Host = Annotated[Template, Field(min_length=1, max_length=253)]
Port = Annotated[Template, shaped(r"[0-9]{1,5}|.*\$\{.*", "use a port, such as 5432")]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PostgresqlBlock(_Block):
    """A PostgreSQL database, or one that speaks its protocol."""

    host: Host
    port: Port = "5432"
    database: Annotated[Template, Field(min_length=1, max_length=63)]
    sslmode: Annotated[Template, Field(max_length=20)] | None = None


class MysqlBlock(_Block):
    """A MySQL or MariaDB database."""

    host: Host
    port: Port = "3306"
    database: Annotated[Template, Field(min_length=1, max_length=64)]


class AwsBlock(_Block):
    """AWS, with the keys of an IAM user or a session."""

    region: Annotated[Template, Field(max_length=40)] | None = None


class KubernetesBlock(_Block):
    """The API server of a Kubernetes cluster. `ca` is its certificate authority, in base64 of PEM."""

    server: Annotated[Template, Field(min_length=1, max_length=300)]
    ca: Annotated[Template, Field(max_length=8_000)] | None = None


class ConnectBlock(_Block):
    """How to connect. One of the kinds fills in the rest; what stands beside it goes over that.

    `environment`, `files` and `url` are what programs use: variables, variables that name a file with this content,
    and a database's URL.
    """

    text: Annotated[Template, Field(max_length=2_000)] = ""
    """Shown with the credential."""
    postgresql: PostgresqlBlock | None = None
    mysql: MysqlBlock | None = None
    aws: AwsBlock | None = None
    kubernetes: KubernetesBlock | None = None
    environment: dict[Variable, Annotated[Template, Field(max_length=500)]] = Field(
        default_factory=dict, max_length=20
    )
    files: dict[Variable, Annotated[Template, Field(max_length=8_000)]] = Field(
        default_factory=dict, max_length=5
    )
    url: Annotated[Template, Field(max_length=500)] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        written = [name for name in KINDS if getattr(self, name) is not None]
        if len(written) > 1:
            raise wrong(f"“{written[0]}” and “{written[1]}” exclude each other", "keep one of them")
        return self


def _text_alone(typed: Any) -> Any:
    return {"text": typed} if isinstance(typed, str) else typed


Connect = Annotated[ConnectBlock, BeforeValidator(_text_alone)]
"""A block, or text alone."""


@dataclass(frozen=True)
class Connection:
    """How to connect, as templates. `kind` is one of KINDS, or empty; `files` are contents, by the variable that names them.

    Of `url`, whatever is filled in is percent-encoded first.
    """

    kind: str = ""
    text: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None


def connection_of(block: ConnectBlock) -> Connection:
    """Give what the block comes to."""
    kind = next((name for name in KINDS if getattr(block, name) is not None), "")
    base = KINDS[kind](getattr(block, kind)) if kind else Connection()
    return Connection(
        kind=kind,
        text=block.text.strip() or base.text,
        environment={**base.environment, **block.environment},
        files={**base.files, **block.files},
        url=block.url or base.url,
    )


def _postgresql(block: PostgresqlBlock) -> Connection:
    where = f"host={block.host} port={block.port} dbname={block.database}"
    mode = {"PGSSLMODE": block.sslmode} if block.sslmode else {}
    ssl = f" sslmode={block.sslmode}" if block.sslmode else ""
    return Connection(
        text=f"PGPASSWORD='<password>' psql \"{where} user=<username>{ssl}\"",
        environment={
            "PGHOST": block.host,
            "PGPORT": block.port,
            "PGDATABASE": block.database,
            "PGUSER": "<username>",
            "PGPASSWORD": "<password>",
            **mode,
        },
        url=f"postgresql://<username>:<password>@{block.host}:{block.port}/{block.database}"
        + (f"?sslmode={block.sslmode}" if block.sslmode else ""),
    )


def _mysql(block: MysqlBlock) -> Connection:
    where = f"--host={block.host} --port={block.port} --user=<username>"
    return Connection(
        text=f"MYSQL_PWD='<password>' mysql {where} {block.database}",
        environment={
            "MYSQL_HOST": block.host,
            "MYSQL_TCP_PORT": block.port,
            "MYSQL_DATABASE": block.database,
            "MYSQL_USER": "<username>",
            "MYSQL_PWD": "<password>",
        },
        url=f"mysql://<username>:<password>@{block.host}:{block.port}/{block.database}",
    )


def _aws(block: AwsBlock) -> Connection:
    """A user's keys have no session token; a program leaves out a variable whose field is empty."""
    keys = {
        "AWS_ACCESS_KEY_ID": "<access_key>",
        "AWS_SECRET_ACCESS_KEY": "<secret_key>",
        "AWS_SESSION_TOKEN": "<session_token>",
    }
    shown = " ".join(f"{name}='{value}'" for name, value in keys.items())
    region = {"AWS_REGION": block.region} if block.region else {}
    return Connection(text=f"{shown} aws sts get-caller-identity", environment={**keys, **region})


def _kubernetes(block: KubernetesBlock) -> Connection:
    authority = f", certificate-authority-data: {block.ca}" if block.ca else ""
    config = f"""\
apiVersion: v1
kind: Config
clusters: [{{name: daypass, cluster: {{server: "{block.server}"{authority}}}}}]
users: [{{name: daypass, user: {{token: "<service_account_token>"}}}}]
contexts:
- name: daypass
  context: {{cluster: daypass, user: daypass, namespace: "<service_account_namespace>"}}
current-context: daypass
"""
    shown = f"kubectl --server={block.server} --token='<service_account_token>' get pods"
    return Connection(text=shown, files={"KUBECONFIG": config})


KINDS: Mapping[str, Callable[[Any], Connection]] = {
    "postgresql": _postgresql,
    "mysql": _mysql,
    "aws": _aws,
    "kubernetes": _kubernetes,
}
"""What a kind's block comes to, by its name. A new one is a block, a function and a line here."""
