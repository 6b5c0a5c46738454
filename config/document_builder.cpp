#include "config/document_builder.hpp"

#include <algorithm>
#include <utility>

#include "config/file.hpp"

namespace gatehouse::config {
namespace {

// A bracket that is never closed looks like the begin of a key to yaml-cpp.
constexpr const char* kBracketKey = "expected a key, got a list or an object (is a bracket left open?)";

// Up to here, looking at every key is cheaper than hashing them.
constexpr std::size_t kFewKeys = 32;
constexpr std::size_t kUsualKeys = 6;

}  // namespace

void DocumentBuilder::key(const Json& name, Place place, Anchor anchor) {
  Open& object = open_.back();
  object.wants_key = false;
  auto& entries = object.node->get_ref<Json::object_t&>();
  std::string text;
  if (name.is_string()) {
    text = name.get_ref<const std::string&>();
    if (is_duplicate(object, text)) noted_.push_back({place, "duplicate key " + in_backticks(text)});
    if (anchor != kNoAnchor) anchored_.insert_or_assign(anchor, Anchored{name, 1, 0});
  } else if (name.is_structured()) {
    throw Refused{place, kBracketKey};
  } else {
    noted_.push_back({place, "expected a key, got " + name.dump() + " (put it in quotes)"});
  }
  // past the ordered map's own search, which is_duplicate has done already; a refused document may hold doubles
  static_cast<Json::object_t::Container&>(entries).emplace_back(std::move(text), nullptr);
}

void DocumentBuilder::scalar(Json value, Place place, Anchor anchor) {
  spend(1, place);
  const Json& added = add(std::move(value));
  if (anchor != kNoAnchor) anchored_.insert_or_assign(anchor, Anchored{added, 1, 0});
  closed(0);
}

void DocumentBuilder::begin(Json::value_t kind, Place place, Anchor anchor) {
  if (wants_key()) throw Refused{place, kBracketKey};
  if (open_.size() >= static_cast<std::size_t>(kMaxDepth)) throw Refused{place, "nested too deep"};
  spend(1, place);
  Json& node = add(Json(kind));
  const bool object = kind == Json::value_t::object;
  // an ordered map copies its values when it grows, keys being const
  if (object) node.get_ref<Json::object_t&>().reserve(kUsualKeys);
  open_.push_back({.node = &node, .place = place, .anchor = anchor, .first_node = nodes_, .wants_key = object});
}

void DocumentBuilder::end() {
  const Open done = std::move(open_.back());
  open_.pop_back();
  if (done.anchor != kNoAnchor) {
    const std::size_t nodes = nodes_ - done.first_node + 1;
    spend(nodes, done.place);
    anchored_.insert_or_assign(done.anchor, Anchored{*done.node, nodes, done.height});
  }
  closed(done.height);
}

void DocumentBuilder::alias(Anchor anchor, Place place) {
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end()) throw Refused{place, "alias inside of what it stands for"};
  const Anchored& known = found->second;
  if (wants_key()) return key(known.value, place);
  if (open_.size() + static_cast<std::size_t>(known.height) > static_cast<std::size_t>(kMaxDepth))
    throw Refused{place, "nested too deep"};
  spend(known.nodes, place);
  add(known.value);
  closed(known.height);
}

Json& DocumentBuilder::add(Json value) {
  if (open_.empty()) return root_ = std::move(value);
  Open& parent = open_.back();
  if (parent.node->is_array()) return parent.node->get_ref<Json::array_t&>().emplace_back(std::move(value));
  return parent.node->get_ref<Json::object_t&>().back().second = std::move(value);
}

// A value of `height` levels is complete: what holds it is higher, and an object waits for its next key.
void DocumentBuilder::closed(int height) {
  if (open_.empty()) return;
  Open& parent = open_.back();
  parent.height = std::max(parent.height, height + 1);
  parent.wants_key = parent.node->is_object();
}

void DocumentBuilder::spend(std::size_t nodes, Place place) {
  if (nodes > kMaxNodes - nodes_) throw Refused{place, "more than " + std::to_string(kMaxNodes) + " values"};
  nodes_ += nodes;
}

bool DocumentBuilder::is_duplicate(Open& object, const std::string& name) {
  const auto& entries = object.node->get_ref<const Json::object_t&>();
  if (entries.size() < kFewKeys)
    return std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.first == name; });
  if (object.names.empty())
    for (const auto& entry : entries) object.names.insert(entry.first);
  return !object.names.insert(name).second;
}

}  // namespace gatehouse::config
