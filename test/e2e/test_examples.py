"""The example configurations and their JSON Schema say what the program does: neither more keys nor fewer."""

import copy
import json
import re
import subprocess

import pytest
import yaml
from jsonschema import Draft202012Validator

from patience import seconds
from servers import ROOT, gatehouse_bin

CONFIG = ROOT / "config"
SCHEMA = json.loads((CONFIG / "gatehouse.schema.json").read_text())
INVENTED = "invented_key"
EXAMPLES = {"node": CONFIG / "gatehouse.example.yaml", "tenants": CONFIG / "tenants.example.yaml"}


class Yaml12(yaml.SafeLoader):
    """PyYAML reads YAML 1.1, where `off` is false and a time is no text."""


Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))

DOCUMENTS = {kind: yaml.load(path.read_text(), Yaml12) for kind, path in EXAMPLES.items()}


def validator(definition):
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]})


# Key paths: "tenants[].web.endpoints[].weight", "tiers.*.queue"; [] is any element, * any key.


def objects(schema, path=""):
    """(path, schema) of each object with keys of its own, below `schema`."""
    if "$ref" in schema:
        yield from objects(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]], path)
    if "properties" in schema:
        yield path, schema
        for key, below in schema["properties"].items():
            yield from objects(below, f"{path}.{key}" if path else key)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from objects(schema["additionalProperties"], f"{path}.*")
    if "items" in schema:
        yield from objects(schema["items"], f"{path}[]")
    for branch in schema.get("anyOf", ()):
        yield from objects(branch, path)


OBJECTS = {kind: dict(objects(SCHEMA["$defs"][kind])) for kind in EXAMPLES}
KEYS = {
    kind: {
        f"{path}.{key}" if path else key: below
        for path, schema in OBJECTS[kind].items()
        for key, below in schema["properties"].items()
    }
    for kind in EXAMPLES
}


ONLY_ALONE = {"node": [], "tenants": ["tenants[].schema"]}  # what a tenant says when its file holds nothing else


def identity(path, schema):
    """Of a key, wherever it stands."""
    return steps(path)[-1], json.dumps(schema)


def steps(path):
    return re.findall(r"[^.\[\]]+|\[\]", path)


def values(document, path):
    """What stands at `path`, wherever it stands."""
    found = [document]
    for step in steps(path):
        if step == "[]":
            found = [element for value in found if isinstance(value, list) for element in value]
        elif step == "*":
            found = [below for value in found if isinstance(value, dict) for below in value.values()]
        else:
            found = [value[step] for value in found if isinstance(value, dict) and step in value]
    return found


def reach(value, path):
    """The object at `path`, made when it is nowhere yet."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if step in ("[]", "*"):
        elements = value if step == "[]" else list(value.values())
        with_rest = [element for element in elements if isinstance(element, dict) and (not rest or rest[0] in element)]
        if with_rest:
            return reach(with_rest[0], rest)
        assert step == "[]", "each map has an example"
        value.append({})
        return reach(value[-1], rest)
    if not isinstance(value.get(step), (dict, list)):
        value[step] = [] if rest[:1] == ["[]"] else {}
    return reach(value[step], rest)


def insert(kind, path, key, value):
    """The example with one key more, in an object at `path`."""
    document = copy.deepcopy(DOCUMENTS[kind])
    reach(document, steps(path))[key] = value
    return document


def later(kind):
    """(path, value) of what the example says is not in this build."""
    text = EXAMPLES[kind].read_text()
    block = text[text.index("# Not in this build.") :].splitlines()[1:]
    for line in block:
        match = re.fullmatch(r"#   ([a-z0-9_.*\[\]]+)(?:: (\w+))?", line)
        if not match:
            return
        yield match[1], yaml.load(match[2], Yaml12) if match[2] else True


def later_middlewares():
    text = EXAMPLES["node"].read_text()
    block = text[text.index("# Middlewares that are not in this build") :].split("\n", 1)[1]
    return block.replace("#", "").split()


@pytest.fixture
def check(tmp_path):
    """`gatehouse check` of the examples, with some of the documents replaced. As JSON, which is YAML."""

    def check(**replaced):
        documents = copy.deepcopy({**DOCUMENTS, **replaced})
        documents["node"].setdefault("registry", {})["path"] = "tenants.yaml"
        (tmp_path / "gatehouse.yaml").write_text(json.dumps(documents["node"]))
        (tmp_path / "tenants.yaml").write_text(json.dumps(documents["tenants"]))
        return run_check(tmp_path / "gatehouse.yaml")

    return check


def run_check(file, **more):
    command = [gatehouse_bin(), "check", "--config", str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds(30), stdin=subprocess.DEVNULL, **more)


def test_the_schema_is_a_schema_in_which_every_object_is_closed_and_every_key_described():
    Draft202012Validator.check_schema(SCHEMA)
    for kind in EXAMPLES:
        assert all(schema["additionalProperties"] is False for schema in OBJECTS[kind].values())
        for path, schema in KEYS[kind].items():
            target = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
            assert "description" in schema or "description" in target, path


def test_the_examples_are_what_the_program_accepts():
    result = run_check("config/gatehouse.example.yaml", cwd=ROOT)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_examples_are_what_the_schema_accepts(kind):
    assert [f"{error.json_path}: {error.message}" for error in validator(kind).iter_errors(DOCUMENTS[kind])] == []


def test_a_tenant_alone_is_a_document_too():
    tenant = DOCUMENTS["tenants"]["tenants"][0]
    assert validator("tenant").is_valid({"schema": 1, **tenant})
    assert not validator("tenant").is_valid({**tenant, INVENTED: 1})


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_examples_name_every_key_of_the_schema(kind):
    """The program accepts the examples, so it knows every key of the schema. What a tenant and a tier
    have in common need not be shown in both."""
    every = [(other, path, schema) for other in EXAMPLES for path, schema in KEYS[other].items()]
    named = {identity(path, schema) for other, path, schema in every if values(DOCUMENTS[other], path)}
    assert [path for path, schema in KEYS[kind].items() if identity(path, schema) not in named] == ONLY_ALONE[kind]


def test_the_example_of_the_node_has_the_defaults_of_the_schema():
    for path, schema in KEYS["node"].items():
        found = values(DOCUMENTS["node"], path)
        if "default" in schema and found and not path.startswith(("pools.", "tiers.*.odoo")):
            assert found[0] == schema["default"], path


@pytest.mark.parametrize("kind, path", [(kind, path) for kind in EXAMPLES for path in OBJECTS[kind]])
def test_a_key_that_is_not_in_the_schema_is_an_error_of_the_program(check, kind, path):
    result = check(**{kind: insert(kind, path, INVENTED, {})})
    assert result.returncode == 1
    assert INVENTED in result.stderr
    assert not validator(kind).is_valid(insert(kind, path, INVENTED, {}))


@pytest.mark.parametrize("kind, path, value", [(kind, *item) for kind in EXAMPLES for item in later(kind)])
def test_a_key_for_later_is_not_in_this_build_and_not_in_the_schema(check, kind, path, value):
    parent, _, key = path.rpartition(".")
    document = insert(kind, parent, key, value)
    result = check(**{kind: document})
    assert result.returncode == 1
    assert re.search(rf"\b{key}\b.*not in this build", result.stderr), result.stderr
    assert not validator(kind).is_valid(document)


@pytest.mark.parametrize("name", later_middlewares())
def test_a_middleware_for_later_is_not_in_this_build_and_not_in_the_schema(check, name):
    node = copy.deepcopy(DOCUMENTS["node"])
    node["middlewares"].append({name: {}})
    result = check(node=node)
    assert result.returncode == 1
    assert f"{name}: not in this build" in result.stderr
    assert not validator("node").is_valid(node)


def test_the_lists_of_what_is_for_later_are_found():
    assert len(list(later("node"))) > 20 and len(list(later("tenants"))) > 10 and len(later_middlewares()) == 20
