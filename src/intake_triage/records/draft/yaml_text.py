"""Values as YAML on one line, and a block of a YAML text put in place of another."""

from typing import Any

import yaml

COMMENTS_FROM = 30  # characters of a line before its comment, as in params.yaml
CHECK = "CHECK"  # what a person should look at


def scalar(value: Any) -> str:
    """A value as YAML on one line, quoted where it must be, whatever characters it holds.

    None is the empty value, as params.yaml writes what is found out or absent.
    """
    if value is None:
        return ""
    # Anything that breaks a line or cannot be seen is escaped, which double quotes alone can do.
    style = '"' if isinstance(value, str) and not value.isprintable() else None
    written = yaml.safe_dump(
        value, allow_unicode=True, width=float("inf"), default_style=style, default_flow_style=True
    )
    return written.removesuffix("\n").removesuffix("\n...")


def line(level: int, key: str, value: str = "", comment: str = "", *checks: str) -> str:
    """One line of YAML, its comment after it, and then what a person should look at."""
    comments = [comment] * bool(comment) + [f"{CHECK} {check}" for check in checks]
    written = f"{'  ' * level}{key} {value}".rstrip()
    return f"{written:<{COMMENTS_FROM}} # {'; '.join(comments)}" if comments else written


def replace_value(text: str, keys: tuple[str, ...], value: str) -> str:
    """Put `value` where the value of a key stands; every other character stays as it is.

    Parameters
    ----------
    text : str
        YAML, whose outer levels are mappings.
    keys : tuple of str
        From the outermost key inwards; each must be there.
    value : str
        As it shall stand after the key's colon: a scalar after a blank, or indented lines after a
        line break.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    key_node = None
    for key in keys:
        key_node, node = next(pair for pair in node.value if pair[0].value == key)
    start = key_node.end_mark.index + text[key_node.end_mark.index :].index(":") + 1
    end = node.end_mark.index
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        end = _end_of_block(text, start, end, indent=key_node.start_mark.column)
    return text[:start] + value + text[end:]


def _end_of_block(text: str, start: int, end: int, *, indent: int) -> int:
    """Where a block ends: before blank lines and comments that belong to what follows it."""
    lines = text[start:end].splitlines(keepends=True)
    while lines and _belongs_outside(lines[-1], indent):
        lines.pop()
    return start + len("".join(lines).rstrip("\n"))


def _belongs_outside(line: str, indent: int) -> bool:
    content = line.strip()
    return not content or (content[0] == "#" and line.index("#") <= indent)
