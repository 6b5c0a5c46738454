// Fixed blocks of bytes, reused within a worker: an idle connection holds none. Loop thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace gatehouse {

class BufferPool {
 public:
  static constexpr std::size_t kBlock = 16 << 10;
  explicit BufferPool(std::size_t keep = 512) : keep_(keep) {}  // free blocks kept; more go back to the allocator

  // A block that returns to its pool. Empty until taken.
  class Block {
   public:
    Block() = default;
    Block(BufferPool& pool, std::unique_ptr<char[]> data) : pool_(&pool), data_(std::move(data)) {}
    Block(Block&&) noexcept = default;
    Block& operator=(Block&& other) noexcept {
      reset();
      pool_ = other.pool_;
      data_ = std::move(other.data_);
      return *this;
    }
    ~Block() { reset(); }
    explicit operator bool() const { return data_ != nullptr; }
    char* data() const { return data_.get(); }
    std::span<char> span() const { return {data_.get(), data_ ? kBlock : 0}; }
    void reset() {
      if (data_) pool_->give_back(std::move(data_));
    }

   private:
    BufferPool* pool_ = nullptr;
    std::unique_ptr<char[]> data_;
  };

  Block take() {
    if (free_.empty()) return {*this, std::make_unique_for_overwrite<char[]>(kBlock)};
    auto data = std::move(free_.back());
    free_.pop_back();
    return {*this, std::move(data)};
  }

 private:
  void give_back(std::unique_ptr<char[]> data) {
    if (free_.size() < keep_) free_.push_back(std::move(data));
    data.reset();
  }
  std::size_t keep_;
  std::vector<std::unique_ptr<char[]>> free_;
};

}  // namespace gatehouse
