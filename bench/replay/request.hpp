// The recorded request as we send it: HTTP/1.1 whatever it was, its fields in their order, our Host, its number.
#pragma once

#include <string>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "bench/odoo_sim/recording.hpp"

namespace gatehouse::replay {

using Request = boost::beast::http::request<boost::beast::http::string_body>;

// `host` empty: as recorded.
Request request_of(const odoo_sim::Recorded& record, const std::string& host);

}  // namespace gatehouse::replay
