#!/usr/bin/env python3
"""The folders are a DAG: says which #include "…" of ours is against it.

ALLOWED is the drawing in docs/life-of-a-request.md as data: a folder may include itself, config, and what stands here,
either whole folders or single headers. A test may include what its folder may, the folder itself, and test/support.
Run it from anywhere; exit status 1 when anything was found.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORE, HTTP, ROUTING = "proxy/core", "proxy/http", "routing"
# A tenant is what a middleware and an upstream know of routing; how it is found is not theirs.
TENANT = ("routing/tenant.hpp", "routing/path_class.hpp", "routing/limits.hpp")
EVERYTHING = "everything"

ALLOWED = {
    "config": (),
    CORE: (),
    HTTP: (CORE,),
    ROUTING: (HTTP, CORE),
    "middleware": (*TENANT, HTTP, CORE),
    "proxy/upstream": (*TENANT, HTTP, CORE),
    "proxy/server": (HTTP, CORE),
    "proxy/admin": (ROUTING, CORE),
    "proxy/main": (EVERYTHING,),
    "bench/odoo_sim": (),
    "bench/odoo_sim/main": ("bench/odoo_sim",),
    "bench/replay": ("bench/odoo_sim",),
    "bench/micro": (EVERYTHING,),
    "test/support": (*TENANT, HTTP, CORE),
    "test/fuzz": (EVERYTHING,),
    "cmake": (),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def folder_of(path, folders):
    """The longest folder of the table that `path` lies in; None when there is none."""
    return max((f for f in folders if path.startswith(f + "/")), key=len, default=None)


def allowed_for(path):
    """What the file at `path` may include, and the folder it belongs to."""
    folder = folder_of(path, ALLOWED)
    if folder is None and path.startswith("test/"):
        tested = folder_of(path.removeprefix("test/"), ALLOWED)
        if tested is None:
            return None
        return (str(Path(path).parent), tested, "test/support", "config", *ALLOWED[tested])
    return folder and (folder, "config", *ALLOWED[folder])


def is_allowed(included, allowed):
    if EVERYTHING in allowed or included in allowed:
        return True
    return folder_of(included, (*ALLOWED, *allowed)) in allowed


def problems_of(path):
    allowed = allowed_for(path)
    if allowed is None:
        yield f"{path}:1: lies in a folder that test/include_dag.py does not know"
        return
    for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, included = match.groups()
        ours = (ROOT / included).is_file()
        if quote == "<" and ours:
            yield f'{path}:{number}: includes <{included}>, our own headers are written "{included}"'
        elif quote == '"' and not ours:
            yield f'{path}:{number}: includes "{included}", which is no file of ours from the root of the tree'
        elif ours and not is_allowed(included, allowed):
            yield f"{path}:{number}: includes {included}, but may only include {', '.join(dict.fromkeys(allowed))}"


def sources():
    for top in sorted(ROOT.iterdir()):
        if top.is_dir() and top.name != "build" and not top.name.startswith("."):
            for file in sorted(top.rglob("*.[ch]pp")):
                yield file.relative_to(ROOT).as_posix()


def main():
    files = list(sources())
    problems = [problem for file in files for problem in problems_of(file)]
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"include dag: {len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
