// The body of a request out of the bytes behind its head.
//
// Desync hazards kept on purpose: with Transfer-Encoding and Content-Length the former wins; of several Content-Length
// fields werkzeug uses the last and gevent the first.
#pragma once

#include <cstdint>
#include <string>

#include "bench/odoo_sim/request.hpp"

namespace gatehouse::odoo_sim {

class BodyDecoder {
 public:
  BodyDecoder(const Request& request, Dialect dialect);

  // Moves what belongs to the body from the front of `buffer` into `body`. True when the body is complete or broken.
  bool feed(std::string& buffer, std::string& body);
  bool broken() const { return state_ == State::broken; }

 private:
  enum class State { sized, size_line, chunk, chunk_end, trailer, done, broken };
  bool feed_line(std::string_view line);

  State state_ = State::sized;
  std::uint64_t left_ = 0;  // of the body or the chunk
};

}  // namespace gatehouse::odoo_sim
