#include "proxy/core/handler.hpp"

#include <stdexcept>
#include <string>

#include "proxy/core/exchange.hpp"

namespace gatehouse {
namespace {

// A body of ours: one piece of text.
class TextBody final : public Body {
 public:
  explicit TextBody(std::string_view text) : text_(text) {}
  Task<Result<std::span<const char>>> next() override { co_return std::exchange(text_, {}); }

 private:
  std::span<const char> text_;
};

}  // namespace

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
  throw std::logic_error("response of a refused exchange: " + std::string(meaning(refusal.code).name));
}

Reply refuse(Refusal refusal) { co_return std::move(refusal); }

Reply refuse(Errc code, std::string_view policy) { co_return Refusal{code, policy, std::nullopt, {}, {}}; }

Reply answer(Exchange& ex, unsigned status, std::string_view content_type, std::string_view text) {
  Response response(ex.arena);
  response.head.status = status;
  response.head.fields.add(Field::content_type, content_type);
  response.head.fields.add(Field::cache_control, "no-store");
  response.body = std::make_unique<TextBody>(text);
  response.length = text.size();
  co_return std::move(response);
}

}  // namespace gatehouse
