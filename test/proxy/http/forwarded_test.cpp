#include "proxy/http/forwarded.hpp"

#include <catch2/catch.hpp>

#include "test/support/exchange.hpp"

namespace gatehouse::http {
namespace {

struct Peer {
  explicit Peer(std::string_view peer, std::vector<std::pair<std::string_view, std::string_view>> headers = {}) {
    for (const char* network : {"10.0.0.0/8", "fd00::/8"}) trusted.push_back(*config::Network::parse(network));
    client.peer = {net::ip::make_address(std::string(peer)), 1};
    for (const auto& network : trusted) client.trusted_peer |= network.contains(client.peer.address());
    for (const auto& [name, value] : headers) fields.add(name, value);
    find_client(fields, trusted, client);
  }
  std::string address() const { return client.address.to_string(); }

  std::pmr::monotonic_buffer_resource arena;
  Fields fields{arena};
  std::vector<config::Network> trusted;
  gatehouse::test::TestClient client;
};

std::string found(std::string_view peer, std::string_view forwarded_for) {
  return Peer(peer, {{"X-Forwarded-For", forwarded_for}}).address();
}

bool tls(std::string_view peer, std::string_view proto) {
  return Peer(peer, {{"X-Forwarded-Proto", proto}}).client.tls;
}

}  // namespace

TEST_CASE("forwarded: names that only we may say are known in any spelling") {
  for (const char* name :
       {"X-Forwarded-For", "x-forwarded-host", "X-FORWARDED-PROTO", "X-Forwarded-Port", "X-Forwarded-Anything",
        "X-Real-IP", "Forwarded", "X-Odoo-Database", "X-Odoo-Dbfilter", "X-Openerp-Session-Id", "X-Accel-Redirect",
        "X-Sendfile", "X-Sendfile-Type", "X-Request-Id", "X_Forwarded_For", "X.Real.IP", "x-odoo_database"}) {
    INFO(name);
    CHECK(is_managed(name));
  }
  for (const char* name : {"", "X", "X-", "Host", "X-Forwarded", "X-Forward-For", "X-Real-IPs", "Forwarded-By",
                           "X-Requested-With", "X-Request-Id2", "X-CSRF-Token", "From", "Cookie", "X-Odoo"}) {
    INFO(name);
    CHECK_FALSE(is_managed(name));
  }
}

TEST_CASE("forwarded: a stranger is who its connection says") {
  CHECK(found("192.0.2.7", "203.0.113.9") == "192.0.2.7");
  CHECK(found("::ffff:192.0.2.7", "203.0.113.9") == "192.0.2.7");
  CHECK_FALSE(tls("192.0.2.7", "https"));
  CHECK(Peer("10.0.0.1").address() == "10.0.0.1");
}

TEST_CASE("forwarded: behind trusted peers the right-most stranger is the client") {
  struct Row {
    std::string_view list, client;
  };
  const Row rows[]{
      {"203.0.113.9", "203.0.113.9"},
      {"198.51.100.1, 203.0.113.9", "203.0.113.9"},
      {"198.51.100.1, 203.0.113.9,10.1.1.1 , 10.2.2.2", "203.0.113.9"},
      {"10.3.3.3, 10.2.2.2", "10.3.3.3"},
      {"203.0.113.9:567", "203.0.113.9"},
      {"[2001:db8::1]:9", "2001:db8::1"},
      {"[2001:db8::1]", "2001:db8::1"},
      {"2001:DB8::1", "2001:db8::1"},
      {"203.0.113.9, fd00::5", "203.0.113.9"},
      {"::ffff:203.0.113.9", "203.0.113.9"},
      {"203.0.113.9, ::ffff:10.1.1.1", "203.0.113.9"},
      {"203.0.113.9, unknown, 10.2.2.2", "10.2.2.2"},
      {"203.0.113.9, _hidden", "10.0.0.1"},
      {"203.0.113.9,", "10.0.0.1"},
      {"", "10.0.0.1"},
      {"fe80::1%eth0", "10.0.0.1"},
      {"203.0.113.9/32", "10.0.0.1"},
      {"[]:80", "10.0.0.1"},
      {"[", "10.0.0.1"},
      {"203.0.113.9, 10.2.2.2 10.3.3.3", "10.0.0.1"},
  };
  for (const auto& row : rows) {
    INFO(row.list);
    CHECK(found("10.0.0.1", row.list) == row.client);
    CHECK(found("::ffff:10.0.0.1", row.list) == row.client);
  }
}

TEST_CASE("forwarded: several fields are one list") {
  CHECK(Peer("10.0.0.1", {{"X-Forwarded-For", "198.51.100.1"}, {"Accept", "a"}, {"x-forwarded-for", "203.0.113.9"}})
            .address() == "203.0.113.9");
  CHECK(Peer("10.0.0.1", {{"X-Forwarded-For", "198.51.100.1"}, {"X-Forwarded-For", "10.2.2.2"}}).address() ==
        "198.51.100.1");
  CHECK(Peer("10.0.0.1", {{"X-Forwarded-For", "198.51.100.1"}, {"X-Forwarded-For", "x"}}).address() == "10.0.0.1");
}

TEST_CASE("forwarded: a trusted peer says whether the client uses TLS") {
  CHECK(tls("10.0.0.1", "https"));
  CHECK(tls("10.0.0.1", "HTTPS"));
  CHECK(tls("10.0.0.1", "wss"));
  CHECK_FALSE(tls("10.0.0.1", "http"));
  CHECK_FALSE(tls("10.0.0.1", "ws"));
  CHECK_FALSE(tls("10.0.0.1", "httpsx"));
  CHECK_FALSE(tls("10.0.0.1", ""));
  CHECK_FALSE(tls("10.0.0.1", "https, http"));
}

TEST_CASE("forwarded: a host's port is said unless the scheme implies it") {
  std::pmr::monotonic_buffer_resource arena;
  RequestHead head(arena);
  head.host = "a.example";
  const auto said = [&](std::uint16_t port, bool tls) {
    std::string out;
    head.port = port;
    append_forwarded_host(out, head, tls);
    return out;
  };
  CHECK(said(0, false) == "a.example");
  CHECK(said(80, false) == "a.example");
  CHECK(said(443, true) == "a.example");
  CHECK(said(443, false) == "a.example:443");
  CHECK(said(80, true) == "a.example:80");
  CHECK(said(8069, true) == "a.example:8069");
}

}  // namespace gatehouse::http
