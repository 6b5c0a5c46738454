#include "proxy/main/arguments.hpp"

namespace gatehouse {

Arguments::Arguments(std::vector<std::string> words, std::set<std::string_view> options,
                     std::set<std::string_view> flags) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto equals = word.find('=');
    const std::string_view name = std::string_view(word).substr(0, equals);
    if (options.contains(name) && equals != std::string::npos) values_.emplace_back(name, word.substr(equals + 1));
    else if (options.contains(name) && i + 1 < words.size()) values_.emplace_back(name, words[++i]);
    else if (flags.contains(word)) flags_.insert(word);
    else if (word.starts_with("-") && word != "-") unknown_ = word;
    else rest_.push_back(word);
  }
}

std::optional<std::string> Arguments::value(std::string_view option) const {
  for (const auto& [name, value] : values_)
    if (name == option) return value;
  return std::nullopt;
}

}  // namespace gatehouse
