// An immutable map from names to values in shards that versions share: a change copies the shards it touches and an
// array of pointers, at any size. Readers need no lock; a version lives as long as somebody holds it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gatehouse::routing {

template <class Value>
class ShardedMap {
 public:
  static constexpr std::size_t kShards = 1024;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Shard = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
  using value_type = typename Shard::value_type;

  // `removed` names go before `added` ones come.
  struct Change {
    std::vector<std::string> removed;
    std::vector<std::pair<std::string, Value>> added;
    bool empty() const { return removed.empty() && added.empty(); }
  };

  // Through all shards, in no order. Enough of an iterator for range-for and find() == end().
  class const_iterator {
   public:
    const value_type& operator*() const { return *at_; }
    const value_type* operator->() const { return &*at_; }
    const_iterator& operator++() {
      ++at_;
      settle();
      return *this;
    }
    bool operator==(const const_iterator& other) const {
      return shard_ == other.shard_ && (shard_ == kShards || at_ == other.at_);
    }

   private:
    friend class ShardedMap;
    explicit const_iterator(const ShardedMap& map, std::size_t shard) : map_(&map), shard_(shard) {
      if (shard_ == kShards) return;
      if (map.shards_[shard_]) at_ = map.shards_[shard_]->begin();
      settle();
    }
    void settle() {
      while (shard_ < kShards && (!map_->shards_[shard_] || at_ == map_->shards_[shard_]->end())) {
        if (++shard_ < kShards && map_->shards_[shard_]) at_ = map_->shards_[shard_]->begin();
      }
    }

    const ShardedMap* map_;
    std::size_t shard_;
    typename Shard::const_iterator at_{};
  };

  const_iterator begin() const { return const_iterator(*this, 0); }
  const_iterator end() const { return const_iterator(*this, kShards); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  const_iterator find(std::string_view name) const {
    const std::size_t place = place_of(name);
    const_iterator result = end();
    if (!shards_[place]) return result;
    const auto found = shards_[place]->find(name);
    if (found == shards_[place]->end()) return result;
    result.shard_ = place;
    result.at_ = found;
    return result;
  }
  bool contains(std::string_view name) const { return look(name) != nullptr; }
  // nullptr: not there.
  const Value* look(std::string_view name) const {
    const auto& shard = shards_[place_of(name)];
    if (!shard) return nullptr;
    const auto found = shard->find(name);
    return found == shard->end() ? nullptr : &found->second;
  }

  // A new version that shares the shards it does not touch.
  ShardedMap with(const Change& change) const {
    ShardedMap next(*this);
    std::array<std::shared_ptr<Shard>, kShards> own{};
    const auto writable = [&](std::string_view name) -> Shard& {
      const std::size_t place = place_of(name);
      if (!own[place]) {
        own[place] = next.shards_[place] ? std::make_shared<Shard>(*next.shards_[place]) : std::make_shared<Shard>();
        next.shards_[place] = own[place];
      }
      return *own[place];
    };
    for (const std::string& name : change.removed) next.size_ -= writable(name).erase(name);
    for (const auto& [name, value] : change.added) next.size_ += writable(name).insert_or_assign(name, value).second;
    return next;
  }

 private:
  static std::size_t place_of(std::string_view name) { return Hash{}(name) % kShards; }

  std::array<std::shared_ptr<const Shard>, kShards> shards_{};
  std::size_t size_ = 0;
};

}  // namespace gatehouse::routing
