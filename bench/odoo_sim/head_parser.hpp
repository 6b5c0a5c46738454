// The head of a request, line by line, as lenient and as strict as the servers that Odoo runs on; what an edge must not
// let through is let through here on purpose.
//
//   werkzeug (Python's http.server): request line over 64 KiB 414, header line over 64 KiB or more than 100 fields 431,
//     bare LF accepted, an absolute-form target gives the Host; what is no request line at all is answered by HTML
//     without a status line.
//   gevent (pywsgi): request line over 8 KiB 414, header line over 64 KiB or more than 100 fields 400, names with `_`
//   are
//     dropped, an absolute-form target is 404.
#pragma once

#include <string>
#include <string_view>

#include "bench/odoo_sim/request.hpp"

namespace gatehouse::odoo_sim {

class HeadParser {
 public:
  explicit HeadParser(Dialect dialect) : dialect_(dialect) {}

  // Takes whole lines from the front of `buffer`. True when there is nothing more to read: complete or refused.
  bool feed(std::string& buffer);

  bool started() const { return !request_.method.empty() || status_ != 0; }
  int refusal() const { return status_; }  // the status to refuse with; 0: the request is good
  bool bare() const { return bare_; }      // refused in HTTP/0.9's way: only a body
  Request take() { return std::move(request_); }

 private:
  bool refuse(int status, bool bare = false);
  bool too_long(std::size_t size);
  bool take_line(std::string_view line);
  bool take_request_line(std::string_view line);
  bool take_field(std::string_view line);
  bool complete();

  Dialect dialect_;
  Request request_;
  int status_ = 0;
  bool bare_ = false;
};

}  // namespace gatehouse::odoo_sim
