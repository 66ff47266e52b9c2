"""What tomllib and Python say of a text that is not TOML, with its place and in words that help to mend it."""

from __future__ import annotations

import re

from sightkit.toml.problems import Problem

COMPLETE = "adds to a table or an array that is complete already; put it where that one is defined"


def syntax_problem(label: str, text: str, error: Exception, *, deepest: int) -> Problem:
    """Return where and why a text was refused.

    Args:
        label: What messages call the file.
        text: What it says.
        error: What tomllib raised; it gives the place only in the words of its message.
        deepest: How many arrays and tables may stand inside one another.
    """
    from sightkit.toml.statements import nested_deeper, statement_around

    if isinstance(error, RecursionError):
        line, column = nested_deeper(text, deepest)
        reason = f"nested too deeply; expected at most {deepest} tables and arrays inside one another"
        return Problem(label, line=line, column=column, message=reason)
    reason = str(error)
    if found := re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", reason, re.DOTALL):
        reason, line, column = found[1], int(found[2]), int(found[3])
    elif reason.endswith("(at end of document)"):
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        reason = reason.removesuffix(" (at end of document)")
    else:
        return too_many_digits(label, text)
    rows = text.split("\n")
    if reason.startswith(("Cannot", "Duplicate")):
        # A key or table that is there already: tomllib points behind it, a reader looks for its start.
        (line, column), name, twice = statement_around(text, line, column)
        reason = f"{name} is defined twice; keep one of them" if twice else f"{name} {COMPLETE}"
    elif reason.startswith(r"Unescaped '\'"):
        # Behind it as well.
        column = rows[line - 1].rfind("\\", 0, column - 1) + 1 or column
        reason = r"unescaped '\' in a string; write \\, or put the string into single quotes: 'C:\data'"
    elif reason.startswith("Unclosed") and (start := last_opened(rows[:line])):
        reason = f"{reason.lower()}; it starts on line {start}"
    else:
        reason = reworded(reason, rows[line - 1][column - 1 :])
    return Problem(label, line=line, column=column, message=f"not valid TOML: {reason}")


def reworded(reason: str, rest: str) -> str:
    """Return tomllib's reason with what to do about it, where that can be said.

    Args:
        reason: tomllib's.
        rest: The line from the place of the error on.
    """
    reason = reason[:1].lower() + reason[1:]
    if reason in {r"illegal character '\n'", "unterminated string"}:
        return "the string has no closing quote"
    if reason != "invalid value":
        return reason
    word = re.match(r"[^\s,#\]}=]*", rest)
    found = word[0] if word else ""
    if not found:
        return "expected a value"
    if found.lower() in {"true", "false"}:
        return f"invalid value {found}; write {found.lower()}"
    if found[0].isalpha():
        return f'invalid value {found}; text needs quotes: "{found}"'
    return f"invalid value {found}"


def last_opened(lines: list[str]) -> int | None:
    """Return the last line that starts an array or an inline table, where one does."""
    starts = (number for number, line in enumerate(lines, 1) if re.match(r"""\s*[\w."'-]+\s*=\s*[\[{]""", line))
    return max(starts, default=None)


def too_many_digits(label: str, text: str) -> Problem:
    """Return the place of the number that Python finds too long to read."""
    digits = re.search(r"[0-9_]{4000,}", text)
    before = text[: digits.start()] if digits else ""
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message = "expected a whole number of at most 64 bits, found a larger one"
    return Problem(label, line=line, column=column, message=message)
