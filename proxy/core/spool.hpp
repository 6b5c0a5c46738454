// A message's bytes between a fast side and a slow one: memory first, then an unlinked temporary file, bounded both
// ways. One writer and one reader, on one loop. A request is written whole, then read (again, when it is retried); a
// response is read while it is written.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <span>

#include "config/reader.hpp"
#include "proxy/core/buffer_pool.hpp"
#include "proxy/core/error.hpp"
#include "proxy/core/waker.hpp"

namespace gatehouse {

// The node's bounds and what is used of them. Shared by all workers.
class SpoolSpace {
 public:
  struct Config {
    config::Bytes memory{256 << 10};               // of a message, before it goes to disk
    config::Bytes disk{1ull << 30};                // of a message
    config::Bytes total{20ull << 30};              // on disk, of all messages
    std::filesystem::path directory = "/var/tmp";  // files are unlinked at birth: nothing is left behind
    static Config read(config::Reader r);
  };
  explicit SpoolSpace(Config config) : config_(std::move(config)) {}
  const Config& config() const { return config_; }
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }
  bool reserve(std::uint64_t bytes);
  void release(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  void failed() { failures_.fetch_add(1, std::memory_order_relaxed); }
  int open_file();  // unlinked, close-on-exec; -1 with errno

 private:
  Config config_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> failures_{0};
};

class Spool {
 public:
  enum class Mode { rewindable, streaming };  // streaming forgets what was read
  Spool(SpoolSpace& space, BufferPool& buffers, Executor executor, Mode mode);
  Spool(const Spool&) = delete;
  ~Spool();

  // Writer. Takes as many of `bytes` as there is room for; fewer when a bound is met (disk, total, or a failing disk:
  // error() tells) until the reader makes room. A rewindable spool never makes room: what is short is spool_full.
  std::size_t append(std::span<const char> bytes);
  void finish(std::optional<Error> error = std::nullopt);  // no more will come; an error reaches the reader at the end
  Waker& room() { return room_; }                          // woken when the reader has consumed
  std::uint64_t size() const { return written_; }          // of all that was appended
  bool on_disk() const { return file_ >= 0; }
  error_code disk_error() const { return disk_error_; }

  // Reader. What can be read now, as one piece; empty: nothing yet, or the end (finished()).
  Result<std::span<const char>> front();
  void consume(std::size_t n);
  void drop();    // nobody will read: gives memory and disk back
  void rewind();  // rewindable only
  bool finished() const { return finished_ && read_ == written_; }
  const std::optional<Error>& error() const { return error_; }
  Waker& data() { return data_; }  // woken when bytes or the end arrive

 private:
  struct Chunk {
    BufferPool::Block block;
    std::size_t size = 0;
  };
  std::size_t append_memory(std::span<const char> bytes);
  std::size_t append_file(std::span<const char> bytes);
  bool open_file();

  SpoolSpace& space_;
  BufferPool& buffers_;
  Mode mode_;
  std::deque<Chunk> chunks_;
  std::size_t chunk_index_ = 0, chunk_offset_ = 0;  // where the reader stands in memory
  std::uint64_t memory_read_ = 0, memory_written_ = 0;
  int file_ = -1;
  std::uint64_t file_read_ = 0, file_written_ = 0, reserved_ = 0;
  std::unique_ptr<char[]> page_;  // what was read back from the file
  std::size_t page_offset_ = 0, page_size_ = 0;
  std::uint64_t read_ = 0, written_ = 0;
  bool finished_ = false;
  std::optional<Error> error_;
  error_code disk_error_;
  Waker data_, room_;
};

}  // namespace gatehouse
