#!/usr/bin/env python3
"""Two shapes of co_await that GCC 12 compiles into something else, without a warning.

- a co_await inside a condition (if, while, switch, for, !, &&, ||, ?:): it may never run. Bind the result first.
- a lambda with captures inside a co_await or co_spawn expression: it is destroyed twice. Name it first.

A text check, not a parser: it knows comments, literals and brackets, and trusts clang-format's spaces to tell `a && b`
from `T&& x`. What Asio's operators combine, co_await (a || b), is no condition. Exit status 1 when anything was found.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("config", "proxy", "routing", "middleware", "certs", "bench", "test")

CONDITION = "co_await inside a condition: bind the result first"
CAPTURES = "lambda with captures inside a {} expression: name it first"

# Raw strings, comments, strings and characters (not the ' in 1'000), in the order in which they win.
NOT_CODE = re.compile(
    r'R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.S)
BRANCH = re.compile(r"\b(?:if(?:\s+constexpr)?|while|switch|for)\s*\(")
AWAIT = re.compile(r"\bco_await\b")
SPAWN = re.compile(r"\bco_spawn\s*\(")
BRANCHING = re.compile(r" && | \|\| | \? |\n\s*(?:&&|\|\||\?) |(?:&&|\|\||\?)\n")
LAMBDA = re.compile(r"\[(?P<captures>[^\[\]]*)\]\s*(?:\(|\{|<|mutable\b|noexcept\b|->)")
OPEN, CLOSE = "([{", ")]}"


def blanked(text):
    """`text` with everything that is not code as spaces, every line where it was."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def closing(code, start):
    """Where the bracket that opens at `start` closes."""
    depth = 0
    for at in range(start, len(code)):
        depth += (code[at] in OPEN) - (code[at] in CLOSE)
        if depth == 0:
            return at
    return len(code)


def expression_end(code, start):
    """The end of the expression that begins at `start`: its ;, its comma, or the bracket around it."""
    depth = 0
    for at in range(start, len(code)):
        if code[at] in CLOSE:
            if depth == 0:
                return at
            depth -= 1
        elif code[at] in OPEN:
            depth += 1
        elif depth == 0 and code[at] in ";,":
            return at
    return len(code)


def beside(code, at, step):
    """What stands in the statement on one side of position `at`, without what lies in brackets or in other arguments."""
    inward, outward = (OPEN, CLOSE) if step > 0 else (CLOSE, OPEN)
    depth, seen, other_argument = 0, [], False
    while 0 <= at < len(code):
        char = code[at]
        if depth == 0 and (char == ";" or char in "{}" and (step < 0 or char == "}")):
            break
        if depth == 0 and char in outward:
            other_argument = False  # out of the call whose argument this is
        elif char in outward:
            depth -= 1
        elif char in inward:
            depth += 1
        elif depth == 0:
            other_argument = other_argument or char == ","
            seen.append("," if other_argument else char)
        at += step
    return "".join(seen[::step])


def is_condition(code, at):
    negated = re.search(r"!\s*\(?\s*$", code[:at])
    return bool(negated or BRANCHING.search(beside(code, at - 1, -1)) or BRANCHING.search(beside(code, at, 1)))


def findings(text):
    """(position, what) of everything that is wrong in `text`."""
    code = blanked(text)
    found = {}
    for branch in BRANCH.finditer(code):
        opening = branch.end() - 1
        for match in AWAIT.finditer(code, opening, closing(code, opening)):
            found[match.start()] = CONDITION
    expressions = [(m, "co_spawn", closing(code, m.end() - 1)) for m in SPAWN.finditer(code)]
    for match in AWAIT.finditer(code):
        if is_condition(code, match.start()):
            found.setdefault(match.start(), CONDITION)
        expressions.append((match, "co_await", expression_end(code, match.end())))
    for match, word, end in expressions:
        for lam in LAMBDA.finditer(code, match.end(), end):
            subscript = re.search(r"[\w)\]]\s*$", code[:lam.start()])
            if lam["captures"].strip() and not subscript:
                found.setdefault(lam.start(), CAPTURES.format(word))
    return sorted(found.items())


# What the check must and must not find, tried at every run: a check that finds nothing proves nothing.
BAD = (
    "if (co_await f()) g();",
    "while (more && co_await f()) {}",
    "do { x(); } while (co_await f());",
    "switch (co_await f()) {}",
    "for (; co_await f();) {}",
    "bool a = !co_await f();",
    "bool a = !(co_await f());",
    "bool a = ready && co_await f();",
    "bool a = co_await f() || ready;",
    "bool a = (co_await f()).ok() && ready;",
    "int a = ready ? co_await f() : 0;",
    "co_return co_await f() ? 1 : 0;",
    "bool a = ready &&\n    co_await f();",
    "co_await post([this] { g(); });",
    "co_await f(a, [&x](int i) { return i; });",
    "co_spawn(ex, [this]() -> Task<> { co_await g(); }, detached);",
    "net::co_spawn(ex, run(), [n = 1](std::exception_ptr) {});",
)
GOOD = (
    "const bool more = co_await f(); if (!more) co_return;",
    "if (ready) { co_await f(); }",
    "if (a && b) co_await f();",
    "if (a && b) { const auto x = co_await f(c && d); use(x); }",
    "auto&& x = co_await f(); y(std::move(x));",
    "auto r = co_await (read() || timer());",
    "auto body = [this]() -> Task<> { co_await g(); }; net::co_spawn(ex, std::move(body), net::detached);",
    "co_await f([](int i) { return i; });",
    "co_await f(list[at], table[i](3));",
    'log("if (co_await f())"); // while (co_await g())',
    "auto [ec, n] = co_await s.async_read_some(b, use_tuple); bool ok = ec || n;",
    "x = a ? b : c; co_await f();",
    "Task<> f(T&& t, U&& u) { co_await g(); }",
    "auto z = 1'000; co_await f(); auto y = 2'000;",
)


def self_test():
    wrong = [f"missed: {code}" for code in BAD if not findings(code)]
    wrong += [f"false alarm: {code}" for code in GOOD if findings(code)]
    for line in wrong:
        print(f"test/await_check.py: self-test: {line}")
    return not wrong


def main():
    if not self_test():
        return 1
    files = [file for top in TOPS for file in sorted((ROOT / top).rglob("*.[ch]pp"))]
    problems = 0
    for file in files:
        text = file.read_text(encoding="utf-8")
        for at, what in findings(text):
            problems += 1
            print(f"{file.relative_to(ROOT)}:{text.count(chr(10), 0, at) + 1}: {what}")
    print(f"await check: {len(files)} files, {problems} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
