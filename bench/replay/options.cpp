#include "bench/replay/options.hpp"

#include <charconv>
#include <iostream>

namespace gatehouse::replay {
namespace {

constexpr std::string_view kUsage =
    R"(usage: replay --to HOST:PORT --recording FILE [option]…
  --speed N                  recorded times are divided by it (20)
  --host NAME                sent as Host (as recorded)
  --websocket-to HOST:PORT   /websocket goes there: straight to a simulator, no edge between
  --limit N                  only the first N requests
  --json                     the summary as one JSON object
exit status: 0 all answers as recorded, 1 not, 2 usage
)";

template <class Number>
bool assign_number(std::string_view text, Number& into) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, into);
  return read.ec == std::errc{} && read.ptr == end && into > 0;
}

bool assign(std::string_view name, std::string_view value, Options& options) {
  if (value.empty()) return false;
  if (name == "--recording") return options.recording = value, true;
  if (name == "--host") return options.host = value, true;
  if (name == "--speed") return assign_number(value, options.speed);
  if (name == "--limit") return assign_number(value, options.limit);
  const auto address = config::parse_host_port(value);
  if (!address) return false;
  if (name == "--to") return options.to = *address, true;
  if (name == "--websocket-to") return options.websocket_to = *address, true;
  return false;
}

}  // namespace

std::optional<Options> read_options(const std::vector<std::string_view>& words) {
  Options options;
  bool good = true;
  for (std::size_t i = 0; i < words.size() && good; ++i) {
    if (words[i] == "--json") {
      options.json = true;
      continue;
    }
    good = i + 1 < words.size() && assign(words[i], words[i + 1], options);
    if (!good && words[i] != "--help") std::cerr << "replay: not an option with its value: `" << words[i] << "`\n";
    ++i;
  }
  if (good && !options.recording.empty() && options.to.port != 0) return options;
  std::cerr << kUsage;
  return std::nullopt;
}

}  // namespace gatehouse::replay
