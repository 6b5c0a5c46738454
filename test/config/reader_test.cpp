#include <catch2/catch.hpp>

#include "test/config/document.hpp"

using namespace gatehouse::config;
using namespace std::chrono_literals;

TEST_CASE("reader: a missing key leaves the default and is no problem") {
  const Document document("{}");
  Reader r = document.reader();
  int number = 7;
  std::string text = "default";
  std::chrono::seconds time = 5s;
  CHECK_FALSE(r.optional("number", number, 0, 10));
  CHECK_FALSE(r.optional("text", text));
  CHECK_FALSE(r.optional("time", time));
  CHECK(number == 7);
  CHECK(text == "default");
  CHECK(time == 5s);
  CHECK(document.lines().empty());
}

TEST_CASE("reader: a required key that is missing is a problem") {
  const Document document("{empty: ''}");
  {
    Reader r = document.reader("tenants[3]");
    std::vector<std::string> hosts;
    HostPort address;
    CHECK_FALSE(r.required("hosts", hosts));
    CHECK_FALSE(r.required("empty", address));
  }
  CHECK(document.lines() == Lines{"tenants[3].hosts: is required", "tenants[3].empty: is required"});
}

TEST_CASE("reader: an unknown key is a problem with its path, told when the last copy is gone") {
  const Document document("{idle: 1s, other: 1, tls: {certs: x}}");
  {
    Reader r = document.reader("listeners[1]");
    {
      Reader copy = r;
      std::chrono::seconds idle{};
      CHECK(copy.optional("idle", idle));
      r.child("tls");
      CHECK(document.lines() == Lines{"listeners[1].tls: unknown key `certs`"});
    }
    CHECK(document.lines().size() == 1);
  }
  CHECK(document.lines() == Lines{"listeners[1].tls: unknown key `certs`", "listeners[1]: unknown key `other`"});
}

TEST_CASE("reader: an unknown key that looks like a known one gets a suggestion") {
  const auto suggested = [](const std::string& written) {
    const Document document("{" + written + ": 1}");
    {
      Reader r = document.reader();
      for (const char* key : {"idle", "timeout", "tls", "id"}) r.raw(key);
    }
    return document.lines().at(0);
  };
  CHECK(suggested("idel") == "unknown key `idel`, did you mean `idle`?");
  CHECK(suggested("time_outs") == "unknown key `time_outs`, did you mean `timeout`?");
  CHECK(suggested("TLS") == "unknown key `TLS`");
  CHECK(suggested("tsl") == "unknown key `tsl`, did you mean `tls`?");
  CHECK(suggested("ip") == "unknown key `ip`, did you mean `id`?");
  CHECK(suggested("xy") == "unknown key `xy`");
  CHECK(suggested("completely") == "unknown key `completely`");
}

TEST_CASE("reader: asking whether a key is there is not asking for it") {
  const Document document("{a: 1}");
  {
    const Reader r = document.reader();
    CHECK(r.has("a"));
    CHECK_FALSE(r.has("b"));
  }
  CHECK(document.lines() == Lines{"unknown key `a`"});
}

TEST_CASE("reader: null and a missing child read as an empty object, another type is one problem") {
  const Document document("{a: , b: 17, c: [1]}");
  {
    Reader r = document.reader();
    int number = 3;
    for (const char* key : {"a", "b", "c", "d"}) {
      Reader child = r.child(key);
      child.required(key == std::string("b") ? "x" : "y", number, 0, 9);
    }
  }
  CHECK(document.lines() == Lines{"a.y: is required", "b: expected an object, got 17",
                                  "c: expected an object, got a list", "d.y: is required"});
}

TEST_CASE("reader: each walks a list, entries an object in the order written") {
  const Document document("{list: [{id: x}, 2], none: , object: {z: 1, a: 2}, wrong: 17}");
  Lines seen;
  {
    Reader r = document.reader("top");
    const auto element = [&](const Json& value, const std::string& path) { seen.push_back(path + "=" + value.dump()); };
    const auto entry = [&](const std::string& name, const Json& value, const std::string& path) {
      seen.push_back(name + "@" + path + "=" + value.dump());
    };
    r.each("list", element);
    r.each("none", element);
    r.each("missing", element);
    r.entries("object", entry);
    r.entries("missing", entry);
    r.each("wrong", element);
    r.entries("wrong", entry);
  }
  CHECK(seen == Lines{"top.list[0]={\"id\":\"x\"}", "top.list[1]=2", "z@top.object.z=1", "a@top.object.a=2"});
  CHECK(document.lines() == Lines{"top.wrong: expected a list, got 17", "top.wrong: expected an object, got 17"});
}

TEST_CASE("reader: a reader at a list's element knows its path") {
  const Document document("{tenants: [{id: a}, {id: 17, hsots: x}]}");
  {
    Reader r = document.reader("tenants.yaml: ");
    r.each("tenants", [&](const Json& value, const std::string& path) {
      Reader tenant = r.at(value, path);
      std::string id;
      Lines hosts;
      tenant.optional("id", id);
      tenant.optional("hosts", hosts);
    });
  }
  CHECK(document.lines() == Lines{"tenants.yaml: tenants[1].id: expected text, got 17 (put it in quotes)",
                                  "tenants.yaml: tenants[1]: unknown key `hsots`, did you mean `hosts`?"});
}

TEST_CASE("reader: a key that this build does not act on is a problem when it is there") {
  const Document document("{mirror: {}, a: 1}");
  {
    Reader r = document.reader();
    r.not_in_this_build("mirror");
    r.not_in_this_build("canary");
    CHECK(r.raw("a")->dump() == "1");
    CHECK(r.raw("b") == nullptr);
  }
  CHECK(document.lines() == Lines{"mirror: not in this build"});
}

TEST_CASE("reader: a component's own problems and warnings stand at a key or at the object") {
  const Document document("{}");
  {
    const Reader r = document.reader("pools.a");
    r.problem("web", "is empty");
    r.warning("", "has no tenants");
  }
  CHECK(document.lines() == Lines{"pools.a.web: is empty", "pools.a: has no tenants"});
}
