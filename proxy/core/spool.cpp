#include "proxy/core/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gatehouse {
namespace {

constexpr std::size_t kPage = 64 << 10;          // read back from disk at once
constexpr std::uint64_t kReserveStep = 1 << 20;  // taken from the node's space at once

}  // namespace

SpoolSpace::Config SpoolSpace::Config::read(config::Reader r) {
  Config c;
  r.optional("memory", c.memory, config::Bytes{4096});
  r.optional("disk", c.disk);
  r.optional("total", c.total);
  r.optional("directory", c.directory);
  if (c.disk > c.total) r.warning("disk", "is more than `total`, which will be met first");
  return c;
}

bool SpoolSpace::reserve(std::uint64_t bytes) {
  const auto before = used_.fetch_add(bytes, std::memory_order_relaxed);
  if (before + bytes <= config_.total.count) return true;
  release(bytes);
  failed();
  return false;
}

int SpoolSpace::open_file() {
  int fd = ::open(config_.directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {  // a file system without O_TMPFILE
    std::string name = (config_.directory / "gatehouse-spool-XXXXXX").string();
    fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd >= 0) ::unlink(name.c_str());
  }
  if (fd < 0) failed();
  return fd;
}

Spool::Spool(SpoolSpace& space, BufferPool& buffers, Executor executor, Mode mode)
    : space_(space), buffers_(buffers), mode_(mode), data_(executor), room_(executor) {}

Spool::~Spool() {
  if (file_ >= 0) ::close(file_);
  space_.release(reserved_);
}

std::size_t Spool::append(std::span<const char> bytes) {
  std::size_t taken = 0;
  // What is on disk is younger than what is in memory: while some of it is unread, more has to go behind it.
  if (file_written_ == file_read_ || (mode_ == Mode::rewindable && file_written_ == 0)) taken = append_memory(bytes);
  if (taken < bytes.size()) taken += append_file(bytes.subspan(taken));
  written_ += taken;
  if (taken > 0) data_.wake();
  return taken;
}

std::size_t Spool::append_memory(std::span<const char> bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const auto held = memory_written_ - (mode_ == Mode::streaming ? memory_read_ : 0);
    if (held >= space_.config().memory.count) break;
    if (chunks_.empty() || chunks_.back().size == BufferPool::kBlock) chunks_.push_back({buffers_.take(), 0});
    Chunk& chunk = chunks_.back();
    const auto n = std::min({bytes.size() - taken, BufferPool::kBlock - chunk.size,
                             static_cast<std::size_t>(space_.config().memory.count - held)});
    std::memcpy(chunk.block.data() + chunk.size, bytes.data() + taken, n);
    chunk.size += n;
    memory_written_ += n;
    taken += n;
  }
  return taken;
}

bool Spool::open_file() {
  if (file_ >= 0) return true;
  file_ = space_.open_file();
  if (file_ < 0) disk_error_ = error_code(errno, boost::system::system_category());
  return file_ >= 0;
}

// A streamed message uses its file as a ring, so that it can go on for ever within `disk`. A rewindable one must be
// kept whole: its size was checked against the body limit before, and the node's total bounds it here.
std::size_t Spool::append_file(std::span<const char> bytes) {
  const bool ring = mode_ == Mode::streaming;
  const auto capacity = space_.config().disk.count;
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    std::size_t n = std::min<std::size_t>(bytes.size() - taken, kReserveStep);
    std::uint64_t at = file_written_;
    if (ring) {
      const auto room = capacity - (file_written_ - file_read_);
      at = capacity ? file_written_ % capacity : 0;
      n = std::min({n, static_cast<std::size_t>(room), static_cast<std::size_t>(capacity - at)});
      if (n == 0) break;
    }
    if (!open_file()) break;
    if (at + n > reserved_) {
      const auto step = std::max<std::uint64_t>(kReserveStep, at + n - reserved_);
      if (!space_.reserve(step)) {
        disk_error_ = error_code(ENOSPC, boost::system::system_category());
        break;
      }
      reserved_ += step;
    }
    const auto done = ::pwrite(file_, bytes.data() + taken, n, static_cast<off_t>(at));
    if (done <= 0) {
      disk_error_ = error_code(done < 0 ? errno : ENOSPC, boost::system::system_category());
      space_.failed();
      break;
    }
    file_written_ += static_cast<std::uint64_t>(done);
    taken += static_cast<std::size_t>(done);
  }
  return taken;
}

void Spool::finish(std::optional<Error> error) {
  finished_ = true;
  error_ = error;
  data_.wake();
}

Result<std::span<const char>> Spool::front() {
  if (chunk_index_ < chunks_.size() && chunk_offset_ < chunks_[chunk_index_].size) {
    const Chunk& chunk = chunks_[chunk_index_];
    return std::span<const char>(chunk.block.data() + chunk_offset_, chunk.size - chunk_offset_);
  }
  if (page_offset_ < page_size_) return std::span<const char>(page_.get() + page_offset_, page_size_ - page_offset_);
  if (file_read_ < file_written_) {
    const auto capacity = space_.config().disk.count;
    const auto at = mode_ == Mode::streaming ? file_read_ % capacity : file_read_;
    auto n = std::min<std::uint64_t>(kPage, file_written_ - file_read_);
    if (mode_ == Mode::streaming) n = std::min(n, capacity - at);
    if (!page_) page_ = std::make_unique_for_overwrite<char[]>(kPage);
    const auto done = ::pread(file_, page_.get(), n, static_cast<off_t>(at));
    if (done <= 0) return Error{Errc::spool_full, error_code(done < 0 ? errno : EIO, boost::system::system_category())};
    page_offset_ = 0;
    page_size_ = static_cast<std::size_t>(done);
    return std::span<const char>(page_.get(), page_size_);
  }
  if (finished_ && error_) return *error_;
  return std::span<const char>();
}

void Spool::consume(std::size_t n) {
  read_ += n;
  if (chunk_index_ < chunks_.size() && chunk_offset_ < chunks_[chunk_index_].size) {
    memory_read_ += n;
    chunk_offset_ += n;
    if (chunk_offset_ == chunks_[chunk_index_].size && chunk_offset_ == BufferPool::kBlock) {
      chunk_offset_ = 0;
      if (mode_ == Mode::streaming) chunks_.pop_front();
      else ++chunk_index_;
    }
  } else {
    page_offset_ += n;
    file_read_ += n;
  }
  // Caught up: what comes next starts afresh, in memory.
  if (mode_ == Mode::streaming && read_ == written_) {
    chunks_.clear();
    chunk_index_ = chunk_offset_ = 0;
    page_offset_ = page_size_ = 0;
  }
  if (mode_ == Mode::streaming) room_.wake();
}

void Spool::drop() {
  chunks_.clear();
  page_.reset();
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  space_.release(std::exchange(reserved_, 0));
  chunk_index_ = chunk_offset_ = page_offset_ = page_size_ = 0;
  memory_read_ = memory_written_;
  file_read_ = file_written_ = 0;
  read_ = written_;
}

void Spool::rewind() {
  chunk_index_ = chunk_offset_ = 0;
  memory_read_ = read_ = file_read_ = 0;
  page_offset_ = page_size_ = 0;
}

}  // namespace gatehouse
