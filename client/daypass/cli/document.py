"""`daypass document`: write documents from files, and submit them for approval."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from daypass.cli.calling import calling
from daypass.cli.output import fail, out, tell
from daypass.text import one_line

if TYPE_CHECKING:
    from daypass.api import Daypass

document = typer.Typer(no_args_is_help=True, help="Write documents about services, through the API.")
Id = Annotated[str, typer.Argument(help="Id of the document.")]
_MAX_TITLE_CHARS = 60


@document.command("templates")
def templates() -> None:
    """List the templates."""
    with calling() as api:
        for one in api.get("templates")["items"]:
            out.print(f"{one['name']}  {one_line(one['title'], _MAX_TITLE_CHARS)}", markup=False)


@document.command("form")
def form(
    template: Annotated[str, typer.Argument(help="Template, by its name.")],
    service: Annotated[str, typer.Option(help="Service that it is about.")],
    version: Annotated[str, typer.Option(help="Version, for templates about versions.")] = "",
) -> None:
    """Print an empty document as Markdown, to fill in."""
    with calling() as api:
        found = next((one for one in api.get("templates")["items"] if one["name"] == template), None)
    if found is None:
        fail(f"There is no template “{template}”. List them with: daypass document templates")
    about = f"service: {service}\n" + (f'version: "{version}"\n' if version else "")
    fence = "\n---\n"
    head, _, rest = str(found["markdown"]).partition(fence)
    out.print(f"{head}\n{about}---\n{rest}", markup=False)


@document.command("write")
def write(
    file: Annotated[
        str, typer.Argument(help="A file of YAML or Markdown; - reads YAML from standard input.")
    ],
    submit: Annotated[bool, typer.Option("--submit", help="Ask for its approval, too.")] = False,
    base: Annotated[
        str | None, typer.Option(help="Digest of the text you began with; another one is kept.")
    ] = None,
) -> None:
    """Save a document as a draft. Prints its id."""
    text = _read(file)
    form = "markdown" if file.endswith((".md", ".markdown")) else "yaml"
    with calling() as api:
        saved = api.post("documents", {"file": text, "form": form, "base": base})
        if submit and saved["status"] == "draft":
            saved = _submitted(api, saved)
        tell(f"{_spelled(saved)}: {api.story(saved['id'])}")
    out.print(saved["id"], markup=False)


@document.command("submit")
def submit(id: Id) -> None:
    """Ask for the approval of a draft."""
    with calling() as api:
        tell(_spelled(_submitted(api, api.get(_path(id)))))


@document.command("show")
def show(
    id: Id,
    approved: Annotated[bool, typer.Option("--approved", help="The approved text, not the draft.")] = False,
) -> None:
    """Print a document as Markdown, which `write` reads."""
    with calling() as api:
        found = api.get(_path(id))
    if approved and not found["approved"]:
        fail("Nothing of this document is approved.")
    out.print((found["approved"] if approved else found)["markdown"], markup=False)


@document.command("list")
def list_documents() -> None:
    """List the documents that you can see, with their state."""
    with calling() as api:
        for one in api.get("documents", limit="200")["items"]:
            out.print(f"{one['id']}  {_spelled(one)}", markup=False)


def _submitted(api: "Daypass", found: dict[str, Any]) -> dict[str, Any]:
    return api.post(f"{_path(found['id'])}/submit", {"digest": found["digest"]})


def _path(id: str) -> str:
    return f"documents/{quote(id, safe='')}"


def _spelled(found: dict[str, Any]) -> str:
    status = "in review" if found["status"] == "pending" else found["status"]
    about = f"{found['service']} {found['version']}".strip()
    return f"{one_line(found['title'], _MAX_TITLE_CHARS)} of {about}, text {found['number']}, {status}"


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} can't be read: {error}")
