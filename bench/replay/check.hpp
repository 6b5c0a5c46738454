// Is an answer the recorded one? What an edge may change is known here, and nothing else is forgiven:
//   Connection and Keep-Alive belong to the connection, Date to the moment, Server is the edge's to hide;
//   a Set-Cookie may gain flags, so that only its name=value is compared;
//   the 101 of a request that carried a session must not set another (through an edge; a simulator itself does).
#pragma once

#include <string>

#include <boost/beast/http/fields.hpp>

#include "bench/odoo_sim/recording.hpp"

namespace gatehouse::replay {

struct Verdict {
  std::string reason;  // what the summary counts: "status", "body", "field", "route", "request", …; empty: as recorded
  std::string detail;

  bool good() const { return reason.empty(); }
};

using Fields = boost::beast::http::fields;

// `through_edge`: a proxy stands between us and the simulator.
Verdict check_head(const odoo_sim::Recorded& record, unsigned status, const Fields& fields, bool through_edge);
Verdict check_body(const odoo_sim::Recorded& record, const std::string& body);

}  // namespace gatehouse::replay
