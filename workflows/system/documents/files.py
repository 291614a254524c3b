"""Documents as files: read from YAML or Markdown, and written as Markdown that reads back the same.

Markdown has its template and service in front matter, and each field below a heading that is the field's title.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from workflows.policy.document import Plain, read_document
from workflows.policy.inputs.date import read_day
from workflows.policy.problems import BundleErrors
from workflows.policy.template_fields import FIELD_KINDS
from workflows.policy.terms.documents import FieldTerms, TemplateTerms
from workflows.text import is_text

Form = Literal["yaml", "markdown"]
ABOUT = ("template", "service", "version", "due")
"""What a file says of its document, beside its fields."""
_FENCE = "---"
_HEADING = re.compile(r"(\\*)#{1,6}[ \t]+(.+?)[ \t]*")
_COMMENT = re.compile(r"(\\*)<!--(?:(?!-->).)*-->", re.DOTALL)


class FileFault(ValueError):
    """Why a file isn't a document, as a sentence for whoever wrote it."""


@dataclass(frozen=True)
class DocumentFile:
    """What a file says. `due` is the last day on which it is to count."""

    template: str
    service: str
    version: str = ""
    due: date | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def read_file(text: str, form: Form, templates: Mapping[str, TemplateTerms]) -> DocumentFile:
    """Read a file. Raises FileFault; whether the values are allowed is for the document's own rules to say."""
    if not is_text(text):
        raise FileFault("The file has characters that aren't text.")
    return _read_yaml(text) if form == "yaml" else _read_markdown(text, templates)


def write_markdown(template: TemplateTerms, about: Mapping[str, str], values: Mapping[str, str]) -> str:
    """A document as Markdown; a field that says nothing has its hint as a comment."""
    titles = _titles(template)
    front = [f"{name}: {_quoted(about[name])}" for name in ABOUT if about.get(name)]
    lines = [_FENCE, *front, _FENCE, "", f"# {template.title}", ""]
    for section in template.sections:
        lines += [f"## {section.title}", ""]
        for one in section.fields:
            said = values.get(one.name)
            shown = _escaped(said, titles) if said else f"<!-- {_hint(one)} -->"
            lines += [f"### {one.title}", "", shown, ""]
    return "\n".join(lines)


def _hint(one: FieldTerms) -> str:
    needed = "" if one.required else " It can be left out."
    return f"{one.hint or FIELD_KINDS[one.type].allowed(one)}{needed}".replace("--", "- -")


def _read_yaml(text: str) -> DocumentFile:
    data = _plain(text)
    values = data.get("fields", {})
    if extra := sorted(set(data) - {*ABOUT, "fields"}):
        raise FileFault(f"The file has “{extra[0][:60]}”. It takes {', '.join(ABOUT)} and fields.")
    if not isinstance(values, dict):
        raise FileFault("“fields” has to be a list of names with values.")
    return _document(data, {name: _spelled(name, value) for name, value in values.items()})


def _read_markdown(text: str, templates: Mapping[str, TemplateTerms]) -> DocumentFile:
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != _FENCE or _FENCE not in (line.strip() for line in lines[1:]):
        raise FileFault("The file has to begin with its template and service, between two lines of ---.")
    end = next(n for n, line in enumerate(lines[1:], 1) if line.strip() == _FENCE)
    data = _plain("\n".join(lines[1:end]))
    if extra := sorted(set(data) - {*ABOUT}):
        raise FileFault(f"The file's head has “{extra[0][:60]}”. It takes {', '.join(ABOUT)}.")
    template = templates.get(str(data.get("template", "")))
    if template is None:
        raise FileFault(f"There is no template “{str(data.get('template', ''))[:60]}”.")
    return _document(data, dict(_sections(lines[end + 1 :], template)))


def _sections(lines: list[str], template: TemplateTerms) -> Iterator[tuple[str, str]]:
    """Each field's name with what stands below its title."""
    names = {one.title.casefold(): one.name for one in template.fields}
    titles = _titles(template)
    current: str | None = None
    kept: dict[str, list[str]] = {}
    for line in lines:
        heading = _HEADING.fullmatch(line)
        title = heading[2].casefold() if heading else ""
        if heading and title in titles and not heading[1]:
            current = names.get(title)
            if current in kept:
                raise FileFault(f"The heading “{heading[2][:60]}” is there twice.")
            if current:
                kept[current] = []
        elif current:
            kept[current].append(line.removeprefix("\\") if heading and title in titles else line)
        elif line.strip() and not _is_comment(line):
            raise FileFault(f"“{line.strip()[:60]}” isn't below a field's title.")
    for name, found in kept.items():
        said = "\n".join(found).strip()
        if not _is_comment(said):
            yield name, said.removeprefix("\\") if _COMMENT.fullmatch(said) else said


def _titles(template: TemplateTerms) -> frozenset[str]:
    """Headings of the template's own, in lower case."""
    own = [template.title, *(one.title for one in template.sections), *(one.title for one in template.fields)]
    return frozenset(one.casefold() for one in own)


def _is_comment(text: str) -> bool:
    found = _COMMENT.fullmatch(text.strip())
    return found is not None and not found[1]


def _escaped(said: str, titles: frozenset[str]) -> str:
    """What reads like a heading of the template, or like a hint, is marked, so that it isn't taken for one."""
    if _COMMENT.fullmatch(said):
        return f"\\{said}"
    return "\n".join(f"\\{line}" if _looks_own(line, titles) else line for line in said.split("\n"))


def _looks_own(line: str, titles: frozenset[str]) -> bool:
    heading = _HEADING.fullmatch(line)
    return heading is not None and heading[2].casefold() in titles


def _plain(text: str) -> dict[str, Plain]:
    try:
        data = read_document("document", text.encode()).data
    except BundleErrors as errors:
        problem = errors.problems[0]
        raise FileFault(f"Line {problem.line}: {problem.what}; {problem.meant}.") from None
    if not isinstance(data, dict):
        raise FileFault("The file has to name its template and service.")
    return data


def _document(data: Mapping[str, Plain], values: Mapping[str, str]) -> DocumentFile:
    named = {name: _spelled(name, data[name]) for name in ABOUT if name in data}
    for name in ("template", "service"):
        if not named.get(name):
            raise FileFault(f"The file doesn't say which {name} it is about. Add “{name}: …”.")
    due = named.get("due")
    if due is not None and read_day(due) is None:
        raise FileFault(f"“{due[:40]}” isn't a day. Write it like 2027-03-31.")
    return DocumentFile(
        template=named["template"],
        service=named["service"],
        version=named.get("version", ""),
        due=date.fromisoformat(due) if due else None,
        values=values,
    )


def _spelled(name: str, value: Plain) -> str:
    """A value as a person would type it; a list has one item in a line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple) and all(isinstance(one, str | int) for one in value):
        return "\n".join(str(one) for one in value)
    if isinstance(value, str | int):
        return str(value)
    raise FileFault(f"“{name[:60]}” has to be text.")


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]*|[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else f'"{text}"'
