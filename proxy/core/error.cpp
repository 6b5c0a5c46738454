#include "proxy/core/error.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace gatehouse {
namespace {

// In the order of Errc.
constexpr std::array<Meaning, kErrcCount> kMeanings{{
    {"bad_request", 400, Fault::client, Kind::malformed, true, "http_request_error", "The request is malformed."},
    {"bad_host", 400, Fault::client, Kind::malformed, true, "http_request_error",
     "The host name of the request is malformed."},
    {"bad_target", 400, Fault::client, Kind::malformed, true, "http_request_error",
     "The address of the request is malformed."},
    {"target_too_long", 414, Fault::client, Kind::malformed, true, "http_request_error",
     "The address of the request is too long."},
    {"head_too_large", 431, Fault::client, Kind::malformed, true, "http_request_error",
     "The header of the request is too large."},
    {"body_too_large", 413, Fault::client, Kind::refused, true, "http_request_denied",
     "The request is larger than allowed here."},
    {"unsupported_coding", 501, Fault::client, Kind::malformed, true, "http_request_error",
     "The transfer coding is not supported."},
    {"unsupported_version", 505, Fault::client, Kind::malformed, true, "http_request_error",
     "The protocol version is not supported."},
    {"method_not_allowed", 405, Fault::client, Kind::malformed, true, "http_request_denied",
     "The method is not allowed."},
    {"expectation_failed", 417, Fault::client, Kind::malformed, true, "http_request_denied",
     "The expectation cannot be met."},
    {"upgrade_required", 426, Fault::client, Kind::malformed, true, "http_request_denied",
     "This websocket version is not supported."},
    {"head_timeout", 408, Fault::client, Kind::malformed, true, "http_request_error",
     "The request did not arrive in time."},
    {"body_timeout", 408, Fault::client, Kind::malformed, true, "http_request_error",
     "The request's body did not arrive in time."},
    {"client_gone", 499, Fault::client, Kind::malformed, true, "connection_terminated", "The client has left."},
    {"unknown_host", 404, Fault::policy, Kind::refused, false, "destination_not_found",
     "There is no site of this name here."},
    {"not_found", 404, Fault::policy, Kind::refused, false, "http_request_denied", "There is nothing at this address."},
    {"redirect", 308, Fault::policy, Kind::redirect, false, "", "The page has moved."},
    {"origin_denied", 403, Fault::policy, Kind::refused, false, "http_request_denied",
     "Connections from another site are not accepted here."},
    {"suspended", 403, Fault::policy, Kind::refused, false, "http_request_denied", "This site is suspended."},
    {"maintenance", 503, Fault::policy, Kind::try_again, false, "destination_unavailable",
     "This site is under maintenance and will be back soon."},
    {"too_many_sockets", 503, Fault::policy, Kind::try_again, false, "connection_limit_reached",
     "Too many live connections to this site."},
    {"queue_full", 503, Fault::capacity, Kind::try_again, false, "connection_limit_reached",
     "The site is busy, please try again in a moment."},
    {"queue_timeout", 503, Fault::capacity, Kind::try_again, false, "connection_limit_reached",
     "The site is busy, please try again in a moment."},
    {"spool_full", 503, Fault::capacity, Kind::try_again, true, "proxy_internal_error",
     "There is no room for the request at the moment."},
    {"draining", 503, Fault::capacity, Kind::try_again, true, "destination_unavailable",
     "The service is restarting, please try again."},
    {"no_endpoint", 503, Fault::upstream, Kind::try_again, false, "destination_unavailable",
     "The site is not available at the moment."},
    {"dns_failed", 502, Fault::upstream, Kind::try_again, false, "dns_error",
     "The site is not available at the moment."},
    {"connect_refused", 502, Fault::upstream, Kind::try_again, false, "connection_refused",
     "The site is not available at the moment."},
    {"connect_timeout", 504, Fault::upstream, Kind::try_again, false, "connection_timeout",
     "The site does not answer at the moment."},
    {"upstream_reset", 502, Fault::upstream, Kind::try_again, false, "connection_terminated",
     "The site broke the connection off."},
    {"upstream_worker_died", 502, Fault::upstream, Kind::try_again, false, "connection_terminated",
     "The site gave the request up, most likely because it took too long."},
    {"upstream_timeout", 504, Fault::upstream, Kind::try_again, false, "http_response_timeout",
     "The site did not answer in time."},
    {"upstream_malformed", 502, Fault::upstream, Kind::try_again, false, "http_protocol_error",
     "The site's answer is malformed."},
    {"upstream_truncated", 502, Fault::upstream, Kind::try_again, true, "http_response_incomplete",
     "The site's answer broke off."},
    {"internal", 500, Fault::ours, Kind::try_again, true, "proxy_internal_error", "Something went wrong here."},
}};
static_assert(kMeanings.back().name == "internal");

}  // namespace

const Meaning& meaning(Errc code) { return kMeanings[static_cast<std::size_t>(code)]; }

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("value of a failed result: " + std::string(meaning(error.code).name) + ": " +
                         error.cause.message());
}

}  // namespace gatehouse
