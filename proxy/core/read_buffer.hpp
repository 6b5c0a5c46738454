// Bytes read from a connection and not yet consumed: a pooled block, or a larger piece of its own when a head needs it.
#pragma once

#include <cstring>
#include <string_view>

#include "proxy/core/buffer_pool.hpp"

namespace gatehouse {

class ReadBuffer {
 public:
  explicit ReadBuffer(BufferPool& pool) : pool_(pool) {}

  std::string_view view() const { return {data_ + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t n) { begin_ += n; }

  // Free bytes behind what is buffered, at least `n`. Moves what is buffered: no view may be in use.
  std::span<char> writable(std::size_t n = 1) {
    make_room(n);
    return {data_ + end_, capacity_ - end_};
  }
  // The free bytes there are now, without moving anything; may be none.
  std::span<char> rest() const { return {data_ + end_, capacity_ - end_}; }
  void commit(std::size_t n) { end_ += n; }
  void append(std::span<const char> bytes) {
    if (bytes.empty()) return;
    make_room(bytes.size());
    std::memcpy(data_ + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
  }
  // Gives the memory back when nothing is buffered.
  void release() {
    if (!empty()) return;
    block_.reset();
    large_.reset();
    data_ = nullptr;
    begin_ = end_ = capacity_ = 0;
  }

 private:
  void make_room(std::size_t n) {
    if (!data_) {
      block_ = pool_.take();
      data_ = block_.data();
      capacity_ = BufferPool::kBlock;
    }
    if (begin_ > 0) {
      std::memmove(data_, data_ + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (capacity_ - end_ >= n) return;
    const auto bigger = std::max(capacity_ * 2, end_ + n);
    auto grown = std::make_unique_for_overwrite<char[]>(bigger);
    std::memcpy(grown.get(), data_, end_);
    large_ = std::move(grown);
    block_.reset();
    data_ = large_.get();
    capacity_ = bigger;
  }

  BufferPool& pool_;
  BufferPool::Block block_;
  std::unique_ptr<char[]> large_;
  char* data_ = nullptr;
  std::size_t begin_ = 0, end_ = 0, capacity_ = 0;
};

}  // namespace gatehouse
