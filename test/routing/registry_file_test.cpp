#include "routing/registry_file.hpp"

#include "test/routing/tenants.hpp"

namespace gatehouse::routing {
namespace {

using std::filesystem::path;

std::string item(const std::string& id, const std::string& host, const std::string& more = "") {
  return "{id: " + id + ", hosts: [" + host + "], odoo: {workers: 1}, web: {dns: \"x:1\"}, websocket: {dns: \"x:2\"}" +
         (more.empty() ? "" : ", " + more) + "}";
}

std::string list(const std::vector<std::string>& items) {
  std::string text = "schema: 1\ntenants:\n";
  for (const std::string& one : items) text += "  - " + one + "\n";
  return text;
}

// A registry that notes whom it attached.
struct Fixture {
  Directory directory;
  Lines attached;
  FileRegistry registry;

  explicit Fixture(const path& name = "tenants.yaml", std::size_t many = FileRegistry::kMany)
      : registry(
            name.empty() ? directory.path : directory.path / name,
            [this](Tenant& tenant, const Tenant* previous, config::Problems& problems) {
              attached.push_back(tenant.id + (previous ? " again" : ""));
              if (tenant.region == "bad") problems.error("middlewares.x", "is bad");
            },
            many) {}

  Lines refresh(bool is_new) {
    config::Problems problems;
    attached.clear();
    CHECK(registry.refresh(problems) == is_new);
    return lines(problems);
  }
  TenantPtr tenant(const std::string& id) const {
    const TenantPtr* found = registry.routes()->tenants->look(id);
    return found ? *found : nullptr;
  }
  std::string owner(const std::string& host) const {
    const HostEntry* entry = registry.routes()->hosts->find(host);
    return entry ? entry->tenant->id : "";
  }
};

TEST_CASE("file registry: only what changed is parsed and attached, the rest keeps its object") {
  Fixture f;
  f.directory.write("tenants.yaml", list({item("a", "a.com"), item("b", "b.com")}));
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.attached == Lines{"a", "b"});
  const RoutesPtr before = f.registry.routes();
  const TenantPtr a = f.tenant("a");
  CHECK(f.refresh(false) == Lines{});

  f.directory.write("tenants.yaml", list({item("c", "c.com"), item("a", "a.com"), item("b", "b2.com")}));
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.attached == Lines{"c", "b again"});
  CHECK(f.tenant("a") == a);
  CHECK(f.owner("b.com") == "");
  CHECK(f.owner("b2.com") == "b");
  CHECK(f.registry.routes()->revision == before->revision + 1);
  CHECK(before->hosts->find("b.com") != nullptr);

  f.directory.write("tenants.yaml", list({item("a", "a.com, c.com")}));
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.tenant("b") == nullptr);
  CHECK(f.owner("c.com") == "a");
  CHECK(f.registry.routes()->tenants->size() == 1);
}

TEST_CASE("file registry: text that means the same changes nothing") {
  Fixture f;
  f.directory.write("tenants.yaml", list({item("a", "a.com")}));
  f.refresh(true);
  f.directory.write("tenants.yaml", "tenants: [" + item("a", "a.com", "tier: standard") + "]\n");
  CHECK(f.refresh(false) == Lines{});
  CHECK(f.attached == Lines{});
}

TEST_CASE("file registry: one bad document keeps the whole previous state") {
  Fixture f;
  f.directory.write("tenants.yaml", list({item("a", "a.com")}));
  f.refresh(true);
  f.directory.write("tenants.yaml",
                    list({item("b", "b.com"), item("c", "c.com", "weights: 1"), item("d", "d.com", "region: bad")}));
  CHECK(f.refresh(false) ==
        Lines{"tenants.yaml: tenants[1]: unknown key `weights`", "tenants.yaml: tenants[2].middlewares.x: is bad"});
  CHECK(f.owner("a.com") == "a");
  CHECK(f.owner("b.com") == "");
  f.directory.write("tenants.yaml", "tenants:\n  - id: a\n    hosts: [a.com\n");
  CHECK(f.refresh(false).front().starts_with("tenants.yaml:"));
  f.directory.write("tenants.yaml", list({item("b", "b.com")}));
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.owner("b.com") == "b");
}

TEST_CASE("file registry: an id or a host that two tenants claim names both") {
  Fixture f;
  f.directory.write("tenants.yaml",
                    list({item("a", "a.com"), item("a", "b.com"), item("c", "c.com"), item("d", "c.com")}));
  CHECK(f.refresh(false) ==
        Lines{"tenants.yaml: tenants[1].id: `a` is claimed by tenants.yaml: tenants[0] too",
              "tenants.yaml: tenants[3].hosts[0]: `c.com` is claimed by tenants.yaml: tenants[2] too"});
  f.directory.write("tenants.yaml", list({item("a", "a.com"), item("a", "a.com")}));
  CHECK(f.refresh(false).size() == 1);

  Fixture d("");
  d.directory.write("a.yaml", item("a", "a.com"));
  d.directory.write("b.yaml", item("b", "b.com"));
  CHECK(d.refresh(true) == Lines{});
  d.directory.write("c.yml", list({item("c", "b.com"), item("a", "c.com")}));
  CHECK(d.refresh(false) == Lines{"c.yml: tenants[0].hosts[0]: `b.com` is claimed by b.yaml too",
                                  "c.yml: tenants[1].id: `a` is claimed by a.yaml too"});
  d.directory.write("b.yaml", item("b", "b2.com"));
  d.directory.write("c.yml", list({item("c", "b.com")}));
  CHECK(d.refresh(true) == Lines{});
  CHECK(d.owner("b.com") == "c");
}

TEST_CASE("file registry: tenants swap their hosts in one step") {
  Fixture f;
  f.directory.write("tenants.yaml", list({item("a", "a.com"), item("b", "b.com"), item("c", "c.com")}));
  f.refresh(true);
  f.directory.write("tenants.yaml", list({item("a", "b.com"), item("b", "a.com"), item("c", "c.com")}));
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.owner("a.com") == "b");
  CHECK(f.owner("b.com") == "a");
  f.directory.write("tenants.yaml", list({item("a", "c.com"), item("b", "a.com"), item("c", "c.com")}));
  CHECK(f.refresh(false) ==
        Lines{"tenants.yaml: tenants[0].hosts[0]: `c.com` is claimed by tenants.yaml: tenants[2] too"});
}

void follow_a_directory(std::size_t many) {
  CAPTURE(many);
  Fixture f("", many);
  CHECK(f.refresh(true) == Lines{f.directory.path.string() + ": holds no tenants"});
  f.directory.write("a.yaml", item("a", "a.com"));
  f.directory.write(
      "b.json",
      R"({"id": "b", "hosts": ["b.com"], "odoo": {"workers": 1}, "web": {"dns": "x:1"}, "websocket": {"dns": "x:1"}})");
  f.directory.write(".hidden.yaml", "nonsense");
  f.directory.write("notes.txt", "nonsense");
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.registry.routes()->tenants->size() == 2);

  const TenantPtr a = f.tenant("a");
  std::filesystem::rename(f.directory.path / "a.yaml", f.directory.path / "z.yml");
  f.directory.write(
      "b.json",
      R"({"id": "b", "hosts": ["b2.com"], "odoo": {"workers": 1}, "web": {"dns": "x:1"}, "websocket": {"dns": "x:1"}})");
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.attached == Lines{"b again"});
  CHECK(f.tenant("a") == a);
  CHECK(f.owner("b2.com") == "b");

  std::filesystem::remove(f.directory.path / "z.yml");
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.tenant("a") == nullptr);
  f.directory.write("bad.yaml", "id: x\n");
  CHECK(f.refresh(false).front() == "bad.yaml: hosts: is required");
  f.directory.write("good.yaml", item("c", "c.com"));
  CHECK(f.refresh(false).front() == "bad.yaml: hosts: is required");
  std::filesystem::remove(f.directory.path / "bad.yaml");
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.owner("c.com") == "c");
}

TEST_CASE("file registry: a directory's files are followed as they come, change, move and go") {
  follow_a_directory(FileRegistry::kMany);
}

TEST_CASE("file registry: among many files, those that inotify names are enough to follow") { follow_a_directory(0); }

TEST_CASE("file registry: a directory that is another one now is read anew") {
  Fixture f("link", 0);
  for (const char* version : {"v1", "v2"}) {
    std::filesystem::create_directory(f.directory.path / version);
    f.directory.write(std::string(version) + "/a.yaml", item("a", std::string(version) + ".com"));
  }
  const auto link_to = [&](const char* version) {
    std::filesystem::create_directory_symlink(version, f.directory.path / "new");
    std::filesystem::rename(f.directory.path / "new", f.directory.path / "link");
  };
  link_to("v1");
  CHECK(f.refresh(true) == Lines{});
  f.directory.write("v1/b.yaml", item("b", "b.com"));
  link_to("v2");
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.owner("v2.com") == "a");
  CHECK(f.owner("b.com") == "");
}

TEST_CASE("file registry: a write within the clock's tick of the last look is seen") {
  Fixture f;
  for (int i = 0; i < 20; ++i) {
    const std::string host = std::string(1, static_cast<char>('a' + i)) + ".com";
    f.directory.write("tenants.yaml", list({item("a", host)}));
    CHECK(f.refresh(true) == Lines{});
    CHECK(f.owner(host) == "a");
  }
}

TEST_CASE("file registry: new defaults reach every tenant, and equal ones keep the objects") {
  Fixture f;
  f.directory.write("tenants.yaml", list({item("a", "a.com"), item("b", "b.com", "queue: {length: 1}")}));
  f.refresh(true);
  const TenantPtr b = f.tenant("b");
  f.registry.set_defaults(Defaults::built_in());
  CHECK(f.refresh(false) == Lines{});
  f.registry.set_defaults(defaults_of("tiers: {standard: {queue: {length: 9}}}"));
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.attached == Lines{"a again"});
  CHECK(f.tenant("a")->queue.length == 9);
  CHECK(f.tenant("b") == b);
}

TEST_CASE("file registry: anchors across tenants are followed") {
  Fixture f;
  const std::string text =
      "tenants:\n- id: a\n  hosts: [a.com]\n  web: &web {dns: \"x:1\", max_in_flight: 3}\n- id: b\n  hosts: [b.com]\n  "
      "web: *web\n";
  f.directory.write("tenants.yaml", text);
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.tenant("b")->web.max_in_flight == 3);
}

TEST_CASE("file registry: an empty file, a file that is not there, one of another shape") {
  Fixture f;
  const std::string file = (f.directory.path / "tenants.yaml").string();
  CHECK(f.refresh(false) == Lines{file + ": No such file or directory"});
  f.directory.write("tenants.yaml", "");
  CHECK(f.refresh(true) == Lines{file + ": holds no tenants"});
  CHECK(f.refresh(false) == Lines{});
  f.directory.write("tenants.yaml", "- id: a\n");
  CHECK(f.refresh(false) == Lines{"tenants.yaml: expected a tenant, got a list"});
  f.directory.write("tenants.yaml", "schema: 2\ntenants: []\n");
  CHECK(f.refresh(false) == Lines{"tenants.yaml: schema: expected 1..1, got 2"});
  f.directory.write("tenants.yaml", item("a", "a.com"));
  CHECK(f.refresh(true) == Lines{});
  CHECK(f.owner("a.com") == "a");
  CHECK(f.registry.describe() == "file " + file);
}

}  // namespace
}  // namespace gatehouse::routing
