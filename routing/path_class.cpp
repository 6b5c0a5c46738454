#include "routing/path_class.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::routing {
namespace {

constexpr std::array<std::string_view, kPathClasses> kNames{"page",   "login",   "rpc",      "report",   "upload",
                                                            "static", "asset",   "health",   "database", "webhook",
                                                            "mail",   "hairpin", "websocket"};

// Where a rule applies: the path itself, it and what lies below, or only what lies below.
enum class Reach : std::uint8_t { exact, subtree, below };

struct Rule {
  std::string_view path;
  Reach reach;
  PathClass path_class;
  bool post_only = false;
};

// Wherever the path may say "static" further on, these stay what they are.
constexpr Rule kFirst[]{
    {"/websocket", Reach::subtree, PathClass::websocket}, {"/xmlrpc", Reach::subtree, PathClass::rpc},
    {"/jsonrpc", Reach::subtree, PathClass::rpc},         {"/json/1", Reach::subtree, PathClass::rpc},
    {"/json/2", Reach::subtree, PathClass::rpc},
};

constexpr Rule kWeb[]{
    {"/web/assets", Reach::below, PathClass::asset},
    {"/web/image", Reach::below, PathClass::asset},
    {"/web/content", Reach::below, PathClass::asset},
    {"/web/login", Reach::exact, PathClass::login, true},
    {"/web/login/totp", Reach::exact, PathClass::login, true},
    {"/web/session/authenticate", Reach::exact, PathClass::login, true},
    {"/web/reset_password", Reach::exact, PathClass::login, true},
    {"/web/signup", Reach::exact, PathClass::login, true},
    {"/web/export", Reach::below, PathClass::report},
    {"/web/database", Reach::subtree, PathClass::database},
    {"/web/health", Reach::exact, PathClass::health},
    {"/web/hook", Reach::below, PathClass::webhook},
};

constexpr Rule kOthers[]{
    {"/report", Reach::below, PathClass::report},
    {"/base_import", Reach::below, PathClass::report},
    {"/mail/attachment/upload", Reach::exact, PathClass::upload},
    {"/payment", Reach::subtree, PathClass::webhook},
};

bool applies(const Rule& rule, std::string_view path, Verb verb) {
  if (!path.starts_with(rule.path) || (rule.post_only && verb != Verb::post)) return false;
  if (path.size() == rule.path.size()) return rule.reach != Reach::below;
  return path[rule.path.size()] == '/' && rule.reach != Reach::exact;
}

template <std::size_t N>
std::optional<PathClass> find(const Rule (&rules)[N], std::string_view path, Verb verb) {
  for (const Rule& rule : rules)
    if (applies(rule, path, verb)) return rule.path_class;
  return std::nullopt;
}

// Where the path's second segment begins, with its slash; npos: there is none.
std::size_t second(std::string_view path) { return path.find('/', 1); }

// The website serves its pages, the login among them, below a language too: /fr_BE/web/login.
bool is_language(std::string_view segment) {
  const std::size_t letters = std::min(segment.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), segment.size());
  if (letters < 2 || letters > 3 || segment.size() > 16) return false;
  return letters == segment.size() || segment[letters] == '_' || segment[letters] == '@';
}

PathClass classify_web(std::string_view path, Verb verb) {
  constexpr std::string_view kBinary = "/web/binary/";
  if (path.starts_with(kBinary) && path.find("upload", kBinary.size()) != path.npos) return PathClass::upload;
  return find(kWeb, path, verb).value_or(PathClass::page);
}

}  // namespace

std::string_view name(PathClass path_class) { return kNames[static_cast<std::size_t>(path_class)]; }

std::optional<PathClass> path_class_named(std::string_view name) {
  const auto* found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<PathClass>(found - kNames.begin());
}

PathClass classify(std::string_view path, Verb verb, unsigned odoo_version) {
  if (const auto first = find(kFirst, path, verb)) return *first;
  if (odoo_version < 16 && path.starts_with("/longpolling/")) return PathClass::websocket;

  const std::size_t rest = second(path);
  const std::string_view below = rest == path.npos ? std::string_view{} : path.substr(rest);
  if (below.starts_with("/static/")) return PathClass::static_file;
  if (path.starts_with("/web/")) return classify_web(path, verb);
  if (below.starts_with("/web/") && is_language(path.substr(1, rest - 1))) return classify_web(below, verb);
  if (path.starts_with("/pos_") && below.find("/notification") != below.npos) return PathClass::webhook;
  return find(kOthers, path, verb).value_or(PathClass::page);
}

}  // namespace gatehouse::routing
