// What a route wants to happen on the wire: a script that both servers can play, including how to fail.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/odoo_sim/filler.hpp"
#include "bench/odoo_sim/request.hpp"

namespace gatehouse::odoo_sim {

struct Answer {
  enum class Shape {
    sized,        // Content-Length
    until_close,  // no length: ends with the connection (gevent: chunked)
    recorded,     // the fields are complete; the server adds none
    verbatim,     // `text` is all that goes out, head included
    nothing,      // the connection is closed without a byte, as when a worker was killed
  };

  int status = 200;
  Fields fields;  // the route's own; the server adds Server, Date, Content-Length and Connection
  std::string text;
  std::optional<Filler> filler;  // the body instead of `text`
  Shape shape = Shape::sized;
  std::chrono::microseconds delay{0};  // before the first byte; the worker is held
  // A body is written block by block, each by its own sendall. 0: in one, as werkzeug does with a page held in memory;
  // files go in kFileBlock.
  std::size_t block = 0;
  std::chrono::milliseconds pause{0};  // between blocks
  std::optional<std::uint64_t> cut;    // closes after so many bytes of the body

  std::uint64_t size() const { return filler ? filler->size : text.size(); }
  std::uint64_t sent_size(const Request& request) const;  // what of the body goes out
  std::string slice(std::uint64_t offset, std::size_t length) const;
  std::string slice_at(std::uint64_t offset) const;  // the block that starts there
  const std::string* find(std::string_view name) const;
};

inline constexpr std::size_t kFileBlock = 8192;  // werkzeug.wsgi.FileWrapper

Answer html_answer(int status, std::string body);
Answer json_answer(std::string body);
// The page that werkzeug and http.server make for an error: <title>404 Not Found</title>…
Answer error_page(int status);

// The bytes before the body. `keep` is what gevent does with the connection afterwards; werkzeug always closes.
std::string head_of(const Answer& answer, Dialect dialect, bool keep);

std::string_view reason_of(int status);
std::string http_date();  // now, as in Date

}  // namespace gatehouse::odoo_sim
