#include "proxy/server/admission.hpp"

#include <boost/asio/ip/address.hpp>
#include <catch2/catch.hpp>

using boost::asio::ip::make_address;
using gatehouse::server::Admission;

TEST_CASE("admission: one address has so many connections, others are not counted with it", "[server][admission]") {
  Admission admission(1);
  const auto a = make_address("192.0.2.1"), b = make_address("192.0.2.2");
  CHECK(admission.enter(a, 2));
  CHECK(admission.enter(a, 2));
  CHECK_FALSE(admission.enter(a, 2));
  CHECK(admission.enter(b, 2));
  admission.leave(a);
  CHECK(admission.enter(a, 2));
  CHECK(admission.total() == 3);
}

TEST_CASE("admission: IPv6 counts by /64, and a mapped address as the IPv4 one it is", "[server][admission]") {
  Admission admission(1);
  CHECK(admission.enter(make_address("2001:db8::1"), 1));
  CHECK_FALSE(admission.enter(make_address("2001:db8::ffff:2"), 1));
  CHECK(admission.enter(make_address("2001:db8:0:1::1"), 1));
  CHECK(admission.enter(make_address("192.0.2.1"), 1));
  CHECK_FALSE(admission.enter(make_address("::ffff:192.0.2.1"), 1));
}

TEST_CASE("admission: without a limit nobody is refused", "[server][admission]") {
  Admission admission(1);
  for (int i = 0; i < 1000; ++i) CHECK(admission.enter(make_address("192.0.2.1"), 0));
}

TEST_CASE("admission: a worker with clearly more connections gives the next one away", "[server][admission]") {
  Admission admission(3);
  CHECK(admission.place(0) == 0);
  admission.joined(0);
  CHECK(admission.place(0) == 0);  // one more is nothing
  admission.joined(0);
  CHECK(admission.place(0) == 1);
  admission.joined(1);
  admission.joined(1);
  CHECK(admission.place(0) == 2);
  CHECK(admission.place(2) == 2);
}
