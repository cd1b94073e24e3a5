// The card's lock, fair between the worker, which takes it for every batch, and threads with
// commands.
//
// A plain mutex would let a busy worker take it again and again; here the worker lets one waiting
// command in between two batches. Nobody waits longer than a batch and the commands before him.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

namespace vitrine::card::soft {

class WorkerGate {
 public:
  class Command {
   public:
    explicit Command(WorkerGate& gate) : gate_(gate) {
      gate_.waiting_.fetch_add(1);
      gate_.mutex_.lock();
      gate_.waiting_.fetch_sub(1);
      gate_.served_.fetch_add(1);
    }
    ~Command() { gate_.mutex_.unlock(); }
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

   private:
    WorkerGate& gate_;
  };

  class Batch {
   public:
    explicit Batch(WorkerGate& gate) : gate_(gate) {
      const uint64_t served = gate_.served_.load();
      while (gate_.waiting_.load() > 0 && gate_.served_.load() == served) {
        std::this_thread::yield();
      }
      gate_.mutex_.lock();
    }
    ~Batch() { gate_.mutex_.unlock(); }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

   private:
    WorkerGate& gate_;
  };

 private:
  std::mutex mutex_;
  std::atomic<int> waiting_{0};
  std::atomic<uint64_t> served_{0};
};

}  // namespace vitrine::card::soft
