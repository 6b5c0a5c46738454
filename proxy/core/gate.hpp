// Counts what still runs on a loop, and waits for the last of it: how a worker stops without cutting anybody off.
#pragma once

#include <cstddef>
#include <utility>

namespace gatehouse {

class Gate {
 public:
  class Pass {
   public:
    explicit Pass(Gate& gate) : gate_(&gate) { ++gate.inside_; }
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_) --gate_->inside_;
    }

   private:
    Gate* gate_;
  };
  Pass enter() { return Pass(*this); }
  std::size_t inside() const { return inside_; }

 private:
  std::size_t inside_ = 0;
};

}  // namespace gatehouse
